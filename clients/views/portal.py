"""An importer's people in the CARM portal: who has which role, what is risky, who can do what."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.refusals import Refused
from clients.actions import portal as actions
from clients.forms.portal import (
    DepartureForm,
    NewPersonForm,
    OnForm,
    PersonForm,
    RoleDaysForm,
    RoleForm,
    SeenForm,
)
from clients.models import Importer, PortalRole, ProgramAccount
from clients.models.portal import ACCESS_WISHES, ROLE_WORDS
from clients.queries import portal as queries
from clients.queries.documents import documents_to_choose
from clients.queries.portal_words import CELL_WORDS, COLUMN_WORDS, SOURCE_KINDS, said
from clients.rules import Permission
from clients.rules.portal import AccessWish, PersonFacts, possible
from clients.rules.portal_permissions import Cell, PortalAction, permission_table
from clients.views.asking import demand, permissions, tell_refusal

MANAGE = Permission.MANAGE_DELEGATION


def importer_asked_for(request: HttpRequest, importer_id: int, permission: Permission) -> Importer:
    """An importer the person sees and may do this with; else 404, or 403."""
    importer: Importer = get_object_or_404(Importer.objects, pk=importer_id)
    demand(request, permission, importer_id)
    return importer


def accounts_of(importer_id: int) -> Any:
    """An importer's program accounts, by number."""
    return ProgramAccount.objects.filter(importer=importer_id).order_by("bn15")


@require_safe
def importer_portal(request: HttpRequest, importer_id: int) -> HttpResponse:
    """Who has access in the portal, what is risky, and the verification that is under way."""
    importer = importer_asked_for(request, importer_id, Permission.VIEW)
    today = today_in_toronto()
    context = {
        "importer": importer,
        "may": permissions(request, importer_id),
        "picture": queries.portal_picture(importer_id, today),
        "rounds": queries.rounds_of(importer_id)[:5],
        "today": today,
    }
    return render(request, "clients/portal/importer.html", context)


def granted(form: Any, act: Callable[[], Any]) -> Any:
    """What an action answers; when it refuses, the form says why."""
    try:
        return act()
    except Refused as refusal:
        form.add_error(None, refusal.reasons)
        return None


def form_page(request: HttpRequest, form: forms.Form, importer: Importer, **told: Any) -> Any:
    """A page that is one form; 422 when what was sent will not do."""
    context = {"form": form, "importer": importer, **told}
    status = 422 if form.is_bound else 200
    return render(request, "clients/portal/form.html", context, status=status)


@require_http_methods(["GET", "POST"])
def portal_user_new(request: HttpRequest, importer_id: int) -> HttpResponse:
    """Record somebody who has access, with the first role."""
    importer = importer_asked_for(request, importer_id, MANAGE)
    form = NewPersonForm(request.POST or None, **_choices(importer_id))
    if form.is_valid():
        made = granted(form, lambda: _recorded(form, importer, request.user))
        if made:
            messages.success(request, _("%(name)s is recorded.") % {"name": made.name})
            return redirect("portal-user", portal_user_id=made.pk)
    title = _("Record a person in the portal")
    return form_page(request, form, importer, title=title)  # type: ignore[no-any-return]


def _choices(importer_id: int) -> dict[str, Any]:
    return {"accounts": accounts_of(importer_id), "documents": documents_to_choose(importer_id)}


def _recorded(form: NewPersonForm, importer: Importer, by: Any) -> Any:
    """The person with the role; a refusal of either leaves nothing (the answer is 422)."""
    today = today_in_toronto()
    made = actions.record_portal_user(importer=importer, by=by, today=today, **form.person)
    if form.first_role["role"]:
        actions.give_role(portal_user=made, by=by, today=today, **form.first_role)
    return made


def _person(request: HttpRequest, portal_user_id: int, permission: Permission) -> Any:
    person = get_object_or_404(queries.portal_users(), pk=portal_user_id)
    demand(request, permission, person.importer_id)
    return person


