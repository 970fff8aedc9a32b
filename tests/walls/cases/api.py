"""The API: what each address needs of a person, and a body that would be granted."""

from collections.abc import Callable
from typing import Any

from django.core.files.base import ContentFile

from clients.rules.permissions import Permission
from tests.walls.cases import PUBLIC, SIGNED_IN, STAFF, Case, Cases, Need, holders_of
from tests.walls.world import Tenant

VIEW, UPLOAD, CONFIRM = Permission.VIEW, Permission.UPLOAD, Permission.CONFIRM_MAPPING
RECONCILE, DECIDE, SIGN_OFF = Permission.RECONCILE, Permission.DECIDE, Permission.SIGN_OFF
PAY, SECURE, PEOPLE = (
    Permission.RECORD_PAYMENT,
    Permission.MANAGE_SECURITY,
    Permission.MANAGE_PEOPLE,
)
DOCUMENTS, DESTROY = Permission.MANAGE_DOCUMENTS, Permission.DESTROY_DOCUMENTS
DELEGATE, ANSWER = Permission.MANAGE_DELEGATION, Permission.ANSWER_DELEGATION
STAFFING, ASSIGNING = Permission.MANAGE_STAFF, Permission.ASSIGN_STAFF
ANY = Need(may_be_missing=True)  # a list that must be told whose run it is asked for
IF_ANY = Need(frozenset({VIEW}), may_be_missing=True)
OURS = Need(frozenset({DOCUMENTS}), is_for_staff=True)
Body = Callable[[Tenant], dict[str, Any]]


def _at(name: str) -> dict[str, Any]:
    return {"pk": lambda tenant: tenant.ids[name]}


def _group(place: str) -> dict[str, Any]:
    return {"pk": lambda tenant: f"{tenant.ids['run_id']}-{tenant.ids[f'{place}_no']}"}


def _paper(_tenant: Tenant) -> "ContentFile[bytes]":
    return ContentFile(b"%PDF-1.7\n%%EOF", name="paper.pdf")


def _with(**told: Any) -> Body:
    """A body; what of it is an importer's is a function of the importer."""
    return lambda tenant: {
        name: value(tenant) if callable(value) else value for name, value in told.items()
    }


def _of_importer(**told: Any) -> Body:
    return _with(importer=lambda tenant: tenant.importer.pk, **told)


def _of_account(**told: Any) -> Body:
    return _with(program_account=lambda tenant: tenant.bn15, **told)


def _id(name: str) -> Callable[[Tenant], Any]:
    return lambda tenant: tenant.ids[name]


def listed(post: Need | None = None, body: Body | None = None) -> Case:
    """A list that everybody reads as far as they see, and what adding to it needs."""
    return Case(get=SIGNED_IN, post=post, body=body)


def one(name: str, **methods: Any) -> Case:
    """One row, which everybody reads who sees its importer."""
    return Case(get=holders_of(VIEW), at=_at(name), **methods)


def step(name: str, *permissions: Permission, body: Body | None = None) -> Case:
    """Something done with one row."""
    return Case(post=holders_of(*permissions), at=_at(name), body=body)


SIDES = ("importer_signatory", "broker_signatory")
AGREED = {
    **{f"{who}{title}": "Somebody" for who in SIDES for title in ("", "_title")},
    "importer_address": "1 Elm Street",
    "legal_entity": "corporation",
}
ABOUT = {"subject_kind": "statement", "subject_id": _id("statement_id")}

