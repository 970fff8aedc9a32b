"""Requests on which the importer says nothing: warned of once, then closed by themselves.

Who is quiet is reckoned from the last word to the importer, not from a note among the staff. The
row says what was told and when, and is locked meanwhile: two workers at once do each thing once.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Q
from django.db.models.functions import Coalesce, Greatest

from carmsvc.platform import audit
from carmsvc.platform.dates import toronto_day
from carmsvc.platform.tenancy import importer_scope
from clients.actions.support_clock import move_to
from clients.actions.support_telling import tell_of_lapse
from clients.models import SupportRequest
from clients.rules.support import LAPSING, Lapse, State, lapse


def quiet_requests(importers: Collection[int], now: datetime) -> list[tuple[int, int]]:
    """Importer and request of those that may be warned of or closed by now, the oldest first."""
    if not settings.SUPPORT_CLOSES_AFTER_DAYS:
        return []
    after, notice = _spans()
    warned = Q(lapse_warned_at__lte=now - notice)
    with importer_scope(importers):
        rows = _lapsing().filter(importer__in=importers)
        due = rows.filter(warned | Q(lapse_warned_at=None, quiet_since__lte=now - after + notice))
        return list(due.order_by("id").values_list("importer_id", "id"))


@transaction.atomic
def let_lapse(*, importer_id: int, request_id: int, now: datetime) -> Lapse | None:
    """Do what falls due on a request, and tell the importer's people; None where nothing does.

    A worker that comes second waits for the first, and finds nothing due.
    """
    if not settings.SUPPORT_CLOSES_AFTER_DAYS:
        return None
    with importer_scope(importer_id):
        rows = SupportRequest.objects.filter(importer=importer_id, pk=request_id)
        held = rows.select_for_update(of=("self",)).select_related("importer").first()
        quiet_since = held and _lapsing().filter(pk=held.pk, importer=importer_id).first()
        if not (held and quiet_since):
            return None
        due = lapse(quiet_since.quiet_since, held.lapse_warned_at, now, *_spans())
        if due is Lapse.WARN:
            _warn(held, now)
        elif due is Lapse.CLOSE:
            _close(held, now)
        return due


def _warn(held: SupportRequest, now: datetime) -> None:
    closes_on = toronto_day(now + _spans()[1])
    held.lapse_warned_at = now
    held.save()
    _record("support request lapsing", held, closes_on=str(closes_on))
    tell_of_lapse(held, now, closes_on)


def _close(held: SupportRequest, now: datetime) -> None:
    before = {"state": held.state}
    move_to(held, State.CLOSED, now)
    held.client_due_on, held.lapsed_at = None, now
    held.save()
    _record("support request lapsed", held, before=before, after={"state": held.state})
    tell_of_lapse(held, now, None)


def _lapsing() -> Any:
    """What the importer has the word on, with since when nobody of ours said anything more."""
    told = Max("messages__written_at", filter=Q(messages__is_staff_only=False))
    rows = SupportRequest.objects.filter(state__in=[state.value for state in LAPSING])
    since = Greatest(Coalesce(F("paused_at"), F("solved_at"), F("asked_at")), told)
    return rows.annotate(quiet_since=since)


def _spans() -> tuple[timedelta, timedelta]:
    """After which silence a request closes, and how long before that people are warned."""
    after = settings.SUPPORT_CLOSES_AFTER_DAYS
    notice = min(max(settings.SUPPORT_CLOSING_NOTICE_DAYS, 1), after)
    return timedelta(days=after), timedelta(days=notice)


def _record(action: str, held: SupportRequest, **told: Any) -> None:
    audit.record(action, importer_id=held.importer_id, by="worker", target=held, **told)
