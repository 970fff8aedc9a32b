"""A person's own account: what they set themselves, and the trace of every way in."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importer_scope
from clients.actions.leavers import end_sessions
from clients.models import User
from clients.queries.accounts import importers_of_person, sessions_of
from clients.rules.time_zones import TIME_ZONES

PROFILE = ("full_name", "language", "time_zone")


@transaction.atomic
def mark_email_verified(user: User) -> None:
    """Take a person's address for theirs: they followed a letter to it, or staff vouch for it."""
    own = EmailAddress.objects.filter(user=user)
    own.exclude(email=user.email).delete()
    own.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})


def record_for_person(
    person: User,
    action: str,
    *,
    by: object = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    **details: Any,
) -> None:
    """Audit what happened to a person's account: on the chain of each importer whose person
    they are; of staff, and of somebody who is nobody's yet, on the brokerage's.
    """
    told: dict[str, Any] = {"by": by or person, "target": person, "before": before, "after": after}
    importers = [] if person.is_staff_member else importers_of_person(person)
    for importer_id in importers:
        with importer_scope(importer_id):
            audit.record(action, importer_id=importer_id, **told, email=person.email, **details)
    if not importers:
        audit.record_for_brokerage(action, **told, email=person.email, **details)


@transaction.atomic
def change_profile(*, person: User, **wanted: str) -> bool:
    """Set a person's name, language or time zone; False if nothing differs. Raises `Refused`."""
    wanted = {name: value.strip() for name, value in wanted.items() if name in PROFILE}
    reasons = [reason for name, value in wanted.items() if (reason := _against(name, value))]
    if reasons:
        raise Refused(*reasons)
    now = {name: getattr(person, name) for name in wanted}
    before = {name: value for name, value in now.items() if value != wanted[name]}
    if not before:
        return False
    after = {name: wanted[name] for name in before}
    for name, value in after.items():
        setattr(person, name, value)
    person.save(update_fields=list(after))
    record_for_person(person, "profile changed", before=before, after=after)
    return True


def _against(name: str, value: str) -> str:
    if name == "full_name" and not value:
        return _("Give your name.")
    if name == "language" and value not in User.Language.values:
        return _("Choose English or French.")
    if name == "time_zone" and value not in TIME_ZONES:
        return _("Choose a time zone from the list.")
    return ""


@transaction.atomic
def remove_second_factors(*, person: User) -> int:
    """For somebody who has lost their device and their recovery codes: take every factor off and
    end every session; returns how many factors. Raises `Refused` if there is none.

    Whoever asks for it has made sure who the person is.
    """
    held = list(Authenticator.objects.filter(user=person))
    if not held:
        raise Refused(_("%(email)s has no second factor.") % {"email": person.email})
    for factor in held:
        factor.delete()
    UserSession.objects.filter(user=person).delete()
    end_sessions(person)
    return len(held)


def note_password_changed(person: User) -> None:
    """Remember when, so that the security page can say it."""
    person.password_changed_at = timezone.now()
    person.save(update_fields=["password_changed_at"])


@transaction.atomic
def end_session(*, person: User, session_id: int) -> bool:
    """Sign a person out of one place; False if it is none of theirs or ended already."""
    session: UserSession | None = sessions_of(person).filter(pk=session_id).first()
    if session is None:
        return False
    record_for_person(person, "session ended", device=session.user_agent, address=session.ip)
    session.end()
    return True


@transaction.atomic
def end_other_sessions(*, person: User, keep: str | None) -> int:
    """Sign a person out everywhere but in the session kept; returns how many ended."""
    others = list(UserSession.objects.filter(user=person).exclude(session_key=keep or ""))
    for session in others:
        session.end()
    return len(others)


@transaction.atomic
def sign_out_everywhere(*, person: User) -> int:
    """End every session of a person, this one too; returns how many."""
    UserSession.objects.filter(user=person).delete()
    ended = end_sessions(person)
    record_for_person(person, "signed out everywhere", sessions_ended=ended)
    return ended
