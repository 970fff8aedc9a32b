"""The two day counts of customs law, and what a holiday is (Interpretation Act, s. 35(1))."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carmsvc.platform.dates import (
    is_business_day,
    is_holiday,
    is_weekday,
    months_after,
    next_day_that_is_no_holiday,
    nth_business_day_after,
    nth_weekday_after,
)

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


def named_holidays(year: int, province: str = "") -> list[str]:
    """The holidays of a year that are no Sundays, as month and day."""
    days = (date(year, 1, 1) + timedelta(days=at) for at in range(366))
    found = (day for day in days if day.year == year and is_holiday(day, province))
    return [day.isoformat()[5:] for day in found if day.weekday() != 6]


def test_the_holidays_of_2026():
    assert named_holidays(2026) == [
        "01-01", "04-03", "04-06", "05-18", "07-01", "09-07", "09-30", "10-12", "11-11", "12-25",
    ]  # fmt: skip


def test_the_national_day_for_truth_and_reconciliation_and_easter_monday_are_in_the_act():
    assert is_holiday(date(2025, 9, 30)) and is_holiday(date(2025, 4, 21))


def test_boxing_day_and_the_august_civic_holiday_are_not_in_the_act():
    assert not is_holiday(date(2025, 12, 26)) and not is_holiday(date(2026, 8, 3))


def test_canada_day_on_a_sunday_is_kept_on_the_monday():
    """Holidays Act, s. 2(2); other holidays have no substitute."""
    assert "07-02" in named_holidays(2029)
    assert nth_business_day_after(date(2029, 6, 28), 2) == date(2029, 7, 3)
    assert "12-27" not in named_holidays(2026)


def test_family_day_is_ontarios_and_not_quebecs():
    assert set(named_holidays(2026, "ON")) - set(named_holidays(2026)) >= {"02-16"}
    assert "02-16" not in named_holidays(2026, "QC")


@pytest.mark.parametrize("count", [0, -1])
def test_a_count_starts_at_one(count: int):
    for nth_day_after in (nth_weekday_after, nth_business_day_after):
        with pytest.raises(ValueError, match="starts at 1"):
            nth_day_after(date(2026, 1, 1), count)


@pytest.mark.parametrize("year", [1899, 2101])
def test_holidays_of_a_year_that_nobody_lists_are_refused_not_guessed(year: int):
    with pytest.raises(ValueError, match=f"from 1900 to 2100, not of {year}"):
        is_holiday(date(year, 12, 25 if date(year, 12, 25).weekday() != 6 else 26))


@given(day=DAYS, count=st.integers(1, 30))
def test_the_count_with_holidays_left_out_never_ends_sooner(day: date, count: int):
    weekday, business = nth_weekday_after(day, count), nth_business_day_after(day, count)

    assert is_weekday(weekday) and is_business_day(business)
    assert day < weekday <= business


@given(day=DAYS)
def test_a_limit_moves_forward_to_the_first_day_that_is_no_holiday(day: date):
    moved = next_day_that_is_no_holiday(day)

    assert not is_holiday(moved)
    assert all(is_holiday(day + timedelta(days=at)) for at in range((moved - day).days))


def test_a_month_without_the_day_ends_on_its_last():
    assert months_after(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_after(date(2027, 11, 30), 3) == date(2028, 2, 29)
