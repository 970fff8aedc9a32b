"""R07 to R09: what the portal's delegation and the signed agreement let us do and see."""

from datetime import date
from decimal import Decimal

import pytest

from clients.models import Importer, ProgramAccount, User
from delegation.actions import end_agreement
from delegation.rules import Wish
from statements.models import StatementLine
from tests.books import soa
from tests.delegation.stories import active, agreement, approval, prepared, requested, signed, step
from tests.readiness.stories import FIRST, OCTOBER, SECOND, TODAY, judged, said, weight

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def test_r07_our_delegation_is_active_for_every_account(scope: Importer) -> None:
    assert said(scope, "R07", FIRST) == ("failed", "no_delegation")
    assert weight(scope, "R07", FIRST) == "blocker"

    active(scope)

    assert said(scope, "R07", FIRST) == said(scope, "R07", SECOND) == ("passed", "delegated")


@pytest.mark.parametrize("begin", [prepared, requested])
def test_r07_what_is_not_approved_yet_does_not_work(scope: Importer, begin: object) -> None:
    begin(scope)  # type: ignore[operator]

    assert said(scope, "R07", FIRST) == ("failed", "not_acting")


def test_r07_a_delegation_reaches_the_accounts_that_were_approved(scope: Importer) -> None:
    terms = {"agreed_level": "program", "agreed_accounts": [FIRST]}
    only = approval(approved_level="program", approved_accounts=(FIRST,))
    step(requested(scope, **terms), Wish.APPROVE, approval=only)

    assert said(scope, "R07", FIRST) == ("passed", "delegated")
    assert said(scope, "R07", SECOND) == ("failed", "account_not_delegated")


def test_r07_approved_for_less_than_agreed_is_a_risk_until_the_importer_sets_it_right(
    scope: Importer,
) -> None:
    working = active(scope)
    step(working, Wish.CHANGE, approval=approval(approved_ticks=(1,)))

    assert said(scope, "R07", FIRST) == ("failed", "less_than_agreed")
    assert weight(scope, "R07", FIRST) == "at_risk"

    step(working, Wish.CHANGE, approval=approval())
    assert said(scope, "R07", FIRST) == ("passed", "delegated")


def test_r07_what_was_revoked_works_no_more(scope: Importer) -> None:
    step(active(scope), Wish.REVOKE)

    assert said(scope, "R07", FIRST) == ("failed", "not_acting")


def test_r07_another_brokers_delegation_is_not_ours(scope: Importer) -> None:
    active(scope, provider_kind="licensed_broker", provider_name="Other", provider_bn9="100000009")

    assert said(scope, "R07", FIRST) == ("failed", "no_delegation")


def filed_by(account: ProgramAccount, filer: str) -> None:
    """A statement of the account with a line that somebody filed."""
    told = {"importer_id": account.importer_id, "filed_by": filer}
    StatementLine.objects.create(
        statement=soa(account, last=OCTOBER), row_no=2, transaction_no="98765000000001",
        transaction_type="CAD", amount=Decimal("100.00"), **told,
    )  # fmt: skip


@pytest.mark.parametrize("filer", ["courier", "other_broker"])
def test_r08_where_others_file_our_delegation_shows_it(
    scope: Importer, account: ProgramAccount, filer: str
) -> None:
    assert said(scope, "R08") == ("not_applicable", "no_delegation_works")
    working = active(scope)
    assert said(scope, "R08") == ("not_applicable", "nobody_else")

    filed_by(account, filer)
    assert said(scope, "R08") == ("passed", "seen")
    assert weight(scope, "R08") == "advice"

    step(working, Wish.CHANGE, approval=approval(approved_ticks=(1,)))
    narrow = judged(scope, "R08")
    assert (narrow.result, narrow.outcome.reason) == ("failed", "too_narrow")
    assert narrow.outcome.facts == {"others": (filer,), "other_providers": 0, "ticks": (2, 3)}


def test_r08_what_we_file_ourselves_is_nobody_else(
    scope: Importer, account: ProgramAccount
) -> None:
    active(scope)

    filed_by(account, "ours")

    assert said(scope, "R08") == ("not_applicable", "nobody_else")


def test_r08_a_second_broker_files_too(scope: Importer) -> None:
    active(scope)
    other = {
        "provider_kind": "licensed_broker", "provider_name": "Other", "provider_bn9": "100000009",
    }  # fmt: skip

    working = active(scope, **other)
    assert judged(scope, "R08").outcome.facts["other_providers"] == 1

    step(working, Wish.REVOKE)
    assert said(scope, "R08") == ("not_applicable", "nobody_else")


def test_r09_an_agreement_is_signed_and_in_force(scope: Importer, analyst: User) -> None:
    assert said(scope, "R09") == ("failed", "no_agreement")
    assert weight(scope, "R09") == "blocker"

    agreement(scope)
    assert said(scope, "R09") == ("failed", "agreement_not_in_force")

    signed(scope, analyst)
    assert said(scope, "R09") == ("passed", "agreement_in_force")


def test_r09_an_agreement_ends_with_its_last_day_or_when_it_is_ended(
    scope: Importer, analyst: User
) -> None:
    made = signed(scope, analyst, ends_on=TODAY)

    assert said(scope, "R09", today=TODAY) == ("passed", "agreement_in_force")
    assert said(scope, "R09", today=date(2026, 11, 24)) == ("failed", "agreement_not_in_force")

    end_agreement(agreement=made, on=TODAY, today=TODAY, reason="Another broker", by=analyst)
    assert judged(scope, "R09").outcome.facts == {"standing": "ended"}


def test_r09_an_agreement_is_with_the_right_legal_entity(scope: Importer, analyst: User) -> None:
    signed(scope, analyst, importer_bn9="100000009")

    assert said(scope, "R09") == ("failed", "agreement_names_another")


def test_r09_who_appoints_sub_agents_needs_the_clause(
    scope: Importer, analyst: User, settings: object
) -> None:
    settings.BROKERAGE_USES_SUB_AGENTS = True  # type: ignore[attr-defined]
    signed(scope, analyst)
    assert said(scope, "R09") == ("failed", "no_sub_agent_clause")

    signed(scope, analyst, allows_sub_agents=True)
    assert said(scope, "R09") == ("passed", "agreement_in_force")
