"""Periods, statements, accounting and payment of each stream of goods, and why each day.

Sources: Accounting for Imported Goods and Payment of Duties Regulations, SOR/86-1062, s. 2, 7.1,
7.4, 7.5 (courier), 10, 10.1 (commercial), 10.3, 10.31 (CSA), 13 (provisional); Customs Act,
s. 32(1) (not in release prior to payment); CBSA, "Managing commercial import accounts";
Interpretation Act, s. 26. The streams share days, not functions: each has its own period and its
own accounting.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType

from carmsvc.platform.dates import (
    TORONTO,
    is_holiday,
    is_weekday,
    next_day_that_is_no_holiday,
    nth_business_day_after,
)
from statements.rules.billing import (
    ACCOUNTING_BUSINESS_DAYS,
    LAST_DAY_OF_PERIOD,
    PAYMENT_WEEKDAYS,
    STATEMENT_DAY,
    BillingPeriod,
    billing_period,
    payment_due_on,
    period_ending,
)
from statements.rules.explained import Step, step
from statements.rules.rulebook import Rulebook

COURIER_ACCOUNTING_DAY = 24
ELECTRONIC_CUT_OFF, CHEQUE_CUT_OFF = time(23, 59, 59), time(16)  # Eastern


class Stream(StrEnum):
    """How goods come in, which decides their period and their days."""

    COMMERCIAL = "commercial"
    CLVS = "clvs"
    CSA1 = "csa1"
    CSA2 = "csa2"
    CTC = "ctc"
    NOT_RPP = "not_rpp"


@dataclass(frozen=True)
class Dates:
    """The days of a release; None where the stream has no such day."""

    stream: Stream
    period: BillingPeriod | None
    statement_on: date | None
    cad_due_on: date | None
    payment_due_on: date
    last_lawful_day: date
    steps: tuple[Step, ...]


def dates_of(
    released_on: date,
    rulebook: Rulebook,
    stream: Stream = Stream.COMMERCIAL,
    *,
    province: str = "",
    low_value: bool = False,
) -> Dates:
    """Every day of a release with the reasons. The release day decides, not the accounting day.

    `low_value` chooses the accounting of CSA goods of low value (s. 10.31). Raises ValueError for
    a province there is not.
    """
    if stream == Stream.NOT_RPP:
        return _before_release(released_on)
    period = _PERIODS[stream](released_on)
    closing = _closing_day(stream, period)
    statement = closing.replace(day=STATEMENT_DAY)
    due, why_due = _payment_due(stream, period, closing, rulebook)
    lawful = next_day_that_is_no_holiday(due)
    cad, why_cad = _cad_due(stream, released_on, closing, due, rulebook, province, low_value)
    steps = (
        step("period", stream=stream.value, first=period.first, last=period.last),
        step("statement_on", on=statement),
        *why_cad,
        *why_due,
        *_roll("lawful_later", due, lawful),
        *((step("unverified_as_courier"),) if stream == Stream.CTC else ()),
        *_what_late_payment_costs(lawful, rulebook),
    )
    return Dates(stream, period, statement, cad, due, lawful, steps)


@dataclass(frozen=True)
class PaymentDays:
    """When a statement is to be paid: the day people are told, the last lawful one, and why."""

    due_on: date
    last_lawful_on: date
    steps: tuple[Step, ...]


def payment_days(period: BillingPeriod, rulebook: Rulebook) -> PaymentDays:
    """When the statement of a commercial period is to be paid: the day the CBSA published, else
    the 10th weekday after the 17th (SOR/86-1062, s. 10.1).
    """
    due, why = _payment_due(Stream.COMMERCIAL, period, period.last, rulebook)
    lawful = next_day_that_is_no_holiday(due)
    return PaymentDays(due, lawful, (*why, *_roll("lawful_later", due, lawful)))


def _before_release(released_on: date) -> Dates:
    steps = (step("before_release", on=released_on),)
    return Dates(Stream.NOT_RPP, None, None, released_on, released_on, released_on, steps)


def calendar_month(released_on: date) -> BillingPeriod:
    """The month of a release, as courier and CSA option 1 goods are billed."""
    first = released_on.replace(day=1)
    return BillingPeriod(first, _next_month(first) - timedelta(days=1))


_PERIODS: Mapping[Stream, Callable[[date], BillingPeriod]] = MappingProxyType(
    {
        Stream.COMMERCIAL: billing_period,
        Stream.CLVS: calendar_month,
        Stream.CSA1: calendar_month,
        Stream.CSA2: billing_period,
        Stream.CTC: calendar_month,
    }
)


def _closing_day(stream: Stream, period: BillingPeriod) -> date:
    """The 17th on which the cycle that bills a period ends."""
    if _PERIODS[stream] is billing_period:
        return period.last
    return _next_month(period.first).replace(day=LAST_DAY_OF_PERIOD)


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _payment_due(
    stream: Stream, period: BillingPeriod, closing: date, rulebook: Rulebook
) -> tuple[date, tuple[Step, ...]]:
    """The 10th weekday after the 17th, unless the CBSA published another day."""
    counted = payment_due_on(period_ending(closing))
    published = rulebook.find("payment_due_override", closing, f"{stream.value}/{closing}")
    if published:
        day = date.fromisoformat(published.value)
        return day, (step("published_due_date", on=day, source=published.source),)
    met = tuple(
        day
        for day in _days(closing + timedelta(days=1), counted)
        if is_weekday(day) and is_holiday(day)
    )
    why = step("tenth_weekday", closing=closing, on=counted, count=PAYMENT_WEEKDAYS, holidays=met)
    return counted, (why,)


def _cad_due(
    stream: Stream,
    released_on: date,
    closing: date,
    payment_due: date,
    rulebook: Rulebook,
    province: str,
    low_value: bool,
) -> tuple[date | None, tuple[Step, ...]]:
    if stream == Stream.COMMERCIAL:
        return _commercial_accounting(released_on, rulebook, province)
    if stream in (Stream.CLVS, Stream.CTC) or low_value:
        further = further_holidays(rulebook, released_on, province)
        nominal = closing.replace(day=COURIER_ACCOUNTING_DAY)
        due = next_day_that_is_no_holiday(nominal, province, further)
        costs = _what_late_accounting_costs(due, rulebook)
        moved = _roll("courier_later", nominal, due)
        return due, (step("courier_accounting", on=nominal), *moved, *costs)
    return payment_due, (step("accounting_with_payment", on=payment_due),)


def _commercial_accounting(
    released_on: date, rulebook: Rulebook, province: str
) -> tuple[date, tuple[Step, ...]]:
    """The fifth business day, the holidays met on the way, and what a later day costs."""
    due = cad_due_on(released_on, rulebook, province)
    further = further_holidays(rulebook, released_on, province)
    met = tuple(
        day
        for day in _days(released_on + timedelta(days=1), due)
        if is_weekday(day) and is_holiday(day, province, further)
    )
    facts = {"released_on": released_on, "on": due, "count": ACCOUNTING_BUSINESS_DAYS}
    without = cad_due_on(released_on, rulebook)
    return due, (
        step("five_business_days", **facts, holidays=met),
        *_of_the_province(due, without, province, rulebook),
        *_what_late_accounting_costs(due, rulebook),
    )


def cad_due_on(released_on: date, rulebook: Rulebook, province: str = "") -> date:
    """The last day for a commercial declaration to be accepted: five business days (s. 10)."""
    further = further_holidays(rulebook, released_on, province)
    return nth_business_day_after(released_on, ACCOUNTING_BUSINESS_DAYS, province, further)


def further_holidays(rulebook: Rulebook, on: date, province: str = "") -> frozenset[date]:
    """Holidays that somebody entered, and did not take back: everywhere (CA), for a province."""
    written = (one.key for one in rulebook.in_force("extra_holiday", on))
    entered = (key.partition("/") for key in written if rulebook.flag("extra_holiday", on, key))
    return frozenset(
        date.fromisoformat(day) for place, _, day in entered if place in ("CA", province)
    )


def provisional_payment_due_on(accounted_on: date, last_day_to_account: date) -> date:
    """When goods accounted for provisionally are paid (s. 13): the 10th weekday after the 17th
    of the month after the earlier of the accounting and the last day to account.
    """
    earlier = min(accounted_on, last_day_to_account).replace(day=1)
    return payment_due_on(period_ending(_next_month(earlier).replace(day=LAST_DAY_OF_PERIOD)))


def is_in_time(received_at: datetime, due_on: date, *, by_cheque: bool = False) -> bool:
    """Whether a payment that came at an instant is in time: 23:59 Eastern, a cheque 16:00."""
    local = received_at.astimezone(TORONTO)
    cut_off = CHEQUE_CUT_OFF if by_cheque else ELECTRONIC_CUT_OFF
    return local.date() < due_on or (local.date() == due_on and local.time() <= cut_off)


def _roll(code: str, nominal: date, lawful: date) -> tuple[Step, ...]:
    return () if lawful == nominal else (step(code, nominal=nominal, on=lawful),)


def _of_the_province(
    due: date, without: date, province: str, rulebook: Rulebook
) -> tuple[Step, ...]:
    """That nobody has verified whether the CBSA counts a province's holidays, where it matters."""
    if due == without or rulebook.flag("provincial_holidays_count", due):
        return ()
    return (step("province_not_verified", province=province, on=without),)


def _what_late_accounting_costs(due: date, rulebook: Rulebook) -> tuple[Step, ...]:
    """The penalty for each declaration after a day (AMPS C288, C292, C330), or its relief."""
    first_late_day = due + timedelta(days=1)
    if rulebook.flag("relief_late_accounting", first_late_day):
        return (step("late_accounting_relief", on=first_late_day),)
    penalty = rulebook.find("late_accounting_penalty", first_late_day)
    if penalty is None:
        return ()
    return (step("late_accounting_costs", amount=penalty.value, source=penalty.source),)


def _what_late_payment_costs(lawful: date, rulebook: Rulebook) -> tuple[Step, ...]:
    """Interest, and the penalty for a statement unpaid after a day (AMPS C336), or the relief."""
    first_late_day = lawful + timedelta(days=1)
    if rulebook.flag("relief_late_payment", first_late_day):
        return (step("late_payment_relief", on=first_late_day),)
    penalty = rulebook.find("late_payment_penalty", first_late_day)
    costs = step("late_payment_costs")
    if penalty is None:
        return (costs,)
    return costs, step("late_payment_penalty", amount=penalty.value, source=penalty.source)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=at) for at in range((last - first).days + 1)]
