"""The onboarding checklist: its versions, and writing a new one with four eyes."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clients.actions import Refused
from clients.actions import onboarding_checklists as actions
from clients.forms.onboarding_checklists import StaleForm, StepForm, VersionForm, initial_of
from clients.models.onboarding import PARTIES, PHASES, SOURCE_KINDS, VARIANTS
from clients.queries.onboarding import said
from clients.queries.onboarding_checklists import (
    Version,
    newest_published,
    version_numbered,
    versions,
)
from clients.rules import Permission
from clients.rules.onboarding_checklist import Step
from clients.views.asking import demand_here, tell_refusal

EDIT = Permission.EDIT_RULEBOOK


def _demand_staff(request: HttpRequest) -> None:
    """403 for anybody but the brokerage's staff."""
    if not request.user.is_staff_member:
        raise PermissionDenied


def _version(number: int) -> Version:
    found = version_numbered(number)
    if found is None:
        raise Http404
    return found


@require_safe
def checklist_list(request: HttpRequest) -> HttpResponse:
    """Every version of the checklist, and beginning a new one."""
    _demand_staff(request)
    context = {"versions": versions(), "newest": newest_published(), "form": VersionForm()}
    return render(request, "clients/onboarding/checklists.html", context)


@require_POST
def checklist_new(request: HttpRequest) -> HttpResponse:
    """Begin a new version as a copy of the newest."""
    demand_here(request, EDIT)
    form = VersionForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    try:
        draft = actions.draft_checklist(note=note, by=request.user)
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
        return redirect("checklist-list")
    return redirect("checklist", number=draft.number)


@require_safe
def checklist(request: HttpRequest, number: int) -> HttpResponse:
    """One version, step by step; of a draft, the way to change it."""
    _demand_staff(request)
    version = _version(number)
    context = {
        "version": version,
        "steps": [_told(step) for step in version.checklist.steps],
        "variants": VARIANTS.values(),
        "stale_form": StaleForm(initial={"days": version.checklist.stale_days}),
    }
    return render(request, "clients/onboarding/checklist.html", context)


def _told(step: Step) -> dict[str, Any]:
    """A step with its words in the reader's language."""
    return {
        "step": step,
        "title": said(step.title),
        "task": said(step.task),
        "why": said(step.why),
        "evidence": said(step.evidence),
        "only_if": said(step.only_if),
        "phase": PHASES[step.phase],
        "parties": [PARTIES[one] for one in step.parties],
        "variants": [VARIANTS[one] for one in VARIANTS if one in step.variants],
        "source_word": SOURCE_KINDS[step.source_kind],
    }


@require_http_methods(["GET", "POST"])
def checklist_step(request: HttpRequest, number: int, code: str = "") -> HttpResponse:
    """Change a step of a draft, or write a new one."""
    demand_here(request, EDIT)
    version = _version(number)
    steps = version.checklist.steps
    step = version.checklist.step(code)
    if not version.is_draft or (code and step is None):
        raise Http404
    place = steps.index(step) + 1 if step else len(steps) + 1
    others = [(one.code, f"{one.code} {said(one.title)}") for one in steps if one.code != code]
    initial = initial_of(step, place) if step else {"place": place, "source_kind": "our_practice"}
    form = StepForm(request.POST or None, others=others, initial=initial)
    if form.is_valid():
        told = {"step": form.step, "place": form.cleaned_data["place"], "by": request.user}
        try:
            actions.put_step(number=number, instead_of=code, **told)
        except Refused as refusal:
            form.add_error(None, refusal.reasons)
        else:
            messages.success(request, _("Kept in the draft."))
            return redirect("checklist", number=number)
    context = {"version": version, "form": form, "code": code}
    status = 422 if form.is_bound else 200
    return render(request, "clients/onboarding/checklist_step.html", context, status=status)


def _done(request: HttpRequest, number: int, act: Callable[[], Any], told: str) -> HttpResponse:
    """Do it and say so, or why not; then the version's page again."""
    demand_here(request, EDIT)
    _version(number)
    try:
        act()
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    else:
        messages.success(request, told)
    return redirect("checklist", number=number)


@require_POST
def checklist_step_removal(request: HttpRequest, number: int, code: str) -> HttpResponse:
    """Take a step off a draft."""

    def leave_out() -> Any:
        return actions.leave_step_out(number=number, code=code, by=request.user)

    return _done(request, number, leave_out, _("Taken off the draft."))


@require_POST
def checklist_stale_days(request: HttpRequest, number: int) -> HttpResponse:
    """Say after how many days without movement a step is stale."""
    form = StaleForm(request.POST)
    days = form.cleaned_data["days"] if form.is_valid() else 0

    def set_days() -> Any:
        return actions.set_stale_days(number=number, days=days, by=request.user)

    return _done(request, number, set_days, _("Kept in the draft."))


@require_POST
def checklist_publication(request: HttpRequest, number: int) -> HttpResponse:
    """Publish a draft."""

    def publish() -> Any:
        return actions.publish_checklist(number=number, by=request.user)

    return _done(request, number, publish, _("Published: new onboardings go by it."))


@require_POST
def checklist_discarding(request: HttpRequest, number: int) -> HttpResponse:
    """Give a draft up."""

    def discard() -> Any:
        return actions.discard_checklist(number=number, by=request.user)

    return _done(request, number, discard, _("The draft is discarded."))
