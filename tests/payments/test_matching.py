"""Which recorded payment a statement shows: one to one, by reference or by amount and days."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statements.rules.payments import (
    Paid,
    Shown,
    card_cycle,
    card_left,
    may_still_come,
    proof_kind,
    shown_payments,
    ways_to_pay,
)
from statements.rules.rulebook import Rulebook

DAY = date(2026, 10, 29)
BOOK = Rulebook.starting()


def paid(key: int, amount: str, day: int = 0, reference: str = "") -> Paid:
    return Paid(key, DAY + timedelta(days=day), Decimal(amount), reference)


def shown(key: int, amount: str, day: int = 2, reference: str = "") -> Shown:
    return Shown(key, DAY + timedelta(days=day), Decimal(amount), reference)


def test_same_reference_and_amount_meet_before_a_nearer_day():
    found = shown_payments(
        [paid(1, "100.00", reference="A-1")],
        [shown(7, "100.00", 0), shown(8, "100.00", 5, "a1")],
    )

    assert found == {1: 8}


def test_without_a_reference_the_nearest_day_of_the_same_amount_meets():
    found = shown_payments([paid(1, "100.00")], [shown(7, "100.00", 9), shown(8, "100.00", 1)])

    assert found == {1: 8}


def test_two_equal_payments_need_two_lines():
    twice = [paid(1, "100.00"), paid(2, "100.00")]

    assert shown_payments(twice, [shown(7, "100.00")]) == {1: 7}
    assert shown_payments(twice, [shown(7, "100.00"), shown(8, "100.00")]) == {1: 7, 2: 8}


def test_a_reference_of_one_s_own_meets_also_with_another_amount():
    assert shown_payments([paid(1, "100.00", reference="A1")], [shown(7, "99.00", 2, "A1")]) == {
        1: 7
    }


def test_a_reference_that_several_share_is_no_proof():
    found = shown_payments(
        [paid(1, "100.00", reference="123456782RM0001")],
        [shown(7, "90.00", 2, "123456782RM0001"), shown(8, "80.00", 2, "123456782RM0001")],
    )

    assert found == {}


@pytest.mark.parametrize(("day", "meets"), [(-6, False), (-5, True), (21, True), (22, False)])
def test_a_line_is_posted_within_three_weeks_of_the_payment(day: int, meets: bool):
    assert bool(shown_payments([paid(1, "100.00")], [shown(7, "100.00", day)])) is meets


def test_another_amount_without_a_reference_does_not_meet():
    assert shown_payments([paid(1, "100.00")], [shown(7, "100.01")]) == {}


def test_a_payment_may_be_on_its_way_for_ten_business_days():
    end = date(2026, 10, 17)

    assert may_still_come(date(2026, 10, 4), end) is True
    assert may_still_come(date(2026, 10, 3), end) is False


def test_a_card_s_cycle_runs_from_the_18th_to_the_17th():
    cycle = card_cycle(date(2026, 11, 18))

    assert (cycle.first, cycle.last) == (date(2026, 11, 18), date(2026, 12, 17))
    assert card_cycle(date(2026, 11, 17)).last == date(2026, 11, 17)


def test_a_card_s_limit_is_the_rulebook_s_from_its_day_on():
    assert card_left(BOOK, date(2025, 9, 27), Decimal("10.00")) is None
    assert card_left(BOOK, date(2025, 9, 28), Decimal("10.00")) == Decimal("4989.99")
    assert card_left(BOOK, DAY, Decimal("9999.00")) == Decimal("0.00")


@pytest.mark.parametrize(
    ("beginning", "kind"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n\x00", "image/png"),
        (b"\xff\xd8\xff\xdb", "image/jpeg"),
        (b"<svg onload=", None),
        (b"%PD", None),
        (b"", None),
    ],
)
def test_a_proof_is_told_by_its_first_bytes(beginning: bytes, kind: str | None):
    assert proof_kind(beginning) == kind


def test_debit_is_a_way_until_its_day_and_then_no_more():
    def first(on: date, debit: bool | None) -> str:
        terms = {"on": on, "due_on": DAY, "card": None, "pays_by_debit": debit}
        return ways_to_pay(BOOK, Decimal("10.00"), **terms)[0].method  # type: ignore[arg-type]

    assert first(DAY, True) == "pre_authorized_debit"
    assert first(DAY + timedelta(days=1), True) == "online_banking"
    assert first(DAY, False) == first(DAY, None) == "online_banking"


amounts = st.sampled_from(["10.00", "20.00", "30.00"])
marks = st.sampled_from(["", "A", "B"])
days = st.integers(-3, 12)


@given(
    recorded=st.lists(st.tuples(amounts, days, marks), max_size=7),
    lines=st.lists(st.tuples(amounts, days, marks), max_size=7),
    dice=st.randoms(use_true_random=False),
)
def test_each_payment_meets_one_line_at_most_whatever_the_order(
    recorded: list, lines: list, dice: random.Random
):
    payments = [paid(at, *told) for at, told in enumerate(recorded)]
    shows = [shown(at, *told) for at, told in enumerate(lines)]

    found = shown_payments(payments, shows)

    assert len(set(found.values())) == len(found)
    mixed = payments.copy(), shows.copy()
    dice.shuffle(mixed[0])
    dice.shuffle(mixed[1])
    assert shown_payments(*mixed) == found
