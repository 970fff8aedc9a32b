"""Who did what, to what, when: append-only and hash-chained.

Each importer has a chain of its own behind the wall (`AuditEvent`); what concerns the whole
brokerage - its staff, its groups, its rulebook - goes on the brokerage's chain (`BrokerageEvent`).
"""

import hashlib
import json
from typing import Any

from django.db import connection, models
from django.utils import timezone

from carmsvc.platform.tenancy import TenantModel

_LOCK_CLASS = 0x0A0D17  # advisory lock space of the audit chains
_BROKERAGE_LOCK = 0  # no importer has this number
GENESIS = "0" * 64


class ChainedEvent(models.Model):
    """One thing that happened. The app role may add and read, never change or remove."""

    app_may: tuple[str, ...] = ("SELECT", "INSERT")

    id = models.BigAutoField(primary_key=True)
    sequence = models.BigIntegerField()
    happened_at = models.DateTimeField()
    actor = models.CharField(max_length=254)
    actor_id = models.BigIntegerField(null=True)
    came_from = models.CharField(max_length=64, null=True)
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

    def computed_hash(self) -> str:
        """The hash of this event's content chained to the one before.

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
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


class AuditEvent(TenantModel, ChainedEvent):
    """One thing that happened to one importer."""

    app_may = ("SELECT", "INSERT")

    class Meta:
        app_label = "platform"
        constraints = [
            models.UniqueConstraint(fields=["importer", "sequence"], name="one_audit_sequence"),
        ]
        indexes = [models.Index(fields=["importer", "target_kind", "target_id"], name="audit_of")]


class BrokerageEvent(ChainedEvent):
    """One thing that happened to the brokerage itself."""

    class Meta:
        app_label = "platform"
        constraints = [
            models.UniqueConstraint(fields=["sequence"], name="one_brokerage_sequence"),
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

    `by` is a user, or a word for a process such as "worker"; `before` and `after` hold the
    fields that changed, with their values.
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
    event.sequence = (last.sequence if last else 0) + 1
    event.happened_at = timezone.now()
    event.actor, event.actor_id = str(by)[:254], getattr(by, "pk", None)
    event.action = action
    event.target_kind = target._meta.model_name or "" if target else ""
    event.target_id = target.pk if target else None
    event.before, event.after, event.details = _plain(before), _plain(after), _plain(details)
    event.previous_hash = last.own_hash if last else GENESIS
    event.own_hash = event.computed_hash()
    event.save(force_insert=True)


def _plain(told: Any) -> Any:
    """As JSON will give it back, so that the hash can be computed again."""
    return json.loads(json.dumps(told, default=str))


def broken_links(importer_id: int) -> list[str]:
    """What is wrong with an importer's chain: edits, removals and reorderings, in words."""
    return _broken(AuditEvent.objects.filter(importer_id=importer_id))


def broken_links_of_brokerage() -> list[str]:
    """What is wrong with the brokerage's own chain, in words."""
    return _broken(BrokerageEvent.objects.all())


def _broken(chain: models.QuerySet[Any]) -> list[str]:
    problems, expected, previous = [], 1, GENESIS
    for event in chain.order_by("sequence").iterator(chunk_size=2000):
        if event.sequence != expected:
            problems.append(f"event {expected} is missing before event {event.sequence}")
        if event.previous_hash != previous:
            problems.append(f"event {event.sequence} does not follow the event before it")
        if event.own_hash != event.computed_hash():
            problems.append(f"event {event.sequence} was edited")
        expected, previous = event.sequence + 1, event.own_hash
    return problems
