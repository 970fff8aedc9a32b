"""When people are told, and when they are left in peace."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.rules.telling import may_write_at, reached

TORONTO = ZoneInfo("America/Toronto")
THRESHOLDS = (10, 5, 2, 0, -1, -7)


@pytest.mark.parametrize(
    ("days_left", "threshold"),
    [
        (11, None), (10, 10), (9, 10), (5, 5), (3, 5), (2, 2), (1, 2), (0, 0), (-1, -1), (-3, -1),
        (-7, -7), (-30, -7),
    ],
)  # fmt: skip
def test_what_counts_is_the_tightest_threshold_reached(days_left: int, threshold: int | None):
    assert reached(days_left, THRESHOLDS) == threshold


@given(days=st.lists(st.integers(-20, 20), min_size=2, max_size=30))
def test_as_the_day_comes_nearer_a_threshold_is_never_taken_back(days: list[int]):
    told = [reached(left, THRESHOLDS) for left in sorted(days, reverse=True)]

    seen = [one for one in told if one is not None]
    assert seen == sorted(seen, reverse=True)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TORONTO)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-11-23T12:00", "2026-11-23T12:00"),  # Monday noon
        ("2026-11-23T06:59", "2026-11-23T07:00"),
        ("2026-11-23T07:00", "2026-11-23T07:00"),
        ("2026-11-23T19:00", "2026-11-24T07:00"),
        ("2026-11-27T18:59", "2026-11-27T18:59"),  # Friday
        ("2026-11-27T23:00", "2026-11-30T07:00"),  # to Monday
        ("2026-11-28T12:00", "2026-11-30T07:00"),  # Saturday
    ],
)
def test_a_letter_waits_for_the_end_of_the_quiet_time(now: str, then: str):
    assert may_write_at(at(now), time(19), time(7), True) == at(then)


def test_quiet_hours_in_the_middle_of_the_day():
    assert may_write_at(at("2026-11-23T12:30"), time(12), time(13), False) == at("2026-11-23T13:00")
    assert may_write_at(at("2026-11-23T13:00"), time(12), time(13), False) == at("2026-11-23T13:00")


def test_two_equal_times_mean_no_quiet_hours():
    assert may_write_at(at("2026-11-28T03:00"), time(0), time(0), False) == at("2026-11-28T03:00")


@given(
    moment=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),
    quiet_from=st.times(),
    quiet_until=st.times(),
    weekends=st.booleans(),
)
def test_a_letter_never_waits_longer_than_a_weekend_and_never_goes_in_a_quiet_time(
    moment: datetime, quiet_from: time, quiet_until: time, weekends: bool
):
    moment = moment.replace(tzinfo=UTC)
    quiet_from, quiet_until = (
        quiet_from.replace(second=0, microsecond=0),
        quiet_until.replace(second=0, microsecond=0),
    )

    then = may_write_at(moment, quiet_from, quiet_until, weekends)

    assert moment <= then <= moment + timedelta(days=4)
    assert may_write_at(then, quiet_from, quiet_until, weekends) == then
