"""How much security release prior to payment takes, and how much of it is used.

Sources: Customs Act, s. 33 and 35; SOR/86-1062, s. 9 and 11 (the Minister sets the amount);
Financial Security (Electronic Means) Regulations, SOR/2024-42, s. 5. The shares, the minimum and
the maximum are values of the rulebook. What nobody has verified: whether a month is the calendar's
or the cycle from the 18th to the 17th, the least deposit in cash, and an account without history.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from statements.rules.rulebook import NoSuchValue, Rulebook

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
MONTHS_LOOKED_AT = 12


class Form(StrEnum):
    """How security is given."""

    BOND = "bond"
    CASH = "cash"


def required(peak: Decimal, form: Form, on: date, rulebook: Rulebook) -> Decimal:
    """The security (CAD) for a highest month's duties and taxes, GST included.

    Half of it by bond, all of it in cash, between the least and the most of the rulebook; a least
    that the rulebook does not know sets no floor. Without any activity nothing is required.
    Raises ValueError for an amount below zero.
    """
    if peak < ZERO:
        raise ValueError("The highest month is an amount owed, zero or more.")
    if not peak:
        return ZERO
    share = rulebook.decimal(f"{form.value}_percent", on) / 100
    amount = (peak * share).quantize(CENT, ROUND_HALF_UP)
    if rulebook.find(f"{form.value}_minimum", on):
        amount = max(amount, rulebook.decimal(f"{form.value}_minimum", on))
    return min(amount, rulebook.decimal("security_maximum", on))


def peak_of(months: Mapping[date, Decimal]) -> Decimal:
    """The highest month (CAD) of those given by their last day; 0.00 without any."""
    return max([ZERO, *months.values()])


@dataclass(frozen=True)
class Headroom:
    """What is posted against what is required (CAD)."""

    required: Decimal
    posted: Decimal

    @property
    def headroom(self) -> Decimal:
        """What is posted beyond what is required; below zero it is the shortfall."""
        return self.posted - self.required

    @property
    def is_enough(self) -> bool:
        return self.posted >= self.required

    @property
    def used_percent(self) -> Decimal | None:
        """The required share of what is posted, in percent; None when nothing is posted."""
        if not self.posted:
            return None
        return (self.required / self.posted * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)


@dataclass(frozen=True)
class Review:
    """A yearly review: the twelve months that it looked at, both days included, and what follows.

    A requirement that it raised must be met by `comply_by`.
    """

    review_on: date
    first: date
    last: date
    comply_by: date


def review_before(on: date, rulebook: Rulebook) -> Review:
    """The yearly review on or before a day: the twelve months that end the day before it."""
    review_on = last_review_on(on, rulebook)
    first = review_on.replace(year=review_on.year - 1)
    return Review(
        review_on,
        first,
        date.fromordinal(review_on.toordinal() - 1),
        comply_by(review_on, rulebook),
    )


def reviews_between(first: date, last: date, rulebook: Rulebook) -> list[Review]:
    """The yearly reviews of a range of days; none of years for which the rulebook has no day."""
    found = []
    for year in range(first.year, last.year + 1):
        try:
            review = review_before(date(year, 12, 31), rulebook)
        except NoSuchValue:
            continue
        if first <= review.review_on <= last:
            found.append(review)
    return found


def last_review_on(on: date, rulebook: Rulebook) -> date:
    """The day of the yearly review on or before a day (20 October)."""
    month, day = rulebook.month_day("security_review_day", on)
    this_year = date(on.year, month, day)
    return this_year if this_year <= on else this_year.replace(year=on.year - 1)


def comply_by(review_on: date, rulebook: Rulebook) -> date:
    """The day by which a higher requirement must be met after a review (15 January)."""
    month, day = rulebook.month_day("security_compliance_day", review_on)
    return date(review_on.year + 1, month, day)
