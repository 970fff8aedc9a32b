"""What the API answers when something is wrong: RFC 9457, naming the field and the reason."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.signals import got_request_exception
from django.http import Http404
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from carmsvc.platform.refusals import Refused

logger = logging.getLogger(__name__)
CONTENT_TYPE = "application/problem+json"
TITLES = {
    400: "The request is not valid",
    401: "Who is asking is not known",
    403: "Not allowed",
    404: "Not found",
    405: "This address does not take this method",
    406: "No such representation",
    409: "Not possible as things stand",
    415: "This content type is not taken",
    422: "Refused",
    429: "Too many requests",
    500: "Something went wrong here",
}
_NAMES = {
    400: "invalid-request",
    409: "refused",
    422: "refused",
    429: "too-many-requests",
}


class Conflict(exceptions.APIException):
    """A wish that is refused as things stand, with every reason (409)."""

    status_code = 409

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


class Unprocessable(Conflict):
    """A well-formed wish that can never be granted, with every reason (422)."""

    status_code = 422


class NotSeen(exceptions.NotFound):
    """A body names something that is not there, or is not for this principal to see (404)."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def problem_response(error: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's exception handler: every failure as one problem document."""
    known = _as_api_error(error)
    if known is None:
        logger.error("the API failed", exc_info=error)
        got_request_exception.send(sender=problem_response, request=context.get("request"))
        known = exceptions.APIException("The failure was logged. Please try again later.")
    body = _problem(known)
    request = context.get("request")
    if request is not None:
        body["instance"] = request.path
        # also where the view itself answers in YAML or as a page
        request.accepted_renderer, request.accepted_media_type = JSONRenderer(), CONTENT_TYPE
    return Response(body, known.status_code, headers=_headers(known), content_type=CONTENT_TYPE)


def _as_api_error(error: Exception) -> exceptions.APIException | None:
    if isinstance(error, exceptions.APIException):
        return error
    if isinstance(error, Http404):
        return exceptions.NotFound("There is nothing here that you may see.")
    if isinstance(error, DjangoPermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, SuspiciousOperation | BadRequest):  # too large, too many fields, …
        return exceptions.ParseError("The request could not be read; it may be too large.")
    if isinstance(error, Refused):
        return Conflict(error.reasons)
    return None


def _problem(error: exceptions.APIException) -> dict[str, Any]:
    errors = list(_errors(error))
    status = error.status_code
    first = errors[0]["message"] if len(errors) == 1 else f"{len(errors)} things are wrong."
    name = _NAMES.get(status)
    return {
        "type": f"urn:carmsvc:problem:{name}" if name else "about:blank",
        "title": TITLES.get(status, TITLES[500]),
        "status": status,
        "detail": first if errors else str(error.detail),
        "errors": errors,
    }


def _errors(error: exceptions.APIException) -> Iterable[dict[str, Any]]:
    if isinstance(error, exceptions.ValidationError):
        yield from _flat(error.detail, [])
    elif isinstance(error, Conflict):
        yield from ({"field": None, "pointer": None, "message": one} for one in error.reasons)
    elif isinstance(error, NotSeen):
        yield from _flat(error.detail, [error.field])


def _flat(detail: Any, path: list[str]) -> Iterable[dict[str, Any]]:
    """Each message with the field it is about, out of DRF's nested details."""
    if isinstance(detail, Mapping):
        for key, value in detail.items():
            yield from _flat(value, path if key == "non_field_errors" else [*path, str(key)])
    elif isinstance(detail, list):
        for place, value in enumerate(detail):
            is_nested = isinstance(value, Mapping | list)
            yield from _flat(value, [*path, str(place)] if is_nested else path)
    else:
        pointer = "".join(f"/{part}" for part in path)
        yield {"field": ".".join(path) or None, "pointer": pointer or None, "message": str(detail)}


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(int(wait))
    return headers
