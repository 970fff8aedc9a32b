"""Which payment cleared what: oldest due first, to the cent, the same in any order of input."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statements.rules.allocation import Credit, Debt, Why, replay

OCTOBER, NOVEMBER = date(2026, 10, 30), date(2026, 12, 1)
END = date(2027, 12, 31)


def debt(key: str, due_on: date, amount: str, order: int = 0) -> Debt:
    return Debt(key, due_on, Decimal(amount), order)


def credit(key: str, day: date, amount: str, to: str | None = None) -> Credit:
    return Credit(key, day, Decimal(amount), to)


def told(result) -> list[tuple[str, str, str, date, Why]]:
    return [(one.credit, one.debt, str(one.amount), one.on, one.why) for one in result.allocations]


def test_a_payment_before_the_due_date_waits_for_it():
    result = replay(
        [debt("october", OCTOBER, "100.00")], [credit("pad", date(2026, 10, 20), "100.00")], END
    )

    assert told(result) == [("pad", "october", "100.00", OCTOBER, Why.DUE_THAT_DAY)]
    assert (result.open_debts, result.open_credits) == ({}, {})
    assert result.cleared_on("october") == OCTOBER


def test_before_the_due_date_nothing_is_cleared():
    result = replay(
        [debt("october", OCTOBER, "100.00")],
        [credit("pad", date(2026, 10, 20), "100.00")],
        date(2026, 10, 29),
    )

    assert told(result) == []
    assert result.open_credits == {"pad": Decimal("100.00")}


def test_the_oldest_overdue_is_cleared_before_what_falls_due_today():
    result = replay(
        [debt("october", OCTOBER, "60.00"), debt("november", NOVEMBER, "100.00")],
        [credit("late", NOVEMBER, "100.00")],
        END,
    )

    assert told(result) == [
        ("late", "october", "60.00", NOVEMBER, Why.OLDEST_OVERDUE),
        ("late", "november", "40.00", NOVEMBER, Why.DUE_THAT_DAY),
    ]
    assert result.open_debts == {"november": Decimal("60.00")}
    assert result.cleared_on("november") is None


def test_a_credit_left_over_clears_the_next_statement_on_its_due_date():
    result = replay(
        [debt("october", OCTOBER, "60.00"), debt("november", NOVEMBER, "30.00")],
        [credit("too much", OCTOBER, "100.00")],
        END,
    )

    assert told(result)[1] == ("too much", "november", "30.00", NOVEMBER, Why.DUE_THAT_DAY)
    assert result.open_credits == {"too much": Decimal("10.00")}


def test_a_directed_credit_goes_to_the_chosen_transaction_even_before_it_is_due():
    result = replay(
        [debt("old", OCTOBER, "50.00"), debt("chosen", NOVEMBER, "80.00")],
        [credit("for that one", date(2026, 11, 5), "80.00", to="chosen")],
        END,
    )

    assert told(result) == [("for that one", "chosen", "80.00", date(2026, 11, 5), Why.DIRECTED)]
    assert result.open_debts == {"old": Decimal("50.00")}


def test_a_directed_credit_that_does_not_cover_in_full_goes_the_usual_way_and_is_named():
    result = replay(
        [debt("old", OCTOBER, "50.00"), debt("chosen", NOVEMBER, "80.00")],
        [credit("short", date(2026, 11, 5), "79.99", to="chosen")],
        date(2026, 11, 30),
    )

    assert result.too_small == ["short"]
    assert told(result) == [("short", "old", "50.00", date(2026, 11, 5), Why.OLDEST_OVERDUE)]


def test_a_credit_directed_to_what_nobody_owes_goes_the_usual_way():
    result = replay(
        [debt("october", OCTOBER, "10.00")], [credit("x", OCTOBER, "10.00", to="gone")], END
    )

    assert told(result) == [("x", "october", "10.00", OCTOBER, Why.DUE_THAT_DAY)]


def test_within_a_due_date_the_statements_order_counts():
    result = replay(
        [debt("b", OCTOBER, "10.00", order=1), debt("a", OCTOBER, "10.00", order=2)],
        [credit("x", OCTOBER, "10.00")],
        END,
    )

    assert [one.debt for one in result.allocations] == ["b"]


@pytest.mark.parametrize("amount", ["0.00", "-1.00"])
def test_what_is_not_above_zero_is_no_debt_and_no_credit(amount: str):
    with pytest.raises(ValueError, match="above zero"):
        debt("x", OCTOBER, amount)
    with pytest.raises(ValueError, match="above zero"):
        credit("x", OCTOBER, amount)


def test_two_of_one_key_are_refused():
    with pytest.raises(ValueError, match="key of its own"):
        replay([debt("x", OCTOBER, "1.00"), debt("x", NOVEMBER, "1.00")], [], END)


cents = st.integers(1, 100_000).map(lambda amount: Decimal(amount) / 100)
days = st.integers(0, 90).map(lambda away: OCTOBER + timedelta(days=away))


@given(
    owed=st.lists(st.tuples(days, cents), max_size=12),
    paid=st.lists(st.tuples(days, cents, st.integers(0, 15)), max_size=12),
    seed=st.randoms(use_true_random=False),
)
def test_every_cent_is_either_put_somewhere_or_open(owed: list, paid: list, seed: random.Random):
    debts = [Debt(f"d{at}", day, amount) for at, (day, amount) in enumerate(owed)]
    paid_in = [
        Credit(f"c{at}", day, amount, f"d{to}" if to < len(owed) else None)
        for at, (day, amount, to) in enumerate(paid)
    ]

    result = replay(debts, paid_in, END)

    for one in debts:
        put = sum(a.amount for a in result.allocations if a.debt == one.key)
        assert put + result.open_debts.get(one.key, 0) == one.amount
    for one in paid_in:
        put = sum(a.amount for a in result.allocations if a.credit == one.key)
        assert put + result.open_credits.get(one.key, 0) == one.amount
    assert not (result.open_debts and result.open_credits)  # by the end all is due
    mixed = list(debts), list(paid_in)
    seed.shuffle(mixed[0])
    seed.shuffle(mixed[1])
    assert replay(*mixed, END) == result


@given(owed=st.lists(st.tuples(days, cents), min_size=1, max_size=12), amount=cents)
def test_an_older_debt_is_never_open_while_a_younger_one_was_cleared(owed: list, amount: Decimal):
    debts = [Debt(f"d{at}", day, owes, at) for at, (day, owes) in enumerate(owed)]

    result = replay(debts, [Credit("c", OCTOBER, amount)], END)

    cleared = [one.due_on for one in debts if one.key not in result.open_debts]
    still = [one.due_on for one in debts if one.key in result.open_debts]
    assert not cleared or not still or max(cleared) <= min(still)
