"""What was uploaded, and the lines and entries read from it."""

import uuid
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from carmsvc.platform.fields import MoneyField
from carmsvc.platform.tenancy import TenantForeignKey, TenantModel
from carmsvc.platform.work import WorkRow
from clients.models import ProgramAccount

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


class TransactionType(models.TextChoices):
    """What a line or an entry is; the portal's own word is kept beside it as `raw_type`."""

    CAD = "CAD", _("Accounting declaration (CAD)")
    CAD_CORRECTION = "CAD_CORRECTION", _("Correction")
    CAD_ADJUSTMENT = "CAD_ADJUSTMENT", _("Adjustment")
    LAP = "LAP", _("Late accounting penalty")
    AMPS = "AMPS", _("Administrative monetary penalty")
    INTEREST = "INTEREST", _("Interest")
    PAYMENT = "PAYMENT", _("Payment")
    DISBURSEMENT = "DISBURSEMENT", _("Disbursement")
    NSF = "NSF", _("Returned payment")
    DRAWBACK = "DRAWBACK", _("Drawback")
    CBSA_INVOICE = "CBSA_INVOICE", _("CBSA invoice")
    ADJ_DEBIT = "ADJ_DEBIT", _("Other debit")
    OTHER = "OTHER", _("Other")


class FileKind(models.TextChoices):
    STATEMENT = "statement", _("CARM statement")
    LEDGER = "ledger", _("Broker's ledger")


class FiledBy(models.TextChoices):
    """Whose line it is, told by the account security number that begins its number."""

    OURS = "ours", _("Ours")
    OTHER_BROKER = "other_broker", _("Another broker")
    COURIER = "courier", _("Courier")
    IMPORTER = "importer", _("Importer")
    CBSA = "cbsa", _("CBSA")
    UNKNOWN = "unknown", _("Unknown filer")


class KnownFiler(models.Model):
    """An account security number (first five digits of a transaction number) and its holder."""

    id = models.BigAutoField(primary_key=True)
    account_security_no = models.CharField(max_length=5, unique=True)
    filed_by = models.CharField(max_length=20, choices=FiledBy)
    name = models.CharField(max_length=120)


class MappingProfile(TenantModel):
    """How one importer's files of a kind are read; confirmed once, applies itself after."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=20, choices=FileKind)
    name = models.CharField(max_length=100)
    header_signature = models.CharField(max_length=64)
    mapping = models.JSONField()  # statements.layouts.MappingProfile.to_json()
    confirmed_at = models.DateTimeField(default=timezone.now)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["importer", "kind", "name"], name="one_profile_name"),
        ]
        indexes = [
            models.Index(fields=["importer", "kind", "header_signature"], name="profile_by_header")
        ]

    def __str__(self) -> str:
        return self.name


def original_path(instance: "UploadedFile", file_name: str) -> str:
    """Where an original is kept: by importer, under a name that nobody chose."""
    return f"originals/{instance.importer_id}/{uuid.uuid4().hex}"


def private_storage() -> Any:
    return storages["default"]


class UploadedFile(TenantModel, WorkRow):
    """What was uploaded, kept as it came, and how far we got with it."""

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        READING = "reading", _("Reading")
        NEEDS_MAPPING = "needs_mapping", _("Needs mapping")
        REJECTED = "rejected", _("Rejected")
        LOADED = "loaded", _("Loaded")
        SUPERSEDED = "superseded", _("Superseded")

    waiting_state = State.RECEIVED
    working_state = State.READING

    id = models.BigAutoField(primary_key=True)
    state = models.CharField(max_length=20, choices=State, default=State.RECEIVED)
    original = models.FileField(upload_to=original_path, storage=private_storage, max_length=200)
    file_name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField(default=timezone.now)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    profile = TenantForeignKey(MappingProfile, null=True, related_name="+")
    proposal = models.JSONField(null=True)  # what a person is asked to confirm
    repairs = models.JSONField(default=list)  # [[row, column, value]] that a person confirmed
    refusal = models.JSONField(null=True)  # {"code", "params"} of a file refused as a whole
    rows_read = models.PositiveIntegerField(default=0)
    row_count = models.PositiveIntegerField(null=True)  # known once the file is loaded
    error_count = models.PositiveIntegerField(default=0)
    warning_count = models.PositiveIntegerField(default=0)
    loaded_at = models.DateTimeField(null=True)
    collected_at = models.DateTimeField(null=True)  # when reconciliation took it from the door

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.file_name


class StatementFile(UploadedFile):
    """An export of one program account's statement of account for one billing period."""

    program_account = TenantForeignKey(ProgramAccount, related_name="+")
    period_end = models.DateField()
    stated_opening_balance = MoneyField(null=True)
    stated_total_payable = MoneyField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["importer", "-uploaded_at", "-id"], name="statement_files_newest"),
            models.Index(
                fields=["id"],
                name="statement_files_at_the_door",
                condition=Q(state__in=["received", "reading"], parked_at=None),
            ),
            models.Index(
                fields=["id"],
                name="statement_files_to_collect",
                condition=Q(state="loaded", collected_at=None),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "importer",
                    "program_account",
                    "period_end",
                    "sha256",
                    "stated_opening_balance",
                    "stated_total_payable",
                ],
                nulls_distinct=False,
                condition=Q(state__in=["received", "reading", "needs_mapping", "loaded"]),
                name="same_statement_bytes_once",
            ),
        ]


