"""The statements room's work for Celery: thin, safe to run twice and two at once."""

import logging
from collections.abc import Iterator

from celery import shared_task

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.tenancy import every_importer_id, importer_scope
from statements import actions, queries
from statements.actions import due_dates, security
from statements.models import LedgerFile, StatementFile

logger = logging.getLogger(__name__)
AT_ONCE = 200  # importers in one transaction


@shared_task
def take_in_statement_file(*, importer_id: int, file_id: int) -> None:
    """Read and load one statement file."""
    actions.take_in_statement_file(importer_id=importer_id, file_id=file_id)


@shared_task
def take_in_ledger_file(*, importer_id: int, file_id: int) -> None:
    """Read and load one ledger file."""
    actions.take_in_ledger_file(importer_id=importer_id, file_id=file_id)


@shared_task
def collect_files() -> None:
    """Every minute: send what waits at the door again, park what died three times."""
    importers = every_importer_id()
    actions.park_exhausted_files(importers)
    with importer_scope(importers):
        statements = queries.files_waiting(StatementFile)
        ledgers = queries.files_waiting(LedgerFile)
    for importer_id, file_id in statements:
        take_in_statement_file.delay(importer_id=importer_id, file_id=file_id)
    for importer_id, file_id in ledgers:
        take_in_ledger_file.delay(importer_id=importer_id, file_id=file_id)


@shared_task
def watch_security() -> None:
    """Every five minutes: raise and clear the alerts of security that gets used up.

    What goes wrong at some importers leaves the others watched; the next time tries again.
    """
    today = today_in_toronto()
    for importers in _batches():
        try:
            security.watch_security(importers=importers, today=today)
        except Exception:
            logger.exception("security of importers %s… was not watched", importers[0])


@shared_task
def watch_security_of(*, importer_id: int) -> None:
    """Watch the security of one importer."""
    security.watch_security(importers=[importer_id], today=today_in_toronto())


@shared_task
def follow_published_days() -> None:
    """Every hour, and when the rulebook changes: statements are due on the published days."""
    for importers in _batches():
        due_dates.follow_published_days(importers=importers)


def _batches() -> Iterator[list[int]]:
    importers = every_importer_id()
    for at in range(0, len(importers), AT_ONCE):
        yield importers[at : at + AT_ONCE]
