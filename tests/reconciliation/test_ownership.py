"""What a leaver leaves in the reconciliation room."""

import pytest
from django.utils import timezone

from carmsvc.platform.tenancy import importer_scope
from clients.actions.leavers import deactivate_person
from clients.models import Importer, User
from clients.queries.leavers import belongings_of
from reconciliation.actions import reopen_run, sign_off
from reconciliation.models import MatchRun
from tests.books import Line, ledger, reconciled, soa


@pytest.fixture
def run(importer: Importer, account: object) -> MatchRun:
    ledger(account, Line("1", "90.00"))
    return reconciled(soa(account, Line("1", "90.00")))


def left_by(person: User) -> list[tuple[str, str, str]]:
    return [
        (owned.what, owned.address, owned.importer.legal_name)
        for owned in belongings_of(person).elsewhere
    ]


def test_a_run_that_waits_for_its_reviewer_is_named_to_who_prepared_it(
    run: MatchRun, analyst: User, reviewer: User, administrator: User
) -> None:
    sign_off(run=run, by=analyst)
    waiting = (
        "Prepared, and waits for a reviewer: 123456782RM0001 2026-10-17",
        f"/statements/{run.statement_id}/reconciliation/",
        "Maple Furniture Inc.",
    )
    assert left_by(analyst) == [waiting]
    assert left_by(reviewer) == []
    with importer_scope(()):  # whatever the one who asks may see
        assert len(deactivate_person(person=analyst, by=administrator).elsewhere) == 1

    sign_off(run=run, by=reviewer)
    assert left_by(analyst) == []


def test_a_signature_that_was_taken_off_is_nobodys(
    run: MatchRun, analyst: User, reviewer: User
) -> None:
    sign_off(run=run, by=analyst)
    reopen_run(run=run, by=reviewer, reason="The ledger changed.")

    assert left_by(analyst) == []


def test_a_run_that_is_stuck_is_named_to_whom_it_was_parked_for(
    run: MatchRun, analyst: User
) -> None:
    MatchRun.objects.update(parked_at=timezone.now(), parked_for=analyst)

    assert [what for what, _, _ in left_by(analyst)] == [
        "Stuck, and named to them: 123456782RM0001 2026-10-17"
    ]
