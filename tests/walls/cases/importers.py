"""Importers: profiles, accounts, contacts, their story, lists of clients, the search."""

from typing import Any

from clients.rules.permissions import Permission
from tests.walls.cases import (
    SIGNED_IN,
    STAFF,
    Case,
    Cases,
    asks,
    holders_of,
    reads,
    writes,
)

VIEW, EDIT = Permission.VIEW, Permission.EDIT_PROFILE
CONTACTS, REGISTER = Permission.EDIT_CONTACTS, Permission.REGISTER_IMPORTER

CASES: Cases = {
    "importer-profile": reads(VIEW),
    "importer-profile-change": asks(EDIT),
    "importer-timeline": reads(VIEW),
    "importer-export": Case(get=STAFF),
    "program-account-new": asks(EDIT),
    "program-account": asks(EDIT),
    "importer-contact-new": asks(CONTACTS),
    "importer-contact": asks(CONTACTS),
    "importer-contact-removal": asks(CONTACTS),
    "client-lists": asks(REGISTER),
    "client-list-template": reads(REGISTER),
    "client-list": reads(REGISTER),
    "client-list-confirmation": writes(REGISTER),
    "client-list-withdrawal": writes(REGISTER),
    "search": Case(get=SIGNED_IN),
}


def _contact(tenant: Any) -> int:
    return int(tenant.ids["importer_contact_id"])


def _importer(tenant: Any) -> int:
    return int(tenant.importer.pk)


def _account(tenant: Any) -> int:
    return int(tenant.ids["account_id"])


API: Cases = {
    "api-search": Case(get=SIGNED_IN),
    "api-importer-profile": writes(EDIT, at={"pk": _importer}),
    "api-importer-standing": reads(VIEW, at={"pk": _importer}),
    "api-program-account-profile": writes(EDIT, at={"pk": _account}),
    "api-importer-contact-list": Case(
        get=SIGNED_IN,
        post=holders_of(CONTACTS),
        body=lambda tenant: {
            "importer": tenant.importer.pk,
            "name": "Anne Roy",
            "function": "finance",
            "phone": "514 555-0100",
        },
    ),
    "api-importer-contact-detail": Case(
        get=holders_of(VIEW), delete=holders_of(CONTACTS), at={"pk": _contact}
    ),
    "api-importer-contact-describe": writes(
        CONTACTS, at={"pk": _contact}, body=lambda _tenant: {"phone": "514 555-0101"}
    ),
}
