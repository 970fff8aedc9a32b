"""What every page knows of the person in front of it: when their session was last used, and the
time zone in which they read times."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from carmsvc.platform.audit_origin import network_address
from clients.queries.accounts import Standing, standing_of

NOTED_EVERY = timedelta(minutes=1)


class Presence:
    """Middleware: notes the session as used, at most once a minute, and sets the clock of pages.

    Legal days stay Eastern: they are worked out by `carmsvc.platform.dates`, which never asks
    for the reader's zone. The API answers in Eastern time whoever asks.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        standing = standing_of(request.user, request.session.session_key or "")
        request.standing = standing  # type: ignore[attr-defined]
        _note(request, standing)
        if request.path.startswith("/api/"):
            return self.get_response(request)
        with timezone.override(ZoneInfo(request.user.time_zone)):
            return self.get_response(request)


def _note(request: HttpRequest, standing: Standing) -> None:
    now = timezone.now()
    if standing.last_seen_at and now - standing.last_seen_at > NOTED_EVERY:
        address = network_address(request)
        used = {"last_seen_at": now} | ({"ip": address} if address else {})
        UserSession.objects.filter(pk=standing.session_id).update(**used)