class LedgerFile(UploadedFile):
    """An export of the broker's own book for one importer."""

    class Covers(models.TextChoices):
        """What a file's silence about an entry of its days means, as the sender says it."""

        FILE_TELLS = "file_tells", _("Let the file tell")
        ALL_OF_ITS_DAYS = "all_of_its_days", _("Everything of its days")
        CHANGES_ONLY = "changes_only", _("Additions and corrections only")

    covers = models.CharField(max_length=20, choices=Covers, default=Covers.FILE_TELLS)
    program_account = TenantForeignKey(ProgramAccount, null=True, related_name="+")
    entries_new = models.PositiveIntegerField(default=0)
    entries_unchanged = models.PositiveIntegerField(default=0)
    entries_superseded = models.PositiveIntegerField(default=0)
    # of those superseded, the ones that this file does not hold at all
    entries_gone = models.PositiveIntegerField(default=0)
    # program account id -> first billing period end whose entries this file changed
    periods_changed = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["importer", "-uploaded_at", "-id"], name="ledger_files_newest"),
            models.Index(
                fields=["id"],
                name="ledger_files_at_the_door",
                condition=Q(state__in=["received", "reading"], parked_at=None),
            ),
            models.Index(
                fields=["id"],
                name="ledger_files_to_collect",
                condition=Q(state="loaded", collected_at=None),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["importer", "sha256"],
                condition=Q(state__in=["received", "reading", "needs_mapping", "loaded"]),
                name="same_ledger_bytes_once",
            ),
        ]


class RowProblem(TenantModel):
    """One cell that is wrong (`error`) or odd (`warning`): row, column, value, and why."""

    class Severity(models.TextChoices):
        ERROR = "error", _("Error")
        WARNING = "warning", _("Warning")

    app_may = ("SELECT", "INSERT", "DELETE")

    id = models.BigAutoField(primary_key=True)
    statement_file = TenantForeignKey(StatementFile, null=True, related_name="problems")
    ledger_file = TenantForeignKey(LedgerFile, null=True, related_name="problems")
    severity = models.CharField(max_length=10, choices=Severity)
    row_no = models.PositiveIntegerField()
    column = models.CharField(max_length=200)
    value = models.TextField()
    code = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    suggestion = models.TextField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["statement_file", "severity", "row_no", "id"], name="sf_problems"),
            models.Index(fields=["ledger_file", "severity", "row_no", "id"], name="lf_problems"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(statement_file=None) ^ Q(ledger_file=None),
                name="problem_of_one_file",
            ),
        ]


