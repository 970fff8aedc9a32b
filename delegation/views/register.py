"""The register of delegations across importers; the staff's page."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from carmsvc.platform.dates import today_in_toronto
from delegation import actions
from delegation.forms.delegations import RegisterForm
from delegation.queries.delegations import shortfalls_of
from delegation.queries.register import importers_without, page_after, register, tally
from delegation.views.delegations import demand_staff
from delegation.wording import STATES, sentence

A_PAGE = 100


@require_safe
def delegation_register(request: HttpRequest) -> HttpResponse:
    """Delegations of every importer one sees, or the importers for which none of ours works."""
    demand_staff(request)
    form, today = RegisterForm(request.GET), today_in_toronto()
    wish = form.wish
    is_missing = wish.get("attention") == "missing"
    rows = importers_without(**wish) if is_missing else register(today, **wish)
    page = page_after(rows, request.GET.get("after", ""), A_PAGE)
    counts = tally()
    context = {
        "form": form,
        "wish": wish,
        "page": page,
        "is_missing": is_missing,
        "tally": [(one, word, counts[one.value]) for one, word in STATES.items()],
        "missing": counts["missing"],
        "export_query": urlencode({n: v for n, v in request.GET.items() if n != "after"}),
        "today": today,
    }
    return render(request, "delegation/register.html", context)


@require_safe
def delegation_register_export(request: HttpRequest) -> HttpResponse:
    """The register that is looked for, as CSV."""
    demand_staff(request)
    wish, today = RegisterForm(request.GET).wish, today_in_toronto()
    if wish.get("attention") == "missing":
        header = [_("Importer"), _("Business number")]
        rows: Any = importers_without(**wish).values_list("legal_name", "bn9")
    else:
        header = [str(word) for word in _header()]
        rows = map(_row, register(today, **wish))
    told = {name: str(value) for name, value in wish.items()}
    content = actions.export_register(header=header, rows=rows, by=request.user, wish=told)
    name = {"Content-Disposition": f'attachment; filename="delegations-{today}.csv"'}
    return HttpResponse(content, content_type="text/csv", headers=name)


def _header() -> list[str]:
    return [
        *(_("Importer"), _("Business number"), _("Provider"), _("Provider’s name"), _("State")),
        *(_("Agreed level"), _("Agreed program accounts"), _("Agreed ticks")),
        *(_("Approved level"), _("Approved program accounts"), _("Approved ticks")),
        *(_("Approved by"), _("Approved on"), _("Effective from"), _("Effective to")),
        *(_("Review on"), _("What is missing")),
    ]


def _row(one: Any) -> list[Any]:
    return [
        *(one.importer.legal_name, one.importer.bn9, one.get_provider_kind_display()),
        *(one.provider_name, one.get_state_display()),
        *(one.get_agreed_level_display(), " ".join(one.agreed_accounts), _ticks(one.agreed_ticks)),
        *(one.get_approved_level_display(), " ".join(one.approved_accounts)),
        *(_ticks(one.approved_ticks), one.approved_by_name, one.approved_on),
        *(one.effective_from, one.effective_to, one.review_on),
        " ".join(sentence(reason) for reason in shortfalls_of(one)),
    ]


def _ticks(ticks: list[int]) -> str:
    return " ".join(map(str, ticks))
