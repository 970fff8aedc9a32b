"""Staff as these stories need them, and what is told of them."""

from typing import Any

from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, StaffAssignment, User
from tests.conftest import settle


def new_staff(name: str, role: str = "analyst") -> User:
    email = f"{name.lower()}@broker.example"
    return settle(User.objects.create_user(email, full_name=name, staff_role=role))


def told_of(importer: Importer, action: str) -> list[tuple[Any, Any]]:
    """What changed by an action, as the importer's chain has it: before and after."""
    with importer_scope(importer.pk):
        events = AuditEvent.objects.filter(importer=importer, action=action).order_by("sequence")
        return [(event.before, event.after) for event in events]


def assigned(importer: Importer) -> dict[str, bool]:
    """Who looks after an importer directly, and whether as its lead."""
    with importer_scope(importer.pk):
        rows = StaffAssignment.objects.filter(importer=importer).order_by("user__email")
        return dict(rows.values_list("user__email", "is_lead"))
