"""What it costs to pay late: interest compounded daily at dated rates, and the penalty.

Sources: Customs Act, s. 3.1 (compounded daily), s. 2(1) (specified rate = prescribed rate + 6
percentage points), s. 33.4(1) (from the day after the prescribed day to the day paid); SOR/86-1121,
s. 4 (a rate for each quarter). The divisor of the year and the rounding to the cent, half up at
the end, are not in the text: the divisor is a value of the rulebook.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import StrEnum

from statements.rules.rulebook import Rulebook

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


class Rate(StrEnum):
    """Which rate runs: the specified one on what is unpaid, the prescribed one where law says."""

    SPECIFIED = "specified"
    PRESCRIBED = "prescribed"


@dataclass(frozen=True)
class Stretch:
    """Days in a row at one rate: both ends included, in percent a year; relief runs at 0."""

    first: date
    last: date
    percent: Decimal
    quarter: str
    is_relief: bool = False

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Interest:
    """Interest on an amount (CAD), and the stretches of days it was counted over."""

    amount: Decimal
    days: int
    interest: Decimal
    stretches: tuple[Stretch, ...]


def quarter_of(on: date) -> str:
    """The calendar quarter of a day, as rates are published: 2026Q4."""
    return f"{on.year}Q{(on.month - 1) // 3 + 1}"


def rate_on(on: date, rulebook: Rulebook, rate: Rate = Rate.SPECIFIED) -> Decimal:
    """The rate in percent a year on a day; raises `NoSuchValue` naming a quarter without one."""
    prescribed = rulebook.decimal("prescribed_rate", on, quarter_of(on))
    if rate == Rate.PRESCRIBED:
        return prescribed
    return prescribed + rulebook.decimal("specified_rate_margin", on)


def interest(
    amount: Decimal,
    due_on: date,
    paid_on: date,
    rulebook: Rulebook,
    rate: Rate = Rate.SPECIFIED,
) -> Interest:
    """Interest on an amount unpaid at the end of its due date and paid on a later day.

    It runs from the day after the due date to the day of payment, both included; paid in time
    there is none. While relief from late payment is in force nothing runs, and no rate is needed.
    Raises `NoSuchValue` naming the first quarter that has no rate, and ValueError for an amount
    below zero.
    """
    if amount < ZERO:
        raise ValueError("Interest runs on an amount owed, not on a credit.")
    stretches = tuple(_stretches(due_on + timedelta(days=1), paid_on, rulebook, rate))
    with localcontext() as exact:
        exact.prec = 50  # thousands of days compound without losing a cent
        owed = amount
        for stretch in stretches:
            divisor = rulebook.integer("interest_divisor", stretch.first)
            owed *= (1 + stretch.percent / 100 / divisor) ** stretch.days
        grown = (owed - amount).quantize(CENT, ROUND_HALF_UP)
    return Interest(amount, max((paid_on - due_on).days, 0), grown, stretches)


def _stretches(first: date, last: date, rulebook: Rulebook, rate: Rate) -> Iterator[Stretch]:
    """The days from a day to a day, cut where the quarter, the rate or the relief changes."""
    start, current = first, None
    day = first
    while day <= last:
        now = _terms(day, rulebook, rate)
        if current is not None and now != current:
            yield _stretch(start, day - timedelta(days=1), current)
            start = day
        current = now
        day += timedelta(days=1)
    if current is not None:
        yield _stretch(start, last, current)


def _terms(on: date, rulebook: Rulebook, rate: Rate) -> tuple[str, Decimal, bool]:
    if rulebook.flag("relief_late_payment", on):
        return quarter_of(on), ZERO, True
    return quarter_of(on), rate_on(on, rulebook, rate), False


def _stretch(first: date, last: date, terms: tuple[str, Decimal, bool]) -> Stretch:
    quarter, percent, is_relief = terms
    return Stretch(first, last, percent, quarter, is_relief)


def late_payment_penalty(due_on: date, paid_on: date, rulebook: Rulebook) -> Decimal:
    """The flat penalty for a statement not paid by its due date (AMPS C336), in CAD; else 0.00."""
    first_late_day = due_on + timedelta(days=1)
    if paid_on <= due_on or rulebook.flag("relief_late_payment", first_late_day):
        return ZERO
    return rulebook.decimal("late_payment_penalty", first_late_day)


def late_accounting_penalty(due_on: date, accepted_on: date, rulebook: Rulebook) -> Decimal:
    """The flat penalty for one declaration accepted after its due date (AMPS C288), in CAD."""
    first_late_day = due_on + timedelta(days=1)
    if accepted_on <= due_on or rulebook.flag("relief_late_accounting", first_late_day):
        return ZERO
    return rulebook.decimal("late_accounting_penalty", first_late_day)
