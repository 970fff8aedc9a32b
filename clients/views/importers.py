"""The register of importers, registering one, and the overview of one."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from carmsvc.platform.dates import today_in_toronto
from clients import actions
from clients.actions.importers import export_register
from clients.forms.importers import ImporterForm, RegisterForm
from clients.models import Importer
from clients.overview import Asked, concerns_of, facts_for, level_of, sections_for
from clients.queries.register import register, states_counted, with_standing
from clients.rules import Permission
from clients.views.asking import demand, demand_here, permissions, tell_refusal

IMPORTERS_A_PAGE = 50


@require_safe
def importer_list(request: HttpRequest) -> HttpResponse:
    """The importers a person sees; somebody who sees one only goes straight to it."""
    is_staff, today = request.user.is_staff_member, today_in_toronto()
    form = RegisterForm(request.GET, is_staff=is_staff)
    wish = form.wish
    importers = register(wish, today, is_staff=is_staff)
    page = Paginator(importers, IMPORTERS_A_PAGE).get_page(request.GET.get("page"))
    if not wish.is_narrow and not is_staff and page.paginator.count == 1:
        return redirect("importer", importer_id=page[0].pk)
    counts = states_counted()
    context = {
        "form": form,
        "wish": wish,
        "page": page,
        "standings": with_standing(page, today, is_staff=is_staff),
        "tally": [(one.value, one.label, counts.get(one.value, 0)) for one in Importer.State],
        "export_query": urlencode({n: v for n, v in request.GET.items() if n != "page"}),
    }
    return render(request, "clients/importer_list.html", context)


@require_safe
def importer_export(request: HttpRequest) -> HttpResponse:
    """The register that is looked for, as CSV; the staff's."""
    if not request.user.is_staff_member:
        raise PermissionDenied
    form, today = RegisterForm(request.GET, is_staff=True), today_in_toronto()
    content = export_register(
        standings=with_standing(register(form.wish, today), today),
        by=request.user,
        sought=form.told,
    )
    name = {"Content-Disposition": f'attachment; filename="importers-{today}.csv"'}
    return HttpResponse(content, content_type="text/csv", headers=name)


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
            return redirect("importer", importer_id=importer.pk)
    status = 422 if form.errors else 200
    return render(request, "clients/importer_new.html", {"form": form}, status=status)


@require_safe
def importer_page(request: HttpRequest, importer_id: int) -> HttpResponse:
    """An importer at a glance: whether it is fine, what is next, and what each room shows of it."""
    importer = get_object_or_404(Importer.objects, pk=importer_id)
    demand(request, Permission.VIEW, importer_id)
    may, today = permissions(request, importer_id), today_in_toronto()
    asked = Asked(importer, request.user, may, today)
    return render(request, "clients/importer.html", _overview(asked))


def _overview(asked: Asked) -> dict[str, Any]:
    importer_id = asked.importer.pk
    concerns = concerns_of([importer_id], asked.today, is_staff=asked.is_staff)
    sections = sections_for(asked)
    return {
        "importer": asked.importer,
        "may": asked.may,
        "today": asked.today,
        "concerns": concerns.get(importer_id, []),
        "level": level_of(concerns.get(importer_id, ())),
        "facts": facts_for(asked),
        "main": [one for one in sections if not one[0].is_beside],
        "beside": [one for one in sections if one[0].is_beside],
    }
