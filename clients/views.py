"""Pages of the clients room, and what every room's pages ask before they act."""

from collections.abc import Iterable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clients import actions, queries
from clients.forms import ImporterForm
from clients.rules import Permission

IMPORTERS_A_PAGE = 50


def demand(request: HttpRequest, permission: Permission, importer_id: int) -> None:
    """Raise `PermissionDenied` (403) unless the person may do this with the importer."""
    if not queries.may(request.user, permission, importer_id):
        raise PermissionDenied


def permissions(request: HttpRequest, importer_id: int) -> dict[str, bool]:
    """What the person may do, for templates: `{% if may.upload %}`."""
    allowed = queries.permissions_of(request.user, importer_id)
    return {permission.value: permission in allowed for permission in Permission}


def tell_refusal(request: HttpRequest, reasons: Iterable[str]) -> None:
    """Say every reason why a wish was refused."""
    for reason in reasons:
        messages.warning(request, reason)


@require_safe
def importer_list(request: HttpRequest) -> HttpResponse:
    """The importers a person sees; somebody who sees one only goes straight to it."""
    search = request.GET.get("search", "")
    importers = queries.importers_seen(search)
    page = Paginator(importers, IMPORTERS_A_PAGE).get_page(request.GET.get("page"))
    if not search and not request.user.is_staff_member and page.paginator.count == 1:
        return redirect("importer", importer_id=page[0].pk)
    return render(request, "clients/importer_list.html", {"page": page, "search": search})


@require_http_methods(["GET", "POST"])
def importer_new(request: HttpRequest) -> HttpResponse:
    """An administrator registers an importer with its program accounts."""
    if not request.user.is_administrator:
        raise PermissionDenied
    form = ImporterForm(request.POST or None)
    if form.is_valid():
        try:
            importer = actions.create_importer(**form.cleaned_data, by=request.user)
        except actions.Refused as refusal:
            form.add_error(None, refusal.reasons)
        else:
            messages.success(request, _("%(name)s is registered.") % {"name": importer})
            tell_refusal(request, actions.warnings_about(importer.bn9))
            return redirect("importer-list")
    status = 422 if form.errors else 200
    return render(request, "clients/importer_new.html", {"form": form}, status=status)
