"""The house rules of templates, asked of each one."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_is_short_says_what_it_needs_and_holds_no_code(template: Path) -> None:
    text = template.read_text(encoding="utf-8")

    assert text.startswith("{# "), "begin with a comment that says what the template needs"
    assert len(text.splitlines()) <= 150
    markup = re.sub(r"\{%.*?%\}", "", text)  # `{% with one=… %}` is no handler
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", markup), "no inline style or handler"
    for script in re.findall(r"<script[^>]*>", text):
        assert "src=" in script, "no inline script"


BARE = {"400.html", "403_csrf.html", "500.html", "_bare_error.html", "_mark.html"}
WORDS = re.compile(r">\s*([A-Za-z][^<>{}]*[A-Za-z.])\s*<")
NOT_WORDS = {"Enter", "Shift", "English", "Français", "carmsvc", "CAD", "CSV", "SHA"}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_sentence_stands_outside_the_catalogue(template: Path) -> None:
    if template.name in BARE:
        return
    text = re.sub(
        r"{% (blocktranslate|translate).*?%}.*?{% endblocktranslate %}",
        "",
        template.read_text(encoding="utf-8"),
        flags=re.DOTALL,
    )
    left = {word for word in WORDS.findall(text) if len(word) > 1} - NOT_WORDS

    assert not left
