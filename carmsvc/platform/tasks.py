"""The platform's own work for Celery."""

from celery import shared_task

from carmsvc.platform import audit_anchors, audit_checks, outbox
from carmsvc.platform.health import beat
from carmsvc.platform.idempotency import forget_old_answers


@shared_task
def heartbeat() -> None:
    """Every few seconds, through the queue: this worker consumes."""
    beat()


@shared_task
def forget_answers() -> None:
    """Every day: remove answers that were kept for repeated requests."""
    forget_old_answers()


@shared_task
def send_letter(*, letter_id: int) -> None:
    """Send one e-mail from the outbox."""
    outbox.send_letter(letter_id)


@shared_task
def collect_letters() -> None:
    """Every minute: send what waits in the outbox, mark what nobody knows of."""
    outbox.note_doubts()
    for letter_id in outbox.letters_waiting():
        send_letter.delay(letter_id=letter_id)


@shared_task
def forget_letters() -> None:
    """Every day: remove what was sent more than a year ago."""
    outbox.forget_sent_letters()


@shared_task
def keep_audit_heads() -> None:
    """Every day: where each audit chain ends goes on the brokerage's chain."""
    audit_anchors.keep_heads()


@shared_task
def run_audit_check(*, importer_id: int | None, check_id: int) -> None:
    """Walk a long audit chain that somebody wants to be sure of."""
    audit_checks.run_check(importer_id, check_id)


@shared_task
def collect_audit_checks() -> None:
    """Every minute: walk the audit chains that wait."""
    for importer_id, check_id in audit_checks.checks_waiting():
        run_audit_check.delay(importer_id=importer_id, check_id=check_id)
