"""One chunk of a table, read: columns of spool text, and everything wrong or odd in its rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import repeat

from carmsvc.platform.tables import Chunk, FileRefused, Table
from statements.layouts import columns as read
from statements.layouts.columns import Bad
from statements.layouts.context import ReadingContext
from statements.layouts.fields import (
    ACCOUNTING_TYPES,
    COLUMNS,
    COMPONENTS,
    DATE_FIELDS,
    SIGNED_CREDIT_POSITIVE,
    TEXT_FIELDS,
    TWO_COLUMNS,
    TWO_COLUMNS_CREDIT_NEGATIVE,
    FileKind,
)
from statements.layouts.problems import CellError, RowError, RowWarning
from statements.layouts.profiles import MappingProfile
from statements.layouts.readers import is_damaged_number, to_type
from statements.layouts.scalars import account_reader, date_reader, version_reader
from statements.layouts.sieve import Sieve, position_of
from statements.layouts.spool import NULL, escaped
from statements.layouts.synonyms import TYPE_BY_WORDS
from statements.layouts.totals import Figures

_BREAKS = ("\\", "\t", "\n", "\r")
_UNKNOWN = "?"  # cached for a raw type that nobody has explained


@dataclass
class ChunkRows:
    """A chunk's rows as columns of text for the spool."""

    numbers: Sequence[int]
    columns: dict[str, Sequence[str]] = field(default_factory=dict)
    cents: list[int] = field(default_factory=list)
    types: Sequence[str] = ()  # canonical; "" where the file does not state one
    errors: list[RowError] = field(default_factory=list)
    warnings: list[RowWarning] = field(default_factory=list)
    bad: set[int] = field(default_factory=set)  # positions of rows with an error

    def in_order(self, names: Sequence[str]) -> list[Iterable[str]]:
        """The columns in a fixed order, null where the file has none."""
        return [self.columns.get(name) or repeat(NULL, len(self.numbers)) for name in names]


