"""How ready importers are, across them; the staff's page."""

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from carmsvc.platform.dates import today_in_toronto
from clients.actions.readiness import export_readiness
from clients.forms.readiness import RegisterForm
from clients.models.readiness import VERDICT_WORDS
from clients.queries.readiness_register import page_after, register, tally, told
from clients.readiness import checks

A_PAGE = 100


def _demand_staff(request: HttpRequest) -> None:
    """403 for anybody but the brokerage's staff."""
    if not request.user.is_staff_member:
        raise PermissionDenied


@require_safe
def readiness_register(request: HttpRequest) -> HttpResponse:
    """Every importer's readiness as it was kept last: the verdict, what is not met, since when."""
    _demand_staff(request)
    form, counts = RegisterForm(request.GET), tally()
    context = {
        "form": form,
        "wish": form.wish,
        "page": page_after(register(**form.wish), request.GET.get("after", ""), A_PAGE),
        "tally": [(one.value, word, counts[one.value]) for one, word in VERDICT_WORDS.items()],
        "titles": {one.code: one.title for one in checks()},
        "export_query": urlencode({n: v for n, v in request.GET.items() if n != "after"}),
    }
    return render(request, "clients/readiness/register.html", context)


@require_safe
def readiness_register_export(request: HttpRequest) -> HttpResponse:
    """The register that is looked for, as CSV."""
    _demand_staff(request)
    wish, today = RegisterForm(request.GET).wish, today_in_toronto()
    rows = [_row(one) for one in told(register(**wish))]
    asked = {name: str(value) for name, value in wish.items()}
    content = export_readiness(header=_header(), rows=rows, by=request.user, wish=asked)
    name = {"Content-Disposition": f'attachment; filename="readiness-{today}.csv"'}
    return HttpResponse(content, content_type="text/csv", headers=name)


def _header() -> list[str]:
    return [
        *(_("Importer"), _("Business number"), _("Readiness"), _("Looked at on")),
        *(_("Set-up"), _("Release prior to payment"), _("Release by IID, PARS or RMD")),
        *(_("Blockers"), _("Risks"), _("Advice"), _("Not known")),
        *(_("Checks not met"), _("Checks not known"), _("Looked after by"), _("Client groups")),
    ]


def _row(one: Any) -> list[Any]:
    importer, kept = one.importer, one.kept
    names = [importer.legal_name, importer.bn9]
    lead = [importer.lead_name or "", "; ".join(importer.group_names)]
    if kept is None:
        return [*names, *[""] * 11, *lead]
    return [
        *names,
        *(kept.get_verdict_display(), kept.taken_on, kept.get_set_up_display()),
        *(kept.get_rpp_display(), kept.get_release_display()),
        *(kept.blockers, kept.risks, kept.advice, kept.not_known),
        *(" ".join(kept.failed_checks), " ".join(kept.unknown_checks)),
        *lead,
    ]
