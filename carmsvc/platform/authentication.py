"""Who asks the API: a key in the Authorization header, else the signed-in person."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from carmsvc.platform.api_keys import ApiKey
from carmsvc.platform.key_grants import grant_needed

SCHEME = "Bearer"


class ApiKeyAuthentication(BaseAuthentication):
    """The key that opened this request's scope.

    The middleware looked the key up, once, to open the scope: a view can never see more
    than the database shows it.
    """

    def authenticate(self, request: Request) -> tuple[Any, ApiKey] | None:
        word = request.headers.get("Authorization", "").partition(" ")[0]
        if word.lower() != SCHEME.lower():
            return None
        key: ApiKey | None = getattr(request._request, "api_key", None)
        if key is None:
            raise AuthenticationFailed("This API key is not valid, has expired or was revoked.")
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        return f'{SCHEME} realm="carmsvc"'


class WithinGrants(BasePermission):
    """A key asks only what it has a grant for; of every view, so that a new one is closed too."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, ApiKey):
            return True
        match = request.resolver_match
        grant = grant_needed(str(request.method), match.route if match else "")
        if grant and not request.auth.allows(grant):
            raise PermissionDenied(f"This API key lacks the grant {grant}.")
        return True


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI document describes the key."""

    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key: `Authorization: Bearer carm_…`. It sees the importers it "
            "was made for, and does there what its grants (`statements:read`) name.",
        }


def principal_of(request: Request) -> str:
    """Who is counted and remembered: a key, a person, else an address."""
    if isinstance(request.auth, ApiKey):
        return f"key:{request.auth.pk}"
    if request.user.is_authenticated:
        return f"user:{request.user.pk}"
    return f"address:{request.META.get('REMOTE_ADDR', '')}"
