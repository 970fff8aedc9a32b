"""Work, runs, differences, signatures."""

from clients.rules.permissions import Permission
from tests.walls.cases import SIGNED_IN, STAFF, Case, Cases, reads, writes

VIEW, RECONCILE = Permission.VIEW, Permission.RECONCILE
DECIDE, SIGN_OFF = Permission.DECIDE, Permission.SIGN_OFF

CASES: Cases = {
    "home": Case(get=SIGNED_IN),
    "work-queue": Case(get=STAFF),
    "importer": reads(VIEW),
    "importer-statements": reads(VIEW),
    "reconciliation": reads(VIEW),
    "run-request": writes(RECONCILE),
    "run": reads(VIEW),
    "run-progress": reads(VIEW),
    "run-attempts": writes(RECONCILE),
    "run-groups": reads(VIEW, at={"place": "match", "reason": "010_exact"}),
    "run-explanations": writes(DECIDE),
    "suggestion": writes(
        DECIDE, at={"verdict": "confirm", "group_no": lambda tenant: tenant.ids["suggestion_no"]}
    ),
    "run-sign-offs": writes(SIGN_OFF),
    "run-reopening": writes(SIGN_OFF),
    "run-kind-explanation": writes(DECIDE, at={"kind": "not_in_ledger"}),
    "decision-withdrawal": writes(DECIDE),
    "statement-pay-answer": reads(VIEW),
    "pay-answer": reads(VIEW),
    "variance-reopening": writes(DECIDE),
}
