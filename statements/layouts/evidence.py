"""What the whole file says about how it is written: date order, decimal mark, signs, types."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress

from carmsvc.platform.tables import Table
from statements.layouts.fields import AMOUNT_FIELDS, DATE_FIELDS, FileKind
from statements.layouts.readers import PLAIN, is_year_last, to_type
from statements.layouts.shapes import shapes_of
from statements.layouts.synonyms import FIGURE_BY_LABEL, TYPE_BY_WORDS
from statements.layouts.wording import normalise

MAX_TYPES = 1_000  # different unknown types remembered
MONTHS = 12
_NOT_ZERO = re.compile("[1-9]")
_MARKS = re.compile(r"[.,]")
_EITHER_SHAPE = re.compile(r"\D*0{1,3}[.,]000\D*", re.ASCII)
_ONE_MARK_THREE_DIGITS = re.compile(r"\D*[1-9]\d{0,2}[.,]\d{3}\D*", re.ASCII)


@dataclass
class Evidence:
    """Facts gathered from every row of a file."""

    day_first: bool = False  # a date that only reads day first
    month_first: bool = False
    either_order: str = ""  # an example of a date that reads both ways
    decimal_marks: set[str] = field(default_factory=set)
    either_mark: str = ""  # an example such as 1,234
    unknown_types: Counter[str] = field(default_factory=Counter)
    signs: Counter[tuple[str, str]] = field(default_factory=Counter)  # (what, "+" or "-")
    _dates_seen: set[str] = field(default_factory=set)

    def see_dates(self, texts: Iterable[str]) -> None:
        """Note what the order of day and month must be."""
        new = set(texts).difference(self._dates_seen)
        if len(self._dates_seen) < 100_000:
            self._dates_seen |= new
        for text in new:
            numbers = is_year_last(text)
            if numbers is None:
                continue
            first, second = numbers
            self.day_first |= first > MONTHS >= second
            self.month_first |= second > MONTHS >= first
            if first <= MONTHS and second <= MONTHS and first != second:
                self.either_order = self.either_order or text

    def see_amounts(self, texts: Sequence[str]) -> None:
        """Note which mark must be the decimal one; shapes tell, unless both marks are possible."""
        shapes = shapes_of("\n".join(texts), len(texts))
        seen = texts if shapes is None else [shape.decode() for shape in shapes]
        if any(map(_EITHER_SHAPE.fullmatch, seen)):
            seen = texts
        for text in seen:
            if "," in text or "." in text:
                self._see_mark(text.translate(PLAIN).strip())

    def _see_mark(self, text: str) -> None:
        marks = _MARKS.findall(text)
        if len(set(marks)) == 2:
            self.decimal_marks.add(marks[-1])
        elif len(marks) > 1:
            self.decimal_marks.add("," if marks[0] == "." else ".")
        elif marks and _ONE_MARK_THREE_DIGITS.fullmatch(text):
            self.either_mark = self.either_mark or text
        elif marks:
            self.decimal_marks.add(marks[0])

    def see_signs(self, what: str, amounts: Iterable[str]) -> None:
        """Count the amounts on either side."""
        for sign in map(sign_of, amounts):
            self.signs[what, sign] += 1

    def see_types(self, texts: Sequence[str], known: Mapping[str, str | None]) -> None:
        """Count the types nobody has explained."""
        words = {text for text in set(texts) if known.get(text) is None and text.strip()}
        if not words:
            return
        for text, count in Counter(filter(words.__contains__, texts)).items():
            if text in self.unknown_types or len(self.unknown_types) < MAX_TYPES:
                self.unknown_types[text.strip()] += count


def gather(
    table: Table, kind: FileKind, column_map: Mapping[str, str], type_map: Mapping[str, str]
) -> Evidence:
    """Read the whole file once and note what it says; raises `FileRefused`."""
    evidence = Evidence()
    at = {name: table.header.index(heading) for name, heading in column_map.items()}
    dates = [at[name] for name in DATE_FIELDS[kind] if name in at]
    amounts = [at[name] for name in AMOUNT_FIELDS if name in at]
    types: dict[str, str | None] = {column_map.get("transaction_type", ""): ""}  # headings again
    for chunk in table.chunks():
        if not chunk.rows:
            continue
        columns = list(zip(*chunk.rows, strict=True))
        for column in dates:
            evidence.see_dates(columns[column])
        for column in amounts:
            evidence.see_amounts(columns[column])
        if "credit" in at:
            evidence.see_signs("credit", columns[at["credit"]])
        if "transaction_type" in at:
            raw = columns[at["transaction_type"]]
            for text in set(raw) - types.keys():
                types[text] = _type_or_label(text, type_map, kind)
            evidence.see_types(raw, types)
            if "amount" in at:
                _see_signs(evidence, raw, types, columns[at["amount"]])
    return evidence


def _type_or_label(text: str, type_map: Mapping[str, str], kind: FileKind) -> str | None:
    """The canonical type; a total's label is no unknown type."""
    return to_type(text, type_map, TYPE_BY_WORDS[kind]) or (
        "" if normalise(text) in FIGURE_BY_LABEL else None
    )


def _see_signs(
    evidence: Evidence,
    raw: tuple[str, ...],
    types: Mapping[str, str | None],
    amounts: tuple[str, ...],
) -> None:
    """Count on which side payments and declarations stand; a sample of declarations is enough."""
    present = set(raw)
    for name in ("PAYMENT", "CAD"):
        words = {text for text in present if types[text] == name}
        if words and not (name == "CAD" and evidence.signs["CAD", "+"]):
            evidence.see_signs(name, compress(amounts, map(words.__contains__, raw)))


def sign_of(amount: str) -> str:
    """The side an amount stands on, "+" or "-"; "" for zero and for what is no amount."""
    if not _NOT_ZERO.search(amount):
        return ""
    text = amount.translate(PLAIN).rstrip()
    is_negative = "-" in text or "(" in text or text.upper().endswith(("CR", "CT"))
    return "-" if is_negative else "+"
