"""Files, statements, ledgers."""

from clients.rules.permissions import Permission
from tests.walls.cases import SIGNED_IN, STAFF, Case, Cases, asks, holders_of, reads, writes

VIEW, UPLOAD, CONFIRM = Permission.VIEW, Permission.UPLOAD, Permission.CONFIRM_MAPPING
PAY, RULES = Permission.RECORD_PAYMENT, Permission.EDIT_RULEBOOK
VALUE = {"name": "gst_rate"}
SECURE = Permission.MANAGE_SECURITY
FILE = {"kind": "statement", "file_id": lambda tenant: tenant.ids["statement_file_id"]}

CASES: Cases = {
    "statement-upload": asks(UPLOAD),
    "ledger-upload": asks(UPLOAD),
    "file": reads(VIEW, at=FILE),
    "file-progress": reads(VIEW, at=FILE),
    "file-original": reads(VIEW, at=FILE),
    "file-problems": reads(VIEW, at=FILE),
    "file-mapping": asks(CONFIRM, at=FILE),
    "file-repairs": writes(CONFIRM, at=FILE),
    "file-attempts": writes(UPLOAD, at=FILE),
    "statement": reads(VIEW),
    "payment-list": Case(get=STAFF),
    "payments-csv": Case(get=STAFF),
    "payment": reads(VIEW),
    "payment-proof": reads(VIEW),
    "payment-voiding": asks(PAY),
    "importer-payments": reads(VIEW),
    "importer-payments-csv": reads(VIEW),
    "payment-new": asks(PAY),
    "payment-allocation": reads(VIEW),
    "payer-arrangement": asks(PAY),
    "late-payment": reads(VIEW),
    "forecast-list": Case(get=STAFF),
    "importer-forecast": reads(VIEW),
    "security-new": asks(SECURE),
    "security-change": asks(SECURE),
    "security-ending": asks(SECURE),
    "release-status": asks(SECURE),
    "rulebook": Case(get=SIGNED_IN),
    "rulebook-value": Case(get=SIGNED_IN, post=holders_of(RULES), at=VALUE),
    "rulebook-approval": writes(RULES),
    "rulebook-rejection": writes(RULES),
    "rulebook-withdrawal": writes(RULES),
}
