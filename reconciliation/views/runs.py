"""Pages of the reconciliation room: what waits, an importer at a glance, and a run."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from carmsvc.platform.dates import today_in_toronto
from clients.actions import Refused
from clients.models import Importer
from clients.rules import Permission
from clients.views import demand, permissions, tell_refusal
from reconciliation import actions, queries
from reconciliation.forms import ExplanationForm, KindExplanationForm, Reason, ReopenForm
from reconciliation.models import Decision, MatchRun, Placement, SignOff, Variance, VarianceKind
from reconciliation.queries import overview
from reconciliation.queries import run_page as run_reads
from reconciliation.queries.decided import decisions_of
from reconciliation.queries.interest import interest_check
from reconciliation.queries.moved import moved_since_signed
from reconciliation.queries.since import what_keeps_from_signing
from statements.models import Statement
from statements.queries import is_under_way, recent_files

SHOWN = 25
A_PAGE = 50
MOVED_SHOWN = 10


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where a person's day starts: staff at the work queue, an importer's people at home."""
    return redirect("work-queue" if request.user.is_staff_member else "importer-list")


@require_safe
def work_queue(request: HttpRequest) -> HttpResponse:
    """What waits for people, across the importers one sees; the staff's page."""
    if not request.user.is_staff_member:
        raise PermissionDenied
    today = today_in_toronto()
    context = {"queue": overview.work_queue(request.user, today), "today": today}
    return render(request, "reconciliation/work_queue.html", context)


@require_safe
def importer_statements(request: HttpRequest, importer_id: int) -> HttpResponse:
    """All of an importer's statements with their reconciliations, and its newest files."""
    importer = get_object_or_404(Importer.objects, pk=importer_id)
    demand(request, Permission.VIEW, importer_id)
    page = Paginator(overview.statements_of(importer_id), A_PAGE).get_page(request.GET.get("page"))
    files = recent_files(importer_id, A_PAGE)
    context = {
        "importer": importer,
        "may": permissions(request, importer_id),
        "page": page,
        "statements": overview.with_runs(page),
        "files": files,
        "is_busy": any(is_under_way(file) for file in files),
    }
    return render(request, "reconciliation/importer_statements.html", context)


def _run(request: HttpRequest, run_id: int, permission: Permission) -> MatchRun:
    """A run the person sees and may do this with; else 404, or 403."""
    rows = MatchRun.objects.select_related(
        "importer",
        "statement__program_account",
        "statement__file",
        "requested_by",
        "parked_for",
    )
    run: MatchRun = get_object_or_404(rows, pk=run_id)
    demand(request, permission, run.importer_id)
    return run


@require_safe
def reconciliation(request: HttpRequest, statement_id: int) -> HttpResponse:
    """The run that stands for a statement, and the one under way; or how to start."""
    statement = get_object_or_404(Statement.objects, pk=statement_id)
    demand(request, Permission.VIEW, statement.importer_id)
    standing, under_way = (
        queries.current_run(statement),
        queries.run_under_way(statement),
    )
    if standing:
        run = _run(request, standing.pk, Permission.VIEW)
        return _run_page(request, run, under_way)
    context = {
        "statement": statement,
        "importer": statement.importer,
        "may": permissions(request, statement.importer_id),
        "run": under_way,
        "current_pass": _pass_word(under_way),
    }
    return render(request, "reconciliation/not_run.html", context)


def _pass_word(run: MatchRun | None) -> Any:
    return queries.PASS_LABELS.get(run_reads.current_pass(run), "") if run else ""


@require_safe
def run_page(request: HttpRequest, run_id: int) -> HttpResponse:
    """One run as it was, also when a newer one stands."""
    run = _run(request, run_id, Permission.VIEW)
    if run.state != MatchRun.State.FINISHED:
        return redirect("reconciliation", statement_id=run.statement_id)
    return _run_page(request, run, queries.run_under_way(run.statement))


