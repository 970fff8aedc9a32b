"""What is answered when something is wrong before, around or instead of a view.

A page, for people; below /api/ a problem document, as the API's own doors answer. Neither tells
anything of the inside. 400 and 500 need neither database nor session.
"""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import csrf, defaults

from carmsvc.platform.problems import CONTENT_TYPE, TITLES

API = "/api/"
DETAILS = {
    400: "The request could not be read.",
    403: "This is not allowed.",
    404: "There is nothing here that you may see.",
    500: "The failure was logged. Please try again later.",
}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: a wrong host, a body that is too large, a value that no text can hold."""
    if _is_api(request):
        return problem(request, 400)
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: the person sees it, but may not do this."""
    if _is_api(request):
        return problem(request, 403)
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: not there, or not for this person to see; the two look the same."""
    if _is_api(request):
        return problem(request, 404)
    return defaults.page_not_found(request, exception)


def form_from_elsewhere(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form without the token that its page gave it (`CSRF_FAILURE_VIEW`)."""
    if _is_api(request):
        return problem(request, 403)
    return csrf.csrf_failure(request, reason)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our own fault."""
    return problem(request, 500) if _is_api(request) else defaults.server_error(request)


def problem(request: HttpRequest, status: int) -> JsonResponse:
    """A problem document (RFC 9457) from outside the API's own doors."""
    document = {
        "type": "about:blank",
        "title": TITLES[status],
        "status": status,
        "detail": DETAILS[status],
        "errors": [],
        "instance": request.path,
    }
    return JsonResponse(document, status=status, content_type=CONTENT_TYPE)


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith(API)
