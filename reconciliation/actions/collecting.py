"""What waits at the door: new files, the 25th, runs that died or are parked."""

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from carmsvc.platform import audit, work
from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.nudge import nudge
from carmsvc.platform.tenancy import importer_scope
from clients.actions import Refused
from clients.models import User
from clients.queries import lead_for
from reconciliation.actions.runs import request_run, tell_parked
from reconciliation.models import MatchRun
from reconciliation.queries.since import statements_touched
from statements.models import LedgerFile, Statement, StatementFile
from statements.queries import is_being_read


def collect_from_importer(importer_id: int) -> list[int]:
    """Take what the statements room left at our door: request runs for the statements that
    new files concern, and for those whose 25th has come. Returns the requested runs.
    """
    with importer_scope(importer_id):
        concerned = _concerned_by_new_files(importer_id) | _issued_since(importer_id)
        statements = Statement.objects.filter(pk__in=concerned, superseded_by=None)
        runs = [
            request_run(statement=statement, by=None)
            for statement in statements.order_by("period_end", "id")
        ]
    return [run.pk for run in runs if run.state == MatchRun.State.REQUESTED]


def _concerned_by_new_files(importer_id: int) -> set[int]:
    """The statements that files at the door concern. A file that concerns a statement whose
    run is at work stays at the door: that run has not seen it, and nudges us when it is done.
    So do all while another file of the importer is being read: one run will see both.
    """
    concerned = set[int]()
    if any(is_being_read(model, importer_id) for model in (StatementFile, LedgerFile)):
        return concerned
    for model in (StatementFile, LedgerFile):
        at_door = model.objects.filter(importer_id=importer_id, state="loaded", collected_at=None)
        for file in at_door.select_for_update(skip_locked=True):
            touched = statements_touched(file)
            if MatchRun.objects.filter(statement__in=touched, state="running").exists():
                continue
            model.objects.filter(pk=file.pk).update(collected_at=timezone.now())
            concerned |= touched
    return concerned


def _issued_since(importer_id: int) -> set[int]:
    """Statements whose expected entries are missing now that the 25th has come."""
    today = today_in_toronto()
    runs = MatchRun.objects.filter(
        importer_id=importer_id,
        superseded_by=None,
        state="finished",
        statement__statement_on__lte=today,
        totals__expected__count__gt=0,
    )
    return {run.statement_id for run in runs if run.as_of_on < run.statement.statement_on}


def park_exhausted_runs(importer_ids: Iterable[int]) -> int:
    """Park the runs whose worker died three times, each named to a person; returns how many."""
    with importer_scope(importer_ids):
        return work.park_exhausted(MatchRun, _parked_for)


def _parked_for(run: MatchRun) -> User | None:
    person = lead_for(run.importer_id)
    tell_parked(run, person)
    return person


def send_again(*, run: MatchRun, by: User) -> None:
    """Give a parked run three new tries; raises `Refused` when it is not parked."""
    if not work.send_again(MatchRun, run.pk):
        raise Refused(_("This run is not parked."))
    audit.record(
        "sent again",
        importer_id=run.importer_id,
        by=by,
        target=run,
        before={"parked_for": str(run.parked_for) if run.parked_for else None},
        after={"parked_for": None},
    )
    nudge("reconciliation.tasks.run_match", importer_id=run.importer_id, run_id=run.pk)
