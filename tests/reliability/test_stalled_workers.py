"""A worker that stalls beyond its lease and wakes up later changes nothing any more."""

import os
import signal
import time

from django.db import connections

from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, ProgramAccount
from statements.models import Statement, StatementFile
from tests.books import PERIOD_END
from tests.reliability.conftest import SHORT, Crew, Worker, eventually, files
from tests.statements.door import bring_statement, line, text

LEASE = float(SHORT["WORK_LEASE_SECONDS"])


def is_only_read(file: StatementFile) -> bool:
    """Whether a worker reads a file and has not begun to load it."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT state FROM statements_statementfile WHERE id = %s FOR UPDATE SKIP LOCKED",
            [file.pk],
        )
        return cursor.fetchone() == ("reading",)


def freeze(worker: Worker) -> list[int]:
    children = worker.children()
    for pid in children:
        os.kill(pid, signal.SIGSTOP)
    return children


def test_a_worker_that_wakes_up_after_its_lease_has_lost_its_claim(
    crew: Crew, importer: Importer, accounts: list[ProgramAccount]
) -> None:
    sleeper = crew.worker(concurrency=1)
    crew.beat()
    rows = [line(at, "1.00") for at in range(30_000)]
    with importer_scope(importer.pk):
        file = bring_statement(accounts[0], text(rows)).file
    eventually(lambda: is_only_read(file), every=0.002)
    frozen = freeze(sleeper)
    assert is_only_read(file), "the worker was frozen too late for this test"

    time.sleep(LEASE)
    crew.worker(concurrency=1, wait=False)
    eventually(lambda: files(importer)[0].state == "loaded")
    done = files(importer)[0]
    for pid in frozen:
        os.kill(pid, signal.SIGCONT)
    eventually(lambda: "taken over by another worker" in sleeper.log.read_text())

    (after,) = files(importer)
    assert after.attempts == 2
    assert (after.state, after.loaded_at) == ("loaded", done.loaded_at)
    with importer_scope(importer.pk):
        statement = Statement.objects.get()
        assert (statement.line_count, statement.lines.count()) == (30_000, 30_000)
        assert statement.period_end == PERIOD_END
