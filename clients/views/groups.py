"""Client groups: importers that the same staff look after."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clients import queries
from clients.actions import Refused
from clients.actions import groups as actions
from clients.forms.staff import GroupForm, StaffPlaceForm
from clients.models import ClientGroup, User
from clients.queries import groups as reads
from clients.rules import Permission
from clients.views.asking import demand_here, tell_refusal
from clients.views.staff import A_PAGE, chosen_importers


@require_safe
def group_list(request: HttpRequest) -> HttpResponse:
    """Every client group, and how big it is."""
    demand_here(request, Permission.ASSIGN_STAFF)
    page = Paginator(reads.groups(), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "clients/groups/list.html", {"page": page})


@require_http_methods(["GET", "POST"])
def group_new(request: HttpRequest) -> HttpResponse:
    """Make a client group."""
    demand_here(request, Permission.ASSIGN_STAFF)
    form = GroupForm(request.POST or None)
    if form.is_valid():
        try:
            group = actions.create_group(**form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error("name", refusal.reasons)
        else:
            messages.success(request, _("Group %(name)s is made.") % {"name": group})
            return redirect("group", group_id=group.pk)
    return render(
        request, "clients/groups/new.html", {"form": form}, status=422 if form.errors else 200
    )


def _group(request: HttpRequest, group_id: int) -> Any:
    demand_here(request, Permission.ASSIGN_STAFF)
    return get_object_or_404(reads.groups(), pk=group_id)


@require_safe
def group_page(request: HttpRequest, group_id: int) -> HttpResponse:
    """A group: its staff, its importers."""
    group = _group(request, group_id)
    search = request.GET.get("search", "")
    importers = reads.in_group(queries.importers_seen(search), group)
    told = {
        "group": group,
        "places": reads.staff_of(group),
        "form": StaffPlaceForm(),
        "page": Paginator(importers, A_PAGE).get_page(request.GET.get("page")),
        "search": search,
    }
    return render(request, "clients/groups/group.html", told)


@require_http_methods(["GET", "POST"])
def group_description(request: HttpRequest, group_id: int) -> HttpResponse:
    """Rename a group, or change its note."""
    group = _group(request, group_id)
    form = GroupForm(request.POST or None, initial={"name": group.name, "note": group.note})
    if form.is_valid():
        try:
            actions.describe_group(group=group, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error("name", refusal.reasons)
        else:
            return redirect("group", group_id=group_id)
    told = {"form": form, "group": group}
    status = 422 if form.errors else 200
    return render(request, "clients/groups/description.html", told, status=status)


@require_http_methods(["GET", "POST"])
def group_deletion(request: HttpRequest, group_id: int) -> HttpResponse:
    """Delete a group, after saying who would see less."""
    group = _group(request, group_id)
    if request.method == "POST":
        try:
            actions.delete_group(group=group, by=request.user, sure=bool(request.POST.get("sure")))
        except Refused as refusal:
            tell_refusal(request, refusal.reasons)
        else:
            messages.success(request, _("Group %(name)s is deleted.") % {"name": group})
            return redirect("group-list")
    told = {"group": group, "places": reads.staff_of(group)}
    status = 422 if request.method == "POST" else 200
    return render(request, "clients/groups/deletion.html", told, status=status)


@require_http_methods(["GET", "POST"])
def group_importers_new(request: HttpRequest, group_id: int) -> HttpResponse:
    """Put importers in a group: those ticked, or all that the words fit."""
    group = _group(request, group_id)
    search = request.GET.get("search", "")
    outside = reads.not_in_group(queries.importers_seen(search), group)
    if request.method == "POST":
        wanted = outside if request.POST.get("all") else chosen_importers(request)
        count = _told(
            request, lambda: actions.put_importers(group=group, importers=wanted, by=request.user)
        )
        if count:
            _say_put(request, group, count)
            return redirect("group", group_id=group_id)
        messages.warning(request, _("Choose at least one importer."))
    page = Paginator(outside, A_PAGE).get_page(request.GET.get("page"))
    told = {"group": group, "page": page, "search": search}
    return render(request, "clients/groups/importers.html", told)


def _say_put(request: HttpRequest, group: ClientGroup, count: int) -> None:
    told = ngettext(
        "%(count)s importer is put in %(group)s.",
        "%(count)s importers are put in %(group)s.",
        count,
    )
    messages.success(request, told % {"count": count, "group": group})


@require_POST
def group_importers_removal(request: HttpRequest, group_id: int) -> HttpResponse:
    """Take the ticked importers out of a group."""
    group, chosen = _group(request, group_id), chosen_importers(request)
    count = _told(
        request, lambda: actions.take_importers(group=group, importers=chosen, by=request.user)
    )
    told = ngettext(
        "%(count)s importer is taken out of %(group)s.",
        "%(count)s importers are taken out of %(group)s.",
        count or 0,
    )
    messages.success(request, told % {"count": count or 0, "group": group})
    return redirect("group", group_id=group_id)


@require_POST
def group_staff(request: HttpRequest, group_id: int) -> HttpResponse:
    """Put somebody in a group's staff, or make them its lead or no longer."""
    group, form = _group(request, group_id), StaffPlaceForm(request.POST)
    if form.is_valid():
        wish = form.cleaned_data
        if _told(request, lambda: actions.put_staff(group=group, **wish, by=request.user)):
            told = _("%(name)s looks after every importer of %(group)s.")
            messages.success(request, told % {"name": wish["person"].full_name, "group": group})
    else:
        messages.warning(request, _("Choose somebody of the brokerage's staff who can sign in."))
    return redirect("group", group_id=group_id)


@require_POST
def group_staff_removal(request: HttpRequest, group_id: int, person_id: int) -> HttpResponse:
    """Take somebody out of a group's staff."""
    group, person = _group(request, group_id), get_object_or_404(User, pk=person_id)
    if _told(request, lambda: actions.take_staff(group=group, person=person, by=request.user)):
        told = _("%(name)s no longer looks after %(group)s.")
        messages.success(request, told % {"name": person.full_name, "group": group})
    return redirect("group", group_id=group_id)


def _told(request: HttpRequest, act: Any) -> Any:
    """What an action answers; nothing when it refused, and then why is said."""
    try:
        return act()
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
        return None
