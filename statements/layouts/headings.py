"""Which heading means which field: a saved profile, exact words, then likeness.

Likeness only ever proposes; a person answers.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from statements.layouts.fields import DATE_FIELDS, FileKind
from statements.layouts.synonyms import HEADINGS, KNOWN_HEADINGS, squeezed

LIKENESS = 0.87
_ENOUGH_HEADINGS = 3
_LONGEST = 100  # characters of a heading
# `Amount / Montant`, `Amount (Montant)`, `Amount - Montant`, or one below the other
_BETWEEN_LANGUAGES = re.compile(r"[/|()\n\r\u2013\u2014]|\s-\s")


@dataclass
class Mapped:
    """Fields and the headings that mean them, as far as words can tell."""

    exact: dict[str, str] = field(default_factory=dict)
    fuzzy: dict[str, str] = field(default_factory=dict)
    several: dict[str, tuple[str, ...]] = field(default_factory=dict)  # field -> equal headings

    @property
    def column_map(self) -> dict[str, str]:
        first = {name: headings[0] for name, headings in self.several.items()}
        return {**first, **self.exact, **self.fuzzy}

    @property
    def taken(self) -> set[str]:
        both = {heading for headings in self.several.values() for heading in headings}
        return both | set(self.exact.values()) | set(self.fuzzy.values())


def is_header(kind: FileKind) -> Callable[[Sequence[str]], bool]:
    """A test for the header row of a kind of file.

    It has at least three known headings, among them a transaction number's or a date's, which
    a summary above the table has not; or else an amount's and a date's, the least of a table.
    """
    known = KNOWN_HEADINGS[kind]

    def test(cells: Sequence[str]) -> bool:
        headings = [words_of(cell) & known for cell in cells if cell and len(cell) < _LONGEST]
        found = set[str]().union(*headings)
        if len({frozenset(words) for words in headings if words}) >= _ENOUGH_HEADINGS:
            return _has(kind, found, ("transaction_no", *DATE_FIELDS[kind]))
        return _has(kind, found, ("amount",)) and _has(kind, found, DATE_FIELDS[kind])

    return test


def _has(kind: FileKind, found: set[str], fields: Sequence[str]) -> bool:
    return any(rank & found for name in fields for rank in HEADINGS[kind][name])


def map_headings(header: Sequence[str], kind: FileKind, known: Mapping[str, str]) -> Mapped:
    """Map a header; `known` is the column map of a profile whose headings may be here too."""
    mapped = Mapped()
    present = {heading for heading in header if heading}
    mapped.exact = {name: heading for name, heading in known.items() if heading in present}
    for name, ranks in HEADINGS[kind].items():
        if name not in mapped.exact:
            _map_exactly(mapped, name, ranks, header)
    for name, ranks in HEADINGS[kind].items():
        if name not in mapped.column_map:
            _map_by_likeness(mapped, name, ranks, header)
    _only_needed_amounts(mapped)
    return mapped


def words_of(heading: str) -> set[str]:
    """A heading's words as they are compared: of one in two languages, also those of each."""
    parts = (squeezed(part) for part in _BETWEEN_LANGUAGES.split(heading))
    return {squeezed(heading), *parts} - {""}


def _is_meant(heading: str, rank: frozenset[str], ranks: Sequence[frozenset[str]]) -> bool:
    """Whether a heading is of this rank, itself or in each of its languages."""
    whole = squeezed(heading)
    parts = words_of(heading) - {whole}
    return whole in rank or (bool(parts & rank) and parts <= frozenset().union(*ranks))


def _map_exactly(
    mapped: Mapped, name: str, ranks: Sequence[frozenset[str]], header: Sequence[str]
) -> None:
    for rank in ranks:
        free = [
            heading
            for heading in dict.fromkeys(header)
            if heading not in mapped.taken and _is_meant(heading, rank, ranks)
        ]
        if len(free) > 1:
            mapped.several[name] = tuple(free)
        if len(free) == 1:
            mapped.exact[name] = free[0]
        if free:
            return


def _map_by_likeness(
    mapped: Mapped, name: str, ranks: Sequence[frozenset[str]], header: Sequence[str]
) -> None:
    """Propose the free heading most like a known one, if any is like enough."""
    known = set().union(*KNOWN_HEADINGS.values())
    free = [h for h in header if h and h not in mapped.taken and squeezed(h) not in known]
    scored = [
        (likeness(one, word), heading)
        for heading in free
        for one in _like(heading, known - frozenset().union(*ranks))
        for word in ranks[0]
    ]
    best = max(scored, default=(0.0, ""))
    if best[0] >= LIKENESS:
        mapped.fuzzy[name] = best[1]


def _like(heading: str, of_others: frozenset[str] | set[str]) -> set[str]:
    """The words by which a heading may be like a field: not its parts when one means another."""
    words = words_of(heading)
    return {squeezed(heading)} if words & of_others else words


def likeness(one: str, other: str) -> float:
    """How alike two words are, 0 to 1."""
    matcher = SequenceMatcher(a=one, b=other, autojunk=False)
    if matcher.real_quick_ratio() < LIKENESS or matcher.quick_ratio() < LIKENESS:
        return 0.0
    return matcher.ratio()


def _only_needed_amounts(mapped: Mapped) -> None:
    """A guess at a debit column is of no use where an amount column is certain."""
    if "amount" in mapped.exact:
        for name in ("debit", "credit"):
            mapped.fuzzy.pop(name, None)
    if {"debit", "credit"} <= mapped.exact.keys():
        mapped.fuzzy.pop("amount", None)


def repeated(header: Sequence[str]) -> set[str]:
    """The headings that stand more than once in a header."""
    return {heading for heading, count in Counter(header).items() if heading and count > 1}
