"""The audit as people look at it: newest first, narrowed by who, what, which object and when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from carmsvc.platform.audit import AuditEvent, BrokerageEvent
from carmsvc.platform.audit_checks import checks_of
from carmsvc.platform.tenancy import importers_in_scope
from clients.models import Importer, User
from clients.queries.access import permissions_by_importer
from clients.queries.importers import importers_seen
from clients.rules import Permission

FEW_IMPORTERS = 200  # so many are named in a query; above, the wall alone tells them apart
WORDS_REACH = 20_000  # words are looked for in so many of the newest events that fit otherwise
MOST_PEOPLE = 50
PROCESSES = ("worker", "command")


@dataclass(frozen=True)
class Sought:
    """What somebody looks for; everything empty is everything."""

    person: str = ""
    action: str = ""
    kind: str = ""
    target: int | None = None
    since: date | None = None  # Toronto days, both included
    until: date | None = None
    words: str = ""


@dataclass(frozen=True)
class EventPage:
    """Events newest first, where the older ones begin, and how far back the words were sought."""

    events: list[Any]
    before: int | None
    reaches_back_to: Any = None


def importers_audited(user: Any) -> list[int]:
    """The importers in the open scope whose audit this person may read."""
    held = permissions_by_importer(user, importers_in_scope())
    return [one for one, allowed in held.items() if Permission.READ_AUDIT in allowed]


def importers_called(words: str, among: Iterable[int]) -> list[int]:
    """Those of some importers that words fit: a part of the name, or of the number."""
    fitting = importers_seen(words).filter(pk__in=list(among)) if words.strip() else None
    return list(among) if fitting is None else list(fitting.values_list("pk", flat=True))


def events_of_importers(importer_ids: Iterable[int]) -> QuerySet[Any]:
    """The events of these importers of the open scope; with many, of the whole scope."""
    ids = list(importer_ids)
    events = AuditEvent.objects.select_related("importer")
    if len(ids) > FEW_IMPORTERS and set(ids) == set(importers_in_scope()):
        return events
    return events.filter(importer__in=ids)


def events_of_brokerage() -> QuerySet[Any]:
    """The events of the brokerage's own chain."""
    return BrokerageEvent.objects.all()


def narrowed(events: QuerySet[Any], sought: Sought) -> QuerySet[Any]:
    """The events that fit, but for the words."""
    if sought.person:
        events = events.filter(_done_by(sought.person))
    if sought.action:
        events = events.filter(action=sought.action)
    if sought.kind:
        events = events.filter(target_kind=sought.kind)
    if sought.target is not None:
        events = events.filter(target_id=sought.target)
    if sought.since:
        events = events.filter(happened_at__gte=_midnight(sought.since))
    if sought.until:
        events = events.filter(happened_at__lt=_midnight(sought.until + timedelta(days=1)))
    return events


def _done_by(words: str) -> Q:
    """Done by the people whom the words fit, else by a process of that name."""
    text = words.strip()
    if text in PROCESSES:
        return Q(actor_id=None, actor=text)
    fitting = User.objects.filter(Q(email__icontains=text) | Q(full_name__icontains=text))
    people = list(fitting.order_by("pk").values_list("pk", flat=True)[:MOST_PEOPLE])
    return Q(actor_id__in=people) if people else Q(actor_id=None, actor=text)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def event_page(events: QuerySet[Any], sought: Sought, before: int | None, limit: int) -> EventPage:
    """One page of what is sought, newest first, of the events older than `before`."""
    found = narrowed(events, sought).order_by("-id")
    oldest = None
    if sought.words.strip():
        oldest = found[WORDS_REACH : WORDS_REACH + 1].first()
        found = saying(found.filter(pk__gt=oldest.pk) if oldest else found, sought.words)
    if before is not None:
        found = found.filter(pk__lt=before)
    shown = list(found[: limit + 1])
    more = len(shown) > limit
    return EventPage(shown[:limit], shown[limit - 1].pk if more else None, oldest)


def saying(events: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Those of the events in which every one of the words stands somewhere."""
    told = {name: Cast(name, TextField()) for name in ("details", "before", "after")}
    events = events.annotate(**{f"{name}_text": text for name, text in told.items()})
    for word in words.split():
        places = ("actor", "action", "details_text", "before_text", "after_text")
        fits = Q()
        for place in places:
            fits |= Q(**{f"{place}__icontains": word})
        events = events.filter(fits)
    return events


def last_check(importer_id: int | None) -> Any:
    """The newest walk along a chain that somebody asked for, or None."""
    return checks_of(importer_id).select_related("asked_by").order_by("-id").first()


def importer_of_audit(importer_id: int) -> Importer | None:
    """An importer in the open scope."""
    return Importer.objects.filter(pk=importer_id).first()
