"""Sign-in at an OpenID Connect provider: only people whom we know already get in.

Beyond what allauth does, the id_token's signature is always checked, whatever way it came, and so
are its nonce and that the user info is of the same subject (OpenID Connect Core 1.0, 3.1.3.7 and
5.3.2). The person is found by the verified e-mail address alone; nothing about them is stored.
"""

import secrets
from typing import Any, Never

import jwt
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

PROVIDER = "oidc"
SIGNATURES = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
CLOCKS_DIFFER_SECONDS = 60
MUST_STATE = ["iss", "aud", "exp", "iat", "sub", "nonce"]


class Provider(OpenIDConnectProvider):  # type: ignore[misc]
    """The provider of the settings; asked to sign somebody in, and for nothing else."""

    def get_oauth2_adapter(self, request: HttpRequest) -> "CheckedTokens":
        return CheckedTokens(request, PROVIDER)

    def get_default_scope(self) -> list[str]:
        return ["openid", "email"]

    def redirect_from_request(self, request: HttpRequest) -> HttpResponse:
        """What else a link may ask for (other scopes, connecting accounts) is not listened to."""
        nonce = secrets.token_urlsafe(32)
        wish = super(OpenIDConnectProvider, self).get_redirect_from_request_kwargs(request)
        response: HttpResponse = self.redirect(
            request,
            process="login",
            next_url=wish.get("next_url"),
            auth_params={"nonce": nonce},
            nonce=nonce,
        )
        return response


class CheckedTokens(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """Takes an id_token only with a good signature, issuer, audience and time."""

    def get_provider(self) -> Provider:
        app = get_adapter().get_app(self.request, provider=self.provider_id)
        return Provider(self.request, app=app)

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return settings.BASE_URL + reverse("openid_connect_callback")

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        claims = self._claims(app, kwargs["response"].get("id_token") or "")
        about = self._fetch_user_info(token.token)
        if about.get("sub") != claims["sub"]:
            raise OAuth2Error("the user info is about somebody else")
        told = about if about.get("email") else claims
        email, is_verified = told.get("email"), told.get("email_verified") is True
        person = {"sub": claims["sub"], "email": email, "email_verified": is_verified}
        login = self.get_provider().sociallogin_from_response(request, {"userinfo": person})
        login.nonce = claims["nonce"]
        return login

    def _claims(self, app: Any, id_token: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                id_token,
                key=self._key(id_token),
                algorithms=SIGNATURES,
                audience=app.client_id,
                issuer=settings.OIDC_ISSUER,
                leeway=CLOCKS_DIFFER_SECONDS,
                options={"require": MUST_STATE},
            )
        except jwt.PyJWTError as error:
            raise OAuth2Error(f"the id_token is not good: {error}") from error
        if claims.get("azp", app.client_id) != app.client_id:
            raise OAuth2Error("the id_token was made for another application")
        return claims

    def _key(self, id_token: str) -> jwt.PyJWK:
        """The provider's public key that the token names; a sole key needs no name."""
        name = jwt.get_unverified_header(id_token).get("kid")
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
            keys = jwt.PyJWKSet.from_dict(answer.json()).keys
        for key in keys:
            if key.key_id == name or (name is None and len(keys) == 1):
                return key
        raise OAuth2Error("the id_token names a key that the provider does not have")


class KnownPeopleOnly(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Lets in whom we know by a verified address; says the same to everybody else."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        sent = sociallogin.state.get("nonce", "")
        if not secrets.compare_digest(sent.encode(), sociallogin.nonce.encode()):
            refuse(request)
        verified = EmailAddress.objects.filter(user=sociallogin.user, verified=True)
        if not sociallogin.is_existing or not verified.exists():
            refuse(request)

    def on_authentication_error(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        refuse(request)


def refuse(request: HttpRequest) -> Never:
    """Back to the sign-in page, which says the same whatever was wrong."""
    messages.warning(
        request,
        _("Sign-in with %(provider)s did not work. Try again, or sign in with your password.")
        % {"provider": settings.OIDC_NAME},
    )
    raise ImmediateHttpResponse(redirect("account_login"))
