"""What is seen of requests for help elsewhere: on the overview of an importer, in the search."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from carmsvc.platform.tenancy import of_importers
from clients.models import SupportRequest
from clients.overview import (
    Asked,
    Concern,
    Level,
    Section,
    address_of,
    register_concerns,
    register_section,
)
from clients.queries.service_levels import clock_of
from clients.queries.support import UNDER_WAY_STATES, SupportSearch, support_requests
from clients.search import Found, Kind, Sought, register

SHOWN = 4


def register_support() -> None:
    """Tell the registry; called when the app is ready."""
    register_concerns("support", support_concerns, is_for_staff=True)
    register(
        Kind(
            "support_request", _("Requests for help"), requests_found, 60,
            resource="support-requests",
        )
    )  # fmt: skip
    register_section(
        Section("support", "clients/support/_overview.html", support_section, place=22)
    )


def support_concerns(importers: Collection[int], today: date) -> Iterable[Concern]:
    """Promises of ours that are broken: one concern an importer, in one query."""
    late = SupportRequest.objects.filter(
        of_importers(importers), clock_due_at__lt=timezone.now(), state__in=UNDER_WAY_STATES
    )
    for importer_id in (
        late.order_by("importer_id").values_list("importer_id", flat=True).distinct()
    ):
        address = address_of("importer-support", importer_id)
        yield Concern(
            importer_id, Level.AT_RISK, _("A request for help is overdue with us."), address
        )


def support_section(asked: Asked) -> Mapping[str, Any] | None:
    """The requests under way, the most urgent promise first; nothing while there is none."""
    rows = SupportRequest.objects.filter(
        importer=asked.importer.pk, state__in=UNDER_WAY_STATES
    ).order_by("clock_due_at", "id")
    shown = list(rows[:SHOWN])
    for row in shown:
        row.clock = clock_of(row.clock_due_at, timezone.now()).value  # type: ignore[attr-defined]
    return {"requests": shown, "count": rows.count()} if shown else None


def requests_found(sought: Sought, user: Any, limit: int) -> Iterator[Found]:
    """By number, subject, case, who asked, or what was written as far as one may read it."""
    search = SupportSearch(words=sought.words, state="all")
    for one in support_requests(search, user, timezone.now())[:limit]:
        yield Found(
            title=one.title,
            address=reverse("support-request", args=[one.pk]),
            detail=", ".join([one.number, str(one.get_state_display())]),
            importer_id=one.importer_id,
            importer=one.importer.legal_name,
            pk=one.pk,
        )
