"""The list of importers, and registering one."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clients import actions, queries
from clients.forms.importers import ImporterForm
from clients.rules import Permission
from clients.views.asking import demand_here, tell_refusal

IMPORTERS_A_PAGE = 50


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
    demand_here(request, Permission.REGISTER_IMPORTER)
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
