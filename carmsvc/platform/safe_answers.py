"""What every answer tells the browser: what it may load, who may hold it, who may keep it.

The first middleware, so that nothing leaves without: pages, errors, health, static files. A view
may say more of itself (a calendar that may be kept for a while); it cannot say less.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control

NOTHING = ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'")
BARE_POLICY = "; ".join(NOTHING)  # of an answer that is no page
FILE_POLICY = f"{BARE_POLICY}; sandbox"  # of a file: even opened, it runs and loads nothing
NOT_NEEDED = (
    "accelerometer",
    "autoplay",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "usb",
    "xr-spatial-tracking",
)
OUR_OWN = ("publickey-credentials-create", "publickey-credentials-get")  # passkeys
PERMISSIONS_POLICY = ", ".join(
    [*(f"{name}=()" for name in NOT_NEEDED), *(f"{name}=(self)" for name in OUR_OWN)]
)
POLICY = "Content-Security-Policy"


class SafeAnswers:
    """See the module."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if _is_file(response):
            response[POLICY] = FILE_POLICY
        response.headers.setdefault(POLICY, BARE_POLICY)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("Referrer-Policy", settings.SECURE_REFERRER_POLICY)
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        response["Permissions-Policy"] = PERMISSIONS_POLICY
        _keep_private(response)
        return response


def _is_file(response: HttpResponse) -> bool:
    return response.get("Content-Disposition", "").startswith(("attachment", "inline"))


def _keep_private(response: HttpResponse) -> None:
    """Nobody keeps an answer unless its view says how long; no shared cache does either.

    `public` is what static files and the few public texts say of themselves.
    """
    said = response.get("Cache-Control", "")
    if "public" in said:
        return
    if not said:
        patch_cache_control(response, private=True, no_store=True)
    else:
        patch_cache_control(response, private=True)
