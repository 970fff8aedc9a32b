"""Requests that no text of ours can hold: PostgreSQL's has no NUL, so neither has a request."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

NUL = "\0"
API = "/api/"  # its doors name the parameter themselves


class PlainText:
    """Middleware: a page asked with a NUL character in address, query or form is 400.

    Stands after the CSRF check, which reads the form anyway.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if NUL in request.path_info or (not _is_api(request) and _holds_nul(request.GET)):
            raise BadRequest("a NUL character in the address")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        if request.method == "POST" and not _is_api(request) and _holds_nul(request.POST):
            raise BadRequest("a NUL character in the form")


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith(API)


def _holds_nul(asked: Any) -> bool:
    return any(NUL in word for name, words in asked.lists() for word in (name, *words))
