"""What requests for help promise, and what they wait for, as deadlines."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from carmsvc.platform.dates import TORONTO, toronto_day
from carmsvc.platform.tenancy import of_importers
from clients.deadlines import Deadline, Kind, register
from clients.models import SupportRequest
from clients.rules.support import OVER

OVER_STATES = [state.value for state in OVER]
AUDIENCE = frozenset({"owner", "finance", "operations", "compliance"})


def register_deadlines() -> None:
    """Tell the registry; called when the app is ready."""
    register(
        Kind(
            name="support_answer",
            label=_("Answer to a request for help"),
            provider=promises,
            thresholds=(0, -1),
        )
    )
    register(
        Kind(
            name="support_next",
            label=_("Request for help at the CBSA"),
            provider=next_dates,
            thresholds=(0, -2),
            escalates_at=-2,
        )
    )
    register(
        Kind(
            name="support_message",
            label=_("Your answer to our question"),
            provider=asked_of_clients,
            thresholds=(2, 0, -3),
            escalates_at=-3,
            audience=AUDIENCE,
        )
    )


def promises(importers: Collection[int], first: date, last: date) -> Iterator[Deadline]:
    """The next thing promised on each request: the first answer, then the end."""
    days = (_midnight(first), _midnight(last + timedelta(days=1)) - timedelta(microseconds=1))
    rows = SupportRequest.objects.filter(of_importers(importers), clock_due_at__range=days)
    for request in rows.select_related("owner"):
        due_at = request.clock_due_at
        assert due_at  # the range excludes none
        is_answer = request.answer_due_at is not None
        why = _("The first answer is promised by then, in business hours.")
        until = _("It is promised to be solved by then, in business hours.")
        yield _deadline("support_answer", request, toronto_day(due_at), why if is_answer else until)


def next_dates(importers: Collection[int], first: date, last: date) -> Iterator[Deadline]:
    """The day on which we look after a case at the CBSA next."""
    rows = SupportRequest.objects.filter(of_importers(importers), next_on__range=(first, last))
    for request in rows.exclude(state__in=OVER_STATES).select_related("owner"):
        assert request.next_on
        why = _("It is with the CBSA, and we said we look after it that day.")
        yield _deadline("support_next", request, request.next_on, why)


def asked_of_clients(importers: Collection[int], first: date, last: date) -> Iterator[Deadline]:
    """What we asked the importers, by the day on which we need it; our clock stands meanwhile."""
    rows = SupportRequest.objects.filter(
        of_importers(importers), client_due_on__range=(first, last)
    )
    for request in rows.filter(state="waiting_client").select_related("owner"):
        assert request.client_due_on
        why = _("The broker needs your answer to go on.")
        yield _deadline("support_message", request, request.client_due_on, why)


def _deadline(kind: str, request: SupportRequest, due_on: date, why: object) -> Deadline:
    return Deadline(
        kind=kind,
        key=f"{kind}/{request.pk}/{due_on}",
        importer_id=request.importer_id,
        due_on=due_on,
        subject=f"{request.number} {request.title}"[:200],
        address=reverse("support-request", args=[request.pk]),
        owner=request.owner.full_name if request.owner else "",
        owner_id=request.owner_id,
        reasons=(why,),
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), TORONTO)
