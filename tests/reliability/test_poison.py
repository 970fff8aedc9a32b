"""What cannot be done is parked after three attempts and named to a person; others go on."""

from pathlib import Path

import pytest

from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, ProgramAccount, StaffAssignment, User
from reconciliation import actions as reconciliation
from reconciliation.models import MatchRun
from statements import actions as statements
from statements.models import Statement, StatementFile
from tests.books import PERIOD_END
from tests.reliability.conftest import Crew, eventually, files
from tests.reliability.months import PERIODS, assert_whole, bring_month, is_settled
from tests.statements.broken import broken_database


@pytest.fixture
def lead(importer: Importer, analyst: User, reviewer: User) -> User:
    """Whom stuck work of the importer is named to."""
    with importer_scope(importer.pk):
        StaffAssignment.objects.filter(user=reviewer).update(is_lead=True)
    return reviewer


def test_a_file_that_cannot_be_read_is_parked_while_others_go_on_and_is_revived(
    crew: Crew, importer: Importer, accounts: list[ProgramAccount], lead: User
) -> None:
    poison, _ = bring_month(accounts[0], PERIODS[-2], 300)
    bring_month(accounts[0], PERIODS[-1], 300)
    original = Path(poison.original.path)
    lost = original.rename(original.with_suffix(".lost"))
    crew.worker(wait=False)
    crew.beat()

    eventually(lambda: [file for file in files(importer) if file.parked_at])
    eventually(lambda: [file.state for file in files(importer)].count("loaded") == 3)
    (parked,) = [file for file in files(importer) if file.parked_at]

    assert (parked.pk, parked.state, parked.attempts) == (poison.pk, "received", 3)
    assert parked.parked_for == lead
    assert "FileNotFoundError" in parked.last_failure
    lost.rename(original)
    with importer_scope(importer.pk):
        statements.send_again(file=parked, by=lead)
    eventually(lambda: is_settled(importer))
    assert_whole(importer, {(accounts[0].bn15, last): 300 for last in PERIODS[-2:]})


def test_a_load_that_fails_half_way_leaves_nothing_behind(
    crew: Crew, importer: Importer, accounts: list[ProgramAccount], lead: User
) -> None:
    with broken_database("statements_statementline", "NEW.row_no = 250"):
        bring_month(accounts[0], PERIOD_END, 300)
        crew.worker(wait=False)
        crew.beat()
        eventually(lambda: [file for file in files(importer) if file.parked_at])

    (parked,) = [file for file in files(importer) if file.parked_at]
    assert parked.parked_for == lead
    assert "the disk is full" in parked.last_failure
    with importer_scope(importer.pk):
        assert not Statement.objects.exists()
        assert StatementFile.objects.get().problems.count() == 0
        statements.send_again(file=parked, by=lead)
    eventually(lambda: is_settled(importer))
    assert_whole(importer, {(accounts[0].bn15, PERIOD_END): 300})


def test_a_run_that_cannot_be_carried_out_is_parked_while_others_go_on_and_is_revived(
    crew: Crew, importer: Importer, accounts: list[ProgramAccount], lead: User
) -> None:
    with broken_database("reconciliation_placement", "NEW.line_amount = 1.74"):
        bring_month(accounts[0], PERIOD_END, 300)  # its third line is 1.74
        bring_month(accounts[1], PERIOD_END, 2)
        crew.worker(wait=False)
        crew.beat()
        eventually(lambda: _parked_runs(importer))
        eventually(lambda: _finished_runs(importer) == 1)

    (parked,) = _parked_runs(importer)
    assert (parked.attempts, parked.parked_for) == (3, lead)
    assert "the disk is full" in parked.last_failure
    with importer_scope(importer.pk):
        assert parked.placements.count() == 0
        reconciliation.send_again(run=parked, by=lead)
    eventually(lambda: is_settled(importer))
    assert_whole(importer, {(accounts[0].bn15, PERIOD_END): 300, (accounts[1].bn15, PERIOD_END): 2})


def _parked_runs(importer: Importer) -> list[MatchRun]:
    with importer_scope(importer.pk):
        return list(MatchRun.objects.exclude(parked_at=None).select_related("parked_for"))


def _finished_runs(importer: Importer) -> int:
    with importer_scope(importer.pk):
        return int(MatchRun.objects.filter(state="finished", superseded_by=None).count())
