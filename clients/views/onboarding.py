"""An importer's onboarding: its page, how it begins, is planned, moved on and ended."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from carmsvc.platform.dates import today_in_toronto
from clients.actions import Refused
from clients.actions import onboarding as actions
from clients.forms.documents import ReasonForm
from clients.forms.onboarding import PlanForm, StartForm
from clients.models import Importer, Onboarding
from clients.queries import onboarding as queries
from clients.queries.onboarding_records import contradicted_steps
from clients.rules import Permission
from clients.views.asking import demand, permissions, tell_refusal
from clients.views.documents import importer_for

MANAGE = Permission.MANAGE_ONBOARDING


def _onboarding(request: HttpRequest, onboarding_id: int, permission: Permission) -> Onboarding:
    """The onboarding, if the person sees it and may do this with it; else 404, or 403."""
    found = queries.onboarding_numbered(onboarding_id)
    if found is None:
        raise Http404
    demand(request, permission, found.importer_id)
    return found


def _shown(request: HttpRequest, importer: Importer, onboarding: Onboarding | None) -> HttpResponse:
    view = onboarding and queries.onboarding_view(onboarding, request.user, timezone.now())
    earlier = queries.onboardings().filter(importer=importer)
    rows = [one.row for one in view.steps] if view and view.row.is_running else []
    context = {
        "contradicted": contradicted_steps(rows, today_in_toronto()),
        "importer": importer,
        "may": permissions(request, importer.pk),
        "onboarding": onboarding,
        "view": view,
        "earlier": [one for one in earlier if one != onboarding],
        "reason_form": ReasonForm(),
        "today": today_in_toronto(),
    }
    return render(request, "clients/onboarding/importer.html", context)


@require_safe
def importer_onboarding(request: HttpRequest, importer_id: int) -> HttpResponse:
    """An importer's onboarding: how far it is, what is next, who has the ball."""
    importer = importer_for(request, importer_id, Permission.VIEW)
    return _shown(request, importer, queries.newest_onboarding(importer_id))


@require_safe
def onboarding_page(request: HttpRequest, onboarding_id: int) -> HttpResponse:
    """One onboarding, the running one or an earlier one."""
    onboarding = _onboarding(request, onboarding_id, Permission.VIEW)
    return _shown(request, onboarding.importer, onboarding)


@require_http_methods(["GET", "POST"])
def onboarding_new(request: HttpRequest, importer_id: int) -> HttpResponse:
    """Begin an importer's onboarding."""
    importer = importer_for(request, importer_id, MANAGE)
    form = StartForm(request.POST or None, initial={"variant": "resident", "lead": request.user.pk})
    if form.is_valid():
        told = form.cleaned_data | {"today": today_in_toronto(), "by": request.user}
        try:
            actions.start_onboarding(importer=importer, **told)
        except Refused as refusal:
            form.add_error(None, refusal.reasons)
        else:
            messages.success(request, _("The onboarding has begun: every step has its day."))
            return redirect("importer-onboarding", importer_id=importer_id)
    context = {"importer": importer, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "clients/onboarding/new.html", context, status=status)


@require_http_methods(["GET", "POST"])
def onboarding_plan(request: HttpRequest, onboarding_id: int) -> HttpResponse:
    """Change by when an onboarding is to be done and who leads it."""
    onboarding = _onboarding(request, onboarding_id, MANAGE)
    initial = {"target_on": onboarding.target_on, "lead": onboarding.lead_id}
    form = PlanForm(request.POST or None, initial=initial)
    if form.is_valid() or (form.is_bound and not form.errors):
        try:
            actions.change_plan(onboarding=onboarding, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.reasons)
        else:
            return redirect("importer-onboarding", importer_id=onboarding.importer_id)
    context = {"importer": onboarding.importer, "onboarding": onboarding, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "clients/onboarding/plan.html", context, status=status)


def _done(
    request: HttpRequest, onboarding: Onboarding, act: Callable[[], Any], said: Callable[[Any], str]
) -> HttpResponse:
    """Do it and say what was done, or why not; then the importer's page again."""
    try:
        result = act()
    except Refused as refusal:
        tell_refusal(request, refusal.reasons)
    else:
        messages.success(request, said(result))
    return redirect("importer-onboarding", importer_id=onboarding.importer_id)


@require_POST
def onboarding_completion(request: HttpRequest, onboarding_id: int) -> HttpResponse:
    """The importer is onboarded."""
    onboarding = _onboarding(request, onboarding_id, MANAGE)
    told: dict[str, Any] = {"by": request.user, "today": today_in_toronto()}
    return _done(
        request,
        onboarding,
        lambda: actions.finish_onboarding(onboarding=onboarding, **told),
        lambda _result: _("%(name)s is onboarded.") % {"name": onboarding.importer},
    )


@sensitive_post_parameters("reason")
@require_POST
def onboarding_cancellation(request: HttpRequest, onboarding_id: int) -> HttpResponse:
    """Give an onboarding up."""
    onboarding = _onboarding(request, onboarding_id, MANAGE)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    told: dict[str, Any] = {"by": request.user, "today": today_in_toronto(), "reason": reason}
    return _done(
        request,
        onboarding,
        lambda: actions.cancel_onboarding(onboarding=onboarding, **told),
        lambda _result: _("The onboarding is given up. A new one can begin at any time."),
    )


@require_POST
def onboarding_version(request: HttpRequest, onboarding_id: int) -> HttpResponse:
    """Go on by the newest checklist."""
    onboarding = _onboarding(request, onboarding_id, MANAGE)
    told: dict[str, Any] = {"by": request.user, "today": today_in_toronto()}
    return _done(
        request,
        onboarding,
        lambda: actions.move_to_newest(onboarding=onboarding, **told),
        lambda moved: (
            _("It goes on by version %(number)s; what is done stays done.")
            % {"number": moved.version}
        ),
    )


@require_POST
def onboarding_reminder(request: HttpRequest, onboarding_id: int) -> HttpResponse:
    """Remind the importer's people of their steps."""
    onboarding = _onboarding(request, onboarding_id, MANAGE)
    told: dict[str, Any] = {"by": request.user, "today": today_in_toronto()}
    return _done(
        request,
        onboarding,
        lambda: actions.remind_of_steps(onboarding=onboarding, **told),
        reminded,
    )


def reminded(steps: int) -> str:
    """How many steps people were reminded of."""
    if not steps:
        return _("Nothing to remind of: no step of theirs can go on, or they were reminded today.")
    told = {"count": steps}
    return ngettext("Reminded of %(count)s step.", "Reminded of %(count)s steps.", steps) % told
