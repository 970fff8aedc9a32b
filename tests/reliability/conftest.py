"""Real workers, a real beat and a broker of our own that may be flushed, frozen and killed."""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis
from celery import Celery, current_app
from django.db import connections

from carmsvc.embedded.broker import binary
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, ProgramAccount
from statements.models import LedgerFile, StatementFile

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 240  # seconds for anything that must come to pass on a machine that is busy elsewhere
# long enough that living work never loses its lease on a busy machine, nor a sweep goes stale
SHORT = {"WORK_LEASE_SECONDS": "4", "WORK_RETRY_SECONDS": "0.2", "SWEEP_SECONDS": "2"}


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Whoever starts workers needs real commits."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.worker)
            databases = ["default", "owner"]
            item.add_marker(pytest.mark.django_db(transaction=True, databases=databases))


def eventually(what: Callable[[], Any], seconds: float = PATIENCE, every: float = 0.05) -> Any:
    """Wait until something is true and return it."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, f"waited {seconds} s in vain for {what}"
        time.sleep(every)
    return found


@dataclass
class Broker:
    """A Valkey on a unix socket, nothing kept."""

    folder: Path
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"unix://{self.folder}/broker.sock"

    @property
    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url)

    def start(self) -> None:
        options = ["--port", "0", "--unixsocket", f"{self.folder}/broker.sock"]
        options += ["--save", "", "--appendonly", "no", "--dir", str(self.folder)]
        self.process = subprocess.Popen([binary(), *options], stdout=subprocess.DEVNULL)
        eventually(self._answers)

    def _answers(self) -> bool:
        with suppress(redis.RedisError):
            return bool(self.client.ping())
        return False

    def send(self, number: int) -> None:
        assert self.process
        self.process.send_signal(number)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


@dataclass
class Worker:
    """`celery worker` in a process group of its own, with its log."""

    process: "subprocess.Popen[bytes]"
    log: Path
    is_worker: bool = True

    def children(self) -> list[int]:
        """The pool's processes."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        with suppress(FileNotFoundError):
            return [int(pid) for pid in path.read_text().split()]
        return []

    @property
    def is_ready(self) -> bool:
        return " ready." in self.log.read_text()

    def kill(self) -> None:
        """All of it at once, as the machine's memory guard or a power cut does."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class Crew:
    """Starts workers and a beat against the test's database; ends them all."""

    environment: dict[str, str]
    folder: Path
    started: list[Worker] = field(default_factory=list)

    def celery(self, *arguments: str, **changed: str) -> Worker:
        log = self.folder / f"celery-{len(self.started)}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "carmsvc.celery", *arguments],
                cwd=ROOT,
                env=self.environment | changed,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        worker = Worker(process, log, arguments[0] == "worker")
        self.started.append(worker)
        return worker

    def worker(self, concurrency: int = 2, *, wait: bool = True, **changed: str) -> Worker:
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "INFO"]
        name = f"w{len(self.started)}@%h"
        worker = self.celery(
            "worker", f"--concurrency={concurrency}", "-n", name, *quiet, **changed
        )
        if wait:
            eventually(lambda: worker.is_ready)
        return worker

    def alive(self) -> list[Worker]:
        """The workers that run and are ready."""
        return [one for one in self.started if one.process.poll() is None and one.is_ready]

    def keep_one(self) -> None:
        """Start a worker if there is none, as whoever runs them in production does."""
        if not any(one.process.poll() is None for one in self.started if one.is_worker):
            self.worker(wait=False)

    def beat(self) -> Worker:
        """Sends the sweeps, every other second."""
        return self.celery("beat", "-l", "INFO")

    def dismiss(self) -> None:
        for worker in self.started:
            worker.kill()


@pytest.fixture
def broker() -> Iterator[Broker]:
    folder = Path(tempfile.mkdtemp(prefix="carm-broker-"))
    broker = Broker(folder)
    broker.start()
    yield broker
    broker.stop()
    shutil.rmtree(folder)


@pytest.fixture
def nudging(broker: Broker) -> Iterator[Celery]:
    """What this process nudges reaches the test's broker."""
    from carmsvc.environment import celery_address
    from carmsvc.settings import CELERY_BROKER_TRANSPORT_OPTIONS

    before = current_app._get_current_object()
    app = Celery("upload", broker=celery_address(broker.url), set_as_current=True)
    app.conf.broker_transport_options = CELERY_BROKER_TRANSPORT_OPTIONS
    app.conf.task_publish_retry = False
    yield app
    app.pool.force_close_all()
    before.set_current()


@pytest.fixture
def crew(broker: Broker, settings: Any, tmp_path: Path) -> Iterator[Crew]:
    environment = (
        os.environ
        | SHORT
        | {
            "DATABASE_URL": _of_test(os.environ["DATABASE_URL"]),
            "DATABASE_OWNER_URL": _of_test(os.environ["DATABASE_OWNER_URL"]),
            "REDIS_URL": broker.url,
            "MEDIA_ROOT": str(settings.MEDIA_ROOT),
            "BEAT_SCHEDULE_FILE": str(tmp_path / "beat"),
        }
    )
    settings.WORK_LEASE_SECONDS = float(SHORT["WORK_LEASE_SECONDS"])
    settings.WORK_RETRY_SECONDS = float(SHORT["WORK_RETRY_SECONDS"])
    crew = Crew(environment, tmp_path)
    yield crew
    crew.dismiss()


def _of_test(address: str) -> str:
    """The same server and role, but the test's database."""
    name = connections["owner"].settings_dict["NAME"]
    return urlunsplit(urlsplit(address)._replace(path=f"/{name}"))


@pytest.fixture
def accounts(importer: Importer) -> list[ProgramAccount]:
    """The importer's program accounts, outside any scope."""
    with importer_scope(importer.pk):
        return list(ProgramAccount.objects.order_by("bn15"))


@pytest.fixture
def dice() -> random.Random:
    """Random, and the same each time; another seed may be given."""
    return random.Random(os.environ.get("CHAOS_SEED", "17"))


def files(importer: Importer) -> list[Any]:
    """Every uploaded file, as it is now."""
    with importer_scope(importer.pk):
        both = (StatementFile, LedgerFile)
        return [file for model in both for file in model.objects.order_by("id")]
