"""The brokerage's staff: who they are, their role, which importers they look after and why."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clients import queries
from clients.actions import Refused
from clients.actions import staff as actions
from clients.actions.invitations import invite
from clients.forms.staff import (
    StaffInvitationForm,
    StaffPlaceForm,
    StaffRoleForm,
    StaffSearchForm,
)
from clients.models import Importer, User
from clients.queries import staff as reads
from clients.rules import Permission
from clients.views.asking import demand_here, permissions, tell_refusal

A_PAGE = 50


def demand_staff_room(request: HttpRequest) -> None:
    """Raise `PermissionDenied` (403) unless the person manages staff or assigns them."""
    held = queries.permissions_here(request.user)
    if not held & {Permission.MANAGE_STAFF, Permission.ASSIGN_STAFF}:
        raise PermissionDenied


def chosen_importers(request: HttpRequest) -> Iterable[Importer]:
    """The importers that were ticked, those of them that the person sees."""
    ids = [one for one in request.POST.getlist("importer") if one.isdecimal() and len(one) < 19]
    found: Iterable[Importer] = Importer.objects.filter(pk__in=ids)
    return found


@require_safe
def staff_list(request: HttpRequest) -> HttpResponse:
    """Everybody who works for the brokerage, and how many importers they see."""
    demand_staff_room(request)
    form = StaffSearchForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    people = reads.with_second_factor(reads.staff(**asked))
    page = Paginator(people, A_PAGE).get_page(request.GET.get("page"))
    reach = reads.reach_of(page)
    told = {
        "form": form,
        "page": page,
        "rows": [(person, reach[person.pk]) for person in page],
        "is_filtered": any(asked.values()),
    }
    return render(request, "clients/staff/list.html", told)


@require_http_methods(["GET", "POST"])
def staff_invitation_new(request: HttpRequest) -> HttpResponse:
    """Invite somebody to work for the brokerage."""
    demand_here(request, Permission.MANAGE_STAFF)
    form = StaffInvitationForm(request.POST or None)
    if form.is_valid():
        try:
            invitation = invite(**form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.reasons)
        else:
            messages.success(request, _("%(email)s is invited.") % {"email": invitation.email})
            return redirect("staff-list")
    status = 422 if form.errors else 200
    return render(request, "clients/staff/invite.html", {"form": form}, status=status)


def _member(request: HttpRequest, person_id: int) -> User:
    demand_staff_room(request)
    return get_object_or_404(reads.with_second_factor(reads.staff()), pk=person_id)


@require_safe
def staff_member(request: HttpRequest, person_id: int) -> HttpResponse:
    """One of the staff: their role, their groups, the importers they see and why."""
    person = _member(request, person_id)
    search = request.GET.get("search", "")
    importers = reads.seen_by(queries.importers_seen(search), person)
    told = {
        "person": person,
        "form": StaffRoleForm(initial={"role": person.staff_role}),
        "places": reads.groups_of(person),
        "reach": reads.reach_of([person])[person.pk],
        "page": Paginator(importers, A_PAGE).get_page(request.GET.get("page")),
        "search": search,
    }
    return render(request, "clients/staff/member.html", told)


@require_POST
def staff_role(request: HttpRequest, person_id: int) -> HttpResponse:
    """Give somebody another role."""
    demand_here(request, Permission.MANAGE_STAFF)
    person = get_object_or_404(reads.staff(), pk=person_id)
    role = request.POST.get("role", "")
    try:
        changed = actions.change_staff_role(person=person, role=role, by=request.user)
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    else:
        if changed:
            told = _("The role of %(name)s is changed; it works on their next page.")
            messages.success(request, told % {"name": person.full_name})
    return redirect("staff-member", person_id=person_id)


@require_http_methods(["GET", "POST"])
def staff_importers_new(request: HttpRequest, person_id: int) -> HttpResponse:
    """Assign somebody to several importers at once."""
    demand_here(request, Permission.ASSIGN_STAFF)
    person = get_object_or_404(reads.assignable_staff(), pk=person_id)
    if request.method == "POST" and _assign(
        request, person, chosen_importers(request), bool(request.POST.get("is_lead"))
    ):
        return redirect("staff-member", person_id=person_id)
    search = request.GET.get("search", "")
    importers = reads.without_direct(queries.importers_seen(search), person)
    page = Paginator(importers, A_PAGE).get_page(request.GET.get("page"))
    told = {"person": person, "page": page, "search": search}
    return render(request, "clients/staff/assign.html", told)


def _assign(
    request: HttpRequest, person: User, importers: Iterable[Importer], is_lead: bool
) -> bool:
    try:
        count = actions.assign_staff(
            person=person, importers=importers, is_lead=is_lead, by=request.user
        )
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
        return False
    told = ngettext(
        "%(count)s assignment of %(name)s is changed.",
        "%(count)s assignments of %(name)s are changed.",
        count,
    )
    messages.success(request, told % {"name": person.full_name, "count": count})
    return True


@require_POST
def staff_importers_removal(request: HttpRequest, person_id: int) -> HttpResponse:
    """Take importers off somebody."""
    demand_here(request, Permission.ASSIGN_STAFF)
    person = get_object_or_404(reads.staff(), pk=person_id)
    _unassign(request, person, chosen_importers(request))
    return redirect("staff-member", person_id=person_id)


def _unassign(request: HttpRequest, person: User, importers: Iterable[Importer]) -> None:
    try:
        count = actions.unassign_staff(person=person, importers=importers, by=request.user)
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
        return
    told = ngettext(
        "%(count)s importer is taken off %(name)s.",
        "%(count)s importers are taken off %(name)s.",
        count,
    )
    messages.success(request, told % {"name": person.full_name, "count": count})


@require_http_methods(["GET", "POST"])
def importer_staff(request: HttpRequest, importer_id: int) -> HttpResponse:
    """Who of the brokerage sees an importer and why; assign one more, or another lead."""
    importer = get_object_or_404(Importer.objects, pk=importer_id)
    demand_here(request, Permission.ASSIGN_STAFF)
    form = StaffPlaceForm(request.POST or None)
    if form.is_valid() and _assign(request, importers=[importer], **form.cleaned_data):
        return redirect("importer-staff", importer_id=importer_id)
    told: dict[str, Any] = {
        "importer": importer,
        "form": form,
        "sights": reads.who_sees(importer_id),
        "may": permissions(request, importer_id),
    }
    status = 422 if form.errors else 200
    return render(request, "clients/staff/importer.html", told, status=status)


@require_POST
def importer_staff_removal(request: HttpRequest, importer_id: int, person_id: int) -> HttpResponse:
    """Take an importer off somebody, from the importer's side."""
    importer = get_object_or_404(Importer.objects, pk=importer_id)
    demand_here(request, Permission.ASSIGN_STAFF)
    _unassign(request, get_object_or_404(reads.staff(), pk=person_id), [importer])
    return redirect("importer-staff", importer_id=importer_id)
