"""Everything that happened to an importer, newest first, from its audit chain."""

from typing import Any

from carmsvc.platform.audit import AuditEvent
from clients.queries.audit import EventPage, Sought, event_page
from clients.rules.timeline import HEADINGS, SEEN_BY_IMPORTER

A_PAGE = 30


def timeline(
    importer_id: int, *, is_staff: bool, heading: str = "", before: int | None = None, limit: int
) -> EventPage:
    """One page of an importer's story under a heading (all without one), older than `before`."""
    events = AuditEvent.objects.filter(importer=importer_id)
    if not is_staff:
        events = events.filter(action__in=SEEN_BY_IMPORTER)
    if heading in HEADINGS:
        events = events.filter(target_kind__in=HEADINGS[heading])
    return event_page(events, Sought(), before, limit)


def newest_events(importer_id: int, *, is_staff: bool, limit: int) -> list[Any]:
    """What happened last."""
    return timeline(importer_id, is_staff=is_staff, limit=limit).events
