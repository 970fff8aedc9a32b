"""The clients room's work for Celery: thin, safe to run twice and two at once."""

import logging
from collections.abc import Iterator

from celery import shared_task
from django.utils import timezone

from carmsvc.platform.tenancy import every_importer_id
from clients.actions import (
    client_lists,
    document_checks,
    document_packages,
    keys,
    readiness,
    received_letters,
    reminders,
    support_lapse,
)
from clients.queries.client_lists import lists_waiting

logger = logging.getLogger(__name__)
AT_ONCE = 200  # importers in one transaction


@shared_task
def warn_of_expiring_keys() -> None:
    """Every day: tell people whose API keys end soon."""
    keys.warn_of_expiring_keys()


@shared_task
def tell_deadlines() -> None:
    """Every quarter of an hour: tell people what deadlines have come near.

    What goes wrong at some importers keeps nobody else from being told; the next time tries again.
    """
    for importers in _batches(every_importer_id()):
        try:
            reminders.remind(importers=importers, now=timezone.now())
        except Exception:
            logger.exception("deadlines of importers %s… were not told", importers[0])


@shared_task
def keep_readiness() -> None:
    """Every ten minutes: keep how ready importers are, once a day and when something moved.

    What goes wrong at some importers leaves the others kept; the next time tries again.
    """
    for importers in _batches(every_importer_id()):
        try:
            readiness.keep_readiness(importers=importers, now=timezone.now(), only_moved=True)
        except Exception:
            logger.exception("readiness of importers %s… was not kept", importers[0])


@shared_task
def send_digests() -> None:
    """Every quarter of an hour: send the letters that collect a day or a week."""
    reminders.send_digests(importers=every_importer_id(), now=timezone.now())


@shared_task
def close_quiet_requests() -> None:
    """Every hour: warn of requests on which the importer says nothing, then close them.

    What goes wrong with one request leaves the others done; the next time tries again.
    """
    now = timezone.now()
    for importer_id, request_id in support_lapse.quiet_requests(every_importer_id(), now):
        try:
            support_lapse.let_lapse(importer_id=importer_id, request_id=request_id, now=now)
        except Exception:
            logger.exception("request %s was not closed", request_id)


def _batches(importers: list[int]) -> Iterator[list[int]]:
    for at in range(0, len(importers), AT_ONCE):
        yield importers[at : at + AT_ONCE]


@shared_task
def check_document(*, importer_id: int, version_id: int) -> None:
    """Scan one file that was sent, and read its text."""
    document_checks.check_version(importer_id=importer_id, version_id=version_id)


@shared_task
def write_package(*, importer_id: int, package_id: int) -> None:
    """Put the documents of one package together."""
    document_packages.write_package(importer_id=importer_id, package_id=package_id)


@shared_task
def collect_documents() -> None:
    """Every minute: send what waits to the workers, park packages that died three times."""
    importers = every_importer_id()
    for importer_id, version_id in document_checks.versions_to_check(importers):
        check_document.delay(importer_id=importer_id, version_id=version_id)
    document_packages.park_exhausted_packages(importers)
    for importer_id, package_id in document_packages.packages_waiting(importers):
        write_package.delay(importer_id=importer_id, package_id=package_id)


@shared_task
def take_in_client_list(*, list_id: int) -> None:
    """Take one long list of clients in."""
    client_lists.take_in_client_list(list_id)


@shared_task
def collect_client_lists() -> None:
    """Every minute: take the confirmed lists in, park those that died three times."""
    client_lists.park_exhausted_lists()
    for list_id in lists_waiting():
        take_in_client_list.delay(list_id=list_id)


@shared_task
def remove_old_packages() -> None:
    """Every hour: remove the packages that are a week old."""
    document_packages.remove_old_packages(every_importer_id(), timezone.now())


@shared_task
def read_letter(*, letter_id: int) -> None:
    """Read one e-mail that came in."""
    received_letters.read_letter(letter_id)


@shared_task
def collect_received_letters() -> None:
    """Every minute: read the e-mail that waits, park what failed three times."""
    received_letters.park_exhausted_letters()
    for letter_id in received_letters.letters_to_read():
        read_letter.delay(letter_id=letter_id)
