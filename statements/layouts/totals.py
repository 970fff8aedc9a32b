"""The rows of a table that are no transactions: totals, balances and repeated headings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from statements.layouts.problems import CellError, RowWarning
from statements.layouts.readers import to_cents
from statements.layouts.synonyms import FIGURE_BY_LABEL
from statements.layouts.wording import normalise

_LONGEST_LABEL = 60


@dataclass(frozen=True)
class StatedTotals:
    """Figures that the file itself states, in CAD, and the rows they stand in."""

    opening_balance: Decimal | None = None
    total_payable: Decimal | None = None
    activity: Decimal | None = None
    rows: Mapping[str, int] = field(default_factory=dict)


def label_of(cell: str) -> str | None:
    """The figure that a label names, "" for a total we do not use, None for any other text."""
    if not cell or len(cell) > _LONGEST_LABEL or cell[0].isdigit():
        return None
    return FIGURE_BY_LABEL.get(normalise(cell))


@dataclass
class Figures:
    """Collects stated figures; one that is stated twice differently is no figure at all."""

    decimal_mark: str
    found: dict[str, tuple[Decimal, int]] = field(default_factory=dict)
    contradicted: set[str] = field(default_factory=set)
    warnings: list[RowWarning] = field(default_factory=list)

    def note(self, figure: str, amount: Decimal, row_no: int) -> None:
        """Take in one stated figure (CAD)."""
        known = self.found.setdefault(figure, (amount, row_no))
        if known[0] != amount:
            self.contradicted.add(figure)
            params = {"figure": figure, "other_row": known[1]}
            self.warnings.append(
                RowWarning(row_no, "", f"{amount:f}", "stated_figure_differs", params)
            )

    def note_text(self, figure: str, text: str, row_no: int) -> None:
        """Take in one stated figure as text; warns when it cannot be read."""
        try:
            self.note(figure, to_cents(text, self.decimal_mark), row_no)
        except CellError:
            params = {"figure": figure}
            self.warnings.append(RowWarning(row_no, "", text, "stated_figure_not_readable", params))

    def note_title_row(self, row_no: int, cells: Sequence[str]) -> None:
        """Find figures in a title row: a label, then an amount beside it or after a colon."""
        for at, cell in enumerate(cells):
            label, _, after = cell.partition(":")
            figure = label_of(label.strip())
            if figure:
                beside = next((c for c in (after, *cells[at + 1 :]) if c.strip()), "")
                if any(map(str.isdigit, beside)):
                    self.note_text(figure, beside, row_no)

    def stated(self) -> StatedTotals:
        """What the file states without contradicting itself."""
        sure = {name: one for name, one in self.found.items() if name not in self.contradicted}
        amounts = {name: amount for name, (amount, _) in sure.items()}
        return StatedTotals(**amounts, rows={name: row for name, (_, row) in sure.items()})
