"""The broker makes work quick and is never the only place where it is written."""

import signal
import time

import pytest
from celery import Celery

from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, ProgramAccount
from tests.books import PERIOD_END
from tests.reliability.conftest import Broker, Crew, eventually, files
from tests.reliability.months import PERIODS, assert_whole, bring_month, is_settled
from tests.statements.door import bring_statement, line, text

SOON = 5  # seconds within which an upload answers whatever the broker does


def test_a_flushed_broker_loses_nothing(
    crew: Crew,
    broker: Broker,
    nudging: Celery,
    importer: Importer,
    accounts: list[ProgramAccount],
) -> None:
    months = dict.fromkeys(((accounts[0].bn15, last) for last in PERIODS[-3:]), 400)
    bring_month(accounts[0], PERIODS[-1], 400)
    broker.client.flushall()  # what was queued before a worker was there is gone
    crew.worker(wait=False)
    crew.beat()
    bring_month(accounts[0], PERIODS[-2], 400)
    eventually(lambda: any(file.state == "loaded" for file in files(importer)))
    broker.client.flushall()  # and once more in the middle of the work
    bring_month(accounts[0], PERIODS[-3], 400)
    broker.client.flushall()

    eventually(lambda: is_settled(importer))

    assert_whole(importer, months)


def test_a_broker_that_was_away_and_comes_back_finds_workers_and_beat_waiting(
    crew: Crew, broker: Broker, importer: Importer, accounts: list[ProgramAccount]
) -> None:
    crew.worker()
    crew.beat()
    broker.stop()
    bring_month(accounts[0], PERIOD_END, 400)
    broker.start()

    eventually(lambda: is_settled(importer))

    assert_whole(importer, {(accounts[0].bn15, PERIOD_END): 400})


@pytest.mark.parametrize("is_frozen", [False, True], ids=["stopped", "frozen"])
def test_an_upload_succeeds_without_a_broker(
    is_frozen: bool,
    broker: Broker,
    nudging: Celery,
    importer: Importer,
    accounts: list[ProgramAccount],
) -> None:
    if is_frozen:
        broker.send(signal.SIGSTOP)  # takes connections and never answers
    else:
        broker.stop()
    began = time.monotonic()

    with importer_scope(importer.pk):
        received = bring_statement(accounts[0], text([line("1", "1.00")]))

    assert received.is_new
    assert time.monotonic() - began < SOON
    assert [file.state for file in files(importer)] == ["received"]
