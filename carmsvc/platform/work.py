"""Work is a row: claimed by update, leased while it runs, parked with a name after three tries.

The broker only makes work quick. What makes it certain is this row and the sweep: a flushed
broker, a killed worker or a message delivered twice loses nothing and doubles nothing.
"""

import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

MOST_ATTEMPTS = 3


class LostClaim(RuntimeError):
    """Another worker has taken this work since; what this one did is rolled back."""


class WorkRow(models.Model):
    """Columns of a row that a worker takes in."""

    attempts = models.PositiveSmallIntegerField(default=0)
    claim_token = models.UUIDField(null=True, editable=False)
    leased_until = models.DateTimeField(null=True)
    last_failure = models.TextField(blank=True)
    parked_at = models.DateTimeField(null=True)
    parked_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    # the state that waits at the door, and the state while a worker holds the row
    waiting_state = ""
    working_state = ""
    most_attempts = MOST_ATTEMPTS

    class Meta:
        abstract = True

    @staticmethod
    def seconds_to_wait(attempts: int) -> float:
        """How long failed work waits before it is tried again, after so many attempts."""
        return settings.WORK_RETRY_SECONDS * attempts

    @classmethod
    def is_waiting(cls) -> Q:
        """Work nobody holds: waiting at the door, or held by a worker whose lease ran out."""
        lapsed = Q(state=cls.working_state, leased_until__lt=timezone.now())
        due = Q(state=cls.waiting_state) & (
            Q(leased_until=None) | Q(leased_until__lt=timezone.now())
        )
        return Q(parked_at=None) & (due | lapsed)


def claim(model: type[WorkRow], pk: int) -> uuid.UUID | None:
    """Take one waiting row by update; None when another worker has it or it is done."""
    token = uuid.uuid4()
    rows: Any = model._default_manager
    taken = rows.filter(model.is_waiting(), pk=pk, attempts__lt=model.most_attempts).update(
        state=model.working_state,
        attempts=F("attempts") + 1,
        claim_token=token,
        leased_until=timezone.now() + timedelta(seconds=settings.WORK_LEASE_SECONDS),
    )
    return token if taken else None


def renew(model: type[WorkRow], pk: int, token: uuid.UUID, **progress: Any) -> None:
    """Extend the lease and note progress; raises `LostClaim` if the row is no longer ours."""
    rows: Any = model._default_manager
    until = timezone.now() + timedelta(seconds=settings.WORK_LEASE_SECONDS)
    if not rows.filter(pk=pk, claim_token=token).update(leased_until=until, **progress):
        raise LostClaim(f"{model.__name__} {pk}")


def hold(model: type[WorkRow], pk: int, token: uuid.UUID) -> Any:
    """Lock a claimed row to the end of the transaction; raises `LostClaim` if it is not ours."""
    rows: Any = model._default_manager
    row = rows.select_for_update().filter(pk=pk, claim_token=token).first()
    if row is None:
        raise LostClaim(f"{model.__name__} {pk}")
    return row


def give_back(model: type[WorkRow], pk: int, token: uuid.UUID, failure: str, person: Any) -> bool:
    """Put failed work back at the door, later each time; after the last failure park it.

    Returns whether it was parked. `person` is whom it is parked for.
    """
    rows: Any = model._default_manager
    ours = rows.filter(pk=pk, claim_token=token)
    row = ours.first()
    if row is None:
        return False
    parked = row.attempts >= model.most_attempts
    wait = timedelta(seconds=model.seconds_to_wait(row.attempts))
    ours.update(
        state=model.waiting_state,
        claim_token=None,
        leased_until=None if parked else timezone.now() + wait,
        last_failure=failure[:2000],
        parked_at=timezone.now() if parked else None,
        parked_for=person if parked else None,
    )
    return parked


def park_exhausted(model: type[WorkRow], person_for: Any) -> int:
    """Park what died three times without a word (its worker was killed); returns how many.

    A row that its worker still holds locked is at work, however late, and is left alone.
    """
    rows: Any = model._default_manager
    exhausted = rows.filter(model.is_waiting(), attempts__gte=model.most_attempts)
    with transaction.atomic():
        dead = list(exhausted.select_for_update(skip_locked=True))
        for row in dead:
            rows.filter(pk=row.pk).update(
                state=model.waiting_state,
                claim_token=None,
                leased_until=None,
                last_failure=row.last_failure or "The worker stopped three times while at this.",
                parked_at=timezone.now(),
                parked_for=person_for(row),
            )
    return len(dead)


def send_again(model: type[WorkRow], pk: int) -> bool:
    """A person gives parked work three new tries; False if it was not parked."""
    rows: Any = model._default_manager
    parked = rows.filter(pk=pk).exclude(parked_at=None)
    return bool(parked.update(attempts=0, parked_at=None, parked_for=None, leased_until=None))
