"""Interest on a statement is worked out again: what was charged, what it should be, and why."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from clients.models import ProgramAccount, User
from reconciliation.models import MatchRun
from reconciliation.queries import current_run, run_document
from reconciliation.queries.interest import interest_check
from statements.actions.rulebook import approve_value, propose_value
from statements.models import RulebookEntry
from tests.books import Line, ledger, reconciled, soa

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
SEPTEMBER, OCTOBER = date(2026, 9, 17), date(2026, 10, 17)  # September is due on 1 October


@pytest.fixture
def rates(administrator: User, analyst: User) -> None:
    """8.5 % a year on what is unpaid, in the two quarters."""
    for quarter in ("2026Q3", "2026Q4"):
        entry = propose_value(
            name="prescribed_rate", key=quarter, value="2.5", from_on=date(2026, 7, 1),
            to_on=None, source="CBSA, interest rates", by=analyst,
        )  # fmt: skip
        approve_value(entry=RulebookEntry.objects.get(pk=entry.pk), by=administrator)


@pytest.fixture
def late(account: ProgramAccount) -> MatchRun:
    """September's 10,000.00 was paid on 11 October, ten days late; the CBSA charged 25.00."""
    soa(account, Line(1, "10000.00", released=date(2026, 9, 1)), last=SEPTEMBER)
    ledger(account, Line(2, "70.00"))
    october = soa(
        account,
        Line(None, "-10000.00", "PAYMENT", released=None, posted=date(2026, 10, 11)),
        Line(None, "25.00", "INTEREST", released=None, posted=date(2026, 10, 14)),
        Line(2, "70.00"),
        last=OCTOBER,
        opening="10000.00",
    )
    reconciled(october)
    run = current_run(october)
    assert run
    return run


def test_it_is_compared_with_what_the_late_days_cost(rates: None, late: MatchRun):
    check = interest_check(late)

    assert check
    assert (check.charged, check.expected, check.difference) == (
        Decimal("25.00"),
        Decimal("23.31"),
        Decimal("1.69"),
    )
    assert check.explanation == [
        "Interest that grew from 2026-09-18 to 2026-10-17 (Customs Act, s. 33.4 and 3.1):",
        "10000.00, due on 2026-10-01 and cleared on 2026-10-11: 23.31 for 10 days.",
        "2026-10-02 to 2026-10-11: 8.5 % a year (2026Q4).",
    ]


def test_without_the_rate_nothing_is_worked_out_and_the_quarter_is_named(late: MatchRun):
    check = interest_check(late)

    assert check
    assert (check.charged, check.expected, check.difference) == (Decimal("25.00"), None, None)
    assert "2026Q4" in check.explanation[0]


def test_the_variance_stays_as_it_is(rates: None, late: MatchRun):
    interest_check(late)

    variances = run_document(late)["totals"]["variances"]
    assert variances["interest"] == {"count": 1, "amount": "25.00", "effect": "25.00"}


def test_interest_on_what_was_paid_in_time_is_expected_to_be_nothing(
    rates: None, account: ProgramAccount
):
    soa(account, Line(1, "100.00", released=date(2026, 9, 1)), last=SEPTEMBER)
    october = soa(
        account,
        Line(None, "-100.00", "PAYMENT", released=None, posted=date(2026, 9, 30)),
        Line(None, "1.10", "INTEREST", released=None, posted=date(2026, 10, 14)),
        last=OCTOBER,
        opening="100.00",
    )
    reconciled(october)
    run = current_run(october)
    assert run

    check = interest_check(run)

    assert check
    assert (check.expected, check.difference) == (Decimal("0.00"), Decimal("1.10"))
    assert check.explanation == [
        "Nothing was paid late from 2026-09-18 to 2026-10-17, as far as we know."
    ]


def test_what_is_still_open_costs_until_the_period_ends(rates: None, account: ProgramAccount):
    soa(account, Line(1, "10000.00", released=date(2026, 9, 1)), last=SEPTEMBER)
    interest = Line(None, "38.00", "INTEREST", released=None, posted=date(2026, 10, 14))
    october = soa(account, interest, last=OCTOBER, opening="10000.00")
    reconciled(october)
    run = current_run(october)
    assert run

    check = interest_check(run)

    assert check
    assert check.expected == Decimal("37.33")
    assert check.explanation[1] == (
        "10000.00, due on 2026-10-01 and still open: 37.33 for 16 days."
    )


def test_a_run_without_interest_has_no_check(account: ProgramAccount):
    statement = soa(account, Line(1, "100.00"))
    reconciled(statement)
    run = current_run(statement)
    assert run

    assert interest_check(run) is None


def test_the_page_and_the_api_say_it(
    rates: None, late: MatchRun, analyst: User, client: Client, django_assert_max_num_queries: Any
):
    client.force_login(analyst)

    page = client.get(f"/runs/{late.pk}/", headers={"accept-language": "en"}).content.decode()
    with django_assert_max_num_queries(25):
        answer = client.get(f"/api/v1/match-runs/{late.pk}/interest/").json()

    assert "How it was worked out" in page
    assert "23.31 for 10 days" in page
    assert (answer["charged"], answer["expected"], answer["difference"]) == (
        "25.00",
        "23.31",
        "1.69",
    )
    assert len(answer["explanation"]) == 3
