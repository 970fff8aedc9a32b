"""Importers, people, staff, keys, deadlines, notices, the audit."""

from clients.rules.permissions import Permission
from tests.walls.cases import (
    PUBLIC,
    SIGNED_IN,
    Case,
    Cases,
    Need,
    asks,
    holders_of,
    reads,
    writes,
)

VIEW, PEOPLE = Permission.VIEW, Permission.MANAGE_PEOPLE
KEYS, READ_AUDIT = Permission.MANAGE_KEYS, Permission.READ_AUDIT
STAFFING, ASSIGNING = Permission.MANAGE_STAFF, Permission.ASSIGN_STAFF
BROKERAGE_AUDIT, MAIL = Permission.READ_BROKERAGE_AUDIT, Permission.MANAGE_MAIL
OCTOBER = {"year": 2026, "month_no": 10}
# a key is there for those who manage its importer's keys; for others it is not
OF_KEYS = holders_of(KEYS, refused=404)
OF_INVITATIONS = holders_of(PEOPLE, refused=404)
CHECKING = holders_of(READ_AUDIT)
AUDITING = Need(frozenset({READ_AUDIT}), is_for_staff=True)
MEMBER = {"person_id": lambda tenant: tenant.analyst.pk}

CASES: Cases = {
    "importer-list": Case(get=SIGNED_IN),
    "importer-new": asks(Permission.REGISTER_IMPORTER),
    # an importer's people
    "importer-people": reads(VIEW),
    "importer-second-factor": writes(PEOPLE),
    "membership": asks(PEOPLE, body=lambda _: {"role": "viewer"}),
    "membership-removal": asks(PEOPLE),
    "importer-invitations": reads(PEOPLE),
    "importer-invitation-new": asks(PEOPLE),
    "staff-invitations": reads(STAFFING),
    "invitation-sending": Case(post=OF_INVITATIONS),
    "invitation-revocation": Case(post=OF_INVITATIONS),
    "invitation": Case(get=PUBLIC, post=PUBLIC),
    "invitation-other-account": Case(post=PUBLIC),
    "invitation-link": Case(get=PUBLIC, post=PUBLIC, delete=PUBLIC, at={"token": "none"}),
    "person": reads(STAFFING),
    "person-deactivation": asks(STAFFING),
    "person-reactivation": writes(STAFFING),
    "person-handover": writes(STAFFING, at=MEMBER),
    # what is due
    "deadline-list": Case(get=SIGNED_IN),
    "deadline-month": Case(get=SIGNED_IN, at=OCTOBER),
    "importer-deadlines": reads(VIEW),
    "importer-deadline-month": reads(VIEW, at=OCTOBER),
    "calendar": Case(get=SIGNED_IN),
    "calendar-opening": Case(post=SIGNED_IN),
    "calendar-closing": Case(post=SIGNED_IN),
    "calendar-feed": Case(get=PUBLIC, at={"secret": lambda tenant: tenant.secrets["calendar"]}),
    "notice-list": Case(get=SIGNED_IN),
    "notice-count": Case(get=SIGNED_IN),
    "notice-reading": Case(post=SIGNED_IN),
    "notice-settings": Case(get=SIGNED_IN, post=SIGNED_IN),
    # the brokerage
    "letter-list": reads(MAIL),
    "letter-sending": writes(MAIL),
    "staff-list": reads(STAFFING, ASSIGNING),
    "staff-invitation-new": asks(STAFFING),
    "staff-member": reads(STAFFING, ASSIGNING, at=MEMBER),
    "staff-role": writes(STAFFING, at=MEMBER),
    "staff-importers-new": asks(ASSIGNING, at=MEMBER),
    "staff-importers-removal": writes(ASSIGNING, at=MEMBER),
    "importer-staff": asks(ASSIGNING),
    "importer-staff-removal": writes(ASSIGNING, at=MEMBER),
    "group-list": reads(ASSIGNING),
    "group-new": asks(ASSIGNING),
    "group": reads(ASSIGNING),
    "group-description": asks(ASSIGNING),
    "group-deletion": asks(ASSIGNING),
    "group-importers-new": asks(ASSIGNING),
    "group-importers-removal": writes(ASSIGNING),
    "group-staff": writes(ASSIGNING),
    "group-staff-removal": writes(ASSIGNING, at=MEMBER),
    "permission-matrix": Case(get=SIGNED_IN),
    "viewing-new": asks(Permission.VIEW_AS),
    "viewing-end": Case(post=SIGNED_IN),
    # the audit
    "importer-audit": reads(READ_AUDIT),
    "importer-audit-export": reads(READ_AUDIT),
    "importer-audit-check": Case(get=CHECKING, post=CHECKING),
    "audit": Case(get=AUDITING),
    "audit-export": Case(get=AUDITING),
    "brokerage-audit": reads(BROKERAGE_AUDIT),
    "brokerage-audit-export": reads(BROKERAGE_AUDIT),
    "brokerage-audit-check": asks(BROKERAGE_AUDIT),
    # API keys
    "importer-keys": reads(KEYS),
    "key-list": reads(KEYS),
    "key-new": asks(
        KEYS,
        body=lambda tenant: {
            "name": "Nightly",
            "importers": [tenant.importer.pk],
            "person": tenant.people["owner"].pk,
        },
    ),
    "key": Case(get=OF_KEYS),
    "key-rotation": Case(get=OF_KEYS, post=OF_KEYS),
    "key-revocation": Case(get=OF_KEYS, post=OF_KEYS),
}
