"""The rulebook: what is in force and why, and changing it with four eyes."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.nudge import nudge
from clients.actions import Refused
from clients.queries import may_here
from clients.rules import Permission
from clients.views import demand_here, tell_refusal
from statements.actions import rulebook as actions
from statements.forms.rulebook import ValueForm
from statements.models import RulebookEntry
from statements.queries.rulebook import lines_of, overview
from statements.wording import WORDS


@require_safe
def rulebook(request: HttpRequest) -> HttpResponse:
    """Every kind of value with what is in force today; everybody signed in may read it."""
    today = today_in_toronto()
    rows = [(name, WORDS[name], values, count) for name, values, count in overview(today)]
    context = {"rows": rows, "today": today, "may_edit": _may_edit(request)}
    return render(request, "statements/rulebook/list.html", context)


def _may_edit(request: HttpRequest) -> bool:
    return may_here(request.user, Permission.EDIT_RULEBOOK)


def _words_of(name: str) -> Any:
    if name not in WORDS:
        raise Http404
    return WORDS[name]


@require_http_methods(["GET", "POST"])
def rulebook_value(request: HttpRequest, name: str) -> HttpResponse:
    """One kind of value through time; those with the right propose another."""
    words = _words_of(name)
    if request.method == "POST":
        demand_here(request, Permission.EDIT_RULEBOOK)
    form = ValueForm(request.POST or None, key_help=words.key, value_help=words.unit)
    if form.is_valid():
        try:
            actions.propose_value(name=name, **{"key": "", **form.cleaned_data}, by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.reasons)
        else:
            messages.success(request, _("Proposed. It holds once somebody else approves it."))
            return redirect("rulebook-value", name=name)
    context = {
        "name": name,
        "words": words,
        "lines": lines_of(name, today_in_toronto()),
        "form": form,
        "may_edit": _may_edit(request),
    }
    status = 422 if form.errors else 200
    return render(request, "statements/rulebook/value.html", context, status=status)


def _decided(
    request: HttpRequest, entry_id: int, decide: Callable[..., None], said: Any, **more: Any
) -> HttpResponse:
    demand_here(request, Permission.EDIT_RULEBOOK)
    entry = get_object_or_404(RulebookEntry, pk=entry_id)
    try:
        decide(entry=entry, by=request.user, **more)
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    else:
        nudge("statements.tasks.follow_published_days")
        messages.success(request, said)
    return redirect("rulebook-value", name=entry.name)


@require_POST
def rulebook_approval(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Approve a proposed value; not one's own."""
    return _decided(request, entry_id, actions.approve_value, _("Approved: it is in the rulebook."))


@require_POST
def rulebook_rejection(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Turn a proposed value down."""
    reason = request.POST.get("reason", "")
    return _decided(request, entry_id, actions.reject_value, _("Turned down."), reason=reason)


@require_POST
def rulebook_withdrawal(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Take a value out of the rulebook."""
    reason = request.POST.get("reason", "")
    said = _("Taken out; it stays in the history.")
    return _decided(request, entry_id, actions.withdraw_value, said, reason=reason)
