"""People in the CARM portal, their roles, and the rounds in which they are verified."""

from typing import Any

from clients.rules.permissions import Permission
from tests.walls.cases import SIGNED_IN, STAFF, Case, Cases, asks, holders_of, reads, writes
from tests.walls.cases.api import listed, one, step
from tests.walls.world import Tenant

VIEW = Permission.VIEW
MANAGE, ANSWER = Permission.MANAGE_DELEGATION, Permission.ANSWER_DELEGATION

CASES: Cases = {
    "portal-register": Case(get=STAFF),
    "portal-register-export": Case(get=STAFF),
    "portal-rounds-start": Case(post=STAFF),
    "portal-matrix": Case(get=SIGNED_IN),
    "importer-portal": reads(VIEW),
    "importer-portal-matrix": reads(VIEW),
    "portal-user-new": asks(MANAGE),
    "portal-verification-new": asks(MANAGE),
    "portal-user": reads(VIEW),
    "portal-user-change": asks(MANAGE),
    "portal-user-roles": asks(MANAGE),
    "portal-user-transition": writes(MANAGE, at={"wish": "remove"}),
    "portal-user-departure": writes(MANAGE),
    "portal-role": asks(MANAGE),
    "portal-role-verification": writes(MANAGE),
    "portal-role-ending": writes(MANAGE),
    "portal-verification": Case(get=holders_of(VIEW), post=holders_of(ANSWER)),
    "portal-verification-withdrawal": writes(MANAGE),
    "portal-line-decision": writes(MANAGE),
}


def _proof(tenant: Tenant) -> dict[str, Any]:
    return {"evidence_document": tenant.ids["document_id"]}


PERSON = {"name": "New", "email": "new@quill.example", "kind": "employee"}
API: Cases = {
    "api-portal-permission-list": Case(get=SIGNED_IN),
    "api-portal-user-list": listed(
        holders_of(MANAGE), lambda tenant: {"importer": tenant.importer.pk, **PERSON}
    ),
    "api-portal-user-detail": one("portal_user_id"),
    "api-portal-user-risks": one("portal_user_id"),
    "api-portal-user-roles": one(
        "portal_user_id",
        post=holders_of(MANAGE),
        body=lambda tenant: {
            "role": "reader",
            "program_account": tenant.bn15,
            **_proof(tenant),
        },
    ),
    **{
        f"api-portal-user-{name}": step("portal_user_id", MANAGE)
        for name in ("correction", "transitions", "departure")
    },
    "api-portal-role-list": listed(),
    "api-portal-role-detail": one("portal_role_id"),
    "api-portal-role-ending": step("portal_role_id", MANAGE),
    "api-portal-role-verification": step("portal_role_id", MANAGE, body=_proof),
    "api-portal-role-days": step(
        "portal_role_id",
        MANAGE,
        body=lambda tenant: {"from_on": None, "until_on": None, "evidence": "", **_proof(tenant)},
    ),
    "api-portal-verification-list": listed(
        holders_of(MANAGE), lambda tenant: {"importer": tenant.importer.pk, "due_on": "2099-01-01"}
    ),
    "api-portal-verification-detail": one("verification_id"),
    "api-portal-verification-lines": one("verification_id"),
    "api-portal-verification-answers": step("verification_id", ANSWER),
    "api-portal-verification-decisions": step(
        "verification_id",
        MANAGE,
        body=lambda tenant: {"line": tenant.ids["portal_line_id"], "decision": "applied"},
    ),
    "api-portal-verification-withdrawal": step("verification_id", MANAGE),
}
