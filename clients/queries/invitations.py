"""Invitations: what a link opens, who may send one, which ones a person manages."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from carmsvc.platform.tenancy import every_importer_id, importer_scope
from clients.models import Importer, Invitation, InvitedTo, User
from clients.queries.access import importer_ids_for, may, may_here
from clients.queries.people import importers_where
from clients.rules import InvitationState, Permission, invitation_state

STATE_WORDS: dict[str, Any] = {
    InvitationState.OPEN: pgettext_lazy("invitation", "Open"),
    InvitationState.ACCEPTED: pgettext_lazy("invitation", "Accepted"),
    InvitationState.EXPIRED: pgettext_lazy("invitation", "Expired"),
    InvitationState.REVOKED: pgettext_lazy("invitation", "Revoked"),
}


def state_of(invitation: Invitation) -> InvitationState:
    """Where an invitation stands now."""
    return invitation_state(
        accepted_at=invitation.accepted_at,
        revoked_at=invitation.revoked_at,
        expires_at=invitation.expires_at,
        now=timezone.now(),
    )


def in_state(invitations: Any, state: str) -> Any:
    """Those of the invitations that stand so now; all of them for any other word."""
    if state not in STATE_WORDS:
        return invitations
    untouched, now = Q(accepted_at=None, revoked_at=None), timezone.now()
    conditions = {
        InvitationState.OPEN: untouched & Q(expires_at__gt=now),
        InvitationState.EXPIRED: untouched & Q(expires_at__lte=now),
        InvitationState.ACCEPTED: ~Q(accepted_at=None),
        InvitationState.REVOKED: ~Q(revoked_at=None),
    }
    return invitations.filter(conditions[InvitationState(state)])


@dataclass(frozen=True)
class Offer:
    """What a link opens, as far as whoever has it may know."""

    invitation: Invitation | None
    importers: list[Importer]
    account: User | None  # of the invited address, if it has one

    @property
    def state(self) -> str:
        """`unknown`, or where the invitation stands."""
        return state_of(self.invitation).value if self.invitation else "unknown"

    @property
    def role_word(self) -> Any:
        """The role it gives, for people."""
        if self.invitation is None:
            return ""
        if self.invitation.staff_role:
            return self.invitation.get_staff_role_display()
        return self.invitation.get_importer_role_display()


def offer_behind(token_hash: str) -> Offer:
    """What the link with this hash opens; asks the same of the database whatever it finds."""
    invitation = (
        Invitation.objects.select_related("invited_by").filter(token_hash=token_hash).first()
    )
    importers = importers_of(invitation.pk if invitation else 0)
    address = invitation.email if invitation else ""
    return Offer(invitation, importers, User.objects.filter(email=address).first())


def importers_of(invitation_id: int) -> list[Importer]:
    """Every importer an invitation opens, whoever asks: for its letter, its page, its taker."""
    with importer_scope(every_importer_id()):
        opened = InvitedTo.objects.filter(invitation_id=invitation_id).values("importer_id")
        return list(Importer.objects.filter(pk__in=opened).order_by("id"))


def may_invite(person: User, *, staff_role: str, importer_ids: Iterable[int]) -> bool:
    """Whether a person may give these rights: staff by those who manage staff only, an
    importer's roles by those who manage its people, and only where they see the importer.
    """
    wanted = set(importer_ids)
    if not wanted <= set(importer_ids_for(person)):
        return False
    if staff_role:
        return may_here(person, Permission.MANAGE_STAFF) and (
            not wanted or may_here(person, Permission.ASSIGN_STAFF)
        )
    with importer_scope(wanted):
        return all(may(person, Permission.MANAGE_PEOPLE, one) for one in wanted)


def reason_against_accepting(invitation: Invitation, account: User | None) -> str:
    """Why the holder of an account cannot take an invitation: a word, or nothing.

    Staff stay staff and an importer's people stay theirs: neither becomes the other by a link.
    """
    if account is None:
        return ""
    if account.email != invitation.email:
        return "other_address"
    if not account.is_active:
        return "account_closed"
    if invitation.staff_role:
        return "has_account"
    return "is_staff" if account.is_staff_member else ""


def invitations_to(importer_id: int) -> Any:
    """The invitations of an importer's own people, newest first."""
    to_it = InvitedTo.objects.filter(importer_id=importer_id).values("invitation_id")
    return _listed(Invitation.objects.filter(pk__in=to_it).exclude(importer_role=""))


def invitations_of_staff() -> Any:
    """The brokerage's invitations of its own staff, newest first."""
    return _listed(Invitation.objects.exclude(staff_role=""))


def invitations_managed_by(person: User) -> Any:
    """The invitations in the open scope that a person may send again or revoke."""
    managed = importers_where(person, Permission.MANAGE_PEOPLE)
    to_these = InvitedTo.objects.filter(importer__in=managed).values("invitation_id")
    seen = Q(pk__in=to_these) & ~Q(importer_role="")
    if may_here(person, Permission.MANAGE_STAFF):
        seen |= ~Q(staff_role="")
    return _listed(Invitation.objects.filter(seen))


def _listed(invitations: Any) -> Any:
    """With whom it came from, and those importers that the scope shows."""
    opened = InvitedTo.objects.filter(invitation=OuterRef("pk")).order_by("importer_id")
    return (
        invitations.select_related("invited_by", "accepted_by", "revoked_by")
        .annotate(importer_ids=ArraySubquery(opened.values("importer_id")))
        .order_by("-id")
    )