def _run_page(request: HttpRequest, run: MatchRun, under_way: MatchRun | None) -> HttpResponse:
    signatures = queries.signatures(run)
    context = {
        "run": run,
        "statement": run.statement,
        "importer": run.importer,
        "under_way": under_way,
        "current_pass": _pass_word(under_way),
        "may": permissions(request, run.importer_id),
        "is_open": not signatures and not run.superseded_by_id,
        "left": run_reads.left_to_explain(run),
        "bars": queries.bridge(run),
        "interest": interest_check(run),
        "sections": run_reads.variances_by_kind(run, SHOWN),
        "suggestions": run_reads.suggestions_to_decide(run, SHOWN),
        "decided": [] if run.superseded_by_id else decisions_of(run.statement, SHOWN),
        "expected": queries.groups(run, Placement.Place.EXPECTED, limit=SHOWN),
        "signatures": signatures,
        "hindrances": _hindrances(run, signatures),
        "moved": moved_since_signed(run, MOVED_SHOWN),
        "explanation": ExplanationForm(auto_id="explain_%s"),
        "whole_kind": KindExplanationForm(),
        "reopening": ReopenForm(auto_id="reopen_%s"),
        "history": run_reads.history_of(run, SHOWN),
        "pass_labels": queries.PASS_LABELS,
        "reason_labels": dict(Reason.choices),
    }
    return render(request, "reconciliation/run.html", context)


def _hindrances(run: MatchRun, signatures: dict[str, Any]) -> list[str]:
    """Why a run that stands and waits for a signature is not ready for it."""
    if run.superseded_by_id or len(signatures) == len(SignOff.Role.choices):
        return []
    return what_keeps_from_signing(run, today_in_toronto())


@require_safe
def run_progress(request: HttpRequest, run_id: int) -> HttpResponse:
    """The live part of a run; says `run-ended` to the page once it is done or parked."""
    run = _run(request, run_id, Permission.VIEW)
    may = permissions(request, run.importer_id)
    context = {"run": run, "current_pass": _pass_word(run), "may": may}
    response = render(request, "reconciliation/_progress.html", context)
    if run.parked_at or run.state not in (
        MatchRun.State.REQUESTED,
        MatchRun.State.RUNNING,
    ):
        response["HX-Trigger"] = "run-ended"
    return response


@require_safe
def run_groups(request: HttpRequest, run_id: int, place: str, reason: str) -> HttpResponse:
    """All groups of one place and reason, page by page."""
    run = _run(request, run_id, Permission.VIEW)
    title = _title_of(place, reason)
    if not title or run.state != MatchRun.State.FINISHED:
        raise Http404
    after = request.GET.get("after", "")
    start = int(after) if after.isdecimal() and len(after) < 10 else 0
    page = run_reads.places_page(run, place, reason, start, A_PAGE)
    context = {
        "run": run,
        "statement": run.statement,
        "importer": run.importer,
        "title": title,
        "place": place,
        "reason": reason,
        "reason_labels": dict(Reason.choices),
        "may": permissions(request, run.importer_id),
        "is_open": not run.superseded_by_id and not queries.signatures(run),
        "explanation": ExplanationForm(auto_id="explain_%s"),
        "whole_kind": KindExplanationForm(),
        "still_open": run_reads.open_by_kind(run).get(reason) if place == "variance" else None,
        **page,
    }
    return render(request, "reconciliation/run_groups.html", context)


def _title_of(place: str, reason: str) -> Any:
    if place == Placement.Place.VARIANCE:
        return dict(VarianceKind.choices).get(reason)
    if place == Placement.Place.EXPECTED:
        return Placement.Place.EXPECTED.label
    return queries.PASS_LABELS.get(reason) if place in Placement.Place.values else None


@require_POST
def run_request(request: HttpRequest, statement_id: int) -> HttpResponse:
    """Ask for a statement to be reconciled."""
    statement = get_object_or_404(Statement.objects, pk=statement_id)
    demand(request, Permission.RECONCILE, statement.importer_id)
    run = _told(request, lambda: actions.request_run(statement=statement, by=request.user))
    if run and run.state == MatchRun.State.FINISHED:
        messages.info(request, _("Nothing has changed since the last reconciliation."))
    return redirect("reconciliation", statement_id=statement_id)


def _told(request: HttpRequest, act: Callable[[], Any]) -> Any:
    """Act; if that is refused, say why and return None."""
    try:
        return act()
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
        return None


