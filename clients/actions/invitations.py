"""Invitations: sent, sent again, revoked, accepted once.

The link in the letter is the only copy of its token; a row keeps the token's hash.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.outbox import put_letter
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importer_scope
from clients.actions.accounts import mark_email_verified
from clients.actions.people import create_person, join
from clients.models import Importer, Invitation, InvitedTo, Membership, User
from clients.queries.invitations import (
    importers_of,
    in_state,
    may_invite,
    reason_against_accepting,
    state_of,
)
from clients.rules import InvitationState

TOKEN_BYTES = 32  # 256 bits


def hash_of(token: str) -> str:
    """What is kept of a token, and looked for when it comes back."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def invite(
    *,
    email: str,
    by: User,
    full_name: str = "",
    language: str = User.Language.ENGLISH,
    staff_role: str = "",
    importer_role: str = "",
    importers: Iterable[Importer] = (),
) -> Invitation:
    """Invite a person to a role: one of our staff, or one of these importers' people.

    The letter goes through the outbox, in their language. Raises `Refused` with every reason;
    who may invite whom is decided by `may_invite`.
    """
    address, opened = email.strip().lower(), sorted(importers, key=lambda one: one.pk)
    _one_at_a_time(address)
    if not may_invite(by, staff_role=staff_role, importer_ids=[one.pk for one in opened]):
        raise Refused(_("Your role does not let you invite somebody to this."))
    reasons = list(_reasons_against(address, staff_role, importer_role, opened, by))
    if reasons:
        raise Refused(*reasons)
    invitation = Invitation(
        email=address,
        full_name=full_name.strip(),
        language=language,
        staff_role=staff_role,
        importer_role=importer_role,
        invited_by=by,
    )
    _send(invitation, opened, by)
    for importer in opened:
        with importer_scope(importer.pk):
            InvitedTo.objects.create(importer=importer, invitation=invitation)
    _tell("person invited", invitation, opened, by, after=_content(invitation))
    return invitation


def _one_at_a_time(address: str) -> None:
    """Two invitations of one address, or two takers, wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [address])


def _reasons_against(
    address: str, staff_role: str, importer_role: str, importers: list[Importer], by: User
) -> Iterable[str]:
    try:
        validate_email(address)
    except ValidationError as error:
        yield from error.messages
    if bool(staff_role) == bool(importer_role):
        yield _("Choose one role: of the brokerage's staff, or of an importer's people.")
    if staff_role and staff_role not in User.StaffRole.values:
        yield _("There is no role “%(role)s”.") % {"role": staff_role}
    if importer_role and importer_role not in Membership.Role.values:
        yield _("There is no role “%(role)s”.") % {"role": importer_role}
    if importer_role and not importers:
        yield _("Choose at least one importer.")
    yield from _reasons_against_address(address, staff_role, importers, by)


def _reasons_against_address(
    address: str, staff_role: str, importers: list[Importer], by: User
) -> Iterable[str]:
    """Whether the address is here already, as far as the inviter may know."""
    account = User.objects.filter(email=address).first()
    if account and staff_role:
        yield _("%(email)s has an account already; give the address they will use as staff.") % {
            "email": address
        }
    if account and not staff_role and account.is_staff_member and by.is_staff_member:
        yield _("%(email)s works for the brokerage; assign them instead.") % {"email": address}
    for importer in importers:
        with importer_scope(importer.pk):
            if Membership.objects.filter(importer=importer, user__email=address).exists():
                yield _("%(email)s is one of the people of %(importer)s already.") % {
                    "email": address,
                    "importer": importer,
                }
            elif _is_invited(address, importer):
                yield _(
                    "%(email)s is invited to %(importer)s already; send that invitation again."
                ) % {"email": address, "importer": importer}
    if staff_role and _is_invited(address, None):
        yield _("%(email)s is invited already; send that invitation again.") % {"email": address}


def _is_invited(address: str, importer: Importer | None) -> bool:
    invitations = Invitation.objects.filter(email=address)
    if importer:
        opened = InvitedTo.objects.filter(importer=importer).values("invitation_id")
        invitations = invitations.filter(pk__in=opened, staff_role="")
    else:
        invitations = invitations.exclude(staff_role="")
    return bool(in_state(invitations, InvitationState.OPEN).exists())


def _send(invitation: Invitation, importers: list[Importer], by: User) -> None:
    """A new token, a new term, a letter with the link; any earlier link is dead."""
    token, now = secrets.token_urlsafe(TOKEN_BYTES), timezone.now()
    invitation.token_hash = hash_of(token)
    invitation.sent_at, invitation.expires_at = now, now + timedelta(days=settings.INVITATION_DAYS)
    invitation.save()
    link = settings.BASE_URL.rstrip("/") + reverse("invitation-link", args=[token])
    with translation.override(invitation.language):
        told = {"invitation": invitation, "importers": importers, "by": by, "link": link}
        put_letter(
            to=invitation.email,
            subject=_subject(importers),
            text=render_to_string("clients/mail/invitation.txt", told),
            html=render_to_string("clients/mail/invitation.html", told),
            holds_secret=True,
        )


def _subject(importers: list[Importer]) -> str:
    brokerage = settings.BROKERAGE_NAME or "carmsvc"
    if len(importers) == 1:
        return _("Your invitation to %(importer)s at %(brokerage)s") % {
            "importer": importers[0],
            "brokerage": brokerage,
        }
    return _("Your invitation to %(brokerage)s") % {"brokerage": brokerage}


def _content(invitation: Invitation) -> dict[str, Any]:
    return {
        "email": invitation.email,
        "role": invitation.staff_role or invitation.importer_role,
        "expires_at": invitation.expires_at,
    }


def _tell(
    action: str,
    invitation: Invitation,
    importers: list[Importer],
    by: User,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """On the chain of each importer; an invitation of staff on the brokerage's."""
    told: dict[str, Any] = {"by": by, "target": invitation, "before": before, "after": after}
    told["email"] = invitation.email
    if invitation.staff_role:
        named = [importer.pk for importer in importers]
        audit.record_for_brokerage(action, importers=named, **told)
        return
    for importer in importers:
        with importer_scope(importer.pk):
            audit.record(action, importer_id=importer.pk, **told)


