"""The audit: of one importer, of several, of the brokerage; searched, verified, exported."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from clients import queries
from clients.actions import Refused
from clients.actions import audit as actions
from clients.forms.audit import AuditForm, AuditOfImportersForm
from clients.models import Importer
from clients.queries import audit as reads
from clients.rules import Permission
from clients.views.asking import demand, demand_here, permissions, tell_refusal

A_PAGE = 50


@dataclass(frozen=True)
class Place:
    """Whose audit is looked at: `importers` is None for the brokerage's own chain."""

    name: str  # of its addresses: `importer-audit`, `importer-audit-export`
    form: AuditForm
    importers: list[int] | None
    importer: Importer | None = None

    @property
    def events(self) -> QuerySet[Any]:
        if self.importers is None:
            return reads.events_of_brokerage()
        return reads.events_of_importers(self.importers)

    def address(self, what: str = "") -> str:
        """Where this place is shown, or something of it."""
        name = f"{self.name}-{what}" if what else self.name
        return reverse(name, args=[self.importer.pk] if self.importer else [])


def _of_importer(request: HttpRequest, importer_id: int) -> Place:
    importer = get_object_or_404(Importer.objects, pk=importer_id)
    demand(request, Permission.READ_AUDIT, importer_id)
    return Place("importer-audit", AuditForm(request.GET), [importer_id], importer)


def _of_importers(request: HttpRequest) -> Place:
    """Of the importers that the words name, among those whose audit staff may read."""
    may_read = reads.importers_audited(request.user)
    if not request.user.is_staff_member or not (
        may_read or queries.may_here(request.user, Permission.READ_BROKERAGE_AUDIT)
    ):
        raise PermissionDenied
    form = AuditOfImportersForm(request.GET)
    words = form.cleaned_data.get("importer", "") if form.is_valid() else ""
    return Place("audit", form, reads.importers_called(words, may_read))


def _of_brokerage(request: HttpRequest) -> Place:
    demand_here(request, Permission.READ_BROKERAGE_AUDIT)
    return Place("brokerage-audit", AuditForm(request.GET), None)


@require_safe
def importer_audit(request: HttpRequest, importer_id: int) -> HttpResponse:
    """What happened to one importer."""
    return _page(request, _of_importer(request, importer_id))


@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """What happened to the importers one sees; the staff's page."""
    return _page(request, _of_importers(request))


@require_safe
def brokerage_audit(request: HttpRequest) -> HttpResponse:
    """What happened to the brokerage itself: its staff, its groups."""
    return _page(request, _of_brokerage(request))


def _page(request: HttpRequest, place: Place) -> HttpResponse:
    before = request.GET.get("before", "")
    start = int(before) if before.isdecimal() and len(before) < 19 else None
    page, is_valid = None, place.form.is_valid()
    if is_valid:
        page = reads.event_page(place.events, place.form.sought(), start, A_PAGE)
    wished = {name: request.GET[name] for name in place.form.fields if request.GET.get(name)}
    context = {
        "place": place,
        "importer": place.importer,
        "may": permissions(request, place.importer.pk) if place.importer else {},
        "may_read_brokerage": queries.may_here(request.user, Permission.READ_BROKERAGE_AUDIT),
        "form": place.form,
        "page": page,
        "is_filtered": bool(wished),
        "export_address": f"{place.address('export')}?{urlencode(wished)}",
        **_check_context(place),
    }
    return render(request, "clients/audit/events.html", context, status=200 if is_valid else 422)


def _check_context(place: Place) -> dict[str, Any]:
    """How the chain was found the last time; several chains have no single answer."""
    if place.name == "audit":
        return {}
    chain = place.importer.pk if place.importer else None
    return {"check": reads.last_check(chain), "check_address": place.address("check")}


@require_safe
def importer_audit_export(request: HttpRequest, importer_id: int) -> Any:
    """What is looked for in an importer's audit, as CSV."""
    place = _of_importer(request, importer_id)
    return _export(request, place, f"audit-{place.importer.bn9}.csv")


@require_safe
def audit_export(request: HttpRequest) -> Any:
    """What is looked for in several importers' audit, as CSV."""
    return _export(request, _of_importers(request), "audit.csv")


@require_safe
def brokerage_audit_export(request: HttpRequest) -> Any:
    """What is looked for in the brokerage's audit, as CSV."""
    return _export(request, _of_brokerage(request), "audit-brokerage.csv")


def _export(request: HttpRequest, place: Place, file_name: str) -> Any:
    if not place.form.is_valid():
        return _page(request, place)
    try:
        file = actions.export_events(
            events=place.events,
            sought=place.form.sought(),
            importer_ids=place.importers,
            by=request.user,
        )
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
        return redirect(f"{place.address()}?{request.GET.urlencode()}")
    return FileResponse(file, as_attachment=True, filename=file_name, content_type="text/csv")


@require_http_methods(["GET", "HEAD", "POST"])
def importer_audit_check(request: HttpRequest, importer_id: int) -> HttpResponse:
    """Ask whether an importer's chain is whole; asked with GET, how far that is."""
    return _check(request, _of_importer(request, importer_id))


@require_http_methods(["GET", "HEAD", "POST"])
def brokerage_audit_check(request: HttpRequest) -> HttpResponse:
    """Ask whether the brokerage's chain is whole; asked with GET, how far that is."""
    return _check(request, _of_brokerage(request))


def _check(request: HttpRequest, place: Place) -> HttpResponse:
    if request.method == "POST":
        chain = place.importer.pk if place.importer else None
        actions.check_chain(importer_id=chain, by=request.user)
        return redirect(place.address())
    return render(request, "clients/audit/_check.html", _check_context(place))
