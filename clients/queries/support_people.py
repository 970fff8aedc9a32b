"""Who is on either side of a request for help."""

from clients.models import Membership, SupportMessage, SupportRequest, User
from clients.queries.notices import listeners

# where nobody of the importer has a part in it yet
AUDIENCE = frozenset({"owner", "finance", "operations", "compliance"})


def client_side(request: SupportRequest) -> list[User]:
    """The importer's people who have a part in it: who asked, who wrote; else those who act.

    Only who belongs to the importer today and can sign in.
    """
    members = Membership.objects.filter(importer=request.importer_id, user__is_active=True)
    rows = list(members.select_related("user").order_by("id"))
    written = SupportMessage.objects.filter(
        importer=request.importer_id, request=request, is_from_staff=False
    )
    parts = {request.asked_by_id, *written.values_list("author_id", flat=True)}
    took_part = [row.user for row in rows if row.user_id in parts]
    return took_part or [row.user for row in rows if row.role in AUDIENCE]


def staff_side(request: SupportRequest) -> list[User]:
    """Whoever looks after it; else the lead of the importer, or whoever stands in."""
    if request.owner and request.owner.is_active and request.owner.is_staff_member:
        return [request.owner]
    staff = [one.user for one in listeners([request.importer_id])[request.importer_id]
             if not one.role]  # fmt: skip
    return staff[:1]


def staff_in_sight() -> list[User]:
    """The staff who can look after anything, by name."""
    rows = User.objects.filter(is_active=True).exclude(staff_role="")
    return list(rows.exclude(staff_role=User.StaffRole.VIEWER).order_by("full_name", "id"))
