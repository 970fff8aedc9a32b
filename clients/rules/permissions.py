"""Roles are named sets of permissions; this table is the only place they are written."""

from enum import StrEnum


class Permission(StrEnum):
    """What a person may do: with an importer they may see, or for the whole brokerage."""

    VIEW = "view"
    UPLOAD = "upload"
    CONFIRM_MAPPING = "confirm_mapping"
    RECONCILE = "reconcile"
    DECIDE = "decide"
    SIGN_OFF = "sign_off"
    RECORD_PAYMENT = "record_payment"
    MANAGE_PEOPLE = "manage_people"
    EDIT_PROFILE = "edit_profile"
    EDIT_CONTACTS = "edit_contacts"
    MANAGE_KEYS = "manage_keys"
    MANAGE_SECURITY = "manage_security"
    MANAGE_DELEGATION = "manage_delegation"
    ANSWER_DELEGATION = "answer_delegation"
    MANAGE_DOCUMENTS = "manage_documents"
    DESTROY_DOCUMENTS = "destroy_documents"
    MANAGE_ONBOARDING = "manage_onboarding"
    TAKE_ONBOARDING_STEPS = "take_onboarding_steps"
    ASK_SUPPORT = "ask_support"
    ANSWER_SUPPORT = "answer_support"
    READ_AUDIT = "read_audit"
    VIEW_AS = "view_as"
    REGISTER_IMPORTER = "register_importer"
    ASSIGN_STAFF = "assign_staff"
    MANAGE_STAFF = "manage_staff"
    READ_BROKERAGE_AUDIT = "read_brokerage_audit"
    EDIT_RULEBOOK = "edit_rulebook"
    MANAGE_MAIL = "manage_mail"
    ANSWER_CONTACTS = "answer_contacts"


# not about one importer: asked with `may_here`, held by staff only
BROKERAGE_WIDE = frozenset(
    {
        Permission.REGISTER_IMPORTER,
        Permission.ASSIGN_STAFF,
        Permission.MANAGE_STAFF,
        Permission.READ_BROKERAGE_AUDIT,
        Permission.EDIT_RULEBOOK,
        Permission.MANAGE_MAIL,
        Permission.ANSWER_CONTACTS,
    }
)

# what looking at an importer as one of its roles leaves of the role
READING = frozenset({Permission.VIEW, Permission.READ_AUDIT})

_VIEWER = frozenset({Permission.VIEW})
_ASKS = _VIEWER | {Permission.ASK_SUPPORT}  # who may only look may still ask
_ANALYST = _VIEWER | {
    Permission.MANAGE_ONBOARDING,
    Permission.TAKE_ONBOARDING_STEPS,
    Permission.ASK_SUPPORT,
    Permission.ANSWER_SUPPORT,
    Permission.ANSWER_CONTACTS,
    Permission.UPLOAD,
    Permission.CONFIRM_MAPPING,
    Permission.RECONCILE,
    Permission.DECIDE,
    Permission.SIGN_OFF,
    Permission.RECORD_PAYMENT,
    Permission.MANAGE_PEOPLE,
    Permission.EDIT_PROFILE,
    Permission.EDIT_CONTACTS,
    Permission.MANAGE_SECURITY,
    Permission.MANAGE_DELEGATION,
    Permission.ANSWER_DELEGATION,
    Permission.MANAGE_DOCUMENTS,
    Permission.READ_AUDIT,
    Permission.VIEW_AS,
}
_DOES_STEPS = _ASKS | {Permission.TAKE_ONBOARDING_STEPS}
_FINANCE = _DOES_STEPS | {Permission.UPLOAD, Permission.CONFIRM_MAPPING, Permission.RECORD_PAYMENT}
_SENDS_DOCUMENTS = _DOES_STEPS | {Permission.MANAGE_DOCUMENTS}
_OWNER = _FINANCE | {
    Permission.MANAGE_DOCUMENTS,
    Permission.MANAGE_PEOPLE,
    Permission.EDIT_CONTACTS,
    Permission.MANAGE_KEYS,
    Permission.ANSWER_DELEGATION,
    Permission.READ_AUDIT,
}

STAFF_ROLES: dict[str, frozenset[Permission]] = {
    "administrator": frozenset(Permission),
    "analyst": _ANALYST,
    "viewer": _VIEWER,
}
IMPORTER_ROLES: dict[str, frozenset[Permission]] = {
    "owner": _OWNER,
    "finance": _FINANCE,
    "operations": _SENDS_DOCUMENTS,
    "compliance": _SENDS_DOCUMENTS,
    "viewer": _ASKS,
}


def permissions_of_staff(role: str) -> frozenset[Permission]:
    """What a member of the brokerage's staff with this role may do."""
    return STAFF_ROLES.get(role, frozenset())


def permissions_of_importer_role(role: str) -> frozenset[Permission]:
    """What one of an importer's own people with this role may do."""
    return IMPORTER_ROLES.get(role, frozenset())


def permissions_while_viewing(importer_role: str) -> frozenset[Permission]:
    """What is left of an importer's role for somebody who only looks as it."""
    return permissions_of_importer_role(importer_role) & READING