class Statement(TenantModel):
    """One month's statement of account for one program account, as the CBSA issued it."""

    id = models.BigAutoField(primary_key=True)
    program_account = TenantForeignKey(ProgramAccount, related_name="+")
    file = TenantForeignKey(StatementFile, related_name="statements")
    period_start = models.DateField()
    period_end = models.DateField()
    statement_on = models.DateField()
    payment_due_on = models.DateField()
    opening_balance = MoneyField()
    activity = MoneyField()
    total_payable = MoneyField()
    opening_balance_stated = models.BooleanField()  # else carried from the statement before
    line_count = models.PositiveIntegerField()
    components = models.JSONField(default=dict)  # component -> amount as text
    superseded_by = TenantForeignKey("self", null=True, related_name="+")
    loaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["importer", "program_account", "period_end"],
                condition=Q(superseded_by=None),
                name="one_current_statement",
            ),
            models.CheckConstraint(
                condition=Q(total_payable=F("opening_balance") + F("activity")),
                name="statement_ties_out",
            ),
        ]
        indexes = [
            models.Index(fields=["importer", "-period_end", "-id"], name="statements_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.program_account} {self.period_end}"


class AmountByComponent(models.Model):
    """An amount in CAD and, where the file gives it, its split."""

    amount = MoneyField()
    duty = MoneyField(null=True)
    sima = MoneyField(null=True)
    surtax = MoneyField(null=True)
    safeguard = MoneyField(null=True)
    excise_duty = MoneyField(null=True)
    excise_tax = MoneyField(null=True)
    gst = MoneyField(null=True)
    pst_hst = MoneyField(null=True)
    interest = MoneyField(null=True)
    penalty = MoneyField(null=True)

    class Meta:
        abstract = True


class StatementLine(TenantModel, AmountByComponent):
    """One line of a statement. Append-only: a corrected file makes a new statement."""

    app_may = ("SELECT", "INSERT")

    id = models.BigAutoField(primary_key=True)
    statement = TenantForeignKey(Statement, related_name="lines", db_index=False)
    row_no = models.PositiveIntegerField()
    transaction_no = models.CharField(max_length=14, null=True, db_collation="C")
    version = models.PositiveIntegerField(null=True)
    transaction_type = models.CharField(max_length=20, choices=TransactionType)
    raw_type = models.TextField(null=True)
    released_on = models.DateField(null=True)
    posted_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    open_amount = MoneyField(null=True)
    status = models.TextField(null=True)
    reference = models.TextField(null=True)
    submitted_by = models.TextField(null=True)
    filed_by = models.CharField(max_length=20, choices=FiledBy)

    class Meta:
        indexes = [
            models.Index(fields=["statement", "row_no", "id"], name="lines_in_order"),
            models.Index(fields=["importer", "transaction_no"], name="lines_by_number"),
            models.Index(
                fields=["statement"],
                name="payment_lines_of_statement",
                condition=Q(transaction_type__in=["PAYMENT", "DISBURSEMENT"]),
            ),
        ]


class LedgerEntry(TenantModel, AmountByComponent):
    """One entry of the broker's own book. Append-only but for who superseded it."""

    app_may = ("SELECT", "INSERT", "UPDATE (superseded_by_id)")

    id = models.BigAutoField(primary_key=True)
    program_account = TenantForeignKey(ProgramAccount, related_name="+", db_index=False)
    file = TenantForeignKey(LedgerFile, related_name="entries", db_index=False)
    superseded_by = TenantForeignKey(LedgerFile, null=True, related_name="+", db_index=False)
    row_no = models.PositiveIntegerField()
    transaction_no = models.CharField(max_length=14, null=True, db_collation="C")
    version = models.PositiveIntegerField(null=True)
    transaction_type = models.CharField(max_length=20, choices=TransactionType, null=True)
    raw_type = models.TextField(null=True)
    released_on = models.DateField(null=True)
    accounted_on = models.DateField(null=True)
    posted_on = models.DateField(null=True)
    period_end = models.DateField()  # of the billing period the entry is due in
    payer = models.TextField(null=True)
    reference = models.TextField(null=True)
    job_no = models.TextField(null=True)
    client_name = models.TextField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["program_account", "period_end", "id"],
                name="entries_by_period",
                condition=Q(superseded_by=None),
            ),
            models.Index(fields=["importer", "transaction_no"], name="entries_by_number"),
            models.Index(fields=["file", "row_no"], name="entries_in_order"),
        ]
