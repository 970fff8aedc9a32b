"""GST on duties and surtax too, surtax on the value for duty only."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.rules.gst import gst_on, surtax_on, vehicle_surtax
from statements.rules.rulebook import NoSuchValue, Rulebook

BOOK = Rulebook.starting()
TODAY = date(2026, 11, 23)
VFD = Decimal("10000.00")


def test_the_worked_example():
    tax = gst_on(
        VFD, TODAY, BOOK, duty=Decimal("650.00"), sima=Decimal("1200.00"),
        surtax=Decimal("2500.00"),
    )  # fmt: skip

    assert tax.value_for_tax == Decimal("14350.00")
    assert tax.gst == Decimal("717.50")
    assert tax.total == Decimal("5067.50")
    assert tax.gst != Decimal("500.00")  # GST on the value for duty alone is the wrong rule


def test_excise_is_in_the_value_for_tax():
    assert gst_on(VFD, TODAY, BOOK, excise=Decimal("100.00")).gst == Decimal("505.00")


def test_half_a_cent_goes_up():
    assert gst_on(Decimal("0.10"), TODAY, BOOK).gst == Decimal("0.01")


def test_an_amount_below_zero_is_refused():
    with pytest.raises(ValueError, match="zero or more"):
        gst_on(VFD, TODAY, BOOK, duty=Decimal("-1.00"))


def test_surtax_is_on_the_value_for_duty():
    assert surtax_on(VFD, "SOR/2025-95", TODAY, BOOK) == Decimal("2500.00")


def test_a_repealed_order_taxes_nothing_and_says_so():
    assert surtax_on(VFD, "SOR/2025-66", date(2025, 8, 31), BOOK) == Decimal("2500.00")
    with pytest.raises(NoSuchValue, match="SOR/2025-66"):
        surtax_on(VFD, "SOR/2025-66", date(2025, 9, 1), BOOK)


@pytest.mark.parametrize(
    ("is_cusma", "content", "expected"),
    [
        (True, None, "8500.00"),
        (False, None, "10000.00"),
        (True, "6000.00", "8500.00"),  # a claim of 15 % changes nothing
        (True, "10000.00", "7500.00"),
        (True, "50000.00", "0.00"),
        (False, "10000.00", "10000.00"),
    ],
)
def test_a_motor_vehicle(is_cusma: bool, content: str | None, expected: str):
    claimed = Decimal(content) if content else None

    assert vehicle_surtax(
        Decimal("40000.00"), TODAY, BOOK, is_cusma=is_cusma, content=claimed
    ) == Decimal(expected)


cents = st.integers(0, 10_000_000_00).map(lambda amount: Decimal(amount) / 100)


@given(one=cents, other=cents)
def test_two_lines_and_their_sum_differ_by_a_cent_at_most(one: Decimal, other: Decimal):
    apart = gst_on(one, TODAY, BOOK).gst + gst_on(other, TODAY, BOOK).gst

    assert abs(gst_on(one + other, TODAY, BOOK).gst - apart) <= Decimal("0.01")


@given(vfd=cents, duty=cents, surtax=cents)
def test_the_total_is_what_is_added_to_the_goods(vfd: Decimal, duty: Decimal, surtax: Decimal):
    tax = gst_on(vfd, TODAY, BOOK, duty=duty, surtax=surtax)

    assert tax.total == duty + surtax + tax.gst
