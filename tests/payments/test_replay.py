"""Which payment cleared what on an account: from statements and recorded payments, each once."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients.models import ProgramAccount
from statements.actions.payments import void_payment
from statements.queries.replay import Story, story_of
from tests.books import Line, number, soa
from tests.payments.conftest import TODAY, Pay

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 17), date(2026, 10, 17), date(2026, 11, 17)
LATER = date(2027, 6, 1)


def shown(amount: str, posted: date, reference: str | None = None) -> Line:
    return Line(None, f"-{amount}", "PAYMENT", posted=posted, released=None, reference=reference)


def cleared(story: Story) -> list[tuple[str, str, str, list[tuple[str, str, str]], int]]:
    """(kind, due, amount, [(cleared amount, on, why)], days late) of each debt."""
    return [
        (
            one.kind,
            one.debt.due_on.isoformat(),
            str(one.debt.amount),
            [(str(part.amount), part.on.isoformat(), part.why.value) for part, _ in one.cleared_by],
            one.days_late,
        )
        for one in story.debts
    ]


def test_a_payment_in_time_clears_its_statement_on_the_due_date(account: ProgramAccount, pay: Pay):
    soa(account, Line(1, "100.00"), last=OCTOBER)
    pay(account, "100.00", paid_on=date(2026, 10, 28))

    story = story_of(account.pk, TODAY)

    assert cleared(story) == [
        ("charges", "2026-10-30", "100.00", [("100.00", "2026-10-30", "due_that_day")], 0)
    ]
    assert (story.open_debt, story.open_credit) == (Decimal("0.00"), Decimal("0.00"))


def test_a_late_payment_is_late_by_the_days_after_the_due_date(account: ProgramAccount, pay: Pay):
    soa(account, Line(1, "100.00"), last=OCTOBER)
    pay(account, "100.00", paid_on=date(2026, 11, 4))

    assert cleared(story_of(account.pk, TODAY)) == [
        ("charges", "2026-10-30", "100.00", [("100.00", "2026-11-04", "oldest_overdue")], 5)
    ]


def test_what_is_open_is_late_until_today(account: ProgramAccount, pay: Pay):
    soa(account, Line(1, "100.00"), last=OCTOBER)
    pay(account, "40.00", paid_on=date(2026, 10, 30))

    [owed] = story_of(account.pk, TODAY).debts

    assert (owed.open_amount, owed.cleared_on, owed.days_late) == (Decimal("60.00"), None, 24)


def test_what_is_not_due_yet_waits(account: ProgramAccount, pay: Pay):
    soa(account, Line(1, "100.00"), last=NOVEMBER)
    pay(account, "100.00", paid_on=date(2026, 11, 20))

    story = story_of(account.pk, TODAY)

    assert cleared(story) == [("charges", "2026-12-01", "100.00", [], 0)]
    assert story.open_credit == Decimal("100.00")


def test_a_recorded_payment_that_a_statement_shows_counts_once(account: ProgramAccount, pay: Pay):
    soa(account, Line(1, "100.00"), last=OCTOBER)
    payment = pay(account, "100.00", paid_on=date(2026, 10, 28), reference="C-1")
    soa(
        account,
        shown("100.00", date(2026, 10, 31), "C-1"),
        Line(2, "30.00"),
        last=NOVEMBER,
        opening="100.00",
    )

    story = story_of(account.pk, TODAY)

    [credit] = story.credits
    assert (credit.kind, credit.payment, credit.credit.counts_from) == (
        "line", payment, date(2026, 10, 28),
    )  # fmt: skip
    assert story.open_debt == Decimal("30.00")


def test_the_oldest_statement_is_cleared_first(account: ProgramAccount, pay: Pay):
    soa(account, Line(1, "60.00"), last=SEPTEMBER)
    soa(account, Line(2, "100.00"), last=OCTOBER, opening="60.00")
    pay(account, "100.00", paid_on=date(2026, 10, 30))

    assert cleared(story_of(account.pk, TODAY)) == [
        ("charges", "2026-10-01", "60.00", [("60.00", "2026-10-30", "oldest_overdue")], 29),
        ("charges", "2026-10-30", "100.00", [("40.00", "2026-10-30", "due_that_day")], 24),
    ]


def test_a_payment_for_a_chosen_transaction_clears_it_before_it_is_due(
    account: ProgramAccount, pay: Pay
):
    soa(account, Line(1, "70.00"), Line(2, "30.00"), last=NOVEMBER)
    pay(account, "30.00", paid_on=date(2026, 11, 20), directed_to=str(number(2)))

    assert cleared(story_of(account.pk, TODAY)) == [
        ("transaction", "2026-12-01", "30.00", [("30.00", "2026-11-20", "directed")], 0),
        ("charges", "2026-12-01", "70.00", [], 0),
    ]


def test_a_payment_too_small_for_its_chosen_transaction_is_named(account: ProgramAccount, pay: Pay):
    soa(account, Line(2, "30.00"), last=OCTOBER)
    payment = pay(account, "29.00", paid_on=date(2026, 11, 2), directed_to=str(number(2)))

    story = story_of(account.pk, TODAY)

    assert [one.payment for one in story.too_small] == [payment]


def test_a_first_opening_balance_is_a_debt_from_before(account: ProgramAccount):
    soa(account, Line(1, "100.00"), last=OCTOBER, opening="25.00")

    assert [
        (kind, due, amount) for kind, due, amount, *_ in cleared(story_of(account.pk, TODAY))
    ] == [
        ("opening", "2026-10-01", "25.00"),
        ("charges", "2026-10-30", "100.00"),
    ]


def test_a_voided_payment_clears_nothing(account: ProgramAccount, pay: Pay, analyst: Any):
    soa(account, Line(1, "100.00"), last=OCTOBER)
    void_payment(payment=pay(account, "100.00"), reason="Typed twice", by=analyst)

    assert story_of(account.pk, TODAY).open_debt == Decimal("100.00")


def test_a_year_costs_as_many_queries_as_a_month(
    account: ProgramAccount, pay: Pay, django_assert_num_queries: Any
):
    soa(account, Line(1, "100.00"), last=SEPTEMBER)
    with django_assert_num_queries(6):
        story_of(account.pk, TODAY)
    for last in (OCTOBER, NOVEMBER):
        soa(account, Line(1, "100.00"), last=last)
        pay(account, "50.00", sure=True)
    with django_assert_num_queries(6):
        story_of(account.pk, TODAY)


cents = st.integers(-50_000, 50_000).map(lambda amount: f"{Decimal(amount) / 100:.2f}")
paid = st.integers(1, 50_000).map(lambda amount: f"{Decimal(amount) / 100:.2f}")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    months=st.lists(
        st.tuples(st.lists(cents, max_size=3), st.lists(paid, max_size=2), cents),
        min_size=1,
        max_size=3,
    ),
    payments=st.lists(st.tuples(paid, st.integers(1, 23)), max_size=4),
)
def test_what_is_open_is_the_last_total_payable_less_what_no_statement_shows(
    account: ProgramAccount, pay: Pay, months: list[Any], payments: list[tuple[str, int]]
):
    with transaction.atomic():
        statement = None
        for last, (charges, shown_here, opening) in zip(
            (SEPTEMBER, OCTOBER, NOVEMBER), months, strict=False
        ):
            lines = [Line(at, amount) for at, amount in enumerate(charges, 1)]
            lines += [shown(amount, last) for amount in shown_here]
            statement = soa(account, *lines, last=last, opening=opening)
        for amount, day in payments:
            pay(account, amount, paid_on=date(2026, 11, day), sure=True)

        story = story_of(account.pk, LATER)

        missing = sum(
            (one.credit.amount for one in story.credits if one.kind == "payment"), Decimal(0)
        )
        assert statement
        assert story.open_debt - story.open_credit == statement.total_payable - missing
        transaction.set_rollback(True)
