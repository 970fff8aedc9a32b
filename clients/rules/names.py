"""Two spellings of a legal name, compared: what differs, and in which way.

The CARM portal refuses a registration when the name differs from the one on file by as little as a
comma or a period; so every difference is told, also those that people read over.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

# the legal ending of a name -> how it is compared; accents as they are written
_ENDINGS = {
    ending: same
    for same, endings in {
        "inc": "inc incorporated incorporée incorporee",
        "ltd": "ltd limited ltée ltee limitée limitee",
        "corp": "corp corporation",
        "co": "co company cie compagnie",
        "llp": "llp srl sencrl",
    }.items()
    for ending in endings.split()
}


class Difference(StrEnum):
    """In which way two spellings differ, the lightest first."""

    SPACING = "spacing"
    CASE = "case"
    ACCENTS = "accents"
    PUNCTUATION = "punctuation"
    ENDING = "ending"
    WORDS = "words"


def _without_accents(text: str) -> str:
    apart = unicodedata.normalize("NFD", text)
    return "".join(one for one in apart if not unicodedata.combining(one))


def _with_one_ending(text: str) -> str:
    words = text.split(" ")
    return " ".join([_ENDINGS.get(word.casefold(), word) for word in words])


_STEPS: dict[Difference, Callable[[str], str]] = {
    Difference.SPACING: lambda text: " ".join(text.split()),
    Difference.CASE: str.casefold,
    Difference.PUNCTUATION: lambda text: " ".join(re.sub(r"[^\w\s]", " ", text).split()),
    Difference.ENDING: _with_one_ending,
    Difference.ACCENTS: _without_accents,
}


@dataclass(frozen=True)
class Piece:
    """A stretch of both names; no differences where they are the same."""

    ours: str
    theirs: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class Comparison:
    """How two spellings of a name compare, as a whole and piece by piece."""

    differences: tuple[Difference, ...]
    pieces: tuple[Piece, ...]

    @property
    def is_same(self) -> bool:
        """Whether they are the same to the letter."""
        return not self.differences


def compare_names(ours: str, theirs: str) -> Comparison:
    """Compare the name as we write it with the name as the CBSA has it."""
    left, right = ours.split(" "), theirs.split(" ")
    matcher = SequenceMatcher(a=left, b=right, autojunk=False)
    pieces = tuple(
        _piece(" ".join(left[a:b]), " ".join(right[c:d]))
        for _tag, a, b, c, d in matcher.get_opcodes()
    )
    return Comparison(_differences(ours, theirs), pieces)


def _piece(ours: str, theirs: str) -> Piece:
    return Piece(ours, theirs, _differences(ours, theirs))


def _differences(ours: str, theirs: str) -> tuple[Difference, ...]:
    """The ways without which the two would be the same; other words where nothing helps."""
    if ours == theirs:
        return ()
    if _levelled(ours) != _levelled(theirs):
        return (Difference.WORDS,)
    return tuple(
        way
        for way in Difference
        if way in _STEPS and _levelled(ours, way) != _levelled(theirs, way)
    ) or (Difference.SPACING,)


def _levelled(text: str, but: Difference | None = None) -> str:
    for way, step in _STEPS.items():
        if way is not but:
            text = step(text)
    return text