class RowReader:
    """Reads the chunks of one table by one profile."""

    def __init__(self, table: Table, profile: MappingProfile, context: ReadingContext) -> None:
        self.table, self.profile, self.context = table, profile, context
        self.kind = profile.kind
        self.at = _positions(table.header, profile)
        self.mark = profile.decimal_mark or "."
        self.figures = Figures(self.mark)
        self.read_date = date_reader(profile.date_format, context.read_on)
        self.read_account = account_reader(self.kind, context)
        self.sieve = Sieve(table, profile, self.at, context, self.figures, self._figure_of)
        self.caches: dict[str, dict[str, str]] = {"type": {}, "date": {}, "version": {}, "bn15": {}}

    def read(self, chunk: Chunk) -> ChunkRows:
        """Read one chunk."""
        numbers, rows = self.sieve.transactions(chunk)
        found = ChunkRows(numbers)
        if not rows:
            return found
        cells = list(zip(*rows, strict=True))
        found.columns["row_no"] = list(map(str, numbers))
        self._accounts(found, cells)
        self._types(found, cells)
        self._dates(found, cells)
        self._amounts(found, cells)
        self._texts(found, cells)
        self._numbers(found, cells)
        self._versions(found, cells)
        self._shape_errors(found, chunk)
        found.errors.sort(key=lambda error: error.row)
        found.warnings.sort(key=lambda warning: warning.row)
        return found

    def _figure_of(self, row_no: int, row: list[str]) -> Decimal | None:
        """The total in the amount columns of a row, in CAD; None if there is none to read."""
        one = ChunkRows([row_no])
        self._amounts(one, [(cell,) for cell in row], is_total=True)
        is_stated = any(one.columns["amount"]) and not one.errors
        return read.from_cents(one.cents[0]) if is_stated else None

    # the fields

    def _accounts(self, found: ChunkRows, cells: list[tuple[str, ...]]) -> None:
        texts = self._cells("program_account", cells) or ("",) * len(found.numbers)
        accounts, bad = read.by_distinct(texts, self.caches["bn15"], self.read_account)
        found.columns["program_account"] = accounts
        self._note(found, "program_account", texts, bad)

    def _types(self, found: ChunkRows, cells: list[tuple[str, ...]]) -> None:
        texts = self._cells("transaction_type", cells)
        if texts is None:
            found.types = ("",) * len(found.numbers)
            return
        types, _ = read.by_distinct(texts, self.caches["type"], self._type)
        if _UNKNOWN in types:
            self._warn_of(found, "transaction_type", texts, types, _UNKNOWN, "unknown_type")
            types = ["OTHER" if one == _UNKNOWN else one for one in types]
        if self.kind is FileKind.STATEMENT and "" in types:
            self._warn_of(found, "transaction_type", texts, types, "", "type_missing")
        found.types = types
        found.columns["raw_type"] = _spooled(texts)

    def _type(self, text: str) -> str:
        if not text.strip():
            return ""
        return to_type(text, self.profile.type_map, TYPE_BY_WORDS[self.kind]) or _UNKNOWN

    def _dates(self, found: ChunkRows, cells: list[tuple[str, ...]]) -> None:
        columns = []
        for name in DATE_FIELDS[self.kind]:
            texts = self._cells(name, cells)
            if texts is not None:
                days, bad = read.by_distinct(texts, self.caches["date"], self.read_date)
                self._note(found, name, texts, bad)
                found.columns[name] = days
                columns.append(days)
        if all(NULL in days for days in columns):
            dated = {at for days in columns for at, day in enumerate(days) if day != NULL}
            for at in set(range(len(found.numbers))) - dated:
                self._add_error(found, at, "", "", CellError("date_missing"))

    def _amounts(
        self, found: ChunkRows, cells: list[tuple[str, ...]], *, is_total: bool = False
    ) -> None:
        """The amounts, debit positive; a total may have both sides and need not have any."""
        if self.profile.sign_rule in (TWO_COLUMNS, TWO_COLUMNS_CREDIT_NEGATIVE):
            amounts = self._two_columns(found, cells, may_have_both=is_total)
        else:
            amounts = self._signed(found, "amount", cells) or ("",) * len(found.numbers)
        found.cents = read.cents(amounts)
        found.columns["amount"] = amounts
        if not is_total:
            self._missing_amounts(found, amounts)
            self._components(found, cells)

    def _missing_amounts(self, found: ChunkRows, amounts: Sequence[str]) -> None:
        if "" not in amounts:
            return
        names = ("amount", "debit", "credit")
        heading = next((self.profile.column_map[name] for name in names if name in self.at), "")
        unread = {error.row for error in found.errors if error.code.startswith("amount")}
        for at, amount in enumerate(amounts):
            if not amount and found.numbers[at] not in unread:
                self._add_error(found, at, heading, "", CellError("amount_missing"))

    def _components(self, found: ChunkRows, cells: list[tuple[str, ...]]) -> None:
        for name in (*COMPONENTS, "open_amount"):
            if name in self.at and name in COLUMNS[self.kind]:
                amounts = self._signed(found, name, cells) or ()
                has_gaps = "" in amounts
                found.columns[name] = [a or NULL for a in amounts] if has_gaps else amounts

    def _signed(
        self, found: ChunkRows, name: str, cells: list[tuple[str, ...]]
    ) -> Sequence[str] | None:
        """A column of amounts, debit positive."""
        texts = self._cells(name, cells)
        if texts is None:
            return None
        source = texts if name == "amount" else read.without_dashes(texts)
        amounts, bad = read.amounts(source, self.mark)
        self._note(found, name, texts, bad)
        flips = self.profile.sign_rule == SIGNED_CREDIT_POSITIVE
        return read.negated(amounts) if flips else amounts

    def _two_columns(
        self, found: ChunkRows, cells: list[tuple[str, ...]], *, may_have_both: bool
    ) -> Sequence[str]:
        """Debit minus credit; a row that has both is an error."""
        empty = ("",) * len(found.numbers)
        debited = self._signed(found, "debit", cells) or empty
        credited = self._signed(found, "credit", cells) or empty
        if self.profile.sign_rule == TWO_COLUMNS:
            credited = read.negated(credited)
        amounts = []
        for at, (debit, credit) in enumerate(zip(debited, credited, strict=True)):
            if not read.is_amount(credit):
                amounts.append(debit or credit)
            elif not read.is_amount(debit):
                amounts.append(credit)
            else:
                amounts.append(f"{Decimal(debit) + Decimal(credit):f}")
                if not may_have_both:
                    self._refuse_both_sides(found, at, cells)
        return amounts

    def _refuse_both_sides(self, found: ChunkRows, at: int, cells: list[tuple[str, ...]]) -> None:
        sides = [cells[self.at[name]][at] for name in ("debit", "credit")]
        heading = self.profile.column_map["debit"]
        self._add_error(found, at, heading, " / ".join(sides), CellError("debit_and_credit"))

    def _texts(self, found: ChunkRows, cells: list[tuple[str, ...]]) -> None:
        for name in TEXT_FIELDS:
            texts = self._cells(name, cells)
            if texts is not None and name in COLUMNS[self.kind]:
                found.columns[name] = _spooled(texts)

    def _versions(self, found: ChunkRows, cells: list[tuple[str, ...]]) -> None:
        texts = self._cells("version", cells)
        if texts is not None:
            versions, bad = read.by_distinct(texts, self.caches["version"], version_reader)
            self._note(found, "version", texts, bad)
            found.columns["version"] = versions

    # transaction numbers, which depend on the type

    def _numbers(self, found: ChunkRows, cells: list[tuple[str, ...]]) -> None:
        texts = self._cells("transaction_no", cells) or ("",) * len(found.numbers)
        numbers, bad = read.transaction_numbers(texts)
        errors = {at: e for at, e in bad.items() if self._needs_number(found.types[at], texts[at])}
        self._note(found, "transaction_no", texts, errors)
        self._refer(found, texts, bad.keys() - errors.keys())
        self._warn_of_numbers(found, numbers, bad)
        self._settle_types(found, numbers)
        has_gaps = "" in numbers
        found.columns["transaction_no"] = [n or NULL for n in numbers] if has_gaps else numbers

    def _needs_number(self, kind: str, text: str) -> bool:
        """Whether a row of a type may hold nothing but a transaction number."""
        if not kind and self.kind is FileKind.STATEMENT:
            return is_damaged_number(text)
        return not kind or kind in ACCOUNTING_TYPES

    def _refer(self, found: ChunkRows, texts: Sequence[str], positions: Iterable[int]) -> None:
        """Keep what stands in the place of a number as the reference, if there is none."""
        references = found.columns.get("reference")
        for at in positions:
            if references is None or not isinstance(references, list):
                references = list(references or [NULL] * len(texts))
                found.columns["reference"] = references
            if references[at] == NULL:
                references[at] = escaped(texts[at].strip())

    def _warn_of_numbers(self, found: ChunkRows, numbers: Sequence[str], bad: Bad) -> None:
        heading = self.profile.column_map.get("transaction_no", "")
        for at in read.wrong_check_digits(numbers):
            warning = RowWarning(found.numbers[at], heading, numbers[at], "check_digit_differs")
            found.warnings.append(warning)
        if "" not in numbers:
            return
        accounting = ACCOUNTING_TYPES | ({""} if self.kind is FileKind.LEDGER else set())
        for at, number in enumerate(numbers):
            if not number and at not in bad and found.types[at] in accounting:
                no = found.numbers[at]
                found.warnings.append(RowWarning(no, heading, "", "accounting_without_number"))

    def _settle_types(self, found: ChunkRows, numbers: Sequence[str]) -> None:
        """A statement line without a type is a declaration if it has a number."""
        if "" not in found.types:
            found.columns["transaction_type"] = found.types
        elif self.kind is FileKind.LEDGER:
            found.columns["transaction_type"] = [one or NULL for one in found.types]
        else:
            pairs = zip(found.types, numbers, strict=True)
            found.types = [one or ("CAD" if number else "OTHER") for one, number in pairs]
            found.columns["transaction_type"] = found.types

    # problems

    def _shape_errors(self, found: ChunkRows, chunk: Chunk) -> None:
        """Rows with more cells than the header, and a last row that was cut off."""
        for row_no, value in chunk.too_many_cells.items():
            at = position_of(found.numbers, row_no)
            if at is not None:
                error = CellError("too_many_cells", columns=len(self.table.header))
                self._add_error(found, at, "", value, error)
        if self.table.cut_off_row_no is not None:
            at = position_of(found.numbers, self.table.cut_off_row_no)
            if at is not None:
                self._add_error(found, at, "", "", CellError("row_cut_off"))

    def _cells(self, name: str, cells: list[tuple[str, ...]]) -> tuple[str, ...] | None:
        return cells[self.at[name]] if name in self.at else None

    def _note(self, found: ChunkRows, name: str, texts: Sequence[str], bad: Bad) -> None:
        heading = self.profile.column_map.get(name, "")
        for at, error in bad.items():
            self._add_error(found, at, heading, texts[at], error)

    def _add_error(
        self, found: ChunkRows, at: int, heading: str, value: str, error: CellError
    ) -> None:
        row = found.numbers[at]
        found.bad.add(at)
        found.errors.append(
            RowError(row, heading, value, error.code, error.params, error.suggestion)
        )

    def _warn_of(
        self,
        found: ChunkRows,
        name: str,
        texts: Sequence[str],
        read_as: Sequence[str],
        what: str,
        code: str,
    ) -> None:
        heading = self.profile.column_map[name]
        for at, one in enumerate(read_as):
            if one == what:
                found.warnings.append(RowWarning(found.numbers[at], heading, texts[at], code))


def _positions(header: Sequence[str], profile: MappingProfile) -> dict[str, int]:
    """Where each field stands; raises `FileRefused` when the profile is for another layout."""
    for heading in profile.column_map.values():
        if heading not in header:
            raise FileRefused("column_missing", heading=heading)
    return {name: header.index(heading) for name, heading in profile.column_map.items()}


def _spooled(texts: Sequence[str]) -> Sequence[str]:
    """Text cells for the spool: trimmed, escaped, null when empty."""
    joined = "".join(texts)
    if any(mark in joined for mark in _BREAKS):
        return [escaped(text.strip()) for text in texts]
    trimmed = list(map(str.strip, texts))
    return [text or NULL for text in trimmed] if "" in trimmed else trimmed
