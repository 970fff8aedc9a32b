"""How ready importers are: registers, pages, the report, what people say."""

from clients.rules.permissions import Permission
from tests.walls.cases import SIGNED_IN, STAFF, Case, Cases, asks, holders_of, reads, writes
from tests.walls.cases.api import listed, one, step

VIEW, TAKE = Permission.VIEW, Permission.TAKE_ONBOARDING_STEPS
MANAGE = Permission.MANAGE_ONBOARDING

CASES: Cases = {
    "readiness-register": Case(get=STAFF),
    "readiness-register-export": Case(get=STAFF),
    "importer-readiness": reads(VIEW),
    "readiness-report": reads(VIEW),
    "readiness-keeping": writes(MANAGE),
    "readiness-answer-new": asks(TAKE),
    "readiness-answer-withdrawal": writes(
        TAKE, at={"answer_id": lambda tenant: tenant.ids["readiness_answer_id"]}
    ),
}
API: Cases = {
    "api-readiness-list": Case(get=SIGNED_IN),
    **{f"api-readiness-{name}": one("importer_id") for name in ("detail", "history")},
    "api-readiness-keeping": step("importer_id", MANAGE),
    "api-readiness-answer-list": listed(
        holders_of(TAKE),
        lambda tenant: {
            "importer": tenant.importer.pk,
            "check": "R22",
            "program_account": tenant.bn15,
            "is_met": True,
            "statement": "Releases were looked at.",
            "evidence_reference": "Portal",
            "evidence_document": tenant.ids["document_id"],
        },
    ),
    "api-readiness-answer-detail": one("readiness_answer_id"),
    "api-readiness-answer-withdrawal": step("readiness_answer_id", TAKE),
}
