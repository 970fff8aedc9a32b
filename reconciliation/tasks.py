"""The reconciliation room's work for Celery: thin, safe to run twice and two at once."""

from celery import shared_task

from carmsvc.platform.tenancy import every_importer_id, importer_scope
from reconciliation import actions, queries


@shared_task
def run_match(*, importer_id: int, run_id: int) -> None:
    """Carry out one requested run."""
    actions.run_match(importer_id=importer_id, run_id=run_id)


@shared_task
def collect_from_importer(*, importer_id: int) -> None:
    """Take in what the statements room left for one importer."""
    actions.collect_from_importer(importer_id)


@shared_task
def collect_runs() -> None:
    """Every minute: collect what waits at the door, send runs again, park what died thrice."""
    importers = every_importer_id()
    actions.park_exhausted_runs(importers)
    with importer_scope(importers):
        waiting = queries.runs_waiting()
        doors = queries.importers_at_the_door()
    for importer_id in doors:
        collect_from_importer.delay(importer_id=importer_id)
    for importer_id, run_id in waiting:
        run_match.delay(importer_id=importer_id, run_id=run_id)
