"""Where a change comes from: the network address, how it came in, and the number of its request.

The middleware remembers the request; the audit asks for its origin when something is recorded.
Outside a request it is a worker's task, or a command that somebody started on the server.
"""

import ipaddress
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from celery import current_task
from django.conf import settings
from django.http import HttpRequest, HttpResponse

PAGE, API_KEY, WORKER, COMMAND = "page", "api key", "worker", "command"
REQUEST_HEADER = "X-Request-ID"

_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)


class AuditOrigin:
    """Middleware: what is recorded during a request says where that request came from.

    The answer carries the number, so that a person can quote it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.number = uuid.uuid4().hex  # type: ignore[attr-defined]
        token = _request.set(request)
        try:
            response = self.get_response(request)
        finally:
            _request.reset(token)
        response[REQUEST_HEADER] = request.number  # type: ignore[attr-defined]
        return response


def current_request() -> HttpRequest | None:
    """The request that is being answered; none in a task or a command."""
    return _request.get()


def origin() -> dict[str, Any]:
    """Where what happens now comes from: `how`, and what is known of `address`, `key` (its
    prefix), `viewing` (the role a member of staff looks on as), `request` or `task`.
    """
    request = current_request()
    if request is not None:
        return _of_request(request)
    if current_task:
        return {"how": WORKER, "task": current_task.request.id}
    return {"how": COMMAND}


def _of_request(request: Any) -> dict[str, Any]:
    key = getattr(request, "api_key", None)
    viewing = getattr(getattr(request, "user", None), "viewing", None)
    told = {
        "how": API_KEY if key else PAGE,
        "key": key.prefix if key else None,
        "viewing": viewing.role if viewing else None,
        "address": network_address(request),
        "request": request.number,
    }
    return {name: value for name, value in told.items() if value is not None}


def network_address(request: HttpRequest) -> str | None:
    """The address that the request came from.

    Behind our own proxy (`BEHIND_TLS_PROXY`) it is the right-most one of X-Forwarded-For, which
    that proxy wrote; what stands left of it is what the sender claims. Else the connection's.
    """
    text = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_TLS_PROXY:
        text = request.headers.get("X-Forwarded-For", "").rpartition(",")[2] or text
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:  # a socket has none
        return None
