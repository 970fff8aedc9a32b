"""The trace of sign-ins and factors: what allauth says has happened, put on the audit chains.

allauth tells by signals only; this is the one place that listens to any.
"""

from typing import Any

from allauth.account.signals import (
    email_added,
    email_changed,
    password_changed,
    password_reset,
    password_set,
    user_logged_in,
)
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed
from allauth.usersessions.models import UserSession
from django.contrib.auth.signals import user_logged_in as session_begun
from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from clients.actions.accounts import (
    end_other_sessions,
    note_password_changed,
    record_for_person,
)
from clients.models import User
from clients.queries.accounts import MAIN_FACTORS


@receiver(session_begun)
def _session_begun(request: Any, user: User, **_: Any) -> None:
    """However somebody got in, the session stands on their list."""
    request.user = user
    UserSession.objects.create_from_request(request)


@receiver(user_logged_in)
def _signed_in(request: Any, user: User, sociallogin: Any = None, **_: Any) -> None:
    record_for_person(user, "signed in", shown=_ways(request))


def _ways(request: Any) -> list[str]:
    """What the person showed: `password`, `mfa: totp`, `socialaccount`."""
    records = request.session.get("account_authentication_methods", [])
    return [": ".join(filter(None, (one["method"], one.get("type")))) for one in records]


@receiver(user_logged_out)
def _signed_out(user: User | None, **_: Any) -> None:
    if isinstance(user, User):
        record_for_person(user, "signed out")


@receiver(authentication_failed)
def _factor_failed(user: User, authenticator: Authenticator, **_: Any) -> None:
    record_for_person(user, "sign-in failed", by="sign-in", shown=[f"mfa: {authenticator.type}"])


@receiver([password_changed, password_set])
def _password_changed(user: User, **_: Any) -> None:
    note_password_changed(user)
    record_for_person(user, "password changed")


@receiver(password_reset)
def _password_reset(request: Any, user: User, **_: Any) -> None:
    """Whoever knew the old password is out; here too, since the session was begun with it."""
    note_password_changed(user)
    end_other_sessions(person=user, keep=request.session.session_key)
    record_for_person(user, "password changed", by="link")


@receiver(email_added)
def _address_asked_for(user: User, email_address: Any, **_: Any) -> None:
    record_for_person(user, "address change asked for", wanted=email_address.email)


@receiver(email_changed)
def _address_changed(user: User, from_email_address: Any, to_email_address: Any, **_: Any) -> None:
    before = {"email": from_email_address.email if from_email_address else None}
    after = {"email": to_email_address.email}
    record_for_person(user, "address changed", before=before, after=after)


@receiver(post_save, sender=Authenticator)
def _factor_added(instance: Authenticator, created: bool, **_: Any) -> None:
    """The first factor ends the other sessions, which never had to show one."""
    if not created:
        return
    record_for_person(instance.user, "factor added", by=_asker(), after={"factor": instance.type})
    if instance.type in MAIN_FACTORS and context.request and not _others(instance):
        end_other_sessions(person=instance.user, keep=context.request.session.session_key)


@receiver(post_delete, sender=Authenticator)
def _factor_removed(instance: Authenticator, **_: Any) -> None:
    record_for_person(
        instance.user, "factor removed", by=_asker(), before={"factor": instance.type}
    )


def _asker() -> object:
    """Who is signed in; outside a request somebody at the server."""
    user = getattr(context.request, "user", None)
    return user if isinstance(user, User) else "command"


def _others(factor: Authenticator) -> bool:
    held = Authenticator.objects.filter(user_id=factor.user_id, type__in=MAIN_FACTORS)
    return bool(held.exclude(pk=factor.pk).exists())
