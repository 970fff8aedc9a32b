"""Letters that come in: which are no person's, and which words in them are new."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser

WRITE_ABOVE = {
    "en": "— Write your answer above this line —",
    "fr": "— Écrivez votre réponse au-dessus de cette ligne —",
}
MOST_CHARACTERS = 20_000
_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
_NEVER_PEOPLE = re.compile(r"^(mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)\b", re.I)
_QUOTE_BEGINS = (
    re.compile(r"^\s*-{2,}\s*(original message|message d[’'´]origine|forwarded message)", re.I),
    re.compile(r"^\s*_{10,}\s*$"),
    re.compile(r"^\s*(on|am|el)\b.{6,200}\bwrote\s*:\s*$", re.I),
    re.compile(r"^\s*le\b.{6,200}\ba\s+écrit\s*:\s*$", re.I),
)
_HEADING = re.compile(r"^\s*\*?(from|de|sent|envoyé|date|to|à|subject|objet)\*?\s*:\s*\S", re.I)
_SIGNATURE = re.compile(r"^-- ?$")
_INTRODUCED = re.compile(r"^\s*(on|le)\b.{6,}$", re.I)


def why_no_person(headers: Mapping[str, str], sender: str) -> str:
    """Why a letter was written by a machine; nothing if a person may have written it.

    RFC 3834: `Auto-Submitted` other than `no`; what lists, bounces and absences say of themselves.
    """
    said = {name.lower(): value.strip().lower() for name, value in headers.items()}
    automatic = said.get("auto-submitted", "no").partition(";")[0].strip()
    if automatic != "no":
        return "auto_submitted"
    if said.get("precedence", "") in _BULK or "list-id" in said:
        return "bulk"
    if said.get("x-auto-response-suppress") == "all" and "x-autoreply" in said:
        return "auto_submitted"
    if said.get("return-path") == "<>" or "x-failed-recipients" in said:
        return "bounce"
    if not sender or _NEVER_PEOPLE.match(sender):
        return "machine"
    return ""


def own_words(text: str) -> str:
    """What somebody wrote themself: without the letter they answer, and their signature."""
    lines = text.replace("\r\n", "\n").replace("\x00", " ").split("\n")
    kept = lines[: _end_of_own(lines)]
    while kept and (not kept[-1].strip() or kept[-1].lstrip().startswith(">")):
        kept.pop()
    own = "\n".join(line.rstrip() for line in kept if not line.startswith(">"))
    return re.sub(r"\n{3,}", "\n\n", own).strip()[:MOST_CHARACTERS]


def _end_of_own(lines: list[str]) -> int:
    for at, line in enumerate(lines):
        bare = line.lstrip("> ").strip()
        if bare in WRITE_ABOVE.values() or _SIGNATURE.match(line):
            return _before_introduction(lines, at)
        if any(one.match(line) for one in _QUOTE_BEGINS) or _is_heading(lines, at):
            return at
        if _INTRODUCED.match(line) and _wraps(lines, at):
            return at
    return len(lines)


def _before_introduction(lines: list[str], at: int) -> int:
    """Where the marker itself is quoted, the line above it that says who wrote is not new."""
    above = at - 1
    while above >= 0 and not lines[above].strip("> \t"):
        above -= 1
    introduces = above >= 0 and lines[at].startswith(">") and lines[above].rstrip().endswith(":")
    return above if introduces else at


def _wraps(lines: list[str], at: int) -> bool:
    """“On … / … wrote:” over two lines."""
    both = " ".join(lines[at : at + 2])
    return any(one.match(both) for one in _QUOTE_BEGINS[2:])


def _is_heading(lines: list[str], at: int) -> bool:
    """Outlook's block of three headings or more."""
    return all(_HEADING.match(line) for line in lines[at : at + 3]) and len(lines) >= at + 3


class _Words(HTMLParser):
    """The words of a page, and nothing that would run or show."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("script", "style", "head")
        if tag in ("br", "p", "div", "tr", "li", "blockquote"):
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style", "head") and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(re.sub(r"\s+", " ", data))


def words_of_page(html: str) -> str:
    """The text of an HTML letter that came without a plain one."""
    parser = _Words()
    parser.feed(html)
    return "".join(parser.words).strip()
