"""What it costs to pay late, to the cent; where no rate is known nothing is computed."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statements.rules.interest import (
    Rate,
    interest,
    late_accounting_penalty,
    late_payment_penalty,
    quarter_of,
)
from statements.rules.rulebook import DatedValue, NoSuchValue, Rulebook

ALWAYS = date(2020, 1, 1)
P = Decimal("10000.00")
D = date(2026, 1, 30)


def rates(**by_quarter: str) -> Rulebook:
    """A rulebook with these specified rates: the prescribed ones are six points lower."""
    return Rulebook.starting(
        DatedValue("prescribed_rate", quarter, str(Decimal(rate) - 6), ALWAYS, None, "a test")
        for quarter, rate in by_quarter.items()
    )


FLAT = {f"{year}Q{number}": "8.5" for year in range(2024, 2030) for number in (1, 2, 3, 4)}


@pytest.mark.parametrize(
    ("paid_on", "expected"),
    [
        (date(2026, 2, 20), "49.02"),  # 21 days; simple interest would give 48.90
        (date(2026, 1, 31), "2.33"),
        (date(2026, 3, 2), "72.44"),
        (D, "0.00"),
        (date(2026, 1, 1), "0.00"),
    ],
)
def test_interest_is_compounded_daily(paid_on: date, expected: str):
    """Worked examples of Customs Act, s. 3.1 and 33.4 at 8.5 % over 365 days."""
    found = interest(P, D, paid_on, rates(**FLAT))

    assert found.interest == Decimal(expected)
    assert found.interest != Decimal("48.90")


def test_a_rate_that_changes_with_the_quarter():
    book = rates(**{"2026Q1": "8.4", "2026Q2": "8.2"})

    found = interest(P, date(2026, 3, 3), date(2026, 4, 10), book)

    assert found.interest == Decimal("87.27")
    assert [(one.quarter, one.days, one.percent) for one in found.stretches] == [
        ("2026Q1", 28, Decimal("8.4")), ("2026Q2", 10, Decimal("8.2")),
    ]  # fmt: skip


def test_a_quarter_without_a_rate_is_named_and_nothing_is_invented():
    with pytest.raises(NoSuchValue) as refused:
        interest(P, date(2026, 3, 3), date(2026, 4, 10), rates(**{"2026Q1": "8.4"}))

    assert (refused.value.name, refused.value.key) == ("prescribed_rate", "2026Q2")


def test_the_prescribed_rate_runs_where_law_says_so():
    book = rates(**FLAT)

    found = interest(P, D, date(2026, 2, 20), book, Rate.PRESCRIBED)

    assert {one.percent for one in found.stretches} == {Decimal("2.5")}
    assert found.interest < interest(P, D, date(2026, 2, 20), book).interest


def test_in_the_relief_window_nothing_runs_and_no_rate_is_needed():
    found = interest(P, date(2024, 12, 31), date(2025, 3, 1), Rulebook.starting())

    assert (found.interest, found.days) == (Decimal("0.00"), 60)
    assert all(one.is_relief for one in found.stretches)


def test_relief_ends_and_interest_begins_the_day_after():
    found = interest(P, date(2026, 1, 2), date(2026, 2, 2), rates(**FLAT))

    assert [(one.is_relief, one.days) for one in found.stretches] == [(True, 28), (False, 3)]


def test_a_credit_bears_no_interest_here():
    with pytest.raises(ValueError, match="not on a credit"):
        interest(Decimal("-1.00"), D, date(2026, 2, 20), rates(**FLAT))


@pytest.mark.parametrize(
    ("on", "quarter"),
    [("2026-01-01", "2026Q1"), ("2026-03-31", "2026Q1"), ("2026-04-01", "2026Q2"),
     ("2026-12-31", "2026Q4")],
)  # fmt: skip
def test_quarters_are_the_calendars(on: str, quarter: str):
    assert quarter_of(date.fromisoformat(on)) == quarter


@pytest.mark.parametrize(
    ("due_on", "paid_on", "expected"),
    [
        ("2026-02-27", "2026-02-27", "0.00"),
        ("2026-02-27", "2026-02-28", "200.00"),
        ("2026-02-27", "2026-05-01", "200.00"),  # flat, however late
        ("2025-06-30", "2025-08-01", "0.00"),  # relief
        ("2026-01-30", "2026-01-31", "200.00"),  # the first day after the relief
    ],
)
def test_the_late_payment_penalty_is_flat(due_on: str, paid_on: str, expected: str):
    days = date.fromisoformat(due_on), date.fromisoformat(paid_on)
    assert late_payment_penalty(*days, Rulebook.starting()) == Decimal(expected)


@pytest.mark.parametrize(
    ("due_on", "accepted_on", "expected"),
    [
        ("2026-11-24", "2026-11-24", "0.00"),
        ("2026-11-24", "2026-11-25", "100.00"),
        ("2025-01-15", "2025-01-25", "0.00"),  # relief to 19 January 2025
        ("2025-01-19", "2025-01-20", "100.00"),
    ],
)
def test_the_late_accounting_penalty_is_flat_for_each_declaration(
    due_on: str, accepted_on: str, expected: str
):
    days = date.fromisoformat(due_on), date.fromisoformat(accepted_on)
    assert late_accounting_penalty(*days, Rulebook.starting()) == Decimal(expected)


amounts = st.integers(0, 100_000_000).map(lambda cents: Decimal(cents) / 100)


@given(amount=amounts, late=st.integers(0, 700), more=st.integers(0, 30))
def test_paying_later_or_owing_more_never_costs_less(amount: Decimal, late: int, more: int):
    book, paid_on = rates(**FLAT), D + timedelta(days=late)

    now = interest(amount, D, paid_on, book)

    assert now.interest >= 0
    assert interest(amount, D, paid_on + timedelta(days=more), book).interest >= now.interest
    assert interest(amount + more, D, paid_on, book).interest >= now.interest
    assert sum(one.days for one in now.stretches) == now.days == late
