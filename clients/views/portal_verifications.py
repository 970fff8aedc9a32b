"""Verification rounds: started by our staff, answered by the importer, decided by our staff."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.refusals import Refused
from clients.actions import portal_decisions, portal_verifications
from clients.forms.portal import DecisionForm, ReasonForm, RoundForm
from clients.forms.portal_answers import AnswerForms
from clients.models import PortalVerification, PortalVerificationLine
from clients.queries import portal as queries
from clients.rules import Permission
from clients.rules.portal import RoundState
from clients.views.asking import demand, permissions, tell_refusal
from clients.views.portal import accounts_of, form_page, granted, importer_asked_for

MANAGE, ANSWER = Permission.MANAGE_DELEGATION, Permission.ANSWER_DELEGATION


@require_http_methods(["GET", "POST"])
def portal_verification_new(request: HttpRequest, importer_id: int) -> HttpResponse:
    """Ask the importer whether what we know of its people is right."""
    importer = importer_asked_for(request, importer_id, MANAGE)
    today, by = today_in_toronto(), request.user
    proposed = today + timedelta(days=settings.PORTAL_ANSWER_DAYS)
    form = RoundForm(request.POST or None, initial={"due_on": proposed})
    if form.is_valid():
        told = form.cleaned_data | {"by": by, "today": today}
        made = granted(
            form, lambda: portal_verifications.start_verification(importer=importer, **told)
        )
        if made:
            messages.success(request, _("The owners are asked by letter."))
            return redirect("portal-verification", verification_id=made.pk)
    told = {
        "title": _("Ask who has access"),
        "lead": _("Each owner gets a letter with a link to a page here, behind their sign-in."),
        "button": _("Ask"),
    }
    return form_page(request, form, importer, **told)  # type: ignore[no-any-return]


def _round(request: HttpRequest, verification_id: int, permission: Permission) -> Any:
    found = get_object_or_404(queries.portal_rounds(), pk=verification_id)
    demand(request, permission, found.importer_id)
    return found


@require_http_methods(["GET", "POST"])
def portal_verification(request: HttpRequest, verification_id: int) -> HttpResponse:
    """A round: its importer answers it here, our staff see what was said and decide."""
    wanted = ANSWER if request.method == "POST" else Permission.VIEW
    verification = _round(request, verification_id, wanted)
    lines = queries.lines_of_round(verification)
    may = permissions(request, verification.importer_id)
    is_mine = may[ANSWER.value] and not request.user.is_staff_member
    forms = None
    if request.method == "POST" or (is_mine and verification.is_open):
        accounts = list(accounts_of(verification.importer_id))
        forms = AnswerForms(request.POST or None, lines, accounts)
    if request.method == "POST" and (done := _answered(request, verification, forms)):
        return done
    return _page(request, verification, lines, may, forms)


def _answered(
    request: HttpRequest, verification: PortalVerification, forms: Any
) -> HttpResponse | None:
    """Where to go once every answer is kept; nothing when something is wrong, which is said."""
    if not forms.is_valid():
        tell_refusal(request, [_("Nothing was kept yet: see the fields that are marked.")])
        return None
    try:
        portal_verifications.answer_verification(
            verification=verification, said=list(forms.said), by=request.user
        )
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
        return None
    messages.success(request, _("Thank you: your answers are kept."))
    return redirect("portal-verification", verification_id=verification.pk)


def _page(
    request: HttpRequest, verification: PortalVerification, lines: Any, may: Any, forms: Any
) -> HttpResponse:
    context = {
        "verification": verification,
        "importer": verification.importer,
        "may": may,
        "lines": lines,
        "forms": forms,
        "decision_form": DecisionForm(),
        "reason_form": ReasonForm(),
        "is_to_decide": may[MANAGE.value] and verification.standing is RoundState.ANSWERED,
        "today": today_in_toronto(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "clients/portal/round.html", context, status=status)


@require_POST
def portal_line_decision(request: HttpRequest, portal_line_id: int) -> HttpResponse:
    """Take over what was said to a line, or leave our record as it is."""
    rows = PortalVerificationLine.objects.select_related("verification__importer")
    line = get_object_or_404(rows, pk=portal_line_id)
    demand(request, MANAGE, line.importer_id)
    form = DecisionForm(request.POST)
    try:
        _decided(line, form, request.user)
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    return redirect("portal-verification", verification_id=line.verification_id)


def _decided(line: PortalVerificationLine, form: DecisionForm, by: Any) -> None:
    if not form.is_valid():
        raise Refused(_("Say whether it is applied or not."))
    told = form.cleaned_data
    if told["decision"] == "declined":
        portal_decisions.decline_line(line=line, reason=told["reason"], by=by)
        return
    kind = {"kind": told["kind"]} if told["kind"] else {}
    portal_decisions.apply_line(line=line, by=by, today=today_in_toronto(), **kind)


@require_POST
def portal_verification_withdrawal(request: HttpRequest, verification_id: int) -> HttpResponse:
    """End a round that nobody has answered."""
    verification = _round(request, verification_id, MANAGE)
    if not request.user.is_staff_member:
        raise PermissionDenied
    reason = str(request.POST.get("reason", ""))
    try:
        portal_verifications.withdraw_verification(
            verification=verification, reason=reason, by=request.user
        )
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    else:
        messages.success(request, _("The round is withdrawn."))
    return redirect("portal-verification", verification_id=verification.pk)
