"""The commercial cycle by itself, and a statement whose figures add up."""

from datetime import date
from decimal import Decimal

import pytest

from statements.rules.billing import (
    billing_period,
    cad_due_on,
    last_lawful_day,
    payment_due_on,
    period_ending,
    statement_on,
)
from statements.rules.tie_out import opening_balance_difference, tie_out


def test_a_period_is_statement_day_and_due_date():
    period = billing_period(date(2026, 11, 17))

    assert (period.first, period.last) == (date(2026, 10, 18), date(2026, 11, 17))
    assert statement_on(period) == date(2026, 11, 25)
    assert payment_due_on(period) == date(2026, 12, 1)
    assert last_lawful_day(period_ending(date(2026, 6, 17))) == date(2026, 7, 2)
    assert cad_due_on(date(2026, 11, 17)) == date(2026, 11, 24)


def test_the_18th_begins_the_next_period_also_over_the_new_year():
    assert billing_period(date(2026, 12, 18)).last == date(2027, 1, 17)


def test_a_period_that_ends_on_another_day_is_refused():
    with pytest.raises(ValueError, match="17th"):
        period_ending(date(2026, 10, 18))


def amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@pytest.mark.parametrize(
    ("opening", "payable", "previous", "expected", "stated", "difference"),
    [
        ("10.00", "110.00", None, ("10.00", "110.00"), True, "0.00"),
        ("10.00", "120.00", None, ("10.00", "120.00"), True, "10.00"),
        (None, "110.00", None, ("10.00", "110.00"), True, "0.00"),
        ("10.00", None, None, ("10.00", "110.00"), True, "0.00"),
        (None, None, "30.00", ("30.00", "130.00"), False, "0.00"),
        (None, None, None, ("0.00", "100.00"), False, "0.00"),
    ],
)
def test_what_is_not_stated_follows_from_the_rest(
    opening: str | None,
    payable: str | None,
    previous: str | None,
    expected: tuple[str, str],
    stated: bool,
    difference: str,
):
    found = tie_out(
        activity=Decimal("100.00"),
        opening_balance=amount(opening),
        total_payable=amount(payable),
        previous_total_payable=amount(previous),
    )

    assert (found.opening_balance, found.total_payable) == tuple(map(Decimal, expected))
    assert (found.opening_balance_stated, found.difference) == (stated, Decimal(difference))


def test_an_opening_balance_is_held_against_the_statement_before():
    assert opening_balance_difference(Decimal("10.00"), Decimal("7.00")) == Decimal("3.00")
    assert opening_balance_difference(Decimal("10.00"), None) is None
