"""People in the portal across importers; the staff's page."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from carmsvc.platform.dates import today_in_toronto
from clients.actions.portal_export import export_portal
from clients.actions.portal_verifications import Started, start_verifications
from clients.forms.portal import RegisterForm, RoundForm
from clients.models import Importer
from clients.queries import permissions_by_importer
from clients.queries.portal_register import page_after, register, standing, told
from clients.queries.portal_words import RISK_WORDS
from clients.rules import Permission

A_PAGE = 100
SHOWN = 5  # reasons why somebody was not asked


def _demand_staff(request: HttpRequest) -> None:
    """403 for anybody but the brokerage's staff."""
    if not request.user.is_staff_member:
        raise PermissionDenied


@require_safe
def portal_register(request: HttpRequest) -> HttpResponse:
    """Every importer's people in the portal: how many, what is risky, what is under way."""
    _demand_staff(request)
    form, today = RegisterForm(request.GET), today_in_toronto()
    known = standing(today)
    rows = register(known, **form.wish)
    counts = known.tally
    due_on = today + timedelta(days=settings.PORTAL_ANSWER_DAYS)
    context = {
        "form": form,
        "wish": form.wish,
        "page": page_after(rows, request.GET.get("after", ""), A_PAGE, today),
        "tally": [(code, words.title, counts[code]) for code, words in RISK_WORDS.items()],
        "export_query": urlencode({n: v for n, v in request.GET.items() if n != "after"}),
        "round_form": RoundForm(initial={"due_on": due_on}),
        "today": today,
    }
    return render(request, "clients/portal/register.html", context)


@require_safe
def portal_register_export(request: HttpRequest) -> HttpResponse:
    """The register that is looked for, as CSV."""
    _demand_staff(request)
    wish, today = RegisterForm(request.GET).wish, today_in_toronto()
    rows = [_row(one) for one in told(register(standing(today), **wish), today)]
    asked = {name: str(value) for name, value in wish.items()}
    content = export_portal(header=_header(), rows=rows, by=request.user, wish=asked)
    name = {"Content-Disposition": f'attachment; filename="portal-people-{today}.csv"'}
    return HttpResponse(content, content_type="text/csv", headers=name)


def _header() -> list[str]:
    return [
        *(_("Importer"), _("Business number"), _("People with access"), _("Managers")),
        *(_("Risks"), _("To be verified by"), _("Verification")),
    ]


def _row(one: Any) -> list[Any]:
    risks = "; ".join(str(risk.words.title) for risk in one.risks)
    running = one.running.get_state_display() if one.running else ""
    names = (one.importer.legal_name, one.importer.bn9)
    return [*names, one.people, one.managers, risks, one.verify_by, running]


@require_POST
def portal_rounds_start(request: HttpRequest) -> HttpResponse:
    """Ask several importers who has access."""
    _demand_staff(request)
    ticked = [one for one in request.POST.getlist("importer") if one.isdecimal()][:A_PAGE]
    numbers = [int(one) for one in ticked if len(one) < 19]
    chosen = list(Importer.objects.filter(pk__in=numbers).order_by("folded_name", "id"))
    held = permissions_by_importer(request.user, {one.pk for one in chosen})
    if any(Permission.MANAGE_DELEGATION not in held[one.pk] for one in chosen):
        raise PermissionDenied
    form = RoundForm(request.POST)
    if not chosen or not form.is_valid():
        messages.warning(request, _("Tick the importers to ask, and say by when."))
        return redirect("portal-register")
    today, due_on = today_in_toronto(), form.cleaned_data["due_on"]
    _tell(
        request,
        start_verifications(importers=chosen, due_on=due_on, by=request.user, today=today),
    )
    return redirect("portal-register")


def _tell(request: HttpRequest, started: Started) -> None:
    count = len(started.rounds)
    if count:
        words = ngettext(
            "%(count)s importer is asked who has access.",
            "%(count)s importers are asked who has access.",
            count,
        )
        messages.success(request, words % {"count": count})
    for importer, reason in started.left_out[:SHOWN]:
        messages.warning(request, f"{importer.legal_name}: {reason}")
    if (more := len(started.left_out) - SHOWN) > 0:
        words = ngettext(
            "%(count)s more importer is not asked.", "%(count)s more importers are not asked.", more
        )
        messages.warning(request, words % {"count": more})
