"""Dated values: in force on a day, sourced, refused where there is none, never invented."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statements.rules.rulebook import KINDS, DatedValue, NoSuchValue, Rulebook
from statements.rules.rulebook_values import STARTING_VALUES

TODAY = date(2026, 11, 23)
RULEBOOK = Rulebook.starting()


def test_every_starting_value_can_be_read_and_says_where_it_is_from():
    for one in STARTING_VALUES:
        assert KINDS[one.name].refuse(one.key, one.value) == "", one
        assert len(one.source) > 5, one
        assert one.to_on is None or one.from_on <= one.to_on, one


def test_no_two_starting_values_hold_at_once():
    for one in STARTING_VALUES:
        same = [o for o in STARTING_VALUES if (o.name, o.key) == (one.name, one.key)]
        assert [o for o in same if o.holds(one.from_on)] == [one]


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("late_accounting_penalty", "", "100.00"),
        ("late_payment_penalty", "", "200.00"),
        ("card_limit_per_cycle", "", "4999.99"),
        ("bond_percent", "", "50"),
        ("bond_minimum", "", "5000.00"),
        ("cash_percent", "", "100"),
        ("security_maximum", "", "10000000.00"),
        ("gst_rate", "", "5"),
        ("specified_rate_margin", "", "6"),
        ("amps_amount", "C082/3", "1500.00"),
        ("surtax_rate", "SOR/2025-148", "50"),
    ],
)
def test_what_is_verified_is_there(name: str, key: str, value: str):
    assert RULEBOOK.decimal(name, TODAY, key) == Decimal(value)


def test_what_nobody_verified_is_refused_by_name_key_and_day():
    with pytest.raises(NoSuchValue) as refused:
        RULEBOOK.decimal("prescribed_rate", TODAY, "2026Q4")

    assert (refused.value.name, refused.value.key, refused.value.on) == (
        "prescribed_rate", "2026Q4", TODAY,
    )  # fmt: skip
    assert str(refused.value) == "prescribed_rate 2026Q4 on 2026-11-23"
    with pytest.raises(NoSuchValue):
        RULEBOOK.decimal("cash_minimum", TODAY)


def test_a_name_nobody_knows_is_a_mistake_of_ours():
    with pytest.raises(KeyError):
        RULEBOOK.find("gst", TODAY)


def test_a_relief_ends_on_its_last_day():
    assert RULEBOOK.flag("relief_late_payment", date(2026, 1, 30)) is True
    assert RULEBOOK.flag("relief_late_payment", date(2026, 1, 31)) is False
    assert RULEBOOK.flag("relief_late_accounting", date(2024, 10, 20)) is False


def test_a_repealed_surtax_is_no_more_in_force():
    in_force = {one.key for one in RULEBOOK.in_force("surtax_rate", date(2025, 9, 1))}

    assert "SOR/2025-66" not in in_force
    assert "SOR/2025-95" in in_force


def test_the_days_of_the_security_review():
    assert RULEBOOK.month_day("security_review_day", TODAY) == (10, 20)
    assert RULEBOOK.month_day("security_compliance_day", TODAY) == (1, 15)


def test_whole_numbers_and_days():
    override = DatedValue(
        "payment_due_override", "commercial/2026-06-17", "2026-07-02", TODAY, None, "CBSA table"
    )
    rulebook = Rulebook.starting([override])

    assert rulebook.integer("retention_years", TODAY) == 6
    assert rulebook.day("payment_due_override", TODAY, "commercial/2026-06-17") == date(2026, 7, 2)


def test_what_the_brokerage_wrote_later_goes_before_what_was_there():
    own = DatedValue("late_payment_penalty", "", "250.00", date(2026, 12, 1), None, "Notice 26-9")
    rulebook = Rulebook.starting([own])

    assert rulebook.decimal("late_payment_penalty", date(2026, 11, 30)) == Decimal("200.00")
    assert rulebook.decimal("late_payment_penalty", date(2026, 12, 1)) == Decimal("250.00")
    assert own in rulebook.everything()


@pytest.mark.parametrize(
    ("ask", "name"),
    [
        ("decimal", "retention_years"),
        ("integer", "gst_rate"),
        ("month_day", "gst_rate"),
        ("flag", "gst_rate"),
        ("day", "gst_rate"),
        ("integer", "provincial_holidays_count"),
    ],
)
def test_a_value_asked_for_as_something_else_is_a_mistake_of_ours(ask: str, name: str):
    with pytest.raises(TypeError):
        getattr(RULEBOOK, ask)(name, TODAY)


@pytest.mark.parametrize(
    ("name", "key", "value", "reason"),
    [
        ("gst_rate", "", "five", "a number, such as 25.00"),
        ("gst_rate", "", "NaN", "a number, such as 25.00"),
        ("gst_rate", "", "-1", "a percentage from 0 to 1000"),
        ("gst_rate", "x", "5", "it has no key"),
        ("late_payment_penalty", "", "1.005", "an amount in dollars and cents, zero or more"),
        ("late_payment_penalty", "", "-1.00", "an amount in dollars and cents, zero or more"),
        ("retention_years", "", "0", "a whole number, one or more"),
        ("retention_years", "", "6.5", "a whole number, one or more"),
        ("provincial_holidays_count", "", "maybe", "yes or no"),
        ("security_review_day", "", "October", "a month and a day, such as 10-20"),
        ("security_review_day", "", "02-29", "day is out of range for month"),
        ("prescribed_rate", "2026", "2.5", "a quarter, such as 2026Q4"),
        ("prescribed_rate", "2026Q5", "2.5", "a quarter, such as 2026Q4"),
        ("extra_holiday", "/2026-02-16", "yes", "a word, a slash and a day, such as ON/2026-02-16"),
        ("surtax_rate", " ", "25", "a word"),
    ],
)
def test_what_cannot_be_a_value_is_refused_with_what_it_should_be(
    name: str, key: str, value: str, reason: str
):
    assert KINDS[name].refuse(key, value) == reason


def test_a_day_that_is_none_is_refused():
    assert KINDS["payment_due_override"].refuse("commercial/2026-06-17", "2026-02-30") != ""
    assert KINDS["payment_due_override"].refuse("commercial/soon", "2026-07-02") != ""


@given(start=st.dates(date(2020, 1, 1), date(2030, 1, 1)), days=st.integers(0, 400))
def test_a_value_holds_from_its_first_to_its_last_day(start: date, days: int):
    last = start + timedelta(days=days)
    one = DatedValue("gst_rate", "", "5", start, last, "-")

    assert one.holds(start) and one.holds(last)
    assert not one.holds(start - timedelta(days=1)) and not one.holds(last + timedelta(days=1))


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("prescribed_rate", "2026Q4", "2.5"),
        ("payment_due_override", "commercial/2026-06-17", "2026-07-02"),
        ("extra_holiday", "ON/2026-02-16", "yes"),
    ],
)
def test_what_fits_is_taken(name: str, key: str, value: str):
    assert KINDS[name].refuse(key, value) == ""