@require_safe
def portal_user(request: HttpRequest, portal_user_id: int) -> HttpResponse:
    """One person in the portal: roles, risks, and what can be recorded."""
    person = _person(request, portal_user_id, Permission.VIEW)
    today = today_in_toronto()
    context = {
        "person": person,
        "importer": person.importer,
        "may": permissions(request, person.importer_id),
        "line": queries.person_line(person, today),
        "ended": queries.ended_roles(person),
        "steps": [(one, ACCESS_WISHES[one]) for one in possible(person.access)],
        "on_form": OnForm(initial={"on": today}),
        "role_form": RoleForm(**_choices(person.importer_id)),
        "departure_form": DepartureForm(initial={"left_on": person.left_on}),
        "today": today,
    }
    return render(request, "clients/portal/person.html", context)


@require_http_methods(["GET", "POST"])
def portal_user_change(request: HttpRequest, portal_user_id: int) -> HttpResponse:
    """Correct who somebody is."""
    person = _person(request, portal_user_id, MANAGE)
    form = PersonForm(request.POST or None, initial=actions.told_of(person))
    if form.is_valid():
        told, by = form.cleaned_data, request.user
        done = granted(
            form, lambda: (actions.change_portal_user(portal_user=person, by=by, **told),)
        )
        if done:
            messages.success(request, _("Kept.") if done[0] else _("Nothing was changed."))
            return redirect("portal-user", portal_user_id=person.pk)
    return form_page(  # type: ignore[no-any-return]
        request, form, person.importer, title=person.name, person=person
    )


@require_http_methods(["GET", "POST"])
def portal_user_roles(request: HttpRequest, portal_user_id: int) -> HttpResponse:
    """Record a further role."""
    person = _person(request, portal_user_id, MANAGE)
    form = RoleForm(request.POST or None, **_choices(person.importer_id))
    if form.is_valid():
        told = form.cleaned_data | {"by": request.user, "today": today_in_toronto()}
        if granted(form, lambda: actions.give_role(portal_user=person, **told)):
            messages.success(request, _("The role is recorded."))
            return redirect("portal-user", portal_user_id=person.pk)
    return form_page(  # type: ignore[no-any-return]
        request, form, person.importer, title=_("Record a role"), person=person
    )


def _done(request: HttpRequest, act: Callable[[], Any], word: str) -> None:
    """Do it, or say why not."""
    try:
        act()
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    else:
        messages.success(request, word)


def _day_said(request: HttpRequest, form: forms.Form) -> bool:
    """Whether the form holds a day; if not, that is said."""
    if form.is_valid():
        return True
    tell_refusal(request, [_("Give the day as year-month-day, such as 2026-11-23.")])
    return False


@require_POST
def portal_user_transition(request: HttpRequest, portal_user_id: int, wish: str) -> HttpResponse:
    """Record what happened to somebody's access in the portal."""
    person = _person(request, portal_user_id, MANAGE)
    if wish not in set(AccessWish):
        raise Http404
    form, by = OnForm(request.POST), request.user
    if _day_said(request, form):
        told = {"on": form.cleaned_data["on"], "today": today_in_toronto(), "by": by}
        move = AccessWish(wish)
        _done(
            request,
            lambda: actions.move_access(portal_user=person, wish=move, **told),
            _("Recorded: %(what)s.") % {"what": ACCESS_WISHES[move]},
        )
    return redirect("portal-user", portal_user_id=person.pk)


@require_POST
def portal_user_departure(request: HttpRequest, portal_user_id: int) -> HttpResponse:
    """Keep the day on which somebody leaves."""
    person = _person(request, portal_user_id, MANAGE)
    form = DepartureForm(request.POST)
    if _day_said(request, form):
        told = {"left_on": form.cleaned_data["left_on"], "by": request.user}
        _done(
            request,
            lambda: actions.note_departure(portal_user=person, **told),
            _("The departure is recorded."),
        )
    return redirect("portal-user", portal_user_id=person.pk)


def _role(request: HttpRequest, portal_role_id: int) -> PortalRole:
    rows = PortalRole.objects.select_related("portal_user__importer", "program_account")
    role: PortalRole = get_object_or_404(rows, pk=portal_role_id)
    demand(request, MANAGE, role.importer_id)
    return role


