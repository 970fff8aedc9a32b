"""An importer's delegations: what stands, what is agreed, and the steps they take."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.downloads import kept_file
from clients.models import Importer, ProgramAccount
from clients.queries import may
from clients.rules import Permission
from clients.views import demand, permissions, tell_refusal
from delegation import actions, queries
from delegation.actions import Refused
from delegation.forms.delegations import (
    ApprovalForm,
    EvidenceForm,
    NewDelegationForm,
    RoleForm,
    StepForm,
    TermsForm,
)
from delegation.models import DelegatedRole, Delegation
from delegation.rules import ANSWERS, State, Wish, possible
from delegation.wording import WISHES


def _delegation(request: HttpRequest, delegation_id: int, permission: Permission) -> Any:
    """A delegation the person sees and may do this with; else 404, or 403."""
    rows = Delegation.objects.select_related("importer")
    delegation = get_object_or_404(rows, pk=delegation_id)
    demand(request, permission, delegation.importer_id)
    return delegation


def _accounts(importer_id: int) -> list[ProgramAccount]:
    return list(ProgramAccount.objects.filter(importer=importer_id).order_by("bn15"))


@require_safe
def importer_delegations(request: HttpRequest, importer_id: int) -> HttpResponse:
    """Who may act for an importer: delegations, agency agreements, what to do in the portal."""
    importer = get_object_or_404(Importer.objects, pk=importer_id)
    demand(request, Permission.VIEW, importer_id)
    today = today_in_toronto()
    found = queries.delegations_of(importer_id)
    context = {
        "importer": importer,
        "may": permissions(request, importer_id),
        "delegations": [(one, queries.shortfalls_of(one)) for one in found],
        "agreements": [(one, one.standing(today)) for one in queries.agreements_of(importer_id)],
        "accounts": _accounts(importer_id),
        "today": today,
    }
    return render(request, "delegation/importer.html", context)


@require_http_methods(["GET", "POST"])
def delegation_new(request: HttpRequest, importer_id: int) -> HttpResponse:
    """Prepare a request for delegation."""
    importer = get_object_or_404(Importer.objects, pk=importer_id)
    demand(request, Permission.MANAGE_DELEGATION, importer_id)
    initial = {"level": "business", "ticks": [1, 2, 3], "provider_kind": "our_brokerage"}
    form = NewDelegationForm(
        request.POST or None, accounts=_accounts(importer_id), initial=initial, label_suffix=""
    )
    if form.is_valid():
        today = today_in_toronto()
        wish = form.wish | {"on": today, "by": request.user}
        made = _granted(form, lambda: actions.prepare_delegation(importer=importer, **wish))
        if made:
            messages.success(request, _("The request is prepared. Record it once it is sent."))
            return redirect("delegation", delegation_id=made.pk)
    context = {"form": form, "importer": importer}
    return _form_page(request, "delegation/new.html", context, form)


def _granted(form: Any, act: Any) -> Any:
    """What an action answers; when it refuses, the form says why."""
    try:
        return act()
    except Refused as refusal:
        form.add_error(None, refusal.reasons)
        return None


def _form_page(request: HttpRequest, template: str, context: Any, form: Any) -> HttpResponse:
    return render(request, template, context, status=422 if form.errors else 200)


@require_safe
def delegation_page(request: HttpRequest, delegation_id: int) -> HttpResponse:
    """One delegation: level and visibility, what it lets do, roles, evidence, history."""
    delegation = _delegation(request, delegation_id, Permission.VIEW)
    accounts, today = _accounts(delegation.importer_id), today_in_toronto()
    chosen = request.GET.get("account", "")
    known = {one.bn15 for one in accounts}
    account = chosen if chosen in known else next(iter(sorted(known)), None)
    context = {
        **_context(request, delegation),
        "accounts": accounts,
        "account": account,
        "acts": queries.delegations_with_cover(delegation, account, today),
        "shortfalls": queries.shortfalls_of(delegation),
        "history": queries.history_of(delegation),
        "roles": delegation.roles.select_related("person").order_by("id"),
        "role_form": RoleForm(),
        "steps": [(one, WISHES[one]) for one in _steps(request, delegation)],
        "today": today,
    }
    return render(request, "delegation/delegation.html", context)


def _context(request: HttpRequest, delegation: Delegation) -> dict[str, Any]:
    return {
        "delegation": delegation,
        "importer": delegation.importer,
        "may": permissions(request, delegation.importer_id),
    }


def _steps(request: HttpRequest, delegation: Delegation) -> list[Wish]:
    """What the person may do next; the daily task alone lets expire."""
    return [
        wish
        for wish in possible(delegation.standing)
        if wish is not Wish.EXPIRE and may(request.user, needed_for(wish), delegation.importer_id)
    ]


def needed_for(wish: Wish) -> Permission:
    """What somebody must hold for a step."""
    return Permission.ANSWER_DELEGATION if wish in ANSWERS else Permission.MANAGE_DELEGATION


@require_http_methods(["GET", "POST"])
def delegation_step(request: HttpRequest, delegation_id: int, step: str) -> HttpResponse:
    """Take a delegation one step further."""
    if step not in set(Wish):
        raise Http404
    wish = Wish(step)
    delegation = _delegation(request, delegation_id, needed_for(wish))
    form = _step_form(request, delegation, wish)
    if form.is_valid() and (taken := _taken(request, delegation, wish, form)):
        messages.success(request, _said(taken))
        return redirect("delegation", delegation_id=delegation_id)
    context = {**_context(request, delegation), "form": form, "wish": wish, "word": WISHES[wish]}
    context["is_possible"] = wish in possible(delegation.standing)
    return _form_page(request, "delegation/step.html", context, form)


def _step_form(request: HttpRequest, delegation: Delegation, wish: Wish) -> Any:
    today, said = today_in_toronto(), request.POST or None
    if wish not in (Wish.APPROVE, Wish.CHANGE):
        return StepForm(said, wish=wish, today=today)
    stands = "approved" if wish is Wish.CHANGE else "agreed"
    initial = {name: getattr(delegation, f"{stands}_{name}") for name in REACH}
    initial |= {"on": today, "approved_by_name": delegation.approved_by_name}
    accounts = _accounts(delegation.importer_id)
    return ApprovalForm(said, wish=wish, today=today, accounts=accounts, initial=initial)


REACH = ("level", "accounts", "ticks")


def _taken(request: HttpRequest, delegation: Delegation, wish: Wish, form: Any) -> Any:
    said = {"on": form.cleaned_data["on"], "reason": form.cleaned_data["reason"]}
    told = {"wish": wish, "today": today_in_toronto(), "by": request.user, **said}
    return _granted(
        form, lambda: actions.take_step(delegation=delegation, approval=form.approval, **told)
    )


def _said(delegation: Delegation) -> str:
    if delegation.standing is State.INSUFFICIENT:
        return _("Recorded: less is approved in the portal than was agreed.")
    return _("Recorded: the delegation is now in the state “%(state)s”.") % {
        "state": delegation.get_state_display()
    }


@require_http_methods(["GET", "POST"])
def delegation_terms(request: HttpRequest, delegation_id: int) -> HttpResponse:
    """Change what was agreed, our own days, and the review."""
    delegation = _delegation(request, delegation_id, Permission.MANAGE_DELEGATION)
    initial = {name: getattr(delegation, f"agreed_{name}") for name in REACH}
    days = ("effective_from", "effective_to", "review_on")
    initial |= {name: getattr(delegation, name) for name in days}
    accounts = _accounts(delegation.importer_id)
    form = TermsForm(request.POST or None, accounts=accounts, initial=initial)
    if form.is_valid():
        told = form.terms | {"on": today_in_toronto(), "by": request.user}
        _granted(form, lambda: actions.change_terms(delegation=delegation, **told))
        if not form.errors:
            return redirect("delegation", delegation_id=delegation_id)
    context = {**_context(request, delegation), "form": form}
    return _form_page(request, "delegation/terms.html", context, form)


@require_http_methods(["GET", "POST"])
def delegation_evidence(request: HttpRequest, delegation_id: int) -> HttpResponse:
    """Keep what proves a delegation."""
    delegation = _delegation(request, delegation_id, Permission.MANAGE_DELEGATION)
    initial = {
        "reference": delegation.evidence_reference,
        "evidence_on": delegation.evidence_on or today_in_toronto(),
    }
    form = EvidenceForm(
        request.POST or None, request.FILES or None, initial=initial, label_suffix=""
    )
    if form.is_valid():
        scan = form.cleaned_data["content"]
        told = form.cleaned_data | {"file_name": scan.name if scan else "", "by": request.user}
        _granted(form, lambda: actions.keep_evidence(delegation=delegation, **told))
        if not form.errors:
            messages.success(request, _("The evidence is kept."))
            return redirect("delegation", delegation_id=delegation_id)
    context = {**_context(request, delegation), "form": form}
    return _form_page(request, "delegation/evidence.html", context, form)


@require_safe
def delegation_evidence_file(request: HttpRequest, delegation_id: int) -> Any:
    """The scan of the evidence."""
    delegation = _delegation(request, delegation_id, Permission.ANSWER_DELEGATION)
    if not delegation.evidence:
        raise Http404
    file = actions.open_evidence(delegation=delegation, by=request.user)
    return kept_file(file, delegation.evidence_name)


@require_POST
def delegation_roles(request: HttpRequest, delegation_id: int) -> HttpResponse:
    """Record a proxy role of one of our staff."""
    delegation = _delegation(request, delegation_id, Permission.MANAGE_DELEGATION)
    form = RoleForm(request.POST)
    if not form.is_valid():
        tell_refusal(request, [_("Choose somebody of the brokerage’s staff who can sign in.")])
        return redirect("delegation", delegation_id=delegation_id)
    try:
        actions.give_role(delegation=delegation, **form.cleaned_data, by=request.user)
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    return redirect("delegation", delegation_id=delegation_id)


@require_POST
def delegation_role_removal(request: HttpRequest, delegation_id: int, role_id: int) -> HttpResponse:
    """Record that somebody no longer holds a proxy role."""
    delegation = _delegation(request, delegation_id, Permission.MANAGE_DELEGATION)
    places = DelegatedRole.objects.select_related("person", "delegation")
    place = get_object_or_404(places, pk=role_id, delegation=delegation)
    actions.take_role(place=place, by=request.user)
    return redirect("delegation", delegation_id=delegation_id)


def demand_staff(request: HttpRequest) -> None:
    """403 for anybody but the brokerage's staff."""
    if not request.user.is_staff_member:
        raise PermissionDenied
