"""Roles are named sets of permissions; this table is the only place they are written."""

from enum import StrEnum


class Permission(StrEnum):
    """What a person may do with an importer they may see."""

    VIEW = "view"
    UPLOAD = "upload"
    CONFIRM_MAPPING = "confirm_mapping"
    RECONCILE = "reconcile"
    DECIDE = "decide"
    SIGN_OFF = "sign_off"
    ADMINISTER = "administer"


_ANALYST = frozenset(Permission) - {Permission.ADMINISTER}
_VIEWER = frozenset({Permission.VIEW})
_FINANCE = frozenset({Permission.VIEW, Permission.UPLOAD, Permission.CONFIRM_MAPPING})

STAFF_ROLES: dict[str, frozenset[Permission]] = {
    "administrator": frozenset(Permission),
    "analyst": _ANALYST,
    "viewer": _VIEWER,
}
IMPORTER_ROLES: dict[str, frozenset[Permission]] = {
    "owner": _FINANCE,
    "finance": _FINANCE,
    "operations": _VIEWER,
    "compliance": _VIEWER,
    "viewer": _VIEWER,
}


def permissions_of_staff(role: str) -> frozenset[Permission]:
    """What a member of the brokerage's staff with this role may do."""
    return STAFF_ROLES.get(role, frozenset())


def permissions_of_importer_role(role: str) -> frozenset[Permission]:
    """What one of an importer's own people with this role may do."""
    return IMPORTER_ROLES.get(role, frozenset())
