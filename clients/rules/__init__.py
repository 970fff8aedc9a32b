"""Decisions of the clients room, without a framework."""

from clients.rules.invitations import InvitationState, invitation_state
from clients.rules.permissions import (
    BROKERAGE_WIDE,
    IMPORTER_ROLES,
    STAFF_ROLES,
    Permission,
    permissions_of_importer_role,
    permissions_of_staff,
)

__all__ = [
    "BROKERAGE_WIDE",
    "IMPORTER_ROLES",
    "STAFF_ROLES",
    "InvitationState",
    "Permission",
    "invitation_state",
    "permissions_of_importer_role",
    "permissions_of_staff",
]
