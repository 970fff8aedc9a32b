"""Addresses that machines look for: whom to tell of a weakness, what not to crawl, where a
password manager changes a password.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.checks import Error, Tags, register
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

SECURITY_TXT = "/.well-known/security.txt"
WORTH_DAYS = 180  # RFC 9116, 2.5.5 recommends less than a year
KEPT = "public, max-age=86400"


@login_not_required
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a weakness (RFC 9116); 404 while nobody is named (`SECURITY_CONTACT`)."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    until = timezone.now().replace(microsecond=0) + timedelta(days=WORTH_DAYS)
    fields = [
        *(("Contact", contact) for contact in settings.SECURITY_CONTACT),
        ("Expires", until.strftime("%Y-%m-%dT%H:%M:%SZ")),
        ("Preferred-Languages", ", ".join(code for code, _name in settings.LANGUAGES)),
        ("Canonical", settings.BASE_URL + SECURITY_TXT),
        *(("Policy", address) for address in [settings.SECURITY_POLICY_URL] if address),
    ]
    return _plain("".join(f"{name}: {value}\n" for name, value in fields))


@login_not_required
@require_safe
def robots_txt(request: HttpRequest) -> HttpResponse:
    """Everything here is somebody's own, so a search engine takes only what is meant for all."""
    pages = [f"{reverse(name)}$" for name in settings.SEARCHED_PAGES]
    open_to_all = [f"Allow: {path}" for path in (*pages, SECURITY_TXT)]
    lines = ["User-agent: *", *open_to_all, "Disallow: /"]
    return _plain("".join(f"{line}\n" for line in lines))


@login_not_required
@require_safe
def change_password(request: HttpRequest) -> HttpResponse:
    """Where a password manager sends a person who wants a new password."""
    return redirect("account_change_password")


def _plain(text: str) -> HttpResponse:
    headers = {"Cache-Control": KEPT}
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=headers)


@register(Tags.security, deploy=True)
def somebody_is_told_of_weaknesses(**_: Any) -> list[Error]:
    """`check --deploy`: a site on the internet names whom to tell."""
    if not settings.SECURITY_CONTACT:
        return [Error("Nobody is named to be told of a weakness.", hint=HINT, id="carmsvc.E001")]
    wrong = [one for one in settings.SECURITY_CONTACT if not one.startswith(CONTACT_SCHEMES)]
    return [
        Error(f"{one!r} is no address that security.txt may name.", hint=HINT, id="carmsvc.E002")
        for one in wrong
    ]


CONTACT_SCHEMES = ("mailto:", "https://", "tel:")
HINT = "Set SECURITY_CONTACT to mailto:…, https://… or tel:…, several with commas."
