"""What a person holds and would leave behind."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.utils import timezone

from carmsvc.platform.api_keys import ApiKey
from carmsvc.platform.tenancy import every_importer_id, importer_scope
from clients.models import GroupStaff, Invitation, Membership, StaffAssignment, User
from clients.ownership import Owned, owned_by
from clients.queries.invitations import in_state
from clients.rules import InvitationState


@dataclass(frozen=True)
class Belongings:
    """What somebody holds: for the page of a leaver, and for who takes over."""

    memberships: list[Membership]
    assignments: list[StaffAssignment]
    groups: list[GroupStaff]
    keys: list[ApiKey]  # that would still open something
    invitations: list[Invitation]  # sent by them and still open
    elsewhere: list[Owned]
    sole_owner_of: frozenset[int]  # importers without another owner who can sign in

    @property
    def is_nothing(self) -> bool:
        """Whether the person could go and nobody would miss a thing."""
        return not any(
            (
                self.memberships,
                self.assignments,
                self.groups,
                self.keys,
                self.invitations,
                self.elsewhere,
            )
        )

    @property
    def to_hand_over(self) -> int:
        """How many places another member of the staff could take."""
        return len(self.assignments) + len(self.groups)


def belongings_of(person: User) -> Belongings:
    """Everything a person holds, with every importer, whoever asks."""
    with importer_scope(every_importer_id()):
        memberships = _with_importer(Membership.objects, person)
        return Belongings(
            memberships=memberships,
            assignments=_with_importer(StaffAssignment.objects, person),
            groups=list(person.group_places.select_related("group").order_by("group__name")),
            keys=list(keys_in_force(person)),
            invitations=list(in_state(person.invitations, InvitationState.OPEN).order_by("id")),
            elsewhere=owned_by(person),
            sole_owner_of=_sole_owner_of(person, memberships),
        )


def _with_importer(rows: Any, person: User) -> list[Any]:
    own = rows.filter(user=person).select_related("importer")
    return list(own.order_by(F("importer__legal_name"), "id"))


def _sole_owner_of(person: User, memberships: list[Membership]) -> frozenset[int]:
    owned = {one.importer_id for one in memberships if one.role == Membership.Role.OWNER}
    others = Membership.objects.filter(
        importer__in=owned, role=Membership.Role.OWNER, user__is_active=True
    ).exclude(user=person)
    return frozenset(owned - set(others.values_list("importer_id", flat=True)))


def keys_in_force(person: User) -> Any:
    """A person's API keys that are neither revoked nor expired."""
    return ApiKey.objects.filter(
        user=person, revoked_at=None, expires_at__gt=timezone.now()
    ).order_by("id")
