"""Who is who."""

from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importers_in_scope
from clients.models import Membership, StaffAssignment, User
from clients.queries.access import permissions_by_importer
from clients.queries.accounts import people_with_second_factor
from clients.queries.staff import lead_of
from clients.rules import Permission


def lead_for(importer_id: int) -> User | None:
    """The person of our staff whom an importer's stuck work is named to."""
    lead = lead_of(importer_id)
    if lead:
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
    held = permissions_by_importer(person, importers_in_scope())
    return [importer_id for importer_id, allowed in held.items() if permission in allowed]


def people_of(importer_id: int) -> Any:
    """An importer's own people by name, with whether they have a second factor."""
    return (
        Membership.objects.filter(importer_id=importer_id)
        .select_related("user")
        .annotate(
            has_second_factor=ExpressionWrapper(
                Q(user__in=people_with_second_factor()), output_field=BooleanField()
            )
        )
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
