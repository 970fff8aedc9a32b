"""Middleware: staff who look at an importer as one of its roles, and only look.

The session holds importer, role and since when. While it does, a request is the role's: its
scope, its permissions for reading, no staff role; and whatever would write is refused here,
before any page or API sees it. It ends by itself when its time is up, on signing out, and when
the person may no longer do it or no longer sees the importer.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from carmsvc.platform.tenancy import importer_scope
from clients.actions.viewing import end_viewing
from clients.models import Importer, Membership, User
from clients.queries import importer_ids_for, may
from clients.rules import Permission, Viewing

IN_SESSION = "viewing"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
API = "/api/"
OWN_PAGES = ("/account/", "/notices/", "/calendar/")  # the person's, not the role's


@dataclass(frozen=True)
class Shown:
    """What the banner on every page says."""

    importer: str
    role: str
    minutes_left: int


def remember(request: HttpRequest, viewing: Viewing) -> None:
    """From the next request on, the person looks as the role."""
    request.session[IN_SESSION] = {
        "importer": viewing.importer_id,
        "role": viewing.role,
        "since": viewing.since.isoformat(),
    }


def _remembered(request: HttpRequest) -> Viewing | None:
    held = request.session.get(IN_SESSION)
    if held is None:
        return None
    return Viewing(held["importer"], held["role"], datetime.fromisoformat(held["since"]))


def looking_copy(person: User, viewing: Viewing) -> User:
    """The person without a staff role, holding what is left of the role; it is never saved."""
    looker = copy.copy(person)
    looker.staff_role = ""
    looker.viewing = viewing
    return looker


class ViewingAs:
    """See the module. Stands between `AuthenticationMiddleware` and `ImporterScope`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        viewing, person = _remembered(request), request.user
        if viewing is None or not isinstance(person, User):
            return self.get_response(request)
        because = _why_over(person, viewing)
        if because:
            del request.session[IN_SESSION]
            end_viewing(person=person, viewing=viewing, because=because)
            return self._after_its_end(request, because)
        return self._looking(request, person, viewing)

    def _after_its_end(self, request: HttpRequest, because: str) -> HttpResponse:
        """Go on as oneself; what was about to be written was pressed on a page of the role's."""
        if request.method not in SAFE_METHODS and not _may_be_sent(request):
            return refusal(request, _("Your view as an importer’s role has just ended."))
        if not request.path.startswith(API):
            messages.info(request, WORDS_AT_END[because]())
        response = self.get_response(request)
        if getattr(request, "htmx", None):
            response["HX-Refresh"] = "true"  # the page around the part is still the role's
        return response

    def _looking(self, request: HttpRequest, person: User, viewing: Viewing) -> HttpResponse:
        request.user = looking_copy(person, viewing)
        request.viewing = _shown(viewing)  # type: ignore[attr-defined]
        if request.method not in SAFE_METHODS and not _may_be_sent(request):
            return refusal(request, _("You are looking as an importer’s role, which only reads."))
        if request.path.startswith(OWN_PAGES) and not _may_be_sent(request):
            return refusal(request, _("This page is your own, and not of the importer’s role."))
        response = self.get_response(request)
        if not request.user.is_authenticated:
            end_viewing(person=person, viewing=viewing, because="signed out")
        return response


WORDS_AT_END: dict[str, Callable[[], str]] = {
    "expired": lambda: _("Your view as an importer’s role has ended: its 30 minutes are up."),
    "right lost": lambda: _("Your view as an importer’s role has ended: your role changed."),
    "importer lost": lambda: _(
        "Your view as an importer’s role has ended: the importer is no longer yours to see."
    ),
}


def _why_over(person: User, viewing: Viewing) -> str:
    """Why somebody may no longer look, for the audit; nothing while they may."""
    if viewing.is_over(timezone.now()):
        return "expired"
    if not may(person, Permission.VIEW_AS, viewing.importer_id):
        return "right lost"
    if viewing.importer_id not in importer_ids_for(person):
        return "importer lost"
    return ""


def _shown(viewing: Viewing) -> Shown:
    with importer_scope(viewing.importer_id):
        importer = Importer.objects.get(pk=viewing.importer_id)
    role = str(Membership.Role(viewing.role).label)
    return Shown(importer.legal_name, role, viewing.minutes_left(timezone.now()))


def _may_be_sent(request: HttpRequest) -> bool:
    """The two ways out."""
    return request.path in (reverse("viewing-end"), reverse("account_logout"))


def refusal(request: HttpRequest, reason: str) -> HttpResponse:
    """403 with why: a page, or a problem document for the API."""
    if request.path.startswith(API):
        problem = {
            "type": "urn:carmsvc:problem:viewing",
            "title": "Not allowed",
            "status": 403,
            "detail": "Nothing was changed: this session looks as an importer's role, or just did.",
            "errors": [],
            "instance": request.path,
        }
        return JsonResponse(problem, status=403, content_type="application/problem+json")
    with importer_scope(importer_ids_for(request.user)):  # as a page's own bar asks
        return render(request, "clients/viewing/refused.html", {"reason": reason}, status=403)
