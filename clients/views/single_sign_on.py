"""The way to an OpenID Connect provider and back."""

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe
from requests import RequestException

from clients.single_sign_on import PROVIDER, CheckedTokens, refuse


@login_not_required
@require_POST
def single_sign_on(request: HttpRequest) -> HttpResponse:
    """Send somebody to the provider to sign in."""
    try:
        return _adapter(request).get_provider().redirect_from_request(request)
    except RequestException:
        return _refused(request)


@login_not_required
@require_safe
def single_sign_on_return(request: HttpRequest) -> HttpResponse:
    """Somebody comes back from the provider, signed in there or not."""
    view = OAuth2CallbackView.adapter_view(_adapter(request))
    try:
        response: HttpResponse = view(request)
    except (RequestException, ValueError, KeyError):  # an answer that is no OpenID Connect
        return _refused(request)
    return response


def _refused(request: HttpRequest) -> HttpResponse:
    try:
        refuse(request)
    except ImmediateHttpResponse as refusal:
        return refusal.response


def _adapter(request: HttpRequest) -> CheckedTokens:
    if not settings.OIDC_ISSUER:
        raise Http404
    return CheckedTokens(request, PROVIDER)