CASES: Cases = {
    "api-index": Case(get=SIGNED_IN),
    "api-me": Case(get=SIGNED_IN),
    "api-schema": Case(get=PUBLIC),
    "api-docs": Case(get=PUBLIC),
    "api-deadline-list": Case(get=SIGNED_IN),
    "api-rulebook-list": Case(get=SIGNED_IN),
    **{
        f"api-rules-{name}": Case(get=SIGNED_IN)
        for name in (
            *("billing-period", "payment-due", "cad-due", "security"),
            *("case-deadline", "gst", "interest"),
        )
    },
    # importers and their people
    "api-importer-list": listed(holders_of(Permission.REGISTER_IMPORTER)),
    "api-importer-detail": one("importer_id"),
    "api-program-account-list": Case(
        get=SIGNED_IN,
        post=holders_of(Permission.EDIT_PROFILE),
        body=lambda tenant: {"importer": tenant.importer.pk, "bn15": f"{tenant.bn9}RM0099"},
    ),
    "api-program-account-detail": one("account_id"),
    "api-program-account-payer": step("account_id", PAY),
    "api-membership-list": listed(),
    "api-membership-detail": one("membership_id", delete=holders_of(PEOPLE)),
    "api-membership-role": step(
        "membership_id",
        PEOPLE,
        body=_with(role="viewer", new_owner=_id("membership_id")),
    ),
    # files and books
    "api-statement-file-list": listed(
        holders_of(UPLOAD), _of_account(file=_paper, period_end="2026-10-17")
    ),
    "api-ledger-file-list": listed(
        holders_of(UPLOAD), _of_importer(file=_paper, program_account=lambda tenant: tenant.bn15)
    ),
    **{
        f"api-{kind}-file-{name}": step(f"{kind}_file_id", permission)
        for kind in ("statement", "ledger")
        for name, permission in (("attempts", UPLOAD), ("mapping", CONFIRM), ("repairs", CONFIRM))
    },
    **{
        f"api-{kind}-file-{name}": one(f"{kind}_file_id")
        for kind in ("statement", "ledger")
        for name in ("detail", "original", "problems")
    },
    "api-statement-list": listed(),
    "api-statement-detail": one("statement_id"),
    "api-statement-lines": one("statement_id"),
    "api-ledger-entry-list": listed(),
    "api-ledger-entry-detail": one("ledger_entry_id"),
    "api-payment-list": listed(
        holders_of(PAY),
        _of_account(amount="5.00", paid_on="2026-10-20", method="cheque", payer="importer"),
    ),
    "api-payment-detail": one("payment_id"),
    "api-payment-proof": one("payment_id"),
    "api-payment-voiding": step("payment_id", PAY),
    "api-pay-answer-list": listed(),
    "api-pay-answer-detail": one("account_id"),
    # both sides meet
    "api-match-run-list": listed(
        holders_of(RECONCILE), lambda tenant: {"statement": tenant.ids["statement_id"]}
    ),
    "api-match-run-detail": one("run_id"),
    "api-match-run-moved": Case(get=IF_ANY, at=_at("run_id")),
    "api-match-run-interest": one("run_id"),
    "api-match-run-attempts": step("run_id", RECONCILE),
    "api-match-run-explanations": step("run_id", DECIDE),
    "api-match-run-reopening": step("run_id", SIGN_OFF),
    "api-match-run-sign-offs": step("run_id", SIGN_OFF),
    **{f"api-{name}-list": Case(get=ANY) for name in ("match", "suggestion", "expected-entry")},
    "api-match-detail": Case(get=holders_of(VIEW), at=_group("match")),
    "api-suggestion-detail": Case(get=holders_of(VIEW), at=_group("suggestion")),
    "api-expected-entry-detail": Case(get=holders_of(VIEW), at=_group("expected")),
    **{
        f"api-suggestion-{name}": Case(
            post=holders_of(DECIDE), delete=holders_of(DECIDE), at=_group("suggestion")
        )
        for name in ("confirmation", "refusal")
    },
    "api-variance-list": listed(),
    "api-variance-detail": one("variance_id"),
    "api-variance-explanation": Case(
        post=holders_of(DECIDE), delete=holders_of(DECIDE), at=_at("variance_id")
    ),
    # documents
    "api-document-list": listed(
        holders_of(DOCUMENTS), _of_importer(kind="ruling", title="A ruling", file=_paper, **ABOUT)
    ),
    "api-document-detail": one("document_id"),
    "api-document-content": one("document_id"),
    "api-document-version-content": Case(
        get=holders_of(VIEW), at={**_at("document_id"), "number": 1}
    ),
    "api-document-versions": step("document_id", DOCUMENTS),
    "api-document-describe": step("document_id", DOCUMENTS, body=_with(**ABOUT)),
    "api-document-holds": one("document_id", post=OURS),
    "api-document-hold-release": Case(post=OURS, at=_at("document_id")),
    "api-document-destructions": one("document_id", post=holders_of(DESTROY)),
    "api-document-destruction-approval": step("document_id", DESTROY),
    "api-document-destruction-refusal": step("document_id", DESTROY),
    "api-document-request-list": listed(
        OURS, _of_importer(kind="permit", title="A permit", due_on="2099-01-01")
    ),
    "api-document-request-detail": one("request_id"),
    "api-document-request-answer": step("request_id", DOCUMENTS),
    "api-document-request-acceptance": Case(post=OURS, at=_at("request_id")),
    "api-document-request-returned": Case(post=OURS, at=_at("request_id")),
    "api-document-request-withdrawal": Case(post=OURS, at=_at("request_id")),
    "api-document-package-list": listed(holders_of(DOCUMENTS), _of_importer(title="All")),
    "api-document-package-detail": one("package_id"),
    "api-document-package-file": one("package_id"),
    # onboarding
    "api-onboarding-list": listed(
        holders_of(Permission.MANAGE_ONBOARDING), _of_importer(variant="resident")
    ),
    "api-onboarding-detail": one("onboarding_id"),
    "api-onboarding-progress": one("onboarding_id"),
    **{
        f"api-onboarding-{name}": step("onboarding_id", Permission.MANAGE_ONBOARDING)
        for name in ("completion", "plan", "cancellation", "version", "reminder")
    },
    "api-onboarding-step-assignment": step("step_id", Permission.MANAGE_ONBOARDING),
    "api-onboarding-step-list": listed(),
    "api-onboarding-step-detail": one("step_id"),
    "api-onboarding-step-evidence": step(
        "step_id",
        Permission.TAKE_ONBOARDING_STEPS,
        body=_with(reference="A letter", document=_id("document_id")),
    ),
    **{
        f"api-onboarding-step-{name}": one(
            "step_id", post=holders_of(Permission.TAKE_ONBOARDING_STEPS)
        )
        for name in ("transitions", "comments")
    },
    "api-checklist-list": Case(get=STAFF),
    "api-checklist-detail": Case(get=STAFF, at={"number": 1}),
    # may we act
    "api-delegation-list": listed(
        holders_of(Permission.MANAGE_DELEGATION), _of_importer(agreed_level="business")
    ),
    "api-delegation-detail": one("delegation_id"),
    "api-delegation-cover": one("delegation_id"),
    "api-delegation-transitions": one(
        "delegation_id",
        post=holders_of(DELEGATE, ANSWER),
        body=_with(
            wish="approve",
            approved_level="program",
            approved_accounts=lambda tenant: [tenant.bn15],
        ),
    ),
    "api-delegation-terms": step("delegation_id", DELEGATE),
    "api-delegation-evidence": step(
        "delegation_id", DELEGATE, body=_with(reference="A report", evidence_on="2026-10-17")
    ),
    "api-delegation-evidence-file": Case(get=holders_of(ANSWER), at=_at("delegation_id")),
    "api-delegation-roles": one("delegation_id", post=holders_of(DELEGATE)),
    "api-delegation-role": Case(
        delete=holders_of(DELEGATE), at={**_at("delegation_id"), "role_id": _id("role_id")}
    ),
    "api-agency-agreement-list": listed(
        holders_of(DELEGATE),
        _of_importer(**AGREED, scope=["file_cad"], effective_on="2026-10-17"),
    ),
    "api-agency-agreement-detail": one("agreement_id"),
    "api-agency-agreement-signing": step("agreement_id", DELEGATE),
    "api-agency-agreement-ending": step("agreement_id", DELEGATE),
    "api-agency-agreement-paper": Case(
        get=holders_of(ANSWER), post=holders_of(DELEGATE), at=_at("agreement_id")
    ),
    "api-agency-agreement-signed-copy": Case(get=holders_of(ANSWER), at=_at("agreement_id")),
    # security and what is to come
    "api-forecast-list": listed(),
    "api-forecast-detail": one("account_id"),
    "api-security-list": listed(
        holders_of(SECURE),
        _of_account(
            form="bond",
            amount="5.00",
            provider="A surety",
            valid_from="2026-10-17",
            replaces=_id("security_id"),
        ),
    ),
    "api-security-detail": one("security_id"),
    "api-security-ending": step("security_id", SECURE),
    "api-headroom-list": listed(),
    "api-headroom-detail": one("account_id"),
    "api-headroom-release-status": step("account_id", SECURE),
    # keys, invitations, staff, the audit
    "api-api-key-list": Case(
        get=SIGNED_IN,
        post=holders_of(Permission.MANAGE_KEYS),
        body=lambda tenant: {
            "name": "Nightly",
            "importers": [tenant.importer.pk],
            "grants": ["*:read"],
        },
    ),
    "api-api-key-detail": Case(
        get=holders_of(Permission.MANAGE_KEYS, refused=404),
        delete=holders_of(Permission.MANAGE_KEYS, refused=404),
        at=_at("key_id"),
    ),
    "api-api-key-rotations": Case(
        post=holders_of(Permission.MANAGE_KEYS, refused=404), at=_at("key_id")
    ),
    "api-invitation-list": listed(
        holders_of(PEOPLE),
        lambda tenant: {
            "email": "new@quill.example",
            "full_name": "New",
            "importers": [tenant.importer.pk],
            "importer_role": "viewer",
        },
    ),
    "api-invitation-detail": Case(get=holders_of(PEOPLE, refused=404), at=_at("invitation_id")),
    "api-invitation-revocation": Case(
        post=holders_of(PEOPLE, refused=404), at=_at("invitation_id")
    ),
    "api-invitation-sending": Case(post=holders_of(PEOPLE, refused=404), at=_at("invitation_id")),
    "api-staff-list": Case(get=holders_of(STAFFING, ASSIGNING)),
    "api-staff-detail": Case(
        get=holders_of(STAFFING, ASSIGNING), at={"pk": lambda tenant: tenant.analyst.pk}
    ),
    "api-staff-role": Case(post=holders_of(STAFFING), at={"pk": lambda tenant: tenant.analyst.pk}),
    "api-staff-assignment-list": Case(get=holders_of(ASSIGNING), post=holders_of(ASSIGNING)),
    "api-staff-assignment-detail": Case(
        get=holders_of(ASSIGNING), delete=holders_of(ASSIGNING), at=_at("assignment_id")
    ),
    "api-client-group-list": Case(get=holders_of(ASSIGNING), post=holders_of(ASSIGNING)),
    "api-client-group-detail": Case(
        get=holders_of(ASSIGNING), delete=holders_of(ASSIGNING), at=_at("group_id")
    ),
    **{
        f"api-client-group-{name}": step("group_id", ASSIGNING) for name in ("deletion", "describe")
    },
    **{
        f"api-client-group-{name}": Case(
            get=holders_of(ASSIGNING), post=holders_of(ASSIGNING), at=_at("group_id")
        )
        for name in ("importers", "staff")
    },
    "api-audit-event-list": Case(get=holders_of(Permission.READ_AUDIT)),
    "api-audit-event-detail": Case(
        get=holders_of(Permission.READ_AUDIT, refused=404), at=_at("event_id")
    ),
}
