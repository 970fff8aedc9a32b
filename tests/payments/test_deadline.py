"""A payment that is recorded makes its deadline done, or less."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from clients.deadlines import Deadline, DeadlineState
from clients.models import ProgramAccount, User
from statements.actions.payments import void_payment
from statements.deadlines import payments_due
from tests.books import Line, soa
from tests.payments.conftest import TODAY, Pay

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
OCTOBER, NOVEMBER = date(2026, 10, 17), date(2026, 11, 17)
DUE = date(2026, 10, 30)


def october(account: ProgramAccount, due_on: date = DUE) -> Deadline:
    found = payments_due([account.importer_id], due_on, due_on)
    return next(one for one in found if one.subject == account.bn15)


def test_a_recorded_payment_in_full_makes_it_done(account: ProgramAccount, pay: Pay):
    soa(account, Line(1, "100.00"), last=OCTOBER)
    pay(account, "100.00", paid_on=date(2026, 10, 29))

    assert october(account).state_on(TODAY) == DeadlineState.DONE
    assert october(account).amount == Decimal("100.00")


def test_a_part_that_is_paid_leaves_the_rest_due_and_says_so(account: ProgramAccount, pay: Pay):
    soa(account, Line(1, "100.00"), last=OCTOBER)
    pay(account, "60.00", paid_on=date(2026, 10, 29))

    found = october(account)

    assert (found.is_done, found.amount) == (False, Decimal("40.00"))
    assert str(found.reasons[-1]) == "60.00 of 100.00 is paid; this is what is left."


def test_a_voided_payment_opens_it_again(account: ProgramAccount, pay: Pay, analyst: User):
    soa(account, Line(1, "100.00"), last=OCTOBER)
    payment = pay(account, "100.00", paid_on=date(2026, 10, 29))
    void_payment(payment=payment, reason="Returned by the bank", by=analyst)

    assert october(account).is_done is False


def test_a_payment_that_the_next_statement_shows_counts_once(account: ProgramAccount, pay: Pay):
    soa(account, Line(1, "100.00"), last=OCTOBER)
    pay(account, "50.00", paid_on=date(2026, 10, 29))
    soa(
        account,
        Line(None, "-50.00", "PAYMENT", released=None, posted=date(2026, 11, 2)),
        last=NOVEMBER,
        opening="100.00",
    )

    assert october(account).amount == Decimal("50.00")


def test_last_month_s_payment_does_not_pay_this_month(account: ProgramAccount, pay: Pay):
    pay(account, "100.00", paid_on=date(2026, 9, 30))  # for September, and shown below
    shown = Line(None, "-100.00", "PAYMENT", released=None, posted=date(2026, 10, 2))
    soa(account, shown, Line(1, "100.00"), last=OCTOBER, opening="100.00")

    assert october(account).is_done is False


def test_another_account_s_payment_pays_nothing_here(
    account: ProgramAccount, other_account: ProgramAccount, pay: Pay
):
    soa(account, Line(1, "100.00"), last=OCTOBER)
    pay(other_account, "100.00", paid_on=date(2026, 10, 29))

    assert october(account).is_done is False


def test_a_credit_is_done_by_itself(account: ProgramAccount):
    soa(account, Line(1, "-100.00"), last=OCTOBER)

    assert (october(account).is_done, october(account).amount) == (True, Decimal("0.00"))


def test_more_accounts_cost_no_more_queries(
    account: ProgramAccount, other_account: ProgramAccount, django_assert_num_queries: Any
):
    soa(account, Line(1, "100.00"), last=OCTOBER)
    with django_assert_num_queries(6):
        list(payments_due([account.importer_id], DUE, DUE))
    soa(other_account, Line(1, "100.00"), last=OCTOBER)
    with django_assert_num_queries(6):
        list(payments_due([account.importer_id], DUE, DUE))
