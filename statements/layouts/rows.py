"""One chunk of a table, read: columns of spool text, and everything wrong or odd in its rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
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
from statements.layouts.spool import NULL, escaped
from statements.layouts.synonyms import TYPE_BY_WORDS
from statements.layouts.totals import Figures, label_of

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
        self.caches: dict[str, dict[str, str]] = {"type": {}, "date": {}, "version": {}, "bn15": {}}

    def read(self, chunk: Chunk) -> ChunkRows:
        """Read one chunk."""
        numbers, rows = self._transactions(chunk)
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

    # which rows are transactions

    def _transactions(self, chunk: Chunk) -> tuple[Sequence[int], list[list[str]]]:
        """The rows with repairs applied, without totals and repeated headings."""
        rows = chunk.rows
        self._repair(chunk.row_numbers, rows)
        firsts = [row[0] for row in rows]
        if "" not in firsts and "".join(firsts).isdigit():
            return chunk.row_numbers, rows
        odd = {first for first in set(firsts) if self._may_be_no_transaction(first)}
        if not odd:
            return chunk.row_numbers, rows
        out = {
            at
            for at, first in enumerate(firsts)
            if first in odd and self._is_no_transaction(chunk.row_numbers[at], rows[at])
        }
        kept = [at for at in range(len(rows)) if at not in out]
        return [chunk.row_numbers[at] for at in kept], [rows[at] for at in kept]

    def _repair(self, numbers: Sequence[int], rows: list[list[str]]) -> None:
        for (row_no, column), value in self.context.repairs.items():
            if numbers and numbers[0] <= row_no <= numbers[-1] and column in self.table.header:
                at = _position(numbers, row_no)
                if at is not None:
                    rows[at][self.table.header.index(column)] = value

    def _may_be_no_transaction(self, first: str) -> bool:
        if first[:1].isdigit():
            return False
        first = first.strip()
        return not first or first == self.table.header[0] or label_of(first) is not None

    def _is_no_transaction(self, row_no: int, row: list[str]) -> bool:
        """Whether a row is a total or the headings again; notes the figure it states."""
        if [cell.strip() for cell in row] == self.table.header:
            return True
        where, cell = next(((at, c) for at, c in enumerate(row) if c.strip()), (0, ""))
        figure = label_of(cell.strip())
        names = ("transaction_no", *DATE_FIELDS[self.kind])
        places = (self.at[name] for name in names if name in self.at)
        if figure is None or any(row[at].strip() for at in places if at != where):
            return False
        if figure:
            self._note_figure(figure, row_no, row, where)
        return True

    def _note_figure(self, figure: str, row_no: int, row: list[str], where: int) -> None:
        """A figure stands in the amount columns, else in the last cell of its row."""
        one = ChunkRows([row_no])
        self._amounts(one, [(cell,) for cell in row], strict=False)
        if one.columns["amount"][0] and not one.errors:
            self.figures.note(figure, read.from_cents(one.cents[0]), row_no)
            return
        last = next((cell for cell in reversed(row[where + 1 :]) if cell.strip()), "")
        if last:
            self.figures.note_text(figure, last, row_no)

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

    def _amounts(self, found: ChunkRows, cells: list[tuple[str, ...]], strict: bool = True) -> None:
        if self.profile.sign_rule in (TWO_COLUMNS, TWO_COLUMNS_CREDIT_NEGATIVE):
            amounts = self._two_columns(found, cells)
        else:
            amounts = self._signed(found, "amount", cells) or ()
        if "" in amounts and strict:
            name = "amount" if "amount" in self.at else "debit"
            known = {error.row for error in found.errors if error.code.startswith("amount")}
            for at, amount in enumerate(amounts):
                if not amount and found.numbers[at] not in known:
                    error = CellError("amount_missing")
                    self._add_error(found, at, self.profile.column_map[name], "", error)
        found.cents = read.cents(amounts)
        found.columns["amount"] = amounts
        for name in (*COMPONENTS, "open_amount") if strict else ():
            if name in self.at and name in COLUMNS[self.kind]:
                component = self._signed(found, name, cells) or ()
                if "" in component:
                    component = [text or NULL for text in component]
                found.columns[name] = component

    def _signed(
        self, found: ChunkRows, name: str, cells: list[tuple[str, ...]]
    ) -> Sequence[str] | None:
        """A column of amounts, debit positive."""
        texts = self._cells(name, cells)
        if texts is None:
            return None
        may_be_empty = name != "amount"
        source = read.without_dashes(texts) if may_be_empty and "-" in "".join(texts) else texts
        amounts, bad = read.amounts(source, self.mark)
        self._note(found, name, texts, bad)
        flips = self.profile.sign_rule == SIGNED_CREDIT_POSITIVE
        return read.negated(amounts) if flips else amounts

    def _two_columns(self, found: ChunkRows, cells: list[tuple[str, ...]]) -> Sequence[str]:
        """Debit minus credit; a row that has both is an error."""
        empty = ("",) * len(found.numbers)
        debited = self._signed(found, "debit", cells) or empty
        credited = self._signed(found, "credit", cells) or empty
        if self.profile.sign_rule == TWO_COLUMNS_CREDIT_NEGATIVE:
            credited = read.negated(credits)
        amounts = []
        for at, (debit, credit) in enumerate(zip(debited, credited, strict=True)):
            if read.is_amount(credit):
                if read.is_amount(debit):
                    raw = f"{cells[self.at['debit']][at]} / {cells[self.at['credit']][at]}"
                    heading = self.profile.column_map["debit"]
                    self._add_error(found, at, heading, raw, CellError("debit_and_credit"))
                amounts.append(credit[1:] if credit[0] == "-" else "-" + credit)
            else:
                amounts.append(debit or credit)
        return amounts

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
            at = _position(found.numbers, row_no)
            if at is not None:
                error = CellError("too_many_cells", columns=len(self.table.header))
                self._add_error(found, at, "", value, error)
        if self.table.cut_off_row_no is not None:
            at = _position(found.numbers, self.table.cut_off_row_no)
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


def _position(numbers: Sequence[int], row_no: int) -> int | None:
    try:
        return numbers.index(row_no)
    except ValueError:
        return None


def _spooled(texts: Sequence[str]) -> Sequence[str]:
    """Text cells for the spool: trimmed, escaped, null when empty."""
    joined = "".join(texts)
    if any(mark in joined for mark in _BREAKS):
        return [escaped(text.strip()) for text in texts]
    trimmed = list(map(str.strip, texts))
    return [text or NULL for text in trimmed] if "" in trimmed else trimmed
