"""Agency agreements: drawn up, put on paper, signed, ended."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.downloads import kept_file
from clients.models import Importer
from clients.rules import Permission
from clients.views import demand, permissions, tell_refusal
from delegation import actions
from delegation.actions import Refused
from delegation.forms.agreements import AgreementForm, EndForm, SignedCopyForm
from delegation.models import AgencyAgreement
from delegation.paper import paper_file
from delegation.rules import Act
from delegation.wording import ACTS


def _agreement(request: HttpRequest, agreement_id: int, permission: Permission) -> Any:
    """An agreement the person sees and may do this with; else 404, or 403."""
    rows = AgencyAgreement.objects.select_related("importer")
    agreement = get_object_or_404(rows, pk=agreement_id)
    demand(request, permission, agreement.importer_id)
    return agreement


@require_http_methods(["GET", "POST"])
def agreement_new(request: HttpRequest, importer_id: int) -> HttpResponse:
    """Draw up an agreement; a worker makes its paper."""
    importer = get_object_or_404(Importer.objects, pk=importer_id)
    demand(request, Permission.MANAGE_DELEGATION, importer_id)
    form = AgreementForm(request.POST or None, importer=importer)
    if form.is_valid():
        told = form.cleaned_data | {"importer": importer, "by": request.user}
        try:
            made = actions.draw_up_agreement(**told)
        except Refused as refusal:
            form.add_error(None, refusal.reasons)
        else:
            return redirect("agreement", agreement_id=made.pk)
    context = {"form": form, "importer": importer}
    status = 422 if form.errors else 200
    return render(request, "delegation/agreements/new.html", context, status=status)


@require_safe
def agreement_page(request: HttpRequest, agreement_id: int) -> HttpResponse:
    """One agreement: its parties, scope, days, paper and signed copy."""
    return _page(request, _agreement(request, agreement_id, Permission.VIEW))


def _page(
    request: HttpRequest, agreement: AgencyAgreement, signing: Any = None, ending: Any = None
) -> HttpResponse:
    today = today_in_toronto()
    initial = {"signed_on": today, "on": today}
    context = {
        "agreement": agreement,
        "importer": agreement.importer,
        "may": permissions(request, agreement.importer_id),
        "standing": agreement.standing(today),
        "acts": [ACTS[Act(one)] for one in agreement.scope],
        "paper": agreement.papers.order_by("-id").first(),
        "signing": signing or SignedCopyForm(initial=initial, label_suffix=""),
        "ending": ending or EndForm(initial=initial, label_suffix=""),
    }
    has_errors = any(form and form.errors for form in (signing, ending))
    status = 422 if has_errors else 200
    return render(request, "delegation/agreements/agreement.html", context, status=status)


@require_POST
def agreement_signing(request: HttpRequest, agreement_id: int) -> HttpResponse:
    """Keep the signed copy."""
    agreement = _agreement(request, agreement_id, Permission.MANAGE_DELEGATION)
    form = SignedCopyForm(request.POST, request.FILES, label_suffix="")
    if form.is_valid():
        copy = form.cleaned_data["content"]
        told = form.cleaned_data | {"file_name": copy.name, "today": today_in_toronto()}
        try:
            actions.keep_signed_copy(agreement=agreement, **told, by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.reasons)
        else:
            messages.success(request, _("The signed copy is kept."))
            return redirect("agreement", agreement_id=agreement_id)
    return _page(request, agreement, signing=form)


@require_POST
def agreement_ending(request: HttpRequest, agreement_id: int) -> HttpResponse:
    """Record that either party ended the agreement."""
    agreement = _agreement(request, agreement_id, Permission.MANAGE_DELEGATION)
    form = EndForm(request.POST, label_suffix="")
    if form.is_valid():
        told = form.cleaned_data | {"today": today_in_toronto(), "by": request.user}
        try:
            actions.end_agreement(agreement=agreement, **told)
        except Refused as refusal:
            form.add_error(None, refusal.reasons)
        else:
            messages.success(request, _("The end of the agreement is recorded."))
            return redirect("agreement", agreement_id=agreement_id)
    return _page(request, agreement, ending=form)


@require_http_methods(["GET", "HEAD", "POST"])
def agreement_paper(request: HttpRequest, agreement_id: int) -> Any:
    """The newest paper for signing; asked with POST, have another one made."""
    permission = (
        Permission.MANAGE_DELEGATION if request.method == "POST" else Permission.ANSWER_DELEGATION
    )
    agreement = _agreement(request, agreement_id, permission)
    if request.method == "POST":
        actions.request_paper(agreement=agreement, by=request.user)
        return redirect("agreement", agreement_id=agreement_id)
    paper = agreement.papers.select_related("agreement").order_by("-id").first()
    if paper is None:
        raise Http404
    try:
        file = actions.open_paper(paper=paper, by=request.user)
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
        return redirect("agreement", agreement_id=agreement_id)
    return paper_file(file, agreement)


@require_safe
def agreement_signed_copy(request: HttpRequest, agreement_id: int) -> Any:
    """The signed copy."""
    agreement = _agreement(request, agreement_id, Permission.ANSWER_DELEGATION)
    if not agreement.signed_copy:
        raise Http404
    file = actions.open_signed_copy(agreement=agreement, by=request.user)
    return kept_file(file, agreement.signed_copy_name)
