"""`demo`: seed, bring the demo files through a real worker, show the result, serve the site."""

import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.management.base import BaseCommand, CommandError

from carmsvc.celery import app as celery_app
from carmsvc.demo import seeding, showing
from carmsvc.embedded import die_with_parent, state_folder
from carmsvc.platform.tenancy import every_importer_id, importer_scope
from clients.models import ProgramAccount
from reconciliation.models import MatchRun
from statements.actions import receive_ledger_file, receive_statement_file
from statements.models import LedgerFile, StatementFile

WAIT_SECONDS = 120


class Command(BaseCommand):
    """The whole main job, for somebody who has just cloned the repository."""

    help = "Seed the invented brokerage, run the main job through a worker, and serve the site."

    def add_arguments(self, parser: ArgumentParser) -> None:  # type: ignore[override]
        parser.add_argument("--no-serve", action="store_true", help="stop after the main job")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        self.children: list[subprocess.Popen[bytes]] = []
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        try:
            for line in seeding.seed():
                self.stdout.write(f"  seeded {line}")
            celery_app.control.purge()  # seeding did its own work; the sweep knows the rest
            self._start("worker", _worker())
            self._main_job()
            if not options["no_serve"]:
                self._serve(options["port"])
        except KeyboardInterrupt:
            self.stdout.write("")
        finally:
            self._stop()

    def _start(self, name: str, command: list[str]) -> "subprocess.Popen[bytes]":
        with (state_folder() / f"{name}.log").open("w") as log:
            child = subprocess.Popen(
                command, stdout=log, stderr=log, preexec_fn=die_with_parent, cwd=settings.BASE_DIR
            )
        self.children.append(child)
        return child

    def _stop(self) -> None:
        for child in reversed(self.children):
            child.terminate()
        for child in reversed(self.children):
            try:
                child.wait(timeout=20)
            except subprocess.TimeoutExpired:
                child.kill()

    def _main_job(self) -> None:
        """Files in, and wait for the worker's run."""
        run = self._wait_for(_receive())
        with importer_scope(run.importer_id):
            for line in ("", *showing.result(run), "", *showing.people(), ""):
                self.stdout.write(line)

    def _wait_for(self, file: StatementFile) -> MatchRun:
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            with importer_scope(file.importer_id):
                run = _finished_run(file)
                if run:
                    return run
                file.refresh_from_db()
            if file.state == "rejected" or self.children[0].poll() is not None:
                break
            time.sleep(0.05)
        raise CommandError(
            f"The worker did not finish (file is {file.state}); see {state_folder()}/worker.log"
        )

    def _serve(self, wanted: int) -> None:
        port = _free_port(wanted)
        if port != wanted:
            self.stdout.write(f"Port {wanted} is taken; using {port}.")
        web = self._start("web", _web(port))
        self._start("beat", _beat())
        self.stdout.write(f"Serving http://127.0.0.1:{port} — Ctrl-C stops everything.")
        self.stdout.flush()
        web.wait()


def _receive() -> StatementFile:
    """Leave Maple's ledger and statement at the door, as an upload does."""
    with importer_scope(every_importer_id()):
        account = ProgramAccount.objects.get(bn15=f"{seeding.MAPLE.bn9}RM0001")
    with importer_scope(account.importer_id), seeding.DEMO_LEDGER.open("rb") as content:
        ledger = receive_ledger_file(
            importer_id=account.importer_id,
            content=File(content),
            file_name=seeding.DEMO_LEDGER.name,
            by=None,
        )
    _wait_until_loaded(ledger.file)
    with importer_scope(account.importer_id), seeding.DEMO_STATEMENT.open("rb") as content:
        received = receive_statement_file(
            importer_id=account.importer_id,
            program_account=account,
            period_end=seeding.DEMO_PERIOD,
            content=File(content),
            file_name=seeding.DEMO_STATEMENT.name,
            by=None,
        )
    file: StatementFile = received.file
    return file


def _wait_until_loaded(file: LedgerFile) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        with importer_scope(file.importer_id):
            file.refresh_from_db()
        if file.state not in ("received", "reading"):
            return
        time.sleep(0.05)


def _finished_run(file: StatementFile) -> MatchRun | None:
    """The standing run of the statement, once no other is under way."""
    runs = MatchRun.objects.filter(statement__file=file).select_related(
        "statement__importer", "statement__program_account"
    )
    if runs.filter(state__in=["requested", "running"]).exists():
        return None
    standing: MatchRun | None = runs.filter(state="finished", superseded_by=None).first()
    return standing


def _worker() -> list[str]:
    celery = [sys.executable, "-m", "celery", "-A", "carmsvc.celery", "worker"]
    return [*celery, "--concurrency=2", "--loglevel=INFO", "--without-gossip", "--without-mingle"]


def _beat() -> list[str]:
    return [sys.executable, "-m", "celery", "-A", "carmsvc.celery", "beat", "--loglevel=INFO"]


def _web(port: int) -> list[str]:
    gunicorn = [str(Path(sys.executable).with_name("gunicorn")), "carmsvc.wsgi"]
    options = ["--workers=2", "--threads=4", "--no-control-socket"]
    return [*gunicorn, f"--bind=127.0.0.1:{port}", *options]


def _free_port(wanted: int) -> int:
    for port in range(wanted, wanted + 50):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise CommandError(f"No free port from {wanted} on")
