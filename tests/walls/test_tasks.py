"""Background work and the wall: a task named for one importer touches no other's rows.

Every task of the Celery application stands in one of the two tables below; a new one fails the
suite until somebody has said whose rows it touches.
"""

import inspect
from typing import Any

import pytest
from celery.app.task import Task
from django.db import models

from carmsvc.celery import app
from carmsvc.platform.audit_checks import AuditCheck
from carmsvc.platform.tenancy import importer_scope
from clients.models.document_packages import DocumentPackage
from clients.models.documents import DocumentVersion
from delegation.models import AgreementPaper
from reconciliation.models import MatchRun
from statements.models import LedgerFile, StatementFile
from tests.walls.checking import rows_of
from tests.walls.world import Tenant

# what a worker claims: the task, its argument, the table of the row that the argument names
CLAIMED: dict[str, tuple[str, type[models.Model]]] = {
    "carmsvc.platform.tasks.run_audit_check": ("check_id", AuditCheck),
    "clients.tasks.check_document": ("version_id", DocumentVersion),
    "clients.tasks.write_package": ("package_id", DocumentPackage),
    "delegation.tasks.write_paper": ("paper_id", AgreementPaper),
    "reconciliation.tasks.run_match": ("run_id", MatchRun),
    "statements.tasks.take_in_ledger_file": ("file_id", LedgerFile),
    "statements.tasks.take_in_statement_file": ("file_id", StatementFile),
}
OF_ONE_IMPORTER = {
    "reconciliation.tasks.collect_from_importer",
    "statements.tasks.watch_security_of",
}
# what goes round all importers, or touches none; each with its reason
ROUNDS = {
    "carmsvc.platform.tasks.collect_audit_checks": "sends each check with its own importer",
    "carmsvc.platform.tasks.keep_audit_heads": "where every chain ends, on the brokerage's chain",
    "clients.tasks.collect_documents": "sends each file and package with its own importer",
    "clients.tasks.close_quiet_requests": "looks for what is quiet, then one request a time",
    "clients.tasks.keep_readiness": "each importer as its own rows tell, two hundred at a time",
    "clients.tasks.remove_old_packages": "what is a week old goes, whoever's it is",
    "clients.tasks.send_digests": "a person's letter, of the importers that the person sees",
    "clients.tasks.tell_deadlines": "people are told of the importers that they see",
    "clients.tasks.warn_of_expiring_keys": "people are told of the keys they answer for",
    "delegation.tasks.collect_papers": "sends each paper with its own importer",
    "delegation.tasks.expire_delegations": "looks for days that are over, then one importer a time",
    "reconciliation.tasks.collect_runs": "sends each run and each door with its own importer",
    "statements.tasks.collect_files": "sends each file with its own importer",
    "statements.tasks.follow_published_days": "the rulebook is the same for all importers",
    "statements.tasks.watch_security": "each account against its own security",
}
OF_NOBODY = {
    "carmsvc.platform.tasks.collect_letters": "the outbox stands before the wall",
    "carmsvc.platform.tasks.forget_answers": "answers kept for repeated requests, by age",
    "carmsvc.platform.tasks.forget_letters": "letters that were sent, by age",
    "carmsvc.platform.tasks.heartbeat": "says that a worker lives",
    "carmsvc.platform.tasks.send_letter": "the outbox stands before the wall",
    "clients.tasks.collect_client_lists": "lists of the brokerage's clients to be",
    "clients.tasks.collect_received_letters": "e-mail that nobody has read yet",
    "clients.tasks.read_letter": "finds out whose request the e-mail is about, by its address",
    "clients.tasks.take_in_client_list": "a list of the brokerage's clients to be",
}
app.loader.import_default_modules()
# other tests of the same process may have tasks of their own
NOT_OURS = ("celery.", "tests.")
TASKS = {name: task for name, task in app.tasks.items() if not name.startswith(NOT_OURS)}


@pytest.fixture
def sent(monkeypatch: Any) -> list[tuple[str, dict[str, Any]]]:
    """The messages that tasks would have put on the queue."""
    messages: list[tuple[str, dict[str, Any]]] = []

    def apply_async(task: Any, args: Any = None, kwargs: Any = None, **_told: Any) -> None:
        messages.append((task.name, kwargs))

    monkeypatch.setattr(Task, "apply_async", apply_async)
    return messages