@require_POST
def run_attempts(request: HttpRequest, run_id: int) -> HttpResponse:
    """Give a parked run new tries."""
    run = _run(request, run_id, Permission.RECONCILE)
    _told(request, lambda: actions.send_again(run=run, by=request.user))
    return redirect("reconciliation", statement_id=run.statement_id)


@require_POST
def suggestion(request: HttpRequest, run_id: int, group_no: int, verdict: str) -> HttpResponse:
    """Confirm or refuse one suggested pair."""
    decide = {
        "confirm": actions.confirm_suggestion,
        "refuse": actions.refuse_suggestion,
    }
    if verdict not in decide:
        raise Http404
    run = _run(request, run_id, Permission.DECIDE)
    _told(request, lambda: decide[verdict](run=run, group_no=group_no, by=request.user))
    return redirect("reconciliation", statement_id=run.statement_id)


@require_POST
def decision_withdrawal(request: HttpRequest, decision_id: int) -> HttpResponse:
    """Take back what somebody said of a suggested pair."""
    rows = Decision.objects.select_related("statement")
    decision = get_object_or_404(rows, pk=decision_id)
    demand(request, Permission.DECIDE, decision.importer_id)
    run = _told(request, lambda: actions.withdraw_decision(decision=decision, by=request.user))
    return redirect("reconciliation", statement_id=(run or decision).statement_id)


@require_POST
def run_explanations(request: HttpRequest, run_id: int) -> HttpResponse:
    """Explain the picked variances with one reason."""
    run = _run(request, run_id, Permission.DECIDE)
    form = ExplanationForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data
        numbers = told.pop("group_no")
        count = _told(
            request,
            lambda: actions.explain_variances(run=run, group_nos=numbers, **told, by=request.user),
        )
        if count is not None:
            _say_explained(request, count)
    else:
        messages.warning(request, _("Pick at least one variance and choose a reason."))
    return _back_to(request, run)


def _back_to(request: HttpRequest, run: MatchRun) -> HttpResponse:
    """To the list of this run that somebody came from, or to the run."""
    back = request.POST.get("back", "")
    if back.startswith(f"/runs/{run.pk}/"):
        return redirect(back)
    return redirect("reconciliation", statement_id=run.statement_id)


@require_POST
def run_kind_explanation(request: HttpRequest, run_id: int, kind: str) -> HttpResponse:
    """Explain every open variance of a kind with one reason."""
    run = _run(request, run_id, Permission.DECIDE)
    if kind not in VarianceKind.values:
        raise Http404
    form = KindExplanationForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Choose a reason."))
        return _back_to(request, run)
    told = {"run": run, "kind": kind, "by": request.user, **form.cleaned_data}
    count = _told(request, lambda: actions.explain_kind(**told))
    if count is not None:
        _say_explained(request, count)
    return _back_to(request, run)


def _say_explained(request: HttpRequest, count: int) -> None:
    text = ngettext("%(count)s variance explained.", "%(count)s variances explained.", count)
    messages.success(request, text % {"count": count})


@require_POST
def variance_reopening(request: HttpRequest, variance_id: int) -> HttpResponse:
    """Take one explanation back."""
    rows = Variance.objects.select_related("run")
    variance = get_object_or_404(rows, pk=variance_id)
    demand(request, Permission.DECIDE, variance.importer_id)
    _told(request, lambda: actions.reopen_variance(variance=variance, by=request.user))
    return redirect("reconciliation", statement_id=variance.run.statement_id)


@require_POST
def run_sign_offs(request: HttpRequest, run_id: int) -> HttpResponse:
    """Sign a run as its preparer or, somebody else, as its reviewer."""
    run = _run(request, run_id, Permission.SIGN_OFF)
    if _told(request, lambda: actions.sign_off(run=run, by=request.user)):
        messages.success(request, _("Signed."))
    return redirect("reconciliation", statement_id=run.statement_id)


@require_POST
def run_reopening(request: HttpRequest, run_id: int) -> HttpResponse:
    """Take the signatures off, with a reason."""
    run = _run(request, run_id, Permission.SIGN_OFF)
    reason = request.POST.get("reason", "")
    _told(request, lambda: actions.reopen_run(run=run, by=request.user, reason=reason))
    return redirect("reconciliation", statement_id=run.statement_id)
