"""Until the payment due date a difference is corrected without interest; people are told."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
import time_machine

from clients.deadlines import DeadlineState
from clients.models import ProgramAccount, User
from clients.queries.deadlines import Owned, listed
from reconciliation.actions import explain_variances
from reconciliation.models import Variance
from tests.books import Line, ledger, reconciled, soa

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
TODAY = date(2026, 10, 26)


@pytest.fixture(autouse=True)
def october() -> Iterator[None]:
    """These stories happen on 26 October 2026, four days before the payment is due."""
    with time_machine.travel("2026-10-26T15:00:00Z", tick=False):
        yield


def closing(account: ProgramAccount) -> list[Owned]:
    importers = [account.importer_id]
    last = date(2026, 12, 31)
    return listed(importers, TODAY, first=TODAY, last=last, kind="correction_closing")


def test_open_differences_name_the_day_after_which_they_cost(account: ProgramAccount):
    ledger(account, Line("1", "90.00"), Line("2", "50.00"))
    reconciled(soa(account, Line("1", "100.00"), Line("2", "45.00")))

    [one] = closing(account)

    assert (one.deadline.due_on, one.deadline.subject) == (date(2026, 10, 30), account.bn15)
    assert (one.deadline.amount, one.state) == (Decimal("15.00"), DeadlineState.UPCOMING)
    assert "Until 23:59 Eastern" in str(one.deadline.reasons[0])


def test_a_statement_that_agrees_closes_nothing(account: ProgramAccount):
    ledger(account, Line("1", "100.00"))
    reconciled(soa(account, Line("1", "100.00")))

    assert closing(account) == []


def test_interest_is_nothing_to_correct(account: ProgramAccount):
    reconciled(soa(account, Line(None, "12.34", type="INTEREST")))

    assert closing(account) == []


def test_explained_differences_are_done(account: ProgramAccount, analyst: User):
    ledger(account, Line("1", "90.00"))
    run = reconciled(soa(account, Line("1", "100.00")))
    explain_variances(
        run=run,
        group_nos=list(Variance.objects.filter(run=run).values_list("group_no", flat=True)),
        reason_code="timing",
        note="",
        by=analyst,
    )

    [one] = closing(account)

    assert (one.state, one.deadline.amount) == (DeadlineState.DONE, Decimal("0.00"))


def test_a_newer_run_takes_the_place_of_the_old_one(account: ProgramAccount):
    ledger(account, Line("1", "90.00"))
    statement = soa(account, Line("1", "100.00"))
    reconciled(statement)
    ledger(account, Line("3", "7.00"))
    reconciled(statement)

    assert len(closing(account)) == 1
