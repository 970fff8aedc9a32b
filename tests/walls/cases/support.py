"""Asking for help: importers' requests, the public's letters, prepared answers."""

from clients.rules.permissions import Permission
from tests.walls.cases import PUBLIC, SIGNED_IN, STAFF, Case, Cases, asks, holders_of, reads, writes

VIEW, MAIL = Permission.VIEW, Permission.MANAGE_MAIL
ASK, ANSWER = Permission.ASK_SUPPORT, Permission.ANSWER_SUPPORT
CONTACTS = Permission.ANSWER_CONTACTS

CASES: Cases = {
    "contact": Case(get=PUBLIC, post=PUBLIC),
    "contact-thanks": Case(get=PUBLIC),
    "contact-list": reads(CONTACTS),
    "contact-page": reads(CONTACTS),
    "contact-messages": writes(CONTACTS),
    "contact-notes": writes(CONTACTS),
    "contact-handling": writes(CONTACTS),
    "contact-moving": writes(CONTACTS),
    "contact-step": writes(CONTACTS, at={"wish": "take"}),
    "support-list": Case(get=SIGNED_IN),
    "support-export": Case(get=STAFF),
    "importer-support": reads(VIEW),
    "support-new": asks(ASK),
    "support-request": reads(VIEW),
    "support-messages": writes(ASK),
    "support-notes": writes(ANSWER),
    "support-handling": writes(ANSWER),
    "support-step": writes(ANSWER, at={"wish": "resume"}),
    "answer-list": reads(MAIL),
    "answer-new": asks(MAIL),
    "answer-page": asks(MAIL),
    "answer-retiring": writes(MAIL),
    "received-list": reads(MAIL),
    "received-dismissal": writes(MAIL),
    "received-contact": writes(MAIL),
}


def _request(tenant: object) -> int:
    return int(tenant.ids["support_id"])  # type: ignore[attr-defined]


API: Cases = {
    "api-support-request-list": Case(
        get=SIGNED_IN,
        post=holders_of(ASK),
        body=lambda tenant: {
            "importer": tenant.importer.pk,
            "title": "Why?",
            "category": "other",
            "text": "Why?",
            "subject_kind": "document",
            "subject_id": tenant.ids["document_id"],
        },
    ),
    "api-support-request-detail": Case(get=holders_of(VIEW), at={"pk": _request}),
    "api-support-request-messages": Case(
        get=holders_of(VIEW), post=holders_of(ASK), at={"pk": _request}
    ),
    "api-support-request-transitions": Case(
        post=holders_of(ANSWER),
        at={"pk": _request},
        body=lambda tenant: {"wish": "resume"},
    ),
    "api-received-letter-list": Case(post=holders_of(MAIL)),
}
