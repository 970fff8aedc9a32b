"""One step of an onboarding: what it is, taking it further, its evidence, what is said."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from carmsvc.platform.dates import today_in_toronto
from clients.actions import Refused
from clients.actions import onboarding_steps as actions
from clients.actions.documents import keep_document
from clients.forms.onboarding import AssignmentForm, CommentForm, EvidenceForm, StepForm
from clients.models import Document, DocumentKind, OnboardingStep
from clients.queries import may
from clients.queries import onboarding as queries
from clients.queries.documents import documents_to_choose
from clients.queries.onboarding_records import records_of
from clients.rules import Permission
from clients.rules.onboarding import StepWish
from clients.rules.secrets import secret_in
from clients.views.asking import demand, permissions, tell_refusal

MANAGE, TAKE = Permission.MANAGE_ONBOARDING, Permission.TAKE_ONBOARDING_STEPS
SAID = ("reason", "reference", "text")  # what people type freely: never in an error report


def _step(request: HttpRequest, step_id: int, permission: Permission) -> OnboardingStep:
    """The step, if it is the person's to see and they may do this with it; else 404, or 403."""
    found = queries.step_numbered(step_id, request.user)
    if found is None:
        raise Http404
    demand(request, permission, found.importer_id)
    return found


def _documents(step: OnboardingStep) -> Any:
    return documents_to_choose(step.importer_id, step.evidence_document_id)


def _forms(request: HttpRequest, step: OnboardingStep, **bound: Any) -> dict[str, Any]:
    """The forms of a step's page, those that were sent as they were said."""
    evidence = {
        "reference": step.evidence_reference,
        "document": step.evidence_document_id,
        "evidence_on": step.evidence_on,
        "expires_on": step.evidence_expires_on,
    }
    given = {"assignee": step.assignee_id, "due_on": step.due_on}
    may_send = may(request.user, Permission.MANAGE_DOCUMENTS, step.importer_id)
    return {
        "step_form": StepForm(initial={"on": today_in_toronto()}, label_suffix=""),
        "evidence_form": EvidenceForm(
            documents=_documents(step), may_send=may_send, initial=evidence
        ),
        "assignment_form": AssignmentForm(people=queries.people_for(step), initial=given),
        "comment_form": CommentForm(is_staff=request.user.is_staff_member),
    } | bound


def _page(request: HttpRequest, step: OnboardingStep, status: int = 200, **bound: Any) -> Any:
    context = {
        "importer": step.onboarding.importer,
        "onboarding": step.onboarding,
        "may": permissions(request, step.importer_id),
        "view": queries.step_view(step, request.user, timezone.now()),
        "step": step,
        "events": queries.events_of(step),
        "comments": queries.comments_of(step, request.user),
        "records": records_of(step, today_in_toronto()),
        "today": today_in_toronto(),
        **_forms(request, step, **bound),
    }
    return render(request, "clients/onboarding/step.html", context, status=status)


def _again(request: HttpRequest, step: OnboardingStep, name: str, form: Any, reasons: Any) -> Any:
    """The page with what was said and why it was refused; a secret is not shown again."""
    tell_refusal(request, reasons)
    typed = [str(form.data.get(field, "")) for field in SAID]
    bound = {} if any(secret_in(text) for text in typed) else {name: form}
    fresh = queries.step_numbered(step.pk, request.user)
    return _page(request, fresh or step, status=422, **bound)


def _wrong(form: Any) -> list[str]:
    return [
        f"{form.fields[name].label}: {error}" if name in form.fields else str(error)
        for name, errors in form.errors.items()
        for error in errors
    ]


@require_safe
def onboarding_step(request: HttpRequest, step_id: int) -> HttpResponse:
    """One step: what to do and why, where it stands, what proves it, what was said."""
    return _page(request, _step(request, step_id, Permission.VIEW))


@sensitive_post_parameters(*SAID)
@require_POST
def onboarding_step_transition(request: HttpRequest, step_id: int, wish: str) -> HttpResponse:
    """Take a step further."""
    if wish not in set(StepWish):
        raise Http404
    step, today = _step(request, step_id, TAKE), today_in_toronto()
    form = StepForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _again(request, step, "step_form", form, _wrong(form))
    told = {**form.said(today), "today": today, "by": request.user}
    try:
        taken = actions.take_onboarding_step(step=step, wish=StepWish(wish), **told)
    except Refused as refusal:
        return _again(request, step, "step_form", form, refusal.reasons)
    messages.success(request, _("Recorded: %(state)s.") % {"state": taken.get_state_display()})
    return redirect("onboarding-step", step_id=step_id)


@sensitive_post_parameters(*SAID)
@require_POST
def onboarding_step_evidence(request: HttpRequest, step_id: int) -> HttpResponse:
    """Keep what proves a step."""
    step, today = _step(request, step_id, TAKE), today_in_toronto()
    may_send = may(request.user, Permission.MANAGE_DOCUMENTS, step.importer_id)
    form = EvidenceForm(request.POST, request.FILES, documents=_documents(step), may_send=may_send)
    if not form.is_valid():
        return _again(request, step, "evidence_form", form, _wrong(form))
    told = dict(form.cleaned_data)
    try:
        if file := told.pop("file", None):
            told["document"] = _kept(request, step, file)
        actions.keep_step_evidence(step=step, by=request.user, today=today, **told)
    except Refused as refusal:
        return _again(request, step, "evidence_form", form, refusal.reasons)
    messages.success(request, _("The evidence is kept."))
    return redirect("onboarding-step", step_id=step_id)


def _kept(request: HttpRequest, step: OnboardingStep, file: Any) -> Document:
    """A file that proves a step, kept as a document about it. Raises `Refused`."""
    title = queries.step_view(step, request.user, timezone.now()).title
    importer = step.onboarding.importer
    version = keep_document(
        importer=importer, content=file, by=request.user, kind=DocumentKind.CORRESPONDENCE.value,
        title=f"{step.code} {title}"[:200], language=importer.language,
        subject_kind="onboarding_step", subject_id=step.pk,
    )  # fmt: skip
    if version.state == version.State.INFECTED:
        raise Refused(_("A virus was found in this file: it is set apart and not handed out."))
    return version.document


@require_POST
def onboarding_step_assignment(request: HttpRequest, step_id: int) -> HttpResponse:
    """Say who sees to a step and by when."""
    step = _step(request, step_id, MANAGE)
    form = AssignmentForm(request.POST, people=queries.people_for(step))
    if not form.is_valid():
        return _again(request, step, "assignment_form", form, _wrong(form))
    try:
        actions.give_step(step=step, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        return _again(request, step, "assignment_form", form, refusal.reasons)
    messages.success(request, _("Kept."))
    return redirect("onboarding-step", step_id=step_id)


@sensitive_post_parameters(*SAID)
@require_POST
def onboarding_step_comments(request: HttpRequest, step_id: int) -> HttpResponse:
    """Say something at a step."""
    step = _step(request, step_id, TAKE)
    form = CommentForm(request.POST, is_staff=request.user.is_staff_member)
    if not form.is_valid():
        return _again(request, step, "comment_form", form, _wrong(form))
    try:
        actions.write_comment(step=step, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        return _again(request, step, "comment_form", form, refusal.reasons)
    return redirect("onboarding-step", step_id=step_id)
