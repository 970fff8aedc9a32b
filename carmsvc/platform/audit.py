"""Who did what, to what, when: append-only, hash-chained for each importer."""

import hashlib
import json
from typing import Any

from django.db import connection, models
from django.utils import timezone

from carmsvc.platform.tenancy import TenantModel

_LOCK_CLASS = 0x0A0D17  # advisory lock space of the audit chains
GENESIS = "0" * 64


class AuditEvent(TenantModel):
    """One thing that happened. The app role may add and read, never change or remove."""

    app_may = ("SELECT", "INSERT")

    id = models.BigAutoField(primary_key=True)
    sequence = models.BigIntegerField()
    happened_at = models.DateTimeField()
    actor = models.CharField(max_length=254)
    action = models.CharField(max_length=80)
    target_kind = models.CharField(max_length=60)
    target_id = models.BigIntegerField(null=True)
    details = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    own_hash = models.CharField(max_length=64)

    class Meta:
        app_label = "platform"
        constraints = [
            models.UniqueConstraint(fields=["importer", "sequence"], name="one_audit_sequence"),
        ]
        indexes = [models.Index(fields=["importer", "target_kind", "target_id"], name="audit_of")]

    def computed_hash(self) -> str:
        """The hash of this event's content chained to the one before."""
        content = [
            self.importer_id,
            self.sequence,
            self.happened_at.isoformat(),
            self.actor,
            self.action,
            self.target_kind,
            self.target_id,
            self.details,
            self.previous_hash,
        ]
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def record(
    action: str, *, importer_id: int, by: object, target: models.Model | None = None, **details: Any
) -> AuditEvent:
    """Append one event in the transaction of the change it tells of.

    `by` is a user, or a word for a process such as "worker".
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_CLASS, importer_id % 2**31])
    last = AuditEvent.objects.filter(importer_id=importer_id).order_by("-sequence").first()
    event = AuditEvent(
        importer_id=importer_id,
        sequence=(last.sequence if last else 0) + 1,
        happened_at=timezone.now(),
        actor=str(by)[:254],
        action=action,
        target_kind=target._meta.model_name or "" if target else "",
        target_id=target.pk if target else None,
        details=json.loads(json.dumps(details, default=str)),
        previous_hash=last.own_hash if last else GENESIS,
    )
    event.own_hash = event.computed_hash()
    event.save(force_insert=True)
    return event


def broken_links(importer_id: int) -> list[str]:
    """What is wrong with an importer's chain: edits, removals and reorderings, in words."""
    problems, expected, previous = [], 1, GENESIS
    events = AuditEvent.objects.filter(importer_id=importer_id).order_by("sequence")
    for event in events.iterator(chunk_size=2000):
        if event.sequence != expected:
            problems.append(f"event {expected} is missing before event {event.sequence}")
        if event.previous_hash != previous:
            problems.append(f"event {event.sequence} does not follow the event before it")
        if event.own_hash != event.computed_hash():
            problems.append(f"event {event.sequence} was edited")
        expected, previous = event.sequence + 1, event.own_hash
    return problems
