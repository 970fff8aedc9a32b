"""The service-level clock: business hours, holidays, time zones, pauses."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from clients.rules.service_levels import (
    BadServiceLevels,
    ClockState,
    OfficeHours,
    Target,
    business_time_after,
    business_time_between,
    clock_state,
    due_after_pause,
    due_with_target,
    hours_from,
    targets_from,
)

TORONTO = ZoneInfo("America/Toronto")
HOURS = OfficeHours(province="ON")
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
SPANS = st.timedeltas(timedelta(minutes=1), timedelta(hours=90))


def at(text: str) -> datetime:
    """A moment in Toronto: `2026-11-23 10:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=TORONTO)


@pytest.mark.parametrize(
    ("asked", "hours", "due"),
    [
        ("2026-11-23 10:00", 4, "2026-11-23 14:00"),
        ("2026-11-23 10:00", 7, "2026-11-23 17:00"),  # the last minute of the day still counts
        ("2026-11-23 15:00", 4, "2026-11-24 10:30"),
        ("2026-11-20 16:00", 2, "2026-11-23 09:30"),  # over a weekend
        ("2026-11-21 12:00", 1, "2026-11-23 09:30"),  # asked on a Saturday
        ("2026-11-23 05:00", 1, "2026-11-23 09:30"),  # asked before we open
        ("2026-11-23 22:00", 1, "2026-11-24 09:30"),  # asked after we close
        ("2026-12-24 16:00", 2, "2026-12-28 09:30"),  # over Christmas and Sunday
        ("2026-02-13 16:00", 2, "2026-02-17 09:30"),  # over Ontario's Family Day
        ("2026-09-29 16:00", 2, "2026-10-01 09:30"),  # the 30th of September is in the Act
        ("2026-10-30 16:30", 1, "2026-11-02 09:00"),  # clocks go back in between
        ("2026-03-06 16:30", 1, "2026-03-09 09:00"),  # and forward
    ],
)
def test_a_promise_counts_business_hours_in_toronto(asked: str, hours: int, due: str) -> None:
    assert business_time_after(at(asked), timedelta(hours=hours), HOURS) == at(due)


def test_another_province_keeps_other_holidays() -> None:
    quebec = OfficeHours(province="QC")
    assert business_time_after(at("2026-06-23 16:00"), timedelta(hours=2), quebec) == at(
        "2026-06-25 09:30"
    )
    assert business_time_after(at("2026-06-23 16:00"), timedelta(hours=2), HOURS) == at(
        "2026-06-24 09:30"
    )


def test_a_moment_is_the_same_whatever_zone_it_is_told_in() -> None:
    asked = at("2026-11-23 15:00")
    tokyo = asked.astimezone(ZoneInfo("Asia/Tokyo"))
    span = timedelta(hours=4)
    assert business_time_after(tokyo, span, HOURS) == business_time_after(asked, span, HOURS)


@given(MOMENTS, SPANS)
def test_what_passes_until_a_promise_is_what_was_promised(start: datetime, span: timedelta) -> None:
    assert business_time_between(start, business_time_after(start, span, HOURS), HOURS) == span


@given(MOMENTS, SPANS)
def test_a_promise_is_due_in_business_hours(start: datetime, span: timedelta) -> None:
    due = business_time_after(start, span, HOURS)
    assert HOURS.works_on(due.date())
    assert HOURS.opens < due.timetz().replace(tzinfo=None) <= HOURS.closes


@given(MOMENTS, MOMENTS, SPANS)
def test_who_asks_later_is_not_promised_sooner(
    first: datetime, second: datetime, span: timedelta
) -> None:
    assume(first <= second)
    assert business_time_after(first, span, HOURS) <= business_time_after(second, span, HOURS)


@given(MOMENTS, SPANS, SPANS, SPANS)
def test_what_was_left_before_a_pause_is_left_after_it(
    start: datetime, span: timedelta, until_pause: timedelta, pause: timedelta
) -> None:
    due = business_time_after(start, span, HOURS)
    paused_at = business_time_after(start, until_pause, HOURS)
    resumed_at = paused_at + pause
    later = due_after_pause(due, paused_at, resumed_at, HOURS)
    if due <= paused_at:
        assert later == due  # what was over stays over
    else:
        left = business_time_between(paused_at, due, HOURS)
        assert business_time_between(resumed_at, later, HOURS) == left
        assert later >= due


@given(MOMENTS, SPANS, SPANS, SPANS)
def test_another_target_counts_what_was_used(
    start: datetime, earlier: timedelta, target: timedelta, used: timedelta
) -> None:
    due = business_time_after(start, earlier, HOURS)
    now = business_time_after(start, used, HOURS)
    assume(now <= due)
    later = due_with_target(due, now, earlier, target, HOURS)
    if target > used:
        assert business_time_between(start, later, HOURS) == target
    else:
        assert later == min(due, now)


def test_a_clock_runs_comes_near_breaks_and_stands() -> None:
    near, due = timedelta(hours=2), at("2026-11-23 16:00")
    told = [
        clock_state(due, at(f"2026-11-23 {hour}"), near, HOURS)
        for hour in ("13:59", "14:00", "16:00", "16:01")
    ]
    assert told == [ClockState.RUNS, ClockState.NEAR, ClockState.NEAR, ClockState.BREACHED]
    assert clock_state(None, at("2026-11-23 16:01"), near, HOURS) is ClockState.STANDS
    monday = at("2026-11-23 09:00")  # half an hour of business from Friday's close
    assert clock_state(monday, at("2026-11-20 17:00"), near, HOURS) is ClockState.NEAR


def test_settings_say_hours_and_targets() -> None:
    assert hours_from("09:00-17:30", "QC") == OfficeHours(time(9), time(17, 30), "QC")
    targets = targets_from(
        "normal=8/40 urgent=1/8 payment.urgent=1/4",
        frozenset({"payment"}),
        frozenset({"normal", "urgent"}),
    )
    hour = timedelta(hours=1)
    assert targets == {
        ("", "normal"): Target(8 * hour, 40 * hour),
        ("", "urgent"): Target(hour, 8 * hour),
        ("payment", "urgent"): Target(hour, 4 * hour),
    }


@pytest.mark.parametrize("text", ["", "9-17", "17:00-09:00", "09:00-09:00", "25:00-26:00"])
def test_hours_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(BadServiceLevels):
        hours_from(text)


@pytest.mark.parametrize(
    "text",
    ["", "normal=8", "normal=0/4", "normal=8/4", "strange=1/2 normal=8/40", "x.normal=1/2"],
)
def test_targets_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(BadServiceLevels):
        targets_from(text, frozenset({"payment"}), frozenset({"normal"}))
