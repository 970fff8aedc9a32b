"""Two at the same work, and the same message twice, give one result."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from celery import Celery
from django.db import connection, transaction

from carmsvc.platform.audit_chain import broken_links
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, ProgramAccount
from reconciliation.actions import collect_from_importer, request_run, run_match
from reconciliation.models import MatchRun
from statements.actions import take_in_ledger_file, take_in_statement_file
from statements.models import LedgerEntry, LedgerFile, MappingProfile, Statement, StatementFile
from tests.books import PERIOD_END
from tests.reliability.conftest import Crew, eventually, files
from tests.reliability.months import PERIODS, assert_whole, bring_month, is_settled
from tests.statements.door import LEDGER, bring_ledger, bring_statement, entry, line, text


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each answers when all begin in the same moment, each with a connection of its own."""
    answers: list[Any] = [None] * len(acts)
    start = threading.Barrier(len(acts))

    def run(place: int) -> None:
        try:
            start.wait()
            answers[place] = acts[place]()
        except Exception as error:
            answers[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_a_message_delivered_many_times_to_two_workers_is_done_once(
    crew: Crew, nudging: Celery, importer: Importer, accounts: list[ProgramAccount]
) -> None:
    statement, ledger = bring_month(accounts[0], PERIOD_END, 500)
    told = {"importer_id": importer.pk}
    for _ in range(5):
        nudging.send_task("statements.tasks.take_in_statement_file",
                          kwargs=told | {"file_id": statement.pk})  # fmt: skip
        nudging.send_task("statements.tasks.take_in_ledger_file",
                          kwargs=told | {"file_id": ledger.pk})  # fmt: skip
        nudging.send_task("reconciliation.tasks.collect_from_importer", kwargs=told)
    crew.worker(wait=False)
    crew.worker(wait=False)
    crew.beat()

    eventually(lambda: is_settled(importer))

    assert_whole(importer, {(accounts[0].bn15, PERIOD_END): 500})
    assert [file.attempts for file in files(importer)] == [1, 1]


def test_two_who_take_in_one_file_load_it_once(
    importer: Importer, accounts: list[ProgramAccount]
) -> None:
    for amount in range(1, 6):
        with importer_scope(importer.pk):
            file = bring_statement(accounts[0], text([line("1", f"{amount}.00")])).file

        told = {"importer_id": importer.pk, "file_id": file.pk}
        answers = at_once(*[lambda told=told: take_in_statement_file(**told)] * 3)

        assert sorted(answers) == [False, False, True]
    with importer_scope(importer.pk):
        assert Statement.objects.count() == 5
        assert Statement.objects.get(superseded_by=None).activity == 5
        assert broken_links(importer.pk) == []


def test_two_files_of_one_period_read_at_once_leave_the_later_upload_standing(
    importer: Importer, accounts: list[ProgramAccount]
) -> None:
    with importer_scope(importer.pk):
        uploads = [
            bring_statement(accounts[0], text([line("1", f"{amount}.00")])).file
            for amount in range(1, 5)
        ]

    at_once(
        *[
            lambda file=file: take_in_statement_file(importer_id=importer.pk, file_id=file.pk)
            for file in uploads
        ]
    )

    with importer_scope(importer.pk):
        assert Statement.objects.count() == 4
        assert Statement.objects.get(superseded_by=None).file == uploads[-1]
        states = StatementFile.objects.order_by("id").values_list("state", "attempts")
        assert list(states) == [("superseded", 1)] * 3 + [("loaded", 1)]


def test_overlapping_exports_read_at_once_double_nothing(
    importer: Importer, accounts: list[ProgramAccount]
) -> None:
    book = [entry(at, "10.00", released=f"2026-10-{at:02}") for at in range(1, 18)]
    with importer_scope(importer.pk):
        uploads = [
            bring_ledger(accounts[0], text(book[first : first + 8], LEDGER)).file
            for first in (0, 3, 6, 9)
        ]

    at_once(
        *[
            lambda file=file: take_in_ledger_file(importer_id=importer.pk, file_id=file.pk)
            for file in uploads
        ]
    )

    with importer_scope(importer.pk):
        assert set(LedgerFile.objects.values_list("state", "attempts")) == {("loaded", 1)}
        assert LedgerEntry.objects.filter(superseded_by=None).count() == 17


def test_two_who_carry_out_one_run_finish_it_once(
    importer: Importer, accounts: list[ProgramAccount]
) -> None:
    with importer_scope(importer.pk):
        file = bring_statement(accounts[0], text([line("1", "1.00")])).file
    take_in_statement_file(importer_id=importer.pk, file_id=file.pk)
    with importer_scope(importer.pk):
        run = request_run(statement=Statement.objects.get(), by=None)

    answers = at_once(*[lambda: run_match(importer_id=importer.pk, run_id=run.pk)] * 3)

    assert sorted(answers) == [False, False, True]
    with importer_scope(importer.pk):
        done = MatchRun.objects.get()
        assert (done.state, done.attempts, done.placements.count()) == ("finished", 1, 1)


def test_two_who_collect_at_once_ask_for_one_run(
    importer: Importer, accounts: list[ProgramAccount]
) -> None:
    with importer_scope(importer.pk):
        file = bring_statement(accounts[0], text([line("1", "1.00")])).file
    take_in_statement_file(importer_id=importer.pk, file_id=file.pk)

    answers = at_once(*[lambda: collect_from_importer(importer.pk)] * 4)

    assert all(isinstance(answer, list) for answer in answers), answers
    with importer_scope(importer.pk):
        assert MatchRun.objects.count() == 1


def test_the_same_bytes_sent_twice_at_once_are_one_file(
    importer: Importer, accounts: list[ProgramAccount]
) -> None:
    def upload() -> bool:
        with importer_scope(importer.pk):
            return bring_statement(accounts[0], text([line("1", "1.00")])).is_new

    assert sorted(at_once(upload, upload, upload)) == [False, False, True]
    with importer_scope(importer.pk):
        assert StatementFile.objects.count() == 1


def test_audit_events_written_at_once_make_one_chain(importer: Importer) -> None:
    from carmsvc.platform import audit

    def tell() -> None:
        for _ in range(10):
            with importer_scope(importer.pk), transaction.atomic():
                audit.record("something", importer_id=importer.pk, by="worker")

    assert at_once(tell, tell, tell) == [None, None, None]
    with importer_scope(importer.pk):
        assert broken_links(importer.pk) == []


def test_files_of_one_new_layout_read_at_once_share_it(
    importer: Importer, accounts: list[ProgramAccount]
) -> None:
    brought = [bring_month(accounts[0], last, 200)[1] for last in PERIODS]

    at_once(
        *(
            partial(take_in_ledger_file, importer_id=importer.pk, file_id=file.pk)
            for file in brought
        )
    )

    with importer_scope(importer.pk):
        loaded = LedgerFile.objects.values_list("state", "attempts").distinct()
        assert list(loaded) == [("loaded", 1)]
        assert MappingProfile.objects.filter(kind="ledger").count() == 1
