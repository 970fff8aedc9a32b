"""Lists of clients: sent, looked at row by row, confirmed or withdrawn."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from carmsvc.platform.refusals import Refused
from clients.actions import client_lists as actions
from clients.actions.client_list_template import client_list_template
from clients.forms.importers import ClientListForm
from clients.models import ClientList
from clients.queries import client_lists as reads
from clients.rules import Permission
from clients.views.asking import demand_here, tell_refusal

A_PAGE = 50
SHOWN_FAULTS = 200
KINDS = ("new", "changes", "same")


@require_http_methods(["GET", "HEAD", "POST"])
def client_lists(request: HttpRequest) -> HttpResponse:
    """Send a list; those that were sent before."""
    demand_here(request, Permission.REGISTER_IMPORTER)
    form = ClientListForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        file = form.cleaned_data["content"]
        try:
            sent = actions.read_client_list(
                content=file.read(), file_name=file.name, by=request.user
            )
        except Refused as refusal:
            form.add_error("content", refusal.reasons)
        else:
            return redirect("client-list", list_id=sent.pk)
    page = Paginator(reads.client_lists(), A_PAGE).get_page(request.GET.get("page"))
    status = 422 if form.is_bound else 200
    context = {"form": form, "page": page}
    return render(request, "clients/client_lists/list.html", context, status=status)


@require_safe
def client_list_file(request: HttpRequest) -> HttpResponse:
    """An empty list with the headings, to be filled."""
    demand_here(request, Permission.REGISTER_IMPORTER)
    name = {"Content-Disposition": 'attachment; filename="client-list.csv"'}
    return HttpResponse(client_list_template(), content_type="text/csv", headers=name)


def _list(request: HttpRequest, list_id: int) -> ClientList:
    demand_here(request, Permission.REGISTER_IMPORTER)
    found: ClientList = get_object_or_404(
        ClientList.objects.select_related("sent_by", "confirmed_by"), pk=list_id
    )
    return found


@require_safe
def client_list(request: HttpRequest, list_id: int) -> HttpResponse:
    """What a list would do, importer by importer, with every cell that cannot be taken in."""
    found = _list(request, list_id)
    context: dict[str, Any] = {"list": found, "columns": reads.COLUMN_WORDS}
    if found.state == ClientList.State.TO_CONFIRM:
        plan = reads.plan_of(found)
        kind = request.GET.get("kind", "")
        shown = [one for one in plan.planned if kind not in KINDS or one.kind == kind]
        context |= {
            "counts": plan.counts,
            "kind": kind if kind in KINDS else "",
            "faults": plan.faults[:SHOWN_FAULTS],
            "page": Paginator(shown, A_PAGE).get_page(request.GET.get("page")),
        }
    return render(request, "clients/client_lists/preview.html", context)


@require_POST
def client_list_confirmation(request: HttpRequest, list_id: int) -> HttpResponse:
    """Take a list in as a whole."""
    found = _list(request, list_id)
    takes_changes = request.POST.get("takes_changes") == "on"
    try:
        plan = actions.confirm_client_list(
            client_list=found, takes_changes=takes_changes, by=request.user
        )
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    else:
        if len(plan.planned) <= actions.AT_ONCE:
            messages.success(request, _("The list is taken in."))
        else:
            messages.info(request, _("The list is being taken in; this page tells when it is."))
    return redirect("client-list", list_id=list_id)


@require_POST
def client_list_withdrawal(request: HttpRequest, list_id: int) -> HttpResponse:
    """Put a list aside."""
    try:
        actions.withdraw_client_list(client_list=_list(request, list_id), by=request.user)
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    else:
        messages.success(request, _("The list is withdrawn; nothing was taken in."))
    return redirect("client-lists")
