"""Files, statements, ledgers."""

from clients.rules.permissions import Permission
from tests.walls.cases import Cases, asks, reads, writes

VIEW, UPLOAD, CONFIRM = Permission.VIEW, Permission.UPLOAD, Permission.CONFIRM_MAPPING
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
}
