"""Ours, as it is deployed: files are received, a real worker with two children does the rest.

Runs in a process of its own whose environment names a fresh database and a private broker.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from django.core.files import File

from carmsvc.embedded import die_with_parent
from carmsvc.platform.tenancy import importer_scope
from clients.actions import create_importer
from clients.models import ProgramAccount
from reconciliation.models import MatchRun
from statements.actions import receive_ledger_file, receive_statement_file
from statements.models import LedgerFile, StatementFile
from tests.bench import timing
from tests.bench.memory import Peak

ROOT = Path(__file__).resolve().parents[2]
MOST_SECONDS = 900
POLL_SECONDS = 0.02
POLLS_BETWEEN_LOOKS = 100  # for a failure, which is not expected
CELERY = [sys.executable, "-m", "celery", "-A", "carmsvc.celery", "worker"]
OPTIONS = ["--concurrency=2", "--loglevel=INFO", "--without-gossip", "--without-mingle"]


@dataclass(frozen=True)
class Given:
    """A pair of files and whose they are."""

    statement: Path
    ledger: Path
    bn9: str
    period_end: date


@dataclass
class Door:
    """An importer of its own for a pair of files, and the files at its door."""

    given: Given
    importer_id: int = 0
    statement_file: int = 0
    received: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        bn15 = f"{self.given.bn9}RM0001"
        importer = create_importer(
            legal_name=f"Bench {self.given.bn9}",
            bn9=self.given.bn9,
            program_accounts=[bn15],
            by="bench",
        )
        self.importer_id = importer.pk

    def receive(self) -> None:
        """Leave both files at the door, the statement first: the harder order."""
        self._receive_statement()
        self._receive_ledger()

    def _receive_statement(self) -> None:
        with importer_scope(self.importer_id), self.given.statement.open("rb") as content:
            account = ProgramAccount.objects.get(importer_id=self.importer_id)
            received = receive_statement_file(
                importer_id=self.importer_id,
                program_account=account,
                period_end=self.given.period_end,
                content=File(content),
                file_name=self.given.statement.name,
                by=None,
            )
            self.statement_file = received.file.pk

    def _receive_ledger(self) -> None:
        with importer_scope(self.importer_id), self.given.ledger.open("rb") as content:
            receive_ledger_file(
                importer_id=self.importer_id,
                content=File(content),
                file_name=self.given.ledger.name,
                by=None,
            )

    def finished_run(self) -> MatchRun | None:
        """The run that stands, once both files are collected and nothing is under way."""
        with importer_scope(self.importer_id):
            runs = MatchRun.objects.filter(statement__file=self.statement_file)
            run: MatchRun | None = runs.filter(state="finished", superseded_by=None).first()
            if run is None or runs.filter(state__in=["requested", "running"]).exists():
                return None
            is_collected = not any(
                model.objects.filter(importer_id=self.importer_id, collected_at=None).exists()
                for model in (StatementFile, LedgerFile)
            )
            return run if is_collected else None

    def failure(self) -> str:
        """Why there will be no run, or an empty text."""
        with importer_scope(self.importer_id):
            for model in (StatementFile, LedgerFile):
                file = model.objects.filter(state__in=["rejected", "needs_mapping"]).first()
                if file:
                    return f"{file} is {file.state}: {file.refusal or file.proposal}"
            for model in (StatementFile, LedgerFile, MatchRun):
                failed = model.objects.exclude(last_failure="").first()
                if failed:
                    return f"{model.__name__} failed: {failed.last_failure}"
        return ""

    def runs(self) -> int:
        """How many runs it took."""
        with importer_scope(self.importer_id):
            return int(MatchRun.objects.filter(statement__file=self.statement_file).count())


@contextmanager
def worker(log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker as the demonstration and the image start it."""
    with log.open("w") as out:
        process = subprocess.Popen(
            [*CELERY, *OPTIONS], stdout=out, stderr=out, cwd=ROOT, preexec_fn=die_with_parent
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_for(door: Door, process: "subprocess.Popen[bytes]") -> MatchRun:
    """The finished run; ends the bench when the worker ends or takes forever."""
    for poll in range(int(MOST_SECONDS / POLL_SECONDS)):
        run = door.finished_run()
        if run:
            return run
        if poll % POLLS_BETWEEN_LOOKS == 0 and (process.poll() is not None or door.failure()):
            break
        time.sleep(POLL_SECONDS)
    raise SystemExit(door.failure() or "the worker did not finish")


def deployed(small: Given, given: Given, log: Path, database: str) -> dict[str, Any]:
    """Seconds from the first receive to the finished run, through a worker."""
    with worker(log) as process:
        warm = Door(small)
        warm.receive()
        wait_for(warm, process)
        door = Door(given)
        with Peak(process.pid, database) as peak:
            started = time.perf_counter()
            door.receive()
            received = time.perf_counter() - started
            run = wait_for(door, process)
            seconds = time.perf_counter() - started
    told = {"seconds": seconds, "received_after": received, "runs": door.runs()}
    told |= {
        "cpu_seconds": peak.cpu_seconds,
        "peak_mib": peak.tree_mib,
        "server_mib": peak.server_mib,
    }
    return told | _result(run, door)


def in_process(small: Given, given: Given) -> dict[str, Any]:
    """The same work in this process, one thing after the other, with a clock on every part."""
    for pair in (small, given):
        clock = timing.Clock()
        door = Door(pair)
        with timing.on_every_part(clock):
            timing.do_everything(door, clock)
    return clock.seconds


def _result(run: MatchRun, door: Door) -> dict[str, Any]:
    with importer_scope(door.importer_id):
        run = MatchRun.objects.select_related("statement").get(pk=run.pk)
    matched = {name: total["count"] for name, total in run.totals["matched"].items()}
    variances = {
        kind: [total["count"], int(Decimal(total["effect"]).scaleb(2))]
        for kind, total in run.totals["variances"].items()
    }
    return {
        "residual": f"{run.residual:.2f}",
        "activity": int(run.statement_activity.scaleb(2)),
        "lines": run.statement.line_count,
        "entries": run.entries_in_scope,
        "matched": matched,
        "variances": variances,
        "suggestions": run.totals["suggestions"]["count"],
    }


def main() -> None:
    """`python -m tests.bench.worker deployed|in-process`, the rest as JSON on standard input."""
    told = json.load(sys.stdin)
    pairs = [_given(told[name]) for name in ("small", "given")]
    if sys.argv[1] == "deployed":
        result = deployed(*pairs, Path(told["log"]), told["database"])
    else:
        result = in_process(*pairs)
    print(json.dumps(result))


def _given(told: dict[str, str]) -> Given:
    paths = (Path(told["statement"]), Path(told["ledger"]))
    return Given(*paths, told["bn9"], date.fromisoformat(told["period_end"]))


if __name__ == "__main__":
    main()
