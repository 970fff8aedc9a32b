"""Pages on which security is recorded, changed and ended, and the release status noted."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.refusals import Refused
from clients.actions import security as actions
from clients.forms.security import ReleaseStatusForm, SecurityEndForm, SecurityForm
from clients.models import Importer, ProgramAccount, SecurityInstrument
from clients.rules import Permission
from clients.views.asking import demand


def _importer(request: HttpRequest, importer_id: int) -> Importer:
    importer: Importer = get_object_or_404(Importer.objects, pk=importer_id)
    demand(request, Permission.MANAGE_SECURITY, importer_id)
    return importer


def _security(request: HttpRequest, security_id: int) -> SecurityInstrument:
    rows = SecurityInstrument.objects.select_related("importer", "program_account")
    security: SecurityInstrument = get_object_or_404(rows, pk=security_id)
    demand(request, Permission.MANAGE_SECURITY, security.importer_id)
    return security


def _accounts(importer_id: int) -> Any:
    return ProgramAccount.objects.filter(importer=importer_id)


def _done(form: forms.Form, act: Callable[[], object]) -> bool:
    """Whether the form was sent, valid and granted; a refusal is said on the form."""
    if not form.is_valid():
        return False
    try:
        act()
    except Refused as refusal:
        form.add_error(None, refusal.reasons)
        return False
    return True


def _page(request: HttpRequest, form: forms.Form, importer: Importer, **more: Any) -> HttpResponse:
    context = {"importer": importer, "form": form, **more}
    status = 422 if form.is_bound else 200
    return render(request, "clients/security/form.html", context, status=status)


@require_http_methods(["GET", "POST"])
def security_new(request: HttpRequest, importer_id: int) -> HttpResponse:
    """Record security given for one of an importer's accounts."""
    importer = _importer(request, importer_id)
    form = SecurityForm(request.POST or None, accounts=_accounts(importer_id))

    def act() -> None:
        told = dict(form.cleaned_data)
        account = told.pop("program_account")
        actions.record_security(account=account, by=request.user, **told)

    if _done(form, act):
        messages.success(request, _("The security is recorded."))
        return redirect("importer-forecast", importer_id=importer_id)
    return _page(request, form, importer, title=_("Record security"))


@require_http_methods(["GET", "POST"])
def security_change(request: HttpRequest, security_id: int) -> HttpResponse:
    """Record security anew as it is now; the row before stays to be seen."""
    security = _security(request, security_id)
    told_before = {name: getattr(security, name) for name in SecurityForm.base_fields}
    accounts = _accounts(security.importer_id).filter(pk=security.program_account_id)
    form = SecurityForm(request.POST or None, accounts=accounts, initial=told_before)

    def act() -> None:
        told = dict(form.cleaned_data)
        account = told.pop("program_account")
        actions.record_security(account=account, by=request.user, replaces=security, **told)

    if _done(form, act):
        messages.success(request, _("The change is recorded; what stood before stays to be seen."))
        return redirect("importer-forecast", importer_id=security.importer_id)
    return _page(request, form, security.importer, title=_("Change security"))


@require_http_methods(["GET", "POST"])
def security_ending(request: HttpRequest, security_id: int) -> HttpResponse:
    """Note that security no longer stands, and why."""
    security = _security(request, security_id)
    form = SecurityEndForm(request.POST or None, initial={"ended_on": today_in_toronto()})

    def act() -> None:
        actions.end_security(security=security, by=request.user, **form.cleaned_data)

    if _done(form, act):
        messages.success(request, _("The end is recorded."))
        return redirect("importer-forecast", importer_id=security.importer_id)
    return _page(request, form, security.importer, title=_("End security"))


@require_http_methods(["GET", "POST"])
def release_status(request: HttpRequest, importer_id: int) -> HttpResponse:
    """Note what the portal shows of an account's release prior to payment."""
    importer = _importer(request, importer_id)
    form = ReleaseStatusForm(
        request.POST or None,
        accounts=_accounts(importer_id),
        initial={"seen_on": today_in_toronto()},
    )

    def act() -> None:
        told = dict(form.cleaned_data)
        account = told.pop("program_account")
        actions.note_release_status(account=account, by=request.user, **told)

    if _done(form, act):
        messages.success(request, _("The status is recorded."))
        return redirect("importer-forecast", importer_id=importer_id)
    return _page(request, form, importer, title=_("Release prior to payment"))
