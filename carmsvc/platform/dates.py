"""Days and instants: the two different day counts of customs law, and Toronto's clock.

A *weekday* is Monday to Friday and includes a holiday that falls on it; a *business day* is any
day but Saturday and a holiday (SOR/86-1062, s. 2). The two never share a function.
"""

from calendar import monthrange
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

TORONTO = ZoneInfo("America/Toronto")
SATURDAY, SUNDAY = 5, 6
YEARS = range(1900, 2101)  # whose holidays the library knows
PROVINCES = frozenset(
    ("AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT")
)


def toronto_day(instant: datetime) -> date:
    """The calendar day in Toronto at an aware instant; CBSA's cut-offs are Eastern."""
    return instant.astimezone(TORONTO).date()


def today_in_toronto() -> date:
    """Today in Toronto. Rules never call this; doors do and pass the day on."""
    return toronto_day(datetime.now(UTC))


def is_weekday(day: date) -> bool:
    """Monday to Friday, holidays included (SOR/86-1062, s. 2)."""
    return day.weekday() < SATURDAY


def nth_weekday_after(day: date, count: int) -> date:
    """The count-th weekday after a day, the day itself not counted. Needs count >= 1."""
    if count < 1:
        raise ValueError("count starts at 1")
    while count:
        day += timedelta(days=1)
        count -= is_weekday(day)
    return day


def is_holiday(day: date, province: str = "", further: Collection[date] = ()) -> bool:
    """A holiday of the Interpretation Act, s. 35(1): every Sunday and the listed federal days.

    With a province (two letters) its own public holidays count too; `further` adds days that
    were proclaimed or that the CBSA announced. Raises ValueError for a province there is not.
    """
    if day.weekday() == SUNDAY or day in further:
        return True
    return day in _listed_holidays(day.year) or day in _holidays_of(province, day.year)


def is_business_day(day: date, province: str = "", further: Collection[date] = ()) -> bool:
    """Any day but a Saturday and a holiday (SOR/86-1062, s. 2)."""
    return day.weekday() != SATURDAY and not is_holiday(day, province, further)


def nth_business_day_after(
    day: date, count: int, province: str = "", further: Collection[date] = ()
) -> date:
    """The count-th business day after a day, the day itself not counted. Needs count >= 1."""
    if count < 1:
        raise ValueError("count starts at 1")
    while count:
        day += timedelta(days=1)
        count -= is_business_day(day, province, further)
    return day


def next_day_that_is_no_holiday(
    day: date, province: str = "", further: Collection[date] = ()
) -> date:
    """Where a time limit that ends on a holiday ends in law (Interpretation Act, s. 26).

    A Saturday is not a holiday, so it does not move.
    """
    while is_holiday(day, province, further):
        day += timedelta(days=1)
    return day


@cache
def _holidays_of(province: str, year: int) -> frozenset[date]:
    """A province's own public holidays, beside the federal ones; Boxing Day is not in the Act."""
    if not province:
        return frozenset()
    if province not in PROVINCES:
        raise ValueError(f"{province} is no province or territory of Canada")
    listed = holidays.country_holidays(
        "CA", subdiv=province, years=year, observed=False, language="en_CA"
    )
    return frozenset(day for day, name in listed.items() if "Boxing Day" not in name)


@cache
def _listed_holidays(year: int) -> frozenset[date]:
    """The named days of s. 35(1) in a year, on their own dates, without substitutes."""
    if year not in YEARS:
        raise ValueError(f"holidays are known from {YEARS[0]} to {YEARS[-1]}, not of {year}")
    federal = holidays.country_holidays("CA", years=year, observed=False, language="en_CA")
    not_in_the_act = {"Boxing Day"}
    listed = {day for day, name in federal.items() if name not in not_in_the_act}
    good_friday = next(day for day, name in federal.items() if name == "Good Friday")
    always = {date(year, 9, 30), date(year, 11, 11), good_friday + timedelta(days=3)}
    thanksgiving = nth_weekday_of_month(year, 10, weekday=0, nth=2)  # as proclaimed
    return frozenset(listed | always | {thanksgiving, _victoria_day(year), _canada_day(year)})


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def nth_weekday_of_month(year: int, month: int, *, weekday: int, nth: int) -> date:
    """The nth given weekday (Monday is 0) of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _victoria_day(year: int) -> date:
    """The Monday before 25 May (Interpretation Act, s. 35(1), Holidays Act)."""
    before = date(year, 5, 24)
    return before - timedelta(days=before.weekday())


def _canada_day(year: int) -> date:
    """1 July, or 2 July where that is a Sunday (Holidays Act, s. 2)."""
    first = date(year, 7, 1)
    return first + timedelta(days=first.weekday() == SUNDAY)
