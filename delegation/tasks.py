"""The delegation room's work for Celery: thin, safe to run twice and two at once."""

import logging

from celery import shared_task

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.tenancy import every_importer_id, importer_scope
from delegation import actions, queries

logger = logging.getLogger(__name__)


@shared_task
def expire_delegations() -> None:
    """Every day: let expire what is over; what goes wrong at one importer stops no other."""
    today = today_in_toronto()
    with importer_scope(every_importer_id()):
        importers = queries.importers_with_expired(today)
    for importer_id in importers:
        try:
            actions.expire_delegations(importer_id=importer_id, on=today)
        except Exception:
            logger.exception("delegations of importer %s were not looked at", importer_id)


@shared_task
def write_paper(*, importer_id: int, paper_id: int) -> None:
    """Make the PDF of one agreement."""
    actions.write_paper(importer_id=importer_id, paper_id=paper_id)


@shared_task
def collect_papers() -> None:
    """Every minute: send what waits again, park what died three times."""
    importers = every_importer_id()
    actions.park_exhausted_papers(importers)
    with importer_scope(importers):
        waiting = queries.papers_waiting()
    for importer_id, paper_id in waiting:
        write_paper.delay(importer_id=importer_id, paper_id=paper_id)
