"""Who did what, to what, when: append-only and hash-chained.

Each importer has a chain of its own behind the wall (`AuditEvent`); what concerns the whole
brokerage - its staff, its groups, its rulebook - goes on the brokerage's chain (`BrokerageEvent`).
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.db import connection, models
from django.utils import timezone

from carmsvc.platform.audit_origin import origin
from carmsvc.platform.tenancy import TenantModel

_LOCK_CLASS = 0x0A0D17  # advisory lock space of the audit chains
_BROKERAGE_LOCK = 0  # no importer has this number
GENESIS = "0" * 64


class ChainedEvent(models.Model):
    """One thing that happened. The app role may add and read, never change or remove; a trigger
    refuses an event that does not follow the last one of its chain.
    """

    app_may: tuple[str, ...] = ("SELECT", "INSERT")

    id = models.BigAutoField(primary_key=True)
    sequence = models.BigIntegerField()
    happened_at = models.DateTimeField()
    actor = models.CharField(max_length=254)
    actor_id = models.BigIntegerField(null=True)
    came_from = models.JSONField(null=True)
    action = models.CharField(max_length=80)
    target_kind = models.CharField(max_length=60)
    target_id = models.BigIntegerField(null=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    details = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    own_hash = models.CharField(max_length=64)

    class Meta:
        abstract = True

    @property
    def chain(self) -> int | None:
        """The importer whose chain this is; None for the brokerage's."""
        return getattr(self, "importer_id", None)

    def hashed_text(self) -> str:
        """What the hash is made of: anybody with the event can make it again.

        What was not told is left out, so that events of before those columns keep their hash.
        """
        content: list[Any] = [
            self.chain,
            self.sequence,
            self.happened_at.isoformat(),
            self.actor,
            self.action,
            self.target_kind,
            self.target_id,
            self.details,
            self.previous_hash,
        ]
        told = {name: getattr(self, name) for name in ("actor_id", "came_from", "before", "after")}
        if any(value is not None for value in told.values()):
            content.append(told)
        return json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)

    def computed_hash(self) -> str:
        """The hash of this event's content chained to the one before: SHA-256, in hexadecimal."""
        return hashlib.sha256(self.hashed_text().encode()).hexdigest()


class AuditEvent(TenantModel, ChainedEvent):
    """One thing that happened to one importer."""

    app_may = ("SELECT", "INSERT")

    class Meta:
        app_label = "platform"
        constraints = [
            models.UniqueConstraint(fields=["importer", "sequence"], name="one_audit_sequence"),
        ]
        # each way of looking at a chain, newest first
        indexes = [
            models.Index(fields=["importer", "target_kind", "target_id", "id"], name="audit_of"),
            models.Index(fields=["importer", "target_kind", "id"], name="audit_of_kind"),
            models.Index(fields=["importer", "actor_id", "id"], name="audit_by"),
            models.Index(fields=["importer", "action", "id"], name="audit_what"),
            models.Index(fields=["importer", "happened_at"], name="audit_when"),
        ]


class BrokerageEvent(ChainedEvent):
    """One thing that happened to the brokerage itself."""

    class Meta:
        app_label = "platform"
        constraints = [
            models.UniqueConstraint(fields=["sequence"], name="one_brokerage_sequence"),
        ]
        indexes = [
            models.Index(fields=["target_kind", "target_id", "id"], name="brokerage_audit_of"),
            models.Index(fields=["target_kind", "id"], name="brokerage_audit_kind"),
            models.Index(fields=["actor_id", "id"], name="brokerage_audit_by"),
            models.Index(fields=["action", "id"], name="brokerage_audit_what"),
            models.Index(fields=["happened_at"], name="brokerage_audit_when"),
        ]


def record(
    action: str,
    *,
    importer_id: int,
    by: object,
    target: models.Model | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    **details: Any,
) -> AuditEvent:
    """Append one event to an importer's chain, in the transaction of the change it tells of.

    `action` is one of the words of `audit_words`; `by` is a user, or a word for a process such
    as "worker"; `before` and `after` hold the fields that changed, with their values. Where the
    change came from is filled in by itself.
    """
    event = AuditEvent(importer_id=importer_id)
    earlier = AuditEvent.objects.filter(importer_id=importer_id)
    _append(event, earlier, importer_id, action, by, target, before, after, details)
    return event


def record_for_brokerage(
    action: str,
    *,
    by: object,
    target: models.Model | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    **details: Any,
) -> BrokerageEvent:
    """Append one event to the brokerage's chain; else as `record`."""
    event = BrokerageEvent()
    earlier = BrokerageEvent.objects.all()
    _append(event, earlier, _BROKERAGE_LOCK, action, by, target, before, after, details)
    return event


def begin_chains(
    told: Iterable[tuple[str, int, models.Model, dict[str, Any]]], *, by: object
) -> None:
    """Begin the chains of importers made in this very transaction, which nobody else sees yet:
    (action, importer, target, after) in the order they happened; set-based, without locks.
    """
    last: dict[int, AuditEvent] = {}
    events = []
    for action, importer_id, target, after in told:
        event = AuditEvent(importer_id=importer_id)
        _fill(event, last.get(importer_id), action, by, target, None, after, {})
        last[importer_id] = event
        events.append(event)
    AuditEvent.objects.bulk_create(events, batch_size=500)


def _append(
    event: Any,
    earlier: models.QuerySet[Any],
    lock: int,
    action: str,
    by: object,
    target: models.Model | None,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    details: dict[str, Any],
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_CLASS, lock % 2**31])
    last = earlier.order_by("-sequence").first()
    _fill(event, last, action, by, target, before, after, details)
    event.save(force_insert=True)


def _fill(
    event: Any,
    last: Any,
    action: str,
    by: object,
    target: models.Model | None,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    details: dict[str, Any],
) -> None:
    """What an event tells, chained to the one before it."""
    event.sequence = (last.sequence if last else 0) + 1
    event.happened_at = timezone.now()
    event.came_from = origin()
    event.actor, event.actor_id = str(by)[:254], getattr(by, "pk", None)
    event.action = action
    event.target_kind = target._meta.model_name or "" if target else ""
    event.target_id = target.pk if target else None
    event.before, event.after, event.details = _plain(before), _plain(after), _plain(details)
    event.previous_hash = last.own_hash if last else GENESIS
    event.own_hash = event.computed_hash()


def _plain(told: Any) -> Any:
    """As JSON will give it back, so that the hash can be computed again."""
    return json.loads(json.dumps(told, default=str))
