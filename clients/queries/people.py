"""Who is who."""

from django.utils.translation import gettext as _

from carmsvc.platform.refusals import Refused
from clients.models import StaffAssignment, User


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
