"""No way past the set-up page for somebody who needs a second factor and has none."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from clients.queries.accounts import needs_second_factor

SETUP = "second-factor"
# setting one up, proving who one is for it, and leaving
OPEN = frozenset(
    {
        SETUP,
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
        "account_reauthenticate",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "account_confirm_email",
        "account_login",
        "account_logout",
        "set_language",
    }
)


class SecondFactorRequired:
    """Middleware: pages lead to the set-up, the API answers 403, until there is a factor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not request.user.is_authenticated or _is_open(request.path_info):
            return None
        if request.standing.has_factor or not needs_second_factor(request.user):
            return None
        return None if _provider_asked_for_it(request) else _refusal(request)


def _provider_asked_for_it(request: HttpRequest) -> bool:
    if not settings.OIDC_SECOND_FACTOR:
        return False
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "socialaccount" for record in records)


def _refusal(request: Any) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse(
            {
                "type": "urn:carmsvc:problem:second-factor-needed",
                "title": "Not allowed",
                "status": 403,
                "detail": _("Set up a second factor on the pages first."),
                "errors": [],
                "instance": request.path,
            },
            status=403,
            content_type="application/problem+json",
        )
    if request.htmx and _is_open(request.htmx.current_url_abs_path or ""):
        return HttpResponse(status=204)  # a live part of the set-up page must not load it anew
    if request.htmx:
        return HttpResponseClientRedirect(redirect(SETUP).url)
    return redirect(SETUP)


def _is_open(address: str) -> bool:
    try:
        return resolve(urlsplit(address).path).url_name in OPEN
    except Resolver404:
        return False
