"""The vocabulary of a file: its kinds, its fields, and what a transaction can be."""

from enum import StrEnum


class FileKind(StrEnum):
    """Which side's document a file is."""

    STATEMENT = "statement"
    LEDGER = "ledger"


CANONICAL_TYPES = (
    "CAD",
    "CAD_CORRECTION",
    "CAD_ADJUSTMENT",
    "LAP",
    "AMPS",
    "INTEREST",
    "PAYMENT",
    "DISBURSEMENT",
    "NSF",
    "DRAWBACK",
    "CBSA_INVOICE",
    "ADJ_DEBIT",
    "OTHER",
)
ACCOUNTING_TYPES = frozenset({"CAD", "CAD_CORRECTION", "CAD_ADJUSTMENT"})

COMPONENTS = (
    "duty",
    "sima",
    "surtax",
    "safeguard",
    "excise_duty",
    "excise_tax",
    "gst",
    "pst_hst",
    "interest",
    "penalty",
)

STATEMENT_COLUMNS = (
    "row_no",
    "program_account",
    "transaction_no",
    "version",
    "transaction_type",
    "raw_type",
    "released_on",
    "posted_on",
    "due_on",
    "amount",
    *COMPONENTS,
    "open_amount",
    "status",
    "reference",
    "submitted_by",
)
LEDGER_COLUMNS = (
    "row_no",
    "program_account",
    "transaction_no",
    "version",
    "transaction_type",
    "raw_type",
    "released_on",
    "accounted_on",
    "posted_on",
    "amount",
    *COMPONENTS,
    "payer",
    "reference",
    "job_no",
    "client_name",
)
COLUMNS = {FileKind.STATEMENT: STATEMENT_COLUMNS, FileKind.LEDGER: LEDGER_COLUMNS}

DATE_FIELDS = {
    FileKind.STATEMENT: ("released_on", "posted_on", "due_on"),
    FileKind.LEDGER: ("released_on", "accounted_on", "posted_on"),
}
AMOUNT_FIELDS = ("amount", "debit", "credit", *COMPONENTS, "open_amount")
TEXT_FIELDS = ("status", "reference", "submitted_by", "payer", "job_no", "client_name")

DAY_FIRST = "%d/%m/%Y"
MONTH_FIRST = "%m/%d/%Y"
YEAR_FIRST = "%Y-%m-%d"

SIGNED = "signed"  # debit positive
SIGNED_CREDIT_POSITIVE = "signed_credit_positive"
TWO_COLUMNS = "two_columns"  # amount = debit - credit
TWO_COLUMNS_CREDIT_NEGATIVE = "two_columns_credit_negative"  # amount = debit + credit
