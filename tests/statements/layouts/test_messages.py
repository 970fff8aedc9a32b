"""Every code that a file, a row or a question can carry has a sentence."""

import re
from pathlib import Path

import pytest

from statements.messages import (
    FILE_REFUSALS,
    QUESTIONS,
    ROW_ERRORS,
    ROW_WARNINGS,
    SENTENCES,
    describe,
)

ROOT = Path(__file__).parents[3]
SOURCES = [
    *(ROOT / "statements/layouts").glob("*.py"),
    *(ROOT / "carmsvc/platform" / f"{name}.py" for name in ("tables", "text_files", "file_limits")),
    *(ROOT / "carmsvc/platform").glob("spreadsheet*.py"),
]
RAISED = re.compile(r'(FileRefused|Refused|CellError|Question)\(\s*"([a-z_0-9]+)"')
SHELF = {
    "FileRefused": FILE_REFUSALS,
    "Refused": FILE_REFUSALS,
    "CellError": ROW_ERRORS,
    "Question": QUESTIONS,
}
FOUND = sorted({found for path in SOURCES for found in RAISED.findall(path.read_text())})


@pytest.mark.parametrize(("raised", "code"), FOUND)
def test_every_code_in_the_source_has_a_sentence(raised, code):
    assert code in SHELF[raised]


def test_warnings_have_sentences():
    text = (ROOT / "statements/layouts/rows.py").read_text()
    text += (ROOT / "statements/layouts/totals.py").read_text()
    codes = re.findall(r'RowWarning\([^"]*(?:""[^"]*)*"([a-z_]+)"', text)
    codes += re.findall(r'_warn_of\([^)]*"([a-z_]+)"\)', text)

    assert len(codes) >= 4
    assert set(codes) <= ROW_WARNINGS.keys()


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_is_a_sentence_whatever_its_parameters(code):
    assert re.fullmatch(r"[A-Z].*[.?]", describe(code, {}))
    assert "%(" not in describe(code, {"row": 3, "field": "amount", "figure": "activity"})


def test_a_sentence_names_its_parameters():
    assert "Row 7" in describe("nul_byte", {"row": 7})
    assert "release date" in describe("fuzzy_header", {"header": "Rel. dt", "field": "released_on"})


def test_an_unknown_code_is_shown_rather_than_hidden():
    assert "brand_new" in describe("brand_new", {})
