"""Read a whole table by a profile: valid rows to the spool, every problem to the list.

Memory is bounded: rows go by in chunks, and problems are listed up to a limit and counted beyond.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import BinaryIO

from carmsvc.platform.tables import Table
from statements.layouts.columns import from_cents
from statements.layouts.context import ReadingContext
from statements.layouts.fields import COLUMNS, FileKind
from statements.layouts.headings import is_header
from statements.layouts.problems import RowError, RowWarning
from statements.layouts.profiles import MappingProfile
from statements.layouts.rows import ChunkRows, RowReader
from statements.layouts.spool import write_rows
from statements.layouts.totals import StatedTotals

__all__ = [
    "FileKind",
    "Reading",
    "ReadingContext",
    "RowError",
    "RowWarning",
    "StatedTotals",
    "is_header",
    "read_table",
]


@dataclass(frozen=True)
class Reading:
    """What a table holds. Totals are in CAD, debit positive, over the rows without an error."""

    rows: int  # transactions read, right or wrong
    amount_total: Decimal
    totals_by_type: dict[str, tuple[int, Decimal]]  # "" where a ledger states no type
    errors: list[RowError]
    error_count: int
    warnings: list[RowWarning]
    warning_count: int
    stated: StatedTotals
    columns: tuple[str, ...]  # of the spool


@dataclass
class _Tally:
    """Adds up chunk after chunk."""

    max_listed: int
    rows: int = 0
    cents_by_type: dict[str, list[int]] = field(default_factory=dict)  # type -> [count, cents]
    errors: list[RowError] = field(default_factory=list)
    warnings: list[RowWarning] = field(default_factory=list)
    error_count: int = 0
    warning_count: int = 0

    def add(self, found: ChunkRows) -> None:
        self.rows += len(found.numbers)
        self.add_problems(found.errors, found.warnings)
        pairs = zip(found.types, found.cents, strict=True)
        if found.bad:
            pairs = (pair for at, pair in enumerate(pairs) if at not in found.bad)  # type: ignore[assignment]
        by_type = self.cents_by_type
        for kind, cents in pairs:
            try:
                total = by_type[kind]
            except KeyError:
                total = by_type[kind] = [0, 0]
            total[0] += 1
            total[1] += cents

    def add_problems(self, errors: list[RowError], warnings: list[RowWarning]) -> None:
        self.error_count += len(errors)
        self.warning_count += len(warnings)
        self.errors += errors[: self.max_listed - len(self.errors)]
        self.warnings += warnings[: self.max_listed - len(self.warnings)]


def read_table(
    table: Table,
    profile: MappingProfile,
    context: ReadingContext,
    spool: BinaryIO,
    on_progress: Callable[[int], None],
) -> Reading:
    """Read every row; valid ones go to `spool` as COPY text in the order of `columns`.

    `on_progress` hears the number of rows read so far. If there is an error, the caller throws
    the spool away: half a statement cannot tie out. Raises `FileRefused`.
    """
    reader = RowReader(table, profile, context)
    columns = COLUMNS[profile.kind]
    tally = _Tally(context.max_errors)
    for row_no, cells in table.preamble:
        reader.figures.note_title_row(row_no, cells)
    for chunk in table.chunks():
        found = reader.read(chunk)
        write_rows(spool, found.in_order(columns), found.bad)
        tally.add(found)
        on_progress(tally.rows)
    tally.add_problems([], reader.figures.warnings)
    return _reading(tally, reader.figures.stated(), columns)


def _reading(tally: _Tally, stated: StatedTotals, columns: tuple[str, ...]) -> Reading:
    totals = {kind: (n, from_cents(cents)) for kind, (n, cents) in tally.cents_by_type.items()}
    return Reading(
        rows=tally.rows,
        amount_total=sum((amount for _, amount in totals.values()), Decimal("0.00")),
        totals_by_type=dict(sorted(totals.items())),
        errors=tally.errors,
        error_count=tally.error_count,
        warnings=tally.warnings,
        warning_count=tally.warning_count,
        stated=stated,
        columns=columns,
    )
