"""R19 and R20: the newest statement is fetched, signed and paid, every release accounted for."""

from datetime import date
from decimal import Decimal

import pytest

from clients.models import Importer, ProgramAccount, User
from reconciliation.actions import reopen_run, sign_off
from statements.actions.payments import record_payment
from tests.books import Line, ledger, reconciled, soa
from tests.readiness.stories import (
    FIRST,
    OCTOBER,
    answer,
    judged,
    said,
    weight,
)

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def test_r19_the_newest_statement_is_signed_by_two_in_time(
    scope: Importer, account: ProgramAccount, analyst: User, reviewer: User
) -> None:
    run = reconciled(soa(account, last=OCTOBER))
    assert said(scope, "R19", FIRST, date(2026, 10, 28)) == ("passed", "sign")
    assert said(scope, "R19", FIRST, date(2026, 10, 29)) == ("failed", "not_signed")
    assert weight(scope, "R19", FIRST) == "at_risk"

    sign_off(run=run, by=analyst)
    assert said(scope, "R19", FIRST) == ("failed", "not_signed")
    sign_off(run=run, by=reviewer)
    assert said(scope, "R19", FIRST) == ("passed", "reconciled")

    reopen_run(run=run, by=reviewer, reason="A late line")
    assert said(scope, "R19", FIRST) == ("failed", "not_signed")


def test_r19_the_next_statement_is_fetched_by_the_26th(
    scope: Importer, account: ProgramAccount
) -> None:
    soa(account, last=OCTOBER)

    days = {day: said(scope, "R19", FIRST, date(2026, 11, day))[1] for day in (24, 25, 26, 27)}

    assert days == {24: "not_signed", 25: "fetch", 26: "fetch", 27: "not_fetched"}


def test_r19_a_corrected_statement_is_signed_anew(
    scope: Importer, account: ProgramAccount, analyst: User, reviewer: User
) -> None:
    run = reconciled(soa(account, last=OCTOBER))
    for person in (analyst, reviewer):
        sign_off(run=run, by=person)

    soa(account, Line(1, "1.00"), last=OCTOBER)

    assert said(scope, "R19", FIRST) == ("failed", "not_signed")


def test_r19_an_account_without_statements_is_asked_about(
    scope: Importer, account: ProgramAccount, analyst: User
) -> None:
    assert said(scope, "R19", FIRST) == ("unknown", "no_statement_yet")

    answer(scope, "R19", analyst, account)

    assert said(scope, "R19", FIRST) == ("passed", "answered")


def test_r20_a_statement_is_paid_when_it_is_due(
    scope: Importer, account: ProgramAccount, analyst: User
) -> None:
    soa(account, Line(1, "100.00"), last=OCTOBER)
    assert said(scope, "R20", FIRST, date(2026, 10, 30)) == ("passed", "up_to_date")
    late = judged(scope, "R20", FIRST, date(2026, 10, 31))
    assert (late.outcome.reason, late.outcome.facts["left_to_pay"]) == (
        "overdue", Decimal("100.00"),
    )  # fmt: skip
    assert weight(scope, "R20", FIRST) == "at_risk"

    record_payment(
        account=account, amount=Decimal("100.00"), paid_on=date(2026, 10, 29),
        method="online_banking", payer="importer", by=analyst,
    )  # fmt: skip

    assert said(scope, "R20", FIRST) == ("passed", "up_to_date")


def test_r20_a_late_accounting_penalty_is_open_until_it_is_paid(
    scope: Importer, account: ProgramAccount, analyst: User
) -> None:
    soa(account, Line(None, "100.00", type="LAP"), last=OCTOBER)
    day = date(2026, 10, 28)
    open_one = judged(scope, "R20", FIRST, day)
    assert (open_one.outcome.reason, open_one.outcome.facts["penalties"]) == ("penalty_open", 1)

    record_payment(
        account=account, amount=Decimal("100.00"), paid_on=day,
        method="online_banking", payer="importer", by=analyst,
    )  # fmt: skip

    assert said(scope, "R20", FIRST, day) == ("passed", "up_to_date")


RELEASED = date(2026, 11, 2)  # its declaration is due on Monday the 9th


def test_r20_a_release_is_accounted_for_within_five_business_days(
    scope: Importer, account: ProgramAccount
) -> None:
    done = Line(1, "10.00", released=RELEASED, accounted=RELEASED)
    ledger(account, done, Line(2, "20.00", released=RELEASED))

    assert said(scope, "R20", FIRST, date(2026, 11, 9)) == ("passed", "up_to_date")
    late = judged(scope, "R20", FIRST, date(2026, 11, 10)).outcome
    assert (late.reason, late.facts["late_releases"], late.facts["oldest"]) == (
        "not_accounted", 1, RELEASED,
    )  # fmt: skip


def test_r20_what_a_statement_shows_was_accounted_for(
    scope: Importer, account: ProgramAccount
) -> None:
    released = date(2026, 10, 5)
    done = Line(1, "10.00", released=released, accounted=released)
    ledger(account, done, Line(2, "0.00", released=released))
    soa(account, Line(2, "0.00", released=released), last=OCTOBER)

    assert said(scope, "R20", FIRST) == ("passed", "up_to_date")


def test_r20_nothing_follows_from_a_ledger_that_keeps_no_accounting_days(
    scope: Importer, account: ProgramAccount
) -> None:
    ledger(account, Line(2, "20.00", released=RELEASED))

    assert said(scope, "R20", FIRST) == ("passed", "up_to_date")


def test_r20_where_nothing_is_loaded_a_person_says_what_the_portal_shows(
    scope: Importer, account: ProgramAccount, analyst: User
) -> None:
    assert said(scope, "R20", FIRST) == ("unknown", "nothing_loaded")

    answer(scope, "R20", analyst, account)
    assert said(scope, "R20", FIRST) == ("passed", "answered")

    soa(account, Line(1, "100.00"), last=OCTOBER)
    assert said(scope, "R20", FIRST) == ("failed", "overdue")
