"""Months by component, the window looked at, and what a coming peak would require."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statements.rules.forecast import (
    COLUMNS,
    Month,
    form_that_counts,
    has_risen,
    level,
    month,
    pattern,
    periods_looked_at,
    periods_since,
    periods_to_come,
    periods_within,
)
from statements.rules.rulebook import Rulebook
from statements.rules.security import Form, required

BOOK = Rulebook.starting()
ON, OCTOBER = date(2026, 11, 23), date(2026, 10, 17)
AMOUNTS = st.decimals(min_value=0, max_value=10**9, places=2)
SIGNED = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
NAMES = sorted({name for names in COLUMNS.values() for name in names} - {"unsplit"})


def charged(total: str, **components: str) -> Month:
    return month(OCTOBER, Decimal(total), {k: Decimal(v) for k, v in components.items()})


def test_components_are_put_in_columns_and_the_rest_stands_as_not_split():
    told = charged("100.00", duty="40.00", safeguard="5.00", surtax="10.00", gst="20.00")

    assert told.columns == {
        "duty": Decimal("40.00"),
        "sima": Decimal("0.00"),
        "surtax": Decimal("15.00"),
        "excise": Decimal("0.00"),
        "gst": Decimal("20.00"),
        "interest": Decimal("0.00"),
        "penalty": Decimal("0.00"),
        "unsplit": Decimal("25.00"),
    }


@given(SIGNED, st.dictionaries(st.sampled_from(NAMES), SIGNED))
def test_the_columns_add_up_to_the_total_to_the_cent(
    total: Decimal, components: dict[str, Decimal]
):
    assert month(OCTOBER, total, components).total == total


def test_security_is_measured_without_interest_and_penalties():
    told = charged("150.00", duty="100.00", interest="20.00", penalty="30.00")

    assert told.duties_and_taxes == Decimal("100.00")


def test_a_month_of_credits_asks_for_no_security():
    assert charged("-80.00", duty="-80.00").duties_and_taxes == Decimal("0.00")


def test_twelve_periods_that_are_over_are_looked_at():
    ends = periods_looked_at(ON)

    assert (len(ends), ends[0], ends[-1]) == (12, date(2025, 12, 17), date(2026, 11, 17))


def test_the_months_of_a_review_are_the_periods_that_ended_within_it():
    ends = periods_within(date(2025, 10, 20), date(2026, 10, 19))

    assert (len(ends), ends[0], ends[-1]) == (12, date(2025, 11, 17), OCTOBER)


def test_what_no_review_has_looked_at_ends_with_the_running_period():
    assert periods_since(date(2026, 10, 19), ON) == [date(2026, 11, 17), date(2026, 12, 17)]
    assert periods_since(date(2026, 10, 19), date(2026, 10, 20)) == [date(2026, 11, 17)]


def test_on_the_17th_its_period_still_runs():
    assert periods_looked_at(date(2026, 11, 17))[-1] == OCTOBER


def test_the_period_just_over_the_running_and_the_coming_one_are_to_come():
    assert periods_to_come(ON) == [date(2026, 11, 17), date(2026, 12, 17), date(2027, 1, 17)]


@pytest.mark.parametrize(
    ("forms", "counts"),
    [([], Form.BOND), (["bond"], Form.BOND), (["cash"], Form.CASH), (["bond", "cash"], Form.CASH)],
)
def test_a_part_in_cash_is_measured_in_cash(forms: list[str], counts: Form):
    assert form_that_counts(forms) == counts


@given(st.decimals(min_value="0.01", max_value=10**9, places=2))
def test_a_bond_lies_between_the_least_and_the_most(peak: Decimal):
    assert Decimal(5000) <= required(peak, Form.BOND, ON, BOOK) <= Decimal(10_000_000)


@pytest.mark.parametrize(
    ("need", "posted", "reached"),
    [
        ("0.00", "0.00", ""),
        ("5000.00", "0.00", "full"),
        ("7499.99", "10000.00", ""),
        ("7500.00", "10000.00", "notice"),
        ("9000.00", "10000.00", "warning"),
        ("10000.00", "10000.00", "full"),
    ],
)
def test_thresholds_are_the_rulebook_s(need: str, posted: str, reached: str):
    assert level(Decimal(need), Decimal(posted), ON, BOOK) == reached


def test_a_level_has_risen_only_above_the_one_before():
    assert [has_risen("", "notice"), has_risen("notice", "full")] == [True, True]
    assert [has_risen("full", "warning"), has_risen("notice", "notice")] == [False, False]


def test_the_pattern_is_the_mean_and_the_highest_of_the_months_known():
    found = pattern([charged("10.00"), charged("20.01")])

    assert found is not None
    assert (found.mean, found.highest, found.count) == (Decimal("15.01"), Decimal("20.01"), 2)


def test_without_months_there_is_no_pattern():
    assert pattern([]) is None
