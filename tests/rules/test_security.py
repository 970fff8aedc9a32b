"""Security for release prior to payment: half by bond, all in cash, a floor and a cap."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statements.rules.rulebook import Rulebook
from statements.rules.security import (
    Form,
    Headroom,
    Review,
    comply_by,
    last_review_on,
    peak_of,
    required,
    review_before,
    reviews_between,
)

BOOK = Rulebook.starting()
TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("peak", "bond", "cash"),
    [
        ("48000.00", "24000.00", "48000.00"),
        ("7000.00", "5000.00", "7000.00"),
        ("10000.00", "5000.00", "10000.00"),
        ("30000000.00", "10000000.00", "10000000.00"),
        ("40000.00", "20000.00", "40000.00"),
        ("6000.00", "5000.00", "6000.00"),
        ("0.00", "0.00", "0.00"),
        ("10000.01", "5000.01", "10000.01"),  # half a cent goes up
    ],
)
def test_the_worked_examples(peak: str, bond: str, cash: str):
    assert required(Decimal(peak), Form.BOND, TODAY, BOOK) == Decimal(bond)
    assert required(Decimal(peak), Form.CASH, TODAY, BOOK) == Decimal(cash)


def test_the_old_minimum_of_25000_is_not_the_rule():
    assert required(Decimal("7000.00"), Form.BOND, TODAY, BOOK) != Decimal("25000.00")


def test_a_credit_is_no_highest_month():
    with pytest.raises(ValueError, match="zero or more"):
        required(Decimal("-1.00"), Form.BOND, TODAY, BOOK)


def test_the_highest_month_counts():
    months = {date(2026, 9, 17): Decimal("10.00"), date(2026, 10, 17): Decimal("-4.00")}

    assert peak_of(months) == Decimal("10.00")
    assert peak_of({}) == Decimal("0.00")


def test_the_review_is_in_october_and_is_met_by_january():
    assert last_review_on(TODAY, BOOK) == date(2026, 10, 20)
    assert last_review_on(date(2026, 10, 19), BOOK) == date(2025, 10, 20)
    assert comply_by(date(2026, 10, 20), BOOK) == date(2027, 1, 15)


def test_a_review_looks_at_the_twelve_months_before_it():
    assert review_before(TODAY, BOOK) == Review(
        review_on=date(2026, 10, 20),
        first=date(2025, 10, 20),
        last=date(2026, 10, 19),
        comply_by=date(2027, 1, 15),
    )


def test_reviews_are_known_from_the_first_that_was_announced():
    found = reviews_between(date(2023, 1, 1), date(2026, 12, 31), BOOK)

    assert [one.review_on for one in found] == [date(2025, 10, 20), date(2026, 10, 20)]
    assert reviews_between(date(2026, 10, 21), date(2027, 10, 19), BOOK) == []


def test_headroom_is_what_is_left_and_a_shortfall_is_below_zero():
    enough = Headroom(Decimal("20000.00"), Decimal("25000.00"))
    short = Headroom(Decimal("20000.00"), Decimal("15000.00"))
    nothing = Headroom(Decimal("20000.00"), Decimal("0.00"))

    assert (enough.headroom, enough.is_enough, enough.used_percent) == (
        Decimal("5000.00"), True, Decimal("80.0"),
    )  # fmt: skip
    assert (short.headroom, short.is_enough) == (Decimal("-5000.00"), False)
    assert nothing.used_percent is None


@given(
    cents=st.integers(0, 5_000_000_000),
    more=st.integers(0, 1_000_000),
    form=st.sampled_from(list(Form)),
)
def test_more_activity_never_takes_less_security_and_it_stays_within_bounds(
    cents: int, more: int, form: Form
):
    peak, higher = Decimal(cents) / 100, Decimal(cents + more) / 100

    amount = required(peak, form, TODAY, BOOK)

    assert amount <= required(higher, form, TODAY, BOOK)
    assert 0 <= amount <= Decimal("10000000.00")
    assert not peak or form == Form.CASH or amount >= Decimal("5000.00")
