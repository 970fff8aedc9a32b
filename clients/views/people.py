"""Pages about people: an importer's own, and somebody who leaves."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clients import queries
from clients.actions import Refused, leavers
from clients.actions import people as actions
from clients.forms.people import HandOverForm, RemovalForm, RoleForm
from clients.models import Importer, Membership, User
from clients.queries import invitations as invited
from clients.queries import people as reads
from clients.queries.leavers import belongings_of
from clients.rules import InvitationState, Permission
from clients.views.asking import demand, demand_here, permissions, tell_refusal


@require_safe
def importer_people(request: HttpRequest, importer_id: int) -> HttpResponse:
    """Who works with an importer: its own people, who is invited, and who of the brokerage."""
    importer = get_object_or_404(Importer.objects, pk=importer_id)
    demand(request, Permission.VIEW, importer_id)
    may = permissions(request, importer_id)
    told = {
        "importer": importer,
        "may": may,
        "members": reads.people_of(importer_id),
        "staff": reads.staff_looking_after(importer_id),
        "invitations": _open_invitations(importer_id) if may["manage_people"] else [],
    }
    return render(request, "clients/people/importer_people.html", told)


def _open_invitations(importer_id: int) -> Any:
    return invited.in_state(invited.invitations_to(importer_id), InvitationState.OPEN)


@require_POST
def importer_second_factor(request: HttpRequest, importer_id: int) -> HttpResponse:
    """Say whether the importer's people need a second factor."""
    importer = get_object_or_404(Importer.objects, pk=importer_id)
    demand(request, Permission.MANAGE_PEOPLE, importer_id)
    required = request.POST.get("required") == "1"
    if actions.require_second_factor(importer=importer, required=required, by=request.user):
        if required:
            told = _("From their next page on, everybody here needs a second factor.")
        else:
            told = _("A second factor is no longer required here.")
        messages.success(request, told)
    return redirect("importer-people", importer_id=importer_id)


def _membership(request: HttpRequest, importer_id: int, membership_id: int) -> Any:
    """One of the importer's people, if whoever asks may manage them; else 404, or 403."""
    rows = reads.people_of(importer_id).select_related("importer")
    held = get_object_or_404(rows, pk=membership_id)
    demand(request, Permission.MANAGE_PEOPLE, importer_id)
    return held


def _others(request: HttpRequest, held: Membership) -> Any:
    """Who could own the importer instead; asked of administrators only, when an owner goes."""
    is_last = held.role == Membership.Role.OWNER and not (
        reads.owners_of(held.importer_id).exclude(pk=held.pk).exists()
    )
    if is_last and queries.may_here(request.user, Permission.MANAGE_STAFF):
        people = reads.people_of(held.importer_id).filter(user__is_active=True)
        return people.exclude(pk=held.pk)
    return None


@require_http_methods(["GET", "POST"])
def membership(request: HttpRequest, importer_id: int, membership_id: int) -> HttpResponse:
    """One of the importer's people: their role."""
    held = _membership(request, importer_id, membership_id)
    asked = {"others": _others(request, held), "is_self": held.user_id == request.user.pk}
    form = RoleForm(request.POST or None, initial={"role": held.role}, **asked)
    if form.is_valid():
        try:
            actions.change_role(membership=held, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.reasons)
        else:
            messages.success(
                request, _("The role of %(name)s is changed.") % {"name": held.user.full_name}
            )
            return redirect("importer-people", importer_id=importer_id)
    return _about(request, "clients/people/membership.html", held, form)


@require_http_methods(["GET", "POST"])
def membership_removal(request: HttpRequest, importer_id: int, membership_id: int) -> HttpResponse:
    """Take somebody off the importer, after saying what that means."""
    held = _membership(request, importer_id, membership_id)
    is_self = held.user_id == request.user.pk
    sent = request.POST if request.method == "POST" else None
    form = RemovalForm(sent, others=_others(request, held), is_self=is_self)
    if form.is_valid():
        try:
            actions.remove_member(membership=held, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.reasons)
        else:
            if is_self and not request.session.exists(request.session.session_key):
                logout(request)  # they see nothing any more, and were signed out everywhere
            messages.success(request, _("%(name)s is removed.") % {"name": held.user.full_name})
            return redirect("home") if is_self else redirect("importer-people", importer_id)
    return _about(request, "clients/people/membership_removal.html", held, form)


def _about(request: HttpRequest, template: str, held: Any, form: Any) -> HttpResponse:
    sent = invited.in_state(invited.invitations_to(held.importer_id), InvitationState.OPEN)
    told = {
        "held": held,
        "person": held.user,
        "importer": held.importer,
        "form": form,
        "is_self": held.user_id == request.user.pk,
        "sent": sent.filter(invited_by=held.user),
        "may": permissions(request, held.importer_id),
    }
    return render(request, template, told, status=422 if form.errors else 200)


def _person(request: HttpRequest, person_id: int) -> User:
    demand_here(request, Permission.MANAGE_STAFF)
    people = User.objects.select_related("deactivated_by")
    return get_object_or_404(people, pk=person_id)


@require_safe
def person_page(request: HttpRequest, person_id: int) -> HttpResponse:
    """A person, everything they hold, and the way out and back."""
    person = _person(request, person_id)
    return _person_page(request, person, HandOverForm(person=person))


def _person_page(request: HttpRequest, person: User, form: HandOverForm) -> HttpResponse:
    told = {
        "person": person,
        "held": belongings_of(person),
        "form": form,
        "may": {one.value: True for one in queries.permissions_here(request.user)},
    }
    status = 422 if form.errors else 200
    return render(request, "clients/people/person.html", told, status=status)


@require_http_methods(["GET", "POST"])
def person_deactivation(request: HttpRequest, person_id: int) -> HttpResponse:
    """Close an account, after saying what that means."""
    person = _person(request, person_id)
    if request.method == "POST":
        try:
            left = leavers.deactivate_person(person=person, by=request.user)
        except Refused as refusal:
            tell_refusal(request, refusal.reasons)
        else:
            _tell_deactivated(request, person, len(left.keys))
        return redirect("person", person_id=person_id)
    told = {"person": person, "held": belongings_of(person)}
    return render(request, "clients/people/person_deactivation.html", told)


def _tell_deactivated(request: HttpRequest, person: User, keys: int) -> None:
    messages.success(
        request,
        _("%(name)s is signed out everywhere and can no longer sign in.")
        % {"name": person.full_name},
    )
    if keys:
        told = ngettext("%(count)s API key is revoked.", "%(count)s API keys are revoked.", keys)
        messages.info(request, told % {"count": keys})


@require_POST
def person_reactivation(request: HttpRequest, person_id: int) -> HttpResponse:
    """Open a closed account again."""
    person = _person(request, person_id)
    try:
        leavers.reactivate_person(person=person, by=request.user)
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    else:
        messages.success(request, _("%(name)s can sign in again.") % {"name": person.full_name})
    return redirect("person", person_id=person_id)


@require_POST
def person_handover(request: HttpRequest, person_id: int) -> HttpResponse:
    """Give what a person looks after to somebody else of the staff."""
    person = _person(request, person_id)
    if not person.is_staff_member:
        raise Http404
    form = HandOverForm(request.POST, person=person)
    if not form.is_valid():
        return _person_page(request, person, form)
    try:
        count = leavers.hand_over(person=person, to=form.cleaned_data["to"], by=request.user)
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    else:
        told = ngettext(
            "%(count)s place is handed over.", "%(count)s places are handed over.", count
        )
        messages.success(request, told % {"count": count})
    return redirect("person", person_id=person_id)
