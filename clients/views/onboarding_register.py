"""Onboardings across importers; the staff's page."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from carmsvc.platform.dates import today_in_toronto
from clients.actions.onboarding import remind_many
from clients.actions.onboarding_export import export_onboardings
from clients.forms.onboarding import RegisterForm
from clients.models import Onboarding
from clients.queries import permissions_by_importer
from clients.queries.onboarding import onboardings
from clients.queries.onboarding_register import leads, page_after, register, tally, told
from clients.rules import Permission

A_PAGE = 100


def _demand_staff(request: HttpRequest) -> None:
    """403 for anybody but the brokerage's staff."""
    if not request.user.is_staff_member:
        raise PermissionDenied


@require_safe
def onboarding_register(request: HttpRequest) -> HttpResponse:
    """Every importer's onboarding: how far, what is next, whether it stands still."""
    _demand_staff(request)
    form, now = RegisterForm(request.GET, leads()), timezone.now()
    page = page_after(
        register(now, **form.wish), request.GET.get("after", ""), A_PAGE, request.user, now
    )
    counts = tally(now)
    context = {
        "form": form,
        "wish": form.wish,
        "page": page,
        "counts": counts,
        "tally": [(one, one.label, counts[one.value]) for one in Onboarding.State],
        "export_query": urlencode({n: v for n, v in request.GET.items() if n != "after"}),
        "today": today_in_toronto(),
    }
    return render(request, "clients/onboarding/register.html", context)


@require_safe
def onboarding_register_export(request: HttpRequest) -> HttpResponse:
    """The register that is looked for, as CSV."""
    _demand_staff(request)
    now, today = timezone.now(), today_in_toronto()
    wish = RegisterForm(request.GET, leads()).wish
    rows = [_row(one) for one in told(register(now, **wish), request.user, now)]
    asked = {name: str(value) for name, value in wish.items()}
    content = export_onboardings(header=_header(), rows=rows, by=request.user, wish=asked)
    name = {"Content-Disposition": f'attachment; filename="onboardings-{today}.csv"'}
    return HttpResponse(content, content_type="text/csv", headers=name)


def _header() -> list[str]:
    return [
        *(_("Importer"), _("Business number"), _("State"), _("Way into the portal")),
        *(_("Led by"), _("Started on"), _("To be done by"), _("Ended on")),
        *(_("Steps done"), _("Steps"), _("Next step"), _("Due on"), _("Who has the ball")),
        *(_("Without movement"), _("Version of the checklist")),
    ]


def _row(one: Any) -> list[Any]:
    row, step = one.row, one.next_step
    return [
        *(row.importer.legal_name, row.importer.bn9, row.get_state_display()),
        *(row.get_variant_display(), row.lead.full_name if row.lead else ""),
        *(row.started_on, row.target_on, row.ended_on, one.progress.done, one.progress.total),
        *(f"{step.row.code} {step.title}" if step else "", step.row.due_on if step else ""),
        *(str(step.ball_word) if step else "", _("Yes") if one.is_stale else _("No")),
        row.version,
    ]


@require_POST
def onboarding_reminders(request: HttpRequest) -> HttpResponse:
    """Remind the people of several importers of their steps."""
    _demand_staff(request)
    numbers = [one for one in request.POST.getlist("onboarding") if one.isdecimal()][:A_PAGE]
    chosen = list(onboardings().filter(pk__in=[int(one) for one in numbers if len(one) < 19]))
    held = permissions_by_importer(request.user, {one.importer_id for one in chosen})
    if any(Permission.MANAGE_ONBOARDING not in held[one.importer_id] for one in chosen):
        raise PermissionDenied
    today = today_in_toronto()
    importers, steps = remind_many(onboardings=chosen, by=request.user, today=today)
    if not chosen:
        messages.warning(request, _("Tick the importers whose people you want to remind."))
    elif not steps:
        messages.warning(request, _("Nobody was reminded: no open step, or reminded today."))
    else:
        words = ngettext(
            "The people of %(count)s importer are reminded of their steps (%(steps)s).",
            "The people of %(count)s importers are reminded of their steps (%(steps)s).",
            importers,
        )
        messages.success(request, words % {"count": importers, "steps": steps})
    return redirect("onboarding-register")
