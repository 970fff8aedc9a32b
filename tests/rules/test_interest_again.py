"""What late amounts should have cost within one billing period, to the cent."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.rules.variance import Late, accrued
from statements.rules.interest import interest
from statements.rules.rulebook import NoSuchValue, Rulebook
from tests.rules.test_interest import FLAT, rates

BOOK = rates(**FLAT)  # 8.5 % in every quarter
FIRST, LAST = date(2026, 2, 18), date(2026, 3, 17)
P, D = Decimal("10000.00"), date(2026, 1, 30)


def cost(late: Late, first: date = FIRST, last: date = LAST) -> Decimal:
    return sum((one.interest for one in accrued([late], first, last, BOOK)), Decimal("0.00"))


def test_what_was_cleared_in_time_or_before_the_period_costs_nothing_in_it():
    assert accrued([Late(P, D, D)], FIRST, LAST, BOOK) == ()
    assert accrued([Late(P, D, date(2026, 2, 17))], FIRST, LAST, BOOK) == ()
    assert accrued([Late(P, date(2026, 3, 31), None)], FIRST, LAST, BOOK) == ()


def test_what_is_cleared_within_the_period_costs_until_that_day():
    due_on = date(2026, 3, 3)

    [found] = accrued([Late(P, due_on, date(2026, 3, 13))], FIRST, LAST, BOOK)

    assert (found.days, found.interest) == (10, Decimal("23.31"))


def test_what_is_open_costs_until_the_end_of_the_period():
    due_on = date(2026, 3, 3)

    assert cost(Late(P, due_on, None)) == interest(P, due_on, LAST, BOOK).interest
    assert cost(Late(P, due_on, date(2026, 4, 1))) == cost(Late(P, due_on, None))


@given(
    days=st.integers(1, 27),
    amount=st.decimals(min_value="0.01", max_value=10**9, places=2),
    open_for=st.integers(0, 90),
)
def test_the_periods_that_follow_each_other_add_up_to_the_whole(
    days: int, amount: Decimal, open_for: int
):
    cut, cleared_on = FIRST + timedelta(days=days - 1), D + timedelta(days=open_for)
    late = Late(amount, D, cleared_on)

    parts = cost(late, D, cut) + cost(late, cut + timedelta(days=1), D + timedelta(days=120))

    assert parts == interest(amount, D, cleared_on, BOOK).interest


def test_days_of_relief_cost_nothing_and_are_told():
    [found] = accrued(
        [Late(P, date(2025, 12, 1), None)], date(2026, 1, 18), date(2026, 2, 17), BOOK
    )

    assert [(one.days, one.is_relief) for one in found.stretches] == [(13, True), (18, False)]
    assert found.interest == interest(P, date(2026, 1, 30), date(2026, 2, 17), BOOK).interest


def test_a_quarter_without_a_rate_is_named():
    with pytest.raises(NoSuchValue, match="2026Q1"):
        accrued([Late(P, D, None)], FIRST, LAST, Rulebook.starting())
