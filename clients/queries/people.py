"""Who is who."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importers_in_scope
from clients.models import Membership, StaffAssignment, User
from clients.rules import (
    BROKERAGE_WIDE,
    IMPORTER_ROLES,
    Permission,
    permissions_of_staff,
)


def lead_for(importer_id: int) -> User | None:
    """The person of our staff whom an importer's stuck work is named to."""
    assignment = (
        StaffAssignment.objects.filter(importer_id=importer_id, user__is_active=True)
        .select_related("user")
        .order_by("-is_lead", "id")
        .first()
    )
    if assignment:
        lead: User = assignment.user
        return lead
    administrators = User.objects.filter(staff_role=User.StaffRole.ADMINISTRATOR, is_active=True)
    first: User | None = administrators.order_by("id").first()
    return first


def person_called(email: str) -> User:
    """The active person with this e-mail address, for commands; raises `Refused`."""
    person = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if person is None:
        raise Refused(_("Nobody here has the e-mail address %(email)s.") % {"email": email})
    return person


def importers_where(person: User, permission: Permission) -> list[int]:
    """The importers of the open scope with which a person may do this."""
    scope = importers_in_scope()
    if person.is_staff_member:
        allowed = permissions_of_staff(person.staff_role) - BROKERAGE_WIDE
        return list(scope) if permission in allowed else []
    roles = [role for role, allowed in IMPORTER_ROLES.items() if permission in allowed]
    own = Membership.objects.filter(user=person, role__in=roles, importer__in=scope)
    return list(own.values_list("importer_id", flat=True))


def people_of(importer_id: int) -> Any:
    """An importer's own people by name, with whether they have a second factor."""
    return (
        Membership.objects.filter(importer_id=importer_id)
        .select_related("user")
        .annotate(has_second_factor=Value(False))
        .order_by(Lower("user__full_name"), "id")
    )


def staff_looking_after(importer_id: int) -> list[User]:
    """The brokerage's people assigned to an importer, themselves or through a client group."""
    direct = Q(assignments__importer_id=importer_id)
    grouped = Q(group_places__group__places__importer_id=importer_id)
    leads = StaffAssignment.objects.filter(
        importer_id=importer_id, user=OuterRef("pk"), is_lead=True
    )
    people = User.objects.filter(direct | grouped, is_active=True).annotate(is_lead=Exists(leads))
    return list(people.distinct().order_by("-is_lead", Lower("full_name"), "id"))


def owners_of(importer_id: int) -> Any:
    """The importer's owners who can sign in."""
    return Membership.objects.filter(
        importer_id=importer_id, role=Membership.Role.OWNER, user__is_active=True
    )


def staff_to_take_over(person: User) -> Iterable[User]:
    """The brokerage's people who can take over from somebody."""
    return (
        User.objects.exclude(staff_role="")
        .filter(is_active=True)
        .exclude(pk=person.pk)
        .order_by(Lower("full_name"), "id")
    )
