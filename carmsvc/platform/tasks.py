"""The platform's own work for Celery."""

from celery import shared_task

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
