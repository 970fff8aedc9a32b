"""Which rows of a table are transactions: not totals, not balances, not the headings again."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from carmsvc.platform.tables import Chunk, Table
from statements.layouts.context import ReadingContext
from statements.layouts.fields import DATE_FIELDS
from statements.layouts.profiles import MappingProfile
from statements.layouts.totals import Figures, label_of

_BALANCES = frozenset({"opening_balance", "total_payable"})


class Sieve:
    """Lets the transactions of one table through and notes the figures that other rows state."""

    def __init__(
        self,
        table: Table,
        profile: MappingProfile,
        at: Mapping[str, int],
        context: ReadingContext,
        figures: Figures,
        figure_of: Callable[[int, list[str]], Decimal | None],
    ) -> None:
        self.table, self.kind, self.at = table, profile.kind, at
        self.figures, self.figure_of = figures, figure_of
        self.repairs = sorted((row, head, text) for (row, head), text in context.repairs.items())

    def transactions(self, chunk: Chunk) -> tuple[Sequence[int], list[list[str]]]:
        """The rows with repairs applied, without totals and repeated headings."""
        rows = chunk.rows
        self._repair(chunk.row_numbers, rows)
        suspects = self._labelled_rows(rows) | self._balance_rows(rows)
        out = {at for at in suspects if self._is_no_transaction(chunk.row_numbers[at], rows[at])}
        if not out:
            return chunk.row_numbers, rows
        kept = [at for at in range(len(rows)) if at not in out]
        return [chunk.row_numbers[at] for at in kept], [rows[at] for at in kept]

    def _labelled_rows(self, rows: list[list[str]]) -> set[int]:
        """Positions of rows that do not begin as transactions do."""
        firsts = [row[0] for row in rows]
        if "" not in firsts and "".join(firsts).isdigit():
            return set()
        odd = {first for first in set(firsts) if self._may_be_no_transaction(first)}
        return {at for at, first in enumerate(firsts) if first in odd} if odd else set()

    def _balance_rows(self, rows: list[list[str]]) -> set[int]:
        """Positions of rows whose type is a balance, which some exports give a date."""
        if "transaction_type" not in self.at:
            return set()
        at = self.at["transaction_type"]
        kinds = [row[at] for row in rows]
        balances = {kind for kind in set(kinds) if label_of(kind.strip()) in _BALANCES}
        return {at for at, kind in enumerate(kinds) if kind in balances} if balances else set()

    def _repair(self, numbers: Sequence[int], rows: list[list[str]]) -> None:
        """Put the values a person confirmed in the place of those in the file."""
        if not numbers:
            return
        start = bisect_left(self.repairs, (numbers[0],))
        end = bisect_left(self.repairs, (numbers[-1] + 1,))
        for row_no, column, value in self.repairs[start:end]:
            at = position_of(numbers, row_no)
            if at is not None and column in self.table.header:
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
        where, figure = self._label(row)
        if figure is None:
            return False
        if figure:
            self._note_figure(figure, row_no, row, where)
        return True

    def _label(self, row: list[str]) -> tuple[int, str | None]:
        """Where a row says that it is a total, and of what; None if it is a transaction."""
        if self._filled(row, ("transaction_no",)):
            return 0, None
        kind = self.at.get("transaction_type", 0)
        if label_of(row[kind].strip()) in _BALANCES:
            return kind, label_of(row[kind].strip())
        where = next((at for at, cell in enumerate(row) if cell.strip()), 0)
        is_dated = self._filled(row, DATE_FIELDS[self.kind], but=where)
        return where, None if is_dated else label_of(row[where].strip())

    def _filled(self, row: list[str], names: Sequence[str], but: int = -1) -> bool:
        """Whether any of some fields holds something that is no label."""
        places = {self.at[name] for name in names if name in self.at} - {but}
        return any(row[at].strip() and label_of(row[at].strip()) is None for at in places)

    def _note_figure(self, figure: str, row_no: int, row: list[str], where: int) -> None:
        """A figure stands in the amount columns, else in the last cell of its row."""
        amount = self.figure_of(row_no, row)
        if amount is not None:
            self.figures.note(figure, amount, row_no)
            return
        last = next((cell for cell in reversed(row[where + 1 :]) if cell.strip()), "")
        if last:
            self.figures.note_text(figure, last, row_no)


def position_of(numbers: Sequence[int], row_no: int) -> int | None:
    """Where a row stands among sorted row numbers."""
    at = bisect_left(numbers, row_no)
    return at if at < len(numbers) and numbers[at] == row_no else None