@transaction.atomic
def send_again(*, invitation: Invitation, by: User) -> Invitation:
    """A new link and a new term for an open or expired invitation. Raises `Refused`."""
    held, importers = _managed(invitation, by)
    state = state_of(held)
    if state not in (InvitationState.OPEN, InvitationState.EXPIRED):
        raise Refused(_refusal(state))
    before = {"expires_at": held.expires_at}
    _send(held, importers, by)
    after = {"expires_at": held.expires_at}
    _tell("invitation sent again", held, importers, by, before, after)
    return held


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, by: User) -> Invitation:
    """Take an open or expired invitation back; its link is dead. Raises `Refused`."""
    held, importers = _managed(invitation, by)
    state = state_of(held)
    if state not in (InvitationState.OPEN, InvitationState.EXPIRED):
        raise Refused(_refusal(state))
    held.revoked_at, held.revoked_by = timezone.now(), by
    held.save(update_fields=["revoked_at", "revoked_by"])
    before, after = {"state": state}, {"state": InvitationState.REVOKED}
    _tell("invitation revoked", held, importers, by, before, after)
    return held


def _managed(invitation: Invitation, by: User) -> tuple[Invitation, list[Importer]]:
    """The invitation as it is now, locked, if they may give what it gives."""
    held = Invitation.objects.select_for_update(of=["self"]).get(pk=invitation.pk)
    importers = importers_of(held.pk)
    ids = [importer.pk for importer in importers]
    if not may_invite(by, staff_role=held.staff_role, importer_ids=ids):
        raise Refused(_("Your role does not let you invite somebody to this."))
    return held, importers


def _refusal(state: str) -> str:
    return {
        InvitationState.ACCEPTED: _("This invitation was accepted already."),
        InvitationState.REVOKED: _("This invitation was revoked."),
        InvitationState.EXPIRED: _("This invitation has expired."),
    }[InvitationState(state)]


@transaction.atomic
def accept_as_newcomer(*, token_hash: str, full_name: str, language: str, password: str) -> User:
    """Somebody new takes their invitation: an account, with what it opens. Raises `Refused`."""
    invitation = _open_invitation(token_hash)
    person = create_person(
        email=invitation.email,
        full_name=full_name,
        language=language,
        password=password,
        staff_role=invitation.staff_role,
        by=invitation.email,
    )
    mark_email_verified(person)  # the link came to it
    _enter(invitation, person)
    return person


@transaction.atomic
def accept_with_account(*, token_hash: str, person: User) -> User:
    """Somebody with an account takes an invitation to their address. Raises `Refused`."""
    invitation = _open_invitation(token_hash)
    if reason_against_accepting(invitation, person):
        raise Refused(_("This invitation is not for this account."))
    mark_email_verified(person)
    _enter(invitation, person)
    return person


def _open_invitation(token_hash: str) -> Invitation:
    """The invitation, locked: the second of two clicks waits, and finds it taken."""
    address = Invitation.objects.filter(token_hash=token_hash).values_list("email", flat=True)
    _one_at_a_time(address.first() or "")
    rows = Invitation.objects.select_for_update(of=["self"]).filter(token_hash=token_hash)
    invitation: Invitation | None = rows.first()
    if invitation is None:
        raise Refused(_("This link does not work."))
    state = state_of(invitation)
    if state != InvitationState.OPEN:
        raise Refused(_refusal(state))
    return invitation


def _enter(invitation: Invitation, person: User) -> None:
    importers = importers_of(invitation.pk)
    invitation.accepted_at, invitation.accepted_by = timezone.now(), person
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    for importer in importers:
        join(person, importer.pk, invitation.importer_role, person)
    before, after = {"state": InvitationState.OPEN}, {"state": InvitationState.ACCEPTED}
    _tell("invitation accepted", invitation, importers, person, before, after)
