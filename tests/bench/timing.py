"""Where the seconds go when everything happens in one process, one thing after the other."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any
from unittest import mock

from carmsvc.platform.tenancy import importer_scope
from reconciliation import actions as matching_actions
from reconciliation import matching
from reconciliation.models import MatchRun
from statements import actions, loading, reading
from statements.models import LedgerFile, StatementFile


class Clock:
    """Adds up the seconds of each part; a part inside another counts in both."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.side = ""

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            name = f"{self.side} {name}".strip()
            spent = time.perf_counter() - started
            self.seconds[name] = self.seconds.get(name, 0.0) + spent

    def on(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, timed."""

        @wraps(function)
        def timed(*args: Any, **kwargs: Any) -> Any:
            with self.part(name):
                return function(*args, **kwargs)

        return timed


PARTS = (
    (reading, "open_table", "find header and encoding"),
    (reading, "propose", "evidence"),
    (reading, "read_table", "read and validate"),
    (loading, "stage", "COPY"),
    (loading, "insert_lines", "INSERT"),
    (loading, "load_entries", "INSERT"),
    (matching, "scope_of", "add up"),
    (matching, "totals_of", "add up"),
    (MatchRun, "save", "proof"),
)


@contextmanager
def on_every_part(clock: Clock) -> Iterator[None]:
    """A clock on every part of reading, loading and matching."""
    with ExitStack() as stack:
        for owner, name, part in PARTS:
            timed = clock.on(part, getattr(owner, name))
            stack.enter_context(mock.patch.object(owner, name, timed))
        original = matching._run

        def run(cursor: Any, step: matching.Pass, *rest: Any) -> int:
            with clock.part(f"pass {step.name}"):
                return original(cursor, step, *rest)

        stack.enter_context(mock.patch.object(matching, "_run", run))
        yield


def do_everything(door: Any, clock: Clock) -> None:
    """Receive, take in the statement, take in the ledger, match."""
    with clock.part("total"):
        with clock.part("receive"):
            door.receive()
        with importer_scope(door.importer_id):
            (ledger,) = LedgerFile.objects.values_list("id", flat=True)
            (statement,) = StatementFile.objects.values_list("id", flat=True)
        take_in = {"statement": statement, "ledger": ledger}
        for side, file_id in take_in.items():
            with clock.part(side):
                clock.side = f"{side}:"
                getattr(actions, f"take_in_{side}_file")(
                    importer_id=door.importer_id, file_id=file_id
                )
                clock.side = ""
        with clock.part("match"):
            clock.side = "match:"
            for run in matching_actions.collect_from_importer(door.importer_id):
                matching_actions.run_match(importer_id=door.importer_id, run_id=run)
            clock.side = ""
    if door.finished_run() is None:
        raise SystemExit("the match did not finish in this process")
