"""Decisions of the clients room, without a framework."""

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
    "Permission",
    "permissions_of_importer_role",
    "permissions_of_staff",
]
