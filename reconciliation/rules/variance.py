"""Interest on a statement worked out again: what amounts paid late should have cost in its period.

Sources: Customs Act, s. 33.4 (from the day after the due date to the day it is paid), s. 3.1
(compounded daily). On which day the CBSA writes interest on a statement is published nowhere: here
it is what grew from the first to the last day of the billing period, so the days of no two
statements overlap.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from statements.rules.interest import Stretch, interest
from statements.rules.rulebook import Rulebook

ZERO = Decimal("0.00")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Late:
    """An amount (CAD) that was due on a day and cleared on a later one; None while it is open."""

    amount: Decimal
    due_on: date
    cleared_on: date | None


@dataclass(frozen=True)
class Accrued:
    """What a late amount cost in the period (CAD), and the stretches of days it was counted."""

    late: Late
    interest: Decimal
    stretches: tuple[Stretch, ...]

    @property
    def days(self) -> int:
        return sum(one.days for one in self.stretches)


def accrued(
    lates: Iterable[Late], first: date, last: date, rulebook: Rulebook
) -> tuple[Accrued, ...]:
    """What late amounts cost from a day to a day, both included; none for those that cost nothing.

    Raises `NoSuchValue` naming the first quarter without a rate.
    """
    found = (_accrued(one, first, last, rulebook) for one in lates)
    return tuple(one for one in found if one.days)


def _accrued(late: Late, first: date, last: date, rulebook: Rulebook) -> Accrued:
    """The growth of the whole debt until the end of the period, less that until its start."""
    before = max(late.due_on, first - DAY)
    until = min(late.cleared_on or last, last)
    if until <= before:
        return Accrued(late, ZERO, ())
    grown = interest(late.amount, late.due_on, until, rulebook).interest
    grown -= interest(late.amount, late.due_on, before, rulebook).interest
    within = interest(late.amount, before, until, rulebook).stretches
    return Accrued(late, grown, within)
