"""Workers are killed at random while they load and match; nothing is lost, nothing doubled."""

import os
import random
import signal
import time
from contextlib import suppress
from datetime import date
from typing import Any

from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, ProgramAccount, User
from reconciliation import actions as reconciliation
from reconciliation.models import MatchRun
from statements import actions as statements
from statements.models import LedgerFile, StatementFile
from tests.reliability.conftest import Crew
from tests.reliability.months import PERIODS, assert_whole, bring_month, is_settled

ROWS = 3_000
KILLS = 15
LONGEST = 90  # seconds, on a busy machine; a third of that on a quiet one


def at_work(importer: Importer) -> list[Any]:
    """The rows that a worker has claimed, or a dead one had."""
    with importer_scope(importer.pk):
        working = {StatementFile: "reading", LedgerFile: "reading", MatchRun: "running"}
        return [
            row for model, state in working.items() for row in model.objects.filter(state=state)
        ]


def send_parked_again(importer: Importer, by: User) -> int:
    """What a person does who finds work that was parked and named to them."""
    count = 0
    with importer_scope(importer.pk):
        for model in (StatementFile, LedgerFile):
            for file in model.objects.exclude(parked_at=None):
                assert file.parked_for
                statements.send_again(file=file, by=by)
                count += 1
        for run in MatchRun.objects.exclude(parked_at=None):
            assert run.parked_for
            reconciliation.send_again(run=run, by=by)
            count += 1
    return count


def kill_something(crew: Crew, dice: random.Random, *, whole: bool) -> bool:
    """SIGKILL one child, or a whole worker; False if there was nothing to kill."""
    alive = crew.alive()
    if not alive:
        return False
    worker = dice.choice(alive)
    if whole:
        worker.kill()
        return True
    children = worker.children()
    if children:
        with suppress(ProcessLookupError):
            os.kill(dice.choice(children), signal.SIGKILL)
    return bool(children)


def test_whatever_is_killed_every_month_is_loaded_and_matched_once(
    crew: Crew, importer: Importer, accounts: list[ProgramAccount], analyst: User, dice: Any
) -> None:
    crew.beat()
    crew.worker()
    waiting = [(account, last) for last in PERIODS[-2:] for account in accounts]
    months: dict[tuple[str, date], int] = {}
    kills = 0
    deadline = time.monotonic() + LONGEST

    while kills < KILLS or waiting or not is_settled(importer):
        assert time.monotonic() < deadline, (kills, len(waiting), at_work(importer))
        crew.keep_one()
        if waiting and len(at_work(importer)) < 2:
            account, last = waiting.pop()
            bring_month(account, last, ROWS)
            months[account.bn15, last] = ROWS
        time.sleep(dice.uniform(0.02, 0.3))
        # only a kill in the middle of something counts
        if kills < KILLS and at_work(importer):
            kills += kill_something(crew, dice, whole=kills % 7 == 6)
        send_parked_again(importer, analyst)

    assert_whole(importer, months)
