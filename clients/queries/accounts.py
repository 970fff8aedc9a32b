"""A person's own account: whether they need a second factor, what they have, where they are in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone

from carmsvc.platform.tenancy import user_scope
from clients.models import Importer, Membership, User

MAIN_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def importers_of_person(person: User) -> list[int]:
    """The importers whose own person somebody is, signed in or not, account closed or not."""
    with user_scope(person.pk):
        own = Membership.own.filter(user=person).order_by("importer_id")
        return list(own.values_list("importer_id", flat=True))


def has_second_factor(person: User) -> bool:
    """Whether they have an authenticator app or a passkey; recovery codes alone are none."""
    return Authenticator.objects.filter(user_id=person.pk, type__in=MAIN_FACTORS).exists()


@dataclass(frozen=True)
class Standing:
    """What every request asks of the person who is signed in."""

    has_factor: bool
    session_id: int | None  # None: the session was begun before sessions were listed
    last_seen_at: datetime | None


def standing_of(person: User, session_key: str) -> Standing:
    """One question for a request: is there a second factor, and when was the session last used."""
    session = UserSession.objects.filter(user_id=OuterRef("pk"), session_key=session_key)
    factors = Authenticator.objects.filter(user_id=OuterRef("pk"), type__in=MAIN_FACTORS)
    row = User.objects.filter(pk=person.pk).values_list(
        Exists(factors), Subquery(session.values("id")), Subquery(session.values("last_seen_at"))
    )
    return Standing(*row.get())


def people_with_second_factor() -> Any:
    """The ids of everybody who has a second factor, to be used inside other queries."""
    return Authenticator.objects.filter(type__in=MAIN_FACTORS).values("user_id")


def needs_second_factor(person: User) -> bool:
    """Whether a rule asks for one: the brokerage's of its staff, or one of their importers' in
    the open scope, which is that of the person's own request.
    """
    if person.is_staff_member:
        return bool(settings.STAFF_SECOND_FACTOR)
    own = Membership.objects.filter(user=person).values("importer_id")
    return bool(Importer.objects.filter(requires_second_factor=True, pk__in=own).exists())


@dataclass(frozen=True)
class Security:
    """What guards an account."""

    authenticator_app: Authenticator | None
    passkeys: list[Any]
    recovery_codes_left: int | None  # None: there are none to have
    password_set: bool
    password_changed_at: datetime | None
    new_email: str  # waits for its owner to confirm it
    is_required: bool

    @property
    def has_factor(self) -> bool:
        return bool(self.authenticator_app or self.passkeys)

    @property
    def is_last_factor(self) -> bool:
        """Whether the one factor there is may not go, because a rule asks for it."""
        return self.is_required and len(self.passkeys) + bool(self.authenticator_app) == 1


def security_of(person: User) -> Security:
    """The factors, password and address of an account, as its owner sees them."""
    held = list(Authenticator.objects.filter(user_id=person.pk).order_by("created_at", "id"))
    by_type = {factor.type: factor for factor in held}
    codes = by_type.get(Authenticator.Type.RECOVERY_CODES)
    waiting = EmailAddress.objects.filter(user_id=person.pk, verified=False, primary=False)
    newest = waiting.order_by("-pk").first()
    return Security(
        authenticator_app=by_type.get(Authenticator.Type.TOTP),
        passkeys=[one for one in held if one.type == Authenticator.Type.WEBAUTHN],
        recovery_codes_left=len(codes.wrap().get_unused_codes()) if codes else None,
        password_set=person.has_usable_password(),
        password_changed_at=person.password_changed_at,
        new_email=newest.email if newest else "",
        is_required=needs_second_factor(person),
    )


def sessions_of(person: User) -> Any:
    """Where a person is signed in, the most recently used first."""
    alive = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    own = UserSession.objects.filter(user_id=person.pk, session_key__in=alive)
    return own.order_by("-last_seen_at", "-id")
