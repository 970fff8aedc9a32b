"""What a browser says of a passkey; what no browser says is a wrong code, not a fault of ours."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms

MALFORMED = (AttributeError, KeyError, TypeError, ValueError)


def _read(clean: Callable[[], Any]) -> Any:
    """allauth catches some of what its parser raises. `ValidationError` is none of these."""
    try:
        return clean()
    except MALFORMED as error:
        raise get_adapter().validation_error("incorrect_code") from error


class AddPasskey(forms.AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey or security key."""

    def clean(self) -> Any:
        return _read(super().clean)


class SecondStep(forms.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey after the password."""

    def clean_credential(self) -> Any:
        return _read(super().clean_credential)


class SignIn(forms.LoginWebAuthnForm):  # type: ignore[misc]
    """A passkey instead of the password."""

    def clean_credential(self) -> Any:
        return _read(super().clean_credential)


class ConfirmItIsYou(forms.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey before something delicate."""

    def clean_credential(self) -> Any:
        return _read(super().clean_credential)