def row_of(tenant: Tenant, model: Any) -> int:
    with importer_scope(tenant.importer.pk):
        return int(model.objects.order_by("pk").first().pk)


def wake(tenant: Tenant, model: Any) -> int:
    """A row that a worker would take in now."""
    pk = row_of(tenant, model)
    waiting = {"state": model.waiting_state, "attempts": 0, "leased_until": None, "parked_at": None}
    with importer_scope(tenant.importer.pk):
        model.objects.filter(pk=pk).update(**waiting)
    return pk


def test_every_task_says_whose_rows_it_touches():
    assert {*CLAIMED, *OF_ONE_IMPORTER, *ROUNDS, *OF_NOBODY} == set(TASKS)


def test_a_task_that_takes_an_importer_is_tried_with_another_ones_row():
    takes_importer = {
        name
        for name, task in TASKS.items()
        if "importer_id" in inspect.signature(task.run).parameters
    }

    assert takes_importer == {*CLAIMED, *OF_ONE_IMPORTER}


@pytest.mark.parametrize("name", CLAIMED)
def test_another_importers_row_is_not_there_for_a_task(ours: Tenant, theirs: Tenant, name: str):
    argument, model = CLAIMED[name]
    pk = wake(theirs, model)
    before = rows_of(ours), rows_of(theirs)

    TASKS[name](importer_id=ours.importer.pk, **{argument: pk})

    assert (rows_of(ours), rows_of(theirs)) == before


@pytest.mark.parametrize("name", CLAIMED)
def test_with_its_own_importer_the_same_row_is_taken_in(ours: Tenant, theirs: Tenant, name: str):
    """Else the test above would prove nothing."""
    argument, model = CLAIMED[name]
    pk = wake(theirs, model)
    our_rows, their_rows = rows_of(ours), rows_of(theirs)

    TASKS[name](importer_id=theirs.importer.pk, **{argument: pk})

    assert rows_of(theirs) != their_rows
    assert rows_of(ours) == our_rows


@pytest.mark.parametrize("name", [*CLAIMED, *sorted(OF_ONE_IMPORTER)])
def test_a_task_for_an_importer_that_is_none_changes_nothing(
    ours: Tenant, theirs: Tenant, name: str
):
    argument, model = CLAIMED.get(name, ("", None))
    row = {argument: wake(theirs, model)} if model else {}
    before = rows_of(ours), rows_of(theirs)

    TASKS[name](importer_id=2**40, **row)

    assert (rows_of(ours), rows_of(theirs)) == before


@pytest.mark.parametrize("name", [*CLAIMED, *sorted(OF_ONE_IMPORTER)])
def test_a_task_without_an_importer_is_refused(theirs: Tenant, name: str):
    argument, model = CLAIMED.get(name, ("", None))
    row = {argument: wake(theirs, model)} if model else {}

    with pytest.raises(TypeError):
        TASKS[name](**row)


@pytest.mark.parametrize("name", sorted(OF_ONE_IMPORTER))
def test_a_task_of_one_importer_changes_no_other(
    ours: Tenant, theirs: Tenant, name: str, sent: Any
):
    before = rows_of(theirs)

    TASKS[name](importer_id=ours.importer.pk)

    assert rows_of(theirs) == before


@pytest.mark.parametrize("name", [one for one in ROUNDS if "collect" in one])
def test_a_round_sends_each_row_with_its_own_importer(
    ours: Tenant, theirs: Tenant, name: str, sent: list[tuple[str, dict[str, Any]]]
):
    for model in {model for _argument, model in CLAIMED.values()}:
        wake(ours, model)
        wake(theirs, model)

    TASKS[name]()

    claimed = [(CLAIMED[task], told) for task, told in sent if task in CLAIMED]
    assert {told["importer_id"] for _row, told in claimed} == {ours.importer.pk, theirs.importer.pk}
    for (argument, model), told in claimed:
        with importer_scope(told["importer_id"]):
            assert model.objects.filter(pk=told[argument]).count() == 1
