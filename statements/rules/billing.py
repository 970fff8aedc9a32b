"""When CARM bills and when it must be paid: billing periods, statement days, due dates.

Sources: Accounting for Imported Goods and Payment of Duties Regulations (SOR/86-1062), s. 2,
7.5, 10, 10.1, 10.3; CBSA, "Managing commercial import accounts" (statement on the 25th).
"""

from dataclasses import dataclass
from datetime import date, timedelta

from carmsvc.platform.dates import (
    next_day_that_is_no_holiday,
    nth_business_day_after,
    nth_weekday_after,
)

LAST_DAY_OF_PERIOD = 17
STATEMENT_DAY = 25
PAYMENT_WEEKDAYS = 10
ACCOUNTING_BUSINESS_DAYS = 5


@dataclass(frozen=True, order=True)
class BillingPeriod:
    """Goods released from the first to the last day, both included, are billed together."""

    first: date
    last: date


def billing_period(released_on: date) -> BillingPeriod:
    """The commercial billing period a release falls in: the 18th to the next 17th.

    Source: SOR/86-1062, s. 10.1. The release day decides, not the accounting day.
    """
    return period_ending(period_end(released_on))


def period_end(day: date) -> date:
    """The 17th that ends the commercial billing period in which a day falls."""
    if day.day <= LAST_DAY_OF_PERIOD:
        return day.replace(day=LAST_DAY_OF_PERIOD)
    return _month_after(day).replace(day=LAST_DAY_OF_PERIOD)


def period_ending(last: date) -> BillingPeriod:
    """The billing period that ends on a 17th; raises ValueError on another day."""
    if last.day != LAST_DAY_OF_PERIOD:
        raise ValueError("A billing period ends on the 17th.")
    month_before = last.replace(day=1) - timedelta(days=1)
    return BillingPeriod(month_before.replace(day=LAST_DAY_OF_PERIOD + 1), last)


def statement_on(period: BillingPeriod) -> date:
    """The day the CBSA issues the statement: the 25th, a calendar day without shift."""
    return period.last.replace(day=STATEMENT_DAY)


def payment_due_on(period: BillingPeriod) -> date:
    """The last day to pay, reminders' date: the 10th weekday after the period ends.

    Source: SOR/86-1062, s. 10.1 and s. 2: a weekday includes a holiday that falls on it.
    """
    return nth_weekday_after(period.last, PAYMENT_WEEKDAYS)


def last_lawful_day(period: BillingPeriod) -> date:
    """The due date, or the next day that is no holiday (Interpretation Act, s. 26)."""
    return next_day_that_is_no_holiday(payment_due_on(period))


def is_past_due(due_on: date | None, today: date) -> bool:
    """Whether a payment due on a day comes too late: where that day is a holiday, the next day
    that is none is still in time (Interpretation Act, R.S.C. 1985, c. I-21, s. 26).
    """
    return due_on is not None and next_day_that_is_no_holiday(due_on) < today


def cad_due_on(released_on: date) -> date:
    """The last day for the accounting declaration to be accepted: five business days.

    Source: SOR/86-1062, s. 10; the release day is day 0.
    """
    return nth_business_day_after(released_on, ACCOUNTING_BUSINESS_DAYS)


def _month_after(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
