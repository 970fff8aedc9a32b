"""Files that come together are seen by one run; nobody waits for a file that will not come."""

from datetime import timedelta

import pytest
from django.utils import timezone

from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, ProgramAccount
from reconciliation.actions import collect_from_importer
from statements.models import LedgerFile, StatementFile
from tests.statements import door


@pytest.fixture
def loaded(account: ProgramAccount) -> StatementFile:
    """A statement's file that was loaded, and is not collected yet."""
    return door.statement_file(account, door.line(1, "100.00"))


@pytest.fixture
def ledger(account: ProgramAccount, loaded: StatementFile) -> LedgerFile:
    """A ledger's file that came beside it, and is not read yet."""
    content = door.text([door.entry(1, "100.00")], door.LEDGER)
    file: LedgerFile = door.bring_ledger(account, content).file
    return file


def test_a_loaded_file_is_collected_at_once_when_no_other_is_on_its_way(
    account: ProgramAccount, loaded: StatementFile
):
    assert len(collect_from_importer(account.importer_id)) == 1


def test_a_run_waits_for_the_file_that_came_beside_it(account: ProgramAccount, ledger: LedgerFile):
    assert collect_from_importer(account.importer_id) == []

    door.read(ledger)

    assert len(collect_from_importer(account.importer_id)) == 1
    assert collect_from_importer(account.importer_id) == []


@pytest.mark.parametrize(
    "fate",
    [
        {"state": "rejected"},
        {"state": "needs_mapping"},
        {"attempts": 1},  # it failed, and waits for its second try
        {"state": "reading", "attempts": 1},  # its worker's lease has run out
        {"state": "reading", "attempts": 2},
        {"uploaded_at": timezone.now() - timedelta(days=1)},
    ],
    ids=["rejected", "unmapped", "failed once", "lease over", "failing again", "a day old"],
)
def test_nobody_waits_for_a_file_that_does_not_come(
    account: ProgramAccount, ledger: LedgerFile, fate: dict
):
    lapsed = timezone.now() - timedelta(seconds=1)
    LedgerFile.objects.filter(pk=ledger.pk).update(**{"leased_until": lapsed, **fate})

    assert len(collect_from_importer(account.importer_id)) == 1


def test_another_importers_file_is_not_waited_for(
    account: ProgramAccount, loaded: StatementFile, stranger: Importer
):
    with importer_scope(stranger.pk):
        theirs = ProgramAccount.objects.get(importer=stranger)
        door.bring_ledger(theirs, door.text([door.entry(1, "1.00")], door.LEDGER))

    assert len(collect_from_importer(account.importer_id)) == 1
