"""How allauth behaves here: nobody signs up, letters go through the outbox, secrets are sealed."""

import base64
import hashlib
import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from carmsvc.platform.audit_origin import network_address
from carmsvc.platform.outbox import put_letter
from clients.actions.accounts import record_for_person
from clients.models import User
from clients.queries.accounts import security_of

# What allauth says and our catalogue says first: its French is not the French of Canada.
SAID_OUR_WAY = (
    _("Email"),
    _("Email address"),
    _("The email address and/or password you specified are not correct."),
    _("Incorrect code."),
    _("Incorrect password."),
    _("Use your password"),
    _("Use authenticator app or code"),
    _("Use a security key"),
    _("Authenticator code"),
)
# letters that only tell what happened to the account; the template has one sentence for each
NOTICES = {
    "account/email/password_changed": _("Your password was changed"),
    "account/email/password_reset": _("Your password was changed"),
    "account/email/password_set": _("Your password was changed"),
    "account/email/email_changed": _("Your e-mail address was changed"),
    "mfa/email/totp_activated": _("An authenticator app was added"),
    "mfa/email/totp_deactivated": _("Your authenticator app was removed"),
    "mfa/email/webauthn_added": _("A passkey was added"),
    "mfa/email/webauthn_removed": _("A passkey was removed"),
    "mfa/email/recovery_codes_generated": _("New recovery codes were made"),
}
LETTERS = {
    "account/email/password_reset_key": _("Set a new password"),
    "account/email/unknown_account": _("Set a new password"),
    "account/email/email_confirmation": _("Confirm your e-mail address"),
}
HOLD_A_LINK = {"account/email/password_reset_key", "account/email/email_confirmation"}
SAID = {
    "email_confirmation_sent.txt": _("We sent a letter to %(email)s. Follow its link to confirm."),
    "email_confirmation_failed.txt": _("%(email)s is not free."),
    "email_confirmed.txt": _("%(email)s is confirmed."),
    "email_deleted.txt": _("%(email)s is forgotten."),
    "password_changed.txt": _("Your password is changed"),
    "recovery_codes_generated.txt": _("New recovery codes are made. Keep them now."),
    "totp_activated.txt": _("The authenticator app is added."),
    "totp_deactivated.txt": _("The authenticator app is removed."),
    "webauthn_added.txt": _("The passkey is added."),
    "webauthn_removed.txt": _("The passkey is removed."),
}
LONGEST_ADDRESS = 254  # characters; RFC 5321, 4.5.3.1.3
UNKNOWN_ADDRESS = "0.0.0.0"  # noqa: S104  nothing is bound; a socket's client has no address


class InvitationOnlyAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """People come by invitation, so the sign-up door is closed."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": _("Too many wrong tries. Wait a quarter of an hour."),
        "rate_limited": _("Too many tries. Wait a minute."),
        "duplicate_email": _("This is your address already."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Only a path of this site: no other host, not even one that may post forms here."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def get_client_ip(self, request: HttpRequest) -> str:
        return network_address(request) or UNKNOWN_ADDRESS

    def clean_email(self, email: str) -> str:
        """No longer than a mailbox's address can be, or than we could keep."""
        if len(email) > LONGEST_ADDRESS:
            raise ValidationError(EmailValidator.message)
        return email

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put the letter in the outbox, in its reader's language.

        Somebody without an account gets a letter too, so that neither the answer nor the time
        it takes says whether there is one.
        """
        reader = context.get("user") or User.objects.filter(email=email).first()
        with translation.override(reader.language if reader else translation.get_language()):
            name = template_prefix if template_prefix in LETTERS else "account/email/notice"
            title = LETTERS.get(template_prefix) or NOTICES[template_prefix]
            told = {"title": title, "base_url": settings.BASE_URL, "reader": reader} | context
            put_letter(
                to=email,
                subject=str(title),
                text=render_to_string(f"{name}.txt", told).strip() + "\n",
                holds_secret=template_prefix in HOLD_A_LINK,
            )

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        if template_prefix not in NOTICES:  # an address that never counted was forgotten
            return
        told = (context or {}) | {"user": user}
        super().send_notification_mail(template_prefix, user, told, email)

    def get_reset_password_from_key_url(self, key: str) -> str:
        uid, _dash, token = key.partition("-")
        return settings.BASE_URL + reverse("account_reset_password_from_key", args=[uid, token])

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return settings.BASE_URL + reverse("account_confirm_email", args=[emailconfirmation.key])

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("security")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Somebody who signed in a moment ago has just shown who they are."""
        return not _signed_in_just_now(self.request)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """The pages follow the person's language from here on."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        keep_language(response, user.language)
        return response

    def confirm_email(self, request: HttpRequest, email_address: Any) -> bool:
        """Not an address that is somebody else's by now."""
        others = User.objects.filter(email=email_address.email).exclude(pk=email_address.user_id)
        return not others.exists() and bool(super().confirm_email(request, email_address))

    def get_login_stages(self) -> list[str]:
        ours = f"{__name__}.{AskForFactor.__name__}"
        asked = "allauth.mfa.stages.AuthenticateStage"
        return [ours if stage == asked else stage for stage in super().get_login_stages()]

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Say what happened in the house's words; what needs none (a sign-in) is not said."""
        words = message or SAID.get((message_template or "").rpartition("/")[2], "")
        if words:
            messages.add_message(request, level, str(words) % (message_context or {}), extra_tags)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        known = User.objects.filter(email=credentials.get("email", "").strip().lower()).first()
        if known:
            record_for_person(known, "sign-in failed", by="sign-in", shown=["password"])


def keep_language(response: HttpResponse, language: str) -> None:
    """Remember the language of the pages in this browser."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )


def _signed_in_just_now(request: HttpRequest) -> bool:
    records = get_authentication_records(request, request.user)
    latest = max((record["at"] for record in records), default=0)
    return time.time() - latest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


class AskForFactor(AuthenticateStage):  # type: ignore[misc]
    """The second step of a sign-in; a provider may have taken it already, if we trust it to."""

    def _should_handle(self, request: HttpRequest) -> bool:
        came_from_provider = "sociallogin" in (self.login.signal_kwargs or {})
        if came_from_provider and settings.OIDC_SECOND_FACTOR:
            return False
        return bool(super()._should_handle(request))


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: their secrets are sealed with the deployment's key."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": _("You need a second factor: add another one first."),
        "cannot_generate_recovery_codes": _("Add an authenticator app or a passkey first."),
    }

    def encrypt(self, text: str) -> str:
        return _seal().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _seal().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not security_of(authenticator.user).is_last_factor

    def generate_authenticator_name(self, user: User, type: str) -> str:  # noqa: A002
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey %(number)s") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": settings.MFA_TOTP_ISSUER}


def _seal() -> MultiFernet:
    """Follows from SECRET_KEY; after a change of it the old one must stay in the fallbacks."""
    words = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    keys = [hashlib.sha256(b"second factors " + word.encode()).digest() for word in words]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])
