"""Until when: the day of the event not counted, a Sunday or holiday moved, a Saturday not."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carmsvc.platform.dates import is_holiday
from reconciliation.rules.limitation import LIMITS, deadline_on, is_out_of_time

DAYS = st.dates(date(2010, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("basis", "event_on", "expected"),
    [
        ("s60", "2026-08-25", "2026-11-23"),
        ("s32_2", "2026-08-24", "2026-11-23"),  # day 90 is a Sunday
        ("s74", "2022-11-22", "2026-11-23"),  # four years end on a Sunday
        ("s74_1_c.11", "2022-11-22", "2026-11-23"),
        ("s74_1_c.1", "2025-11-22", "2026-11-23"),
        ("s74_chile", "2022-11-23", "2026-11-23"),
        ("claim_perishable", "2026-11-23", "2026-11-26"),
        ("claim_other", "2022-11-23", "2026-11-23"),
        ("short_quantity", "2022-11-23", "2026-11-23"),
        ("s59", "2022-11-23", "2026-11-23"),
        ("s59_after_correction", "2021-11-23", "2026-11-23"),
        ("s60_1", "2025-08-25", "2026-11-23"),
        ("s67", "2026-08-25", "2026-11-23"),
        ("s97_23", "2026-10-24", "2026-11-23"),
        ("sima_redetermination", "2026-08-25", "2026-11-23"),
        ("sima_appeal", "2026-08-25", "2026-11-23"),
        ("amps_corrective", "2026-08-25", "2026-11-23"),
        ("amps_minister", "2026-08-25", "2026-11-23"),  # not 30 days, as an old page said
        ("drawback", "2022-11-23", "2026-11-23"),
        ("s32_2_4", "2022-11-23", "2026-11-23"),
    ],
)
def test_the_last_day_for_each_basis(basis: str, event_on: str, expected: str):
    assert deadline_on(basis, date.fromisoformat(event_on)) == date.fromisoformat(expected)


def test_a_cusma_claim_has_four_years_not_one():
    assert deadline_on("s74_1_c.11", date(2025, 3, 3)) == date(2029, 3, 3)  # a Saturday


def test_a_saturday_does_not_move_and_a_holiday_does():
    assert deadline_on("s60", date(2026, 6, 14)) == date(2026, 9, 12)  # a Saturday
    assert deadline_on("s60", date(2026, 9, 26)) == date(2026, 12, 26)  # after Christmas


def test_four_years_from_a_leap_day_end_on_a_leap_day_and_one_year_on_the_28th():
    assert LIMITS["s74"].last_counted_day(date(2024, 2, 29)) == date(2028, 2, 29)
    assert LIMITS["s74_1_c.1"].last_counted_day(date(2024, 2, 29)) == date(2025, 2, 28)


def test_the_year_for_a_late_request_begins_when_the_90_days_are_over():
    noticed_on = date(2027, 12, 15)  # 90 days: 14 March 2028, over a leap day

    assert deadline_on("s60_1", noticed_on) == date(2029, 3, 14)
    assert deadline_on("s60_1", noticed_on) != date(2029, 3, 15)  # the year counted first


def test_the_last_day_is_in_time_and_the_next_is_not():
    assert not is_out_of_time("s60", date(2026, 8, 25), date(2026, 11, 23))
    assert is_out_of_time("s60", date(2026, 8, 25), date(2026, 11, 24))


def test_a_basis_nobody_knows_is_an_error():
    with pytest.raises(KeyError):
        deadline_on("s99", date(2026, 1, 1))


def test_every_basis_says_what_starts_it_and_where_it_is_written():
    for limit in LIMITS.values():
        assert limit.starts_with and limit.source
        assert limit.days or limit.years


@given(basis=st.sampled_from(sorted(LIMITS)), event_on=DAYS, later=st.integers(0, 60))
def test_a_deadline_is_never_on_a_sunday_or_holiday_and_never_comes_sooner_for_a_later_event(
    basis: str, event_on: date, later: int
):
    last = deadline_on(basis, event_on)

    assert not is_holiday(last)
    assert last >= LIMITS[basis].last_counted_day(event_on) > event_on
    assert deadline_on(basis, event_on + timedelta(days=later)) >= last
