"""What a billing period cost by component, what it means for security, and what is to come.

Sources: the securities of release prior to payment as in `statements.rules.security`. The
highest month counts duties and taxes with GST; interest and penalties are left out of it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from statements.rules.billing import period_end, period_ending
from statements.rules.rulebook import Rulebook
from statements.rules.security import CENT, MONTHS_LOOKED_AT, ZERO, Form

# column of the page -> the components that it adds up
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "duty": ("duty",),
    "sima": ("sima",),
    "surtax": ("surtax", "safeguard"),
    "excise": ("excise_duty", "excise_tax"),
    "gst": ("gst", "pst_hst"),
    "interest": ("interest",),
    "penalty": ("penalty",),
    "unsplit": ("unsplit",),
}
NOT_DUTIES_OR_TAXES = ("interest", "penalty")
LEVELS = ("notice", "warning", "full")


@dataclass(frozen=True)
class Month:
    """What one billing period charged (CAD): by column, adding up to the total to the cent."""

    last: date
    columns: Mapping[str, Decimal]

    @property
    def total(self) -> Decimal:
        return sum(self.columns.values(), ZERO)

    @property
    def duties_and_taxes(self) -> Decimal:
        """Without interest and penalties, zero at least: what security is measured by."""
        besides = sum((self.columns[name] for name in NOT_DUTIES_OR_TAXES), ZERO)
        return max(self.total - besides, ZERO)


def month(last: date, total: Decimal, components: Mapping[str, Decimal]) -> Month:
    """A period's charges in columns; what no component tells of the total stands as "unsplit"."""
    told = {**components, "unsplit": total - sum(components.values(), ZERO)}
    columns = {
        column: sum((told.get(name, ZERO) for name in names), ZERO)
        for column, names in COLUMNS.items()
    }
    return Month(last, columns)


def periods_looked_at(today: date) -> list[date]:
    """The last days of the twelve newest billing periods that are over, the oldest first."""
    ends = [period_end(today)]
    while len(ends) <= MONTHS_LOOKED_AT:
        ends.append(_before(ends[-1]))
    return ends[:0:-1]


def periods_within(first: date, last: date) -> list[date]:
    """The last days of the billing periods that ended from a day to a day, the oldest first.

    Twelve for the twelve months of a review: a period stands for the month in which it ended.
    """
    ends = [period_end(first)]
    while _after(ends[-1]) <= last:
        ends.append(_after(ends[-1]))
    return ends


def periods_since(review_last: date, today: date) -> list[date]:
    """The last days of the periods that no review has looked at yet, the running one included."""
    return periods_within(date.fromordinal(review_last.toordinal() + 1), period_end(today))


def periods_to_come(today: date) -> list[date]:
    """The last days of the period just over, of the running and of the coming one."""
    running = period_end(today)
    return [_before(running), running, _after(running)]


def _before(last: date) -> date:
    first = period_ending(last).first
    return date(first.year, first.month, last.day)


def _after(last: date) -> date:
    return period_end(date.fromordinal(last.toordinal() + 1))


def form_that_counts(forms: Collection[str]) -> Form:
    """By which form the requirement is measured: in cash as soon as a part is given in cash.

    How the CBSA counts an account with both was found nowhere; the stricter one is taken.
    """
    return Form.CASH if Form.CASH.value in forms else Form.BOND


@dataclass(frozen=True)
class Pattern:
    """What the periods before tell of the next one (CAD); no promise."""

    mean: Decimal
    highest: Decimal
    count: int


def pattern(months: Collection[Month]) -> Pattern | None:
    """The mean and the highest total of the periods that are known; None without any."""
    totals = [one.total for one in months]
    if not totals:
        return None
    mean = (sum(totals, ZERO) / len(totals)).quantize(CENT, ROUND_HALF_UP)
    return Pattern(mean, max(totals), len(totals))


def level(need: Decimal, posted: Decimal, on: date, rulebook: Rulebook) -> str:
    """The highest threshold that the requirement reaches: notice, warning, full; "" for none.

    Where something is required and nothing is posted, it is full.
    """
    if not need:
        return ""
    if not posted:
        return "full"
    used = need / posted * 100
    reached = [
        name
        for name in LEVELS
        if rulebook.find("security_alert", on, name)
        and used >= rulebook.decimal("security_alert", on, name)
    ]
    return reached[-1] if reached else ""


def has_risen(before: str, now: str) -> bool:
    """Whether one level ("" for none) lies above another."""
    order = ("", *LEVELS)
    return order.index(now) > order.index(before)