@require_http_methods(["GET", "POST"])
def portal_role(request: HttpRequest, portal_role_id: int) -> HttpResponse:
    """Correct a role's days and evidence; verify it, or end it."""
    role = _role(request, portal_role_id)
    known = {one: getattr(role, one) for one in ("from_on", "until_on", "evidence")}
    known["evidence_document"] = role.evidence_document_id
    documents = documents_to_choose(role.importer_id, role.evidence_document_id)
    form = RoleDaysForm(request.POST or None, initial=known, documents=documents)
    if form.is_valid():
        told, by = form.cleaned_data, request.user
        done = granted(form, lambda: (actions.change_role(role=role, by=by, **told),))
        if done:
            messages.success(request, _("Kept.") if done[0] else _("Nothing was changed."))
            return redirect("portal-user", portal_user_id=role.portal_user_id)
    context = {
        "role": role,
        "person": role.portal_user,
        "importer": role.portal_user.importer,
        "form": form,
        "seen_form": SeenForm(
            initial={"on": today_in_toronto()}, prefix="seen", documents=documents
        ),
        "end_form": OnForm(initial={"on": today_in_toronto()}, prefix="end"),
    }
    status = 422 if form.is_bound else 200
    return render(request, "clients/portal/role.html", context, status=status)


@require_POST
def portal_role_verification(request: HttpRequest, portal_role_id: int) -> HttpResponse:
    """Somebody of our staff saw that the role is held."""
    role = _role(request, portal_role_id)
    documents = documents_to_choose(role.importer_id)
    form = SeenForm(request.POST, prefix="seen", documents=documents)
    if _day_said(request, form):
        told = form.cleaned_data | {"today": today_in_toronto(), "by": request.user}
        _done(request, lambda: actions.verify_role(role=role, **told), _("The role is verified."))
    return redirect("portal-user", portal_user_id=role.portal_user_id)


@require_POST
def portal_role_ending(request: HttpRequest, portal_role_id: int) -> HttpResponse:
    """The role was taken away in the portal."""
    role = _role(request, portal_role_id)
    form = OnForm(request.POST, prefix="end")
    if _day_said(request, form):
        told = form.cleaned_data | {"today": today_in_toronto(), "by": request.user}
        _done(request, lambda: actions.end_role(role=role, **told), _("The role is ended."))
    return redirect("portal-user", portal_user_id=role.portal_user_id)


@require_safe
def portal_matrix(request: HttpRequest) -> HttpResponse:
    """Which role can do what in the portal, with the source of every answer."""
    table = permission_table()
    rows = [(said(one.title), said(one.note), _cells(one)) for one in table.actions]
    context = {
        "columns": list(COLUMN_WORDS.values()),
        "rows": rows,
        "sources": [(one, SOURCE_KINDS[one.kind]) for one in table.sources.values() if one.address],
        "read_on": date.fromisoformat(table.read_on),
        "legend": _legend(),
    }
    return render(request, "clients/portal/matrix.html", context)


def _cells(action: PortalAction) -> list[dict[str, Any]]:
    return [
        {
            "column": COLUMN_WORDS[column],
            "code": ruling.cell.value,
            "word": CELL_WORDS[ruling.cell],
            "note": said(ruling.note),
            "sources": ruling.sources,
        }
        for column, ruling in action.cells.items()
    ]


def _legend() -> list[tuple[str, Any]]:
    return [(cell.value, CELL_WORDS[cell]) for cell in Cell]


def _headed(person: PersonFacts) -> dict[str, Any]:
    """A person as a column's head: the name and the roles."""
    roles = [{"word": ROLE_WORDS[one.role], "account": one.account} for one in person.roles]
    return {"name": person.name, "roles": roles}


@require_safe
def importer_portal_matrix(request: HttpRequest, importer_id: int) -> HttpResponse:
    """Who at this importer can do what, and who can do the one thing that is asked for."""
    importer = importer_asked_for(request, importer_id, Permission.VIEW)
    today = today_in_toronto()
    table = queries.matrix_of(importer_id, today)
    chosen = permission_table().action(request.GET.get("action", ""))
    context = {
        "importer": importer,
        "may": permissions(request, importer_id),
        "people": [_headed(able.person) for able in table[0][1]],
        "rows": [(said(action.title), said(action.note), able) for action, able in table],
        "choices": queries.action_titles(),
        "chosen": chosen,
        "chosen_title": said(chosen.title) if chosen else "",
        "answers": queries.who_can(importer_id, chosen, today) if chosen else [],
        "legend": _legend(),
    }
    return render(request, "clients/portal/importer_matrix.html", context)
