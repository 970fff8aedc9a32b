"""Decisions of the clients room, without a framework."""

from clients.rules.invitations import InvitationState, invitation_state
from clients.rules.permissions import (
    BROKERAGE_WIDE,
    IMPORTER_ROLES,
    READING,
    STAFF_ROLES,
    Permission,
    permissions_of_importer_role,
    permissions_of_staff,
    permissions_while_viewing,
)
from clients.rules.secrets import Secret, secret_in
from clients.rules.viewing import VIEWING_LASTS, Viewing

__all__ = [
    "BROKERAGE_WIDE",
    "IMPORTER_ROLES",
    "READING",
    "STAFF_ROLES",
    "VIEWING_LASTS",
    "InvitationState",
    "Permission",
    "Secret",
    "Viewing",
    "invitation_state",
    "permissions_of_importer_role",
    "permissions_of_staff",
    "permissions_while_viewing",
    "secret_in",
]
