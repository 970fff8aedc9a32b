"""Reconcile one statement with the ledger, to the cent."""

import time
from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from carmsvc.platform.commands import DoorCommand
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import every_importer_id, importer_scope
from reconciliation.actions import request_run, run_match
from reconciliation.models import MatchRun
from reconciliation.queries import run_document
from statements.models import Statement

POLL_SECONDS = 0.2


class Command(DoorCommand):
    """`reconcile STATEMENT_ID [--items]`; asked again, it answers with the run that stands."""

    help = "Reconcile one statement with the ledger, to the cent."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("statement_id", type=int, metavar="STATEMENT_ID")
        parser.add_argument(
            "--items", action="store_true", help="also where each line and entry ended"
        )

    def is_done(self, document: Mapping[str, Any]) -> bool:
        return bool(document["state"] == MatchRun.State.FINISHED)

    def refusal(self, reasons: list[str]) -> dict[str, Any]:
        return {"run": None, "state": "refused", "errors": reasons}

    def answer(self, **options: Any) -> dict[str, Any]:
        statement = _statement(options["statement_id"])
        with importer_scope(statement.importer_id):
            requested = request_run(statement=statement, by=None)
        run = _finished(requested)
        with importer_scope(statement.importer_id):
            document = run_document(run, items=options["items"])
        if run.state == MatchRun.State.WITHDRAWN:
            document["errors"] = [_("This statement was superseded by a corrected file.")]
        elif run.state != MatchRun.State.FINISHED:
            told = {"failure": run.last_failure}
            document["errors"] = [_("The run did not finish: %(failure)s") % told]
        return document


def _statement(statement_id: int) -> Statement:
    with importer_scope(every_importer_id()):
        found: Statement | None = Statement.objects.filter(pk=statement_id).first()
    if found is None:
        raise Refused(_("There is no statement %(id)s.") % {"id": statement_id})
    return found


def _finished(run: MatchRun) -> MatchRun:
    """The run once we, or the worker that holds it, are done with it."""
    while True:
        run_match(importer_id=run.importer_id, run_id=run.pk)
        with importer_scope(run.importer_id):
            run = MatchRun.objects.select_related("statement").get(pk=run.pk)
        is_under_way = run.state in (MatchRun.State.REQUESTED, MatchRun.State.RUNNING)
        gave_up = run.state == MatchRun.State.REQUESTED and run.last_failure
        if not is_under_way or gave_up or run.parked_at:
            return run
        time.sleep(POLL_SECONDS)
