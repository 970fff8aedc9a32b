"""Compliance documents: what each is, its versions, what holds it, and how it ends."""

import uuid
from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.core.files.storage import storages
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from carmsvc.platform.tenancy import TenantForeignKey, TenantModel
from carmsvc.platform.work import WorkRow
from clients.models.importers import ProgramAccount
from clients.models.people import User
from clients.rules.documents import SHOWN_INLINE, Retention


def document_storage() -> Any:
    """Where documents are kept: the disk, or an S3 bucket by setting; never public."""
    return storages["default"]


def version_path(instance: "DocumentVersion", file_name: str) -> str:
    """By importer, under a name that nobody chose and nobody can guess."""
    return f"documents/{instance.importer_id}/{uuid.uuid4().hex}"


class DocumentKind(models.TextChoices):
    """What a document is."""

    AGENCY_AGREEMENT = "agency_agreement", _("Agency agreement")
    CAD = "cad", _("Commercial accounting declaration (CAD)")
    COMMERCIAL_INVOICE = "commercial_invoice", _("Commercial invoice")
    CARGO_CONTROL = "cargo_control", _("Bill of lading or cargo control document")
    CERTIFICATE_OF_ORIGIN = "certificate_of_origin", _("Certificate of origin")
    PERMIT = "permit", _("Permit or licence")
    RULING = "ruling", _("Advance ruling")
    CBSA_DECISION = "cbsa_decision", _("CBSA decision or notice")
    SECURITY_INSTRUMENT = "security_instrument", _("Security instrument")
    STATEMENT = "statement", _("Statement of account")
    PROOF_OF_PAYMENT = "proof_of_payment", _("Proof of payment")
    CORRESPONDENCE = "correspondence", _("Correspondence")
    OTHER = "other", _("Other")


class Document(TenantModel):
    """One document of an importer. Its content is in its versions; it ends by two people's word.

    `counted_from_on` is the importation's day, or the last day in force, by its retention class.
    """

    class RetentionClass(models.TextChoices):
        IMPORTATION = Retention.IMPORTATION.value, _("Six years after the importation")
        LAST_DAY = Retention.LAST_DAY_IN_FORCE.value, _("Six years after its last day in force")

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(_("type"), max_length=30, choices=DocumentKind)
    title = models.CharField(_("title"), max_length=200)
    language = models.CharField(
        _("language"), max_length=2, choices=User.Language, default=User.Language.ENGLISH
    )
    program_account = TenantForeignKey(ProgramAccount, related_name="+", null=True, blank=True)
    transaction_no = models.CharField(
        _("transaction number"), max_length=14, blank=True, db_collation="C"
    )
    subject_kind = models.CharField(max_length=30, blank=True)
    subject_id = models.BigIntegerField(null=True, blank=True)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    retention_class = models.CharField(max_length=20, choices=RetentionClass)
    counted_from_on = models.DateField(null=True, blank=True)
    destroy_after_on = models.DateField(null=True, blank=True)
    words = SearchVectorField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    destroyed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(subject_kind="", subject_id=None)
                | (~Q(subject_kind="") & Q(subject_id__isnull=False)),
                name="a_document_is_about_one_thing_or_none",
            ),
            models.CheckConstraint(
                condition=Q(counted_from_on=None, destroy_after_on=None)
                | Q(counted_from_on__isnull=False, destroy_after_on__gt=F("counted_from_on")),
                name="a_document_is_kept_after_the_day_it_counts_from",
            ),
        ]
        indexes = [
            models.Index(fields=["importer", "-id"], name="documents_newest"),
            models.Index(fields=["importer", "kind", "-id"], name="documents_of_kind"),
            models.Index(fields=["importer", "transaction_no"], name="documents_of_transaction"),
            models.Index(fields=["importer", "subject_kind", "subject_id"], name="documents_about"),
            models.Index(
                fields=["importer", "expires_on"],
                condition=Q(destroyed_at=None, expires_on__isnull=False),
                name="documents_expiring",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class DocumentVersion(TenantModel, WorkRow):
    """The content of a document as somebody sent it. A new one never overwrites an older one.

    It is served only once it is cleared: by the virus scanner, or where none is set up, at once.
    A worker then reads its text. Of an infected or a destroyed one the row stays, with its hash.
    """

    app_may = ("SELECT", "INSERT", "UPDATE")

    class State(models.TextChoices):
        RECEIVED = "received", _("Being checked")
        CHECKING = "checking", _("Being checked")
        READY = "ready", _("Ready")
        INFECTED = "infected", _("Virus found: set apart")

    waiting_state = State.RECEIVED
    working_state = State.CHECKING
    most_attempts = 10_000  # a scanner that is away comes back; until then the file is held

    id = models.BigAutoField(primary_key=True)
    document = TenantForeignKey(Document, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVED)
    file = models.FileField(upload_to=version_path, storage=document_storage, blank=True)
    file_name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField(default=timezone.now)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    cleared_at = models.DateTimeField(null=True, blank=True)
    scanner = models.CharField(max_length=60, blank=True)  # empty: none was set up
    finding = models.CharField(max_length=200, blank=True)
    pages = models.PositiveIntegerField(null=True, blank=True)
    text = models.TextField(blank=True)
    text_note = models.CharField(max_length=60, blank=True)  # why there is no text

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="one_version_number"),
            models.CheckConstraint(
                condition=~Q(state="infected") | Q(cleared_at=None), name="infected_is_not_cleared"
            ),
            models.CheckConstraint(
                condition=~Q(state="ready") | Q(cleared_at__isnull=False), name="ready_is_cleared"
            ),
        ]
        indexes = [
            models.Index(fields=["importer", "document", "-number"], name="versions_of_document"),
            models.Index(
                fields=["leased_until"],
                condition=Q(state__in=["received", "checking"], parked_at=None),
                name="versions_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.number})"

    @staticmethod
    def seconds_to_wait(attempts: int) -> float:
        """A scanner that is away is asked again each minute at first, then every ten minutes."""
        return min(60.0 * attempts, 600.0)

    @property
    def is_served(self) -> bool:
        """Whether anybody may have it: cleared, and its content not destroyed."""
        return bool(self.cleared_at and self.file)

    @property
    def has_preview(self) -> bool:
        return self.is_served and self.content_type in SHOWN_INLINE


class DocumentHold(TenantModel):
    """A legal hold: while one stands, its document is not destroyed."""

    app_may = ("SELECT", "INSERT", "UPDATE (released_at, released_by_id, release_reason)")

    id = models.BigAutoField(primary_key=True)
    document = TenantForeignKey(Document, related_name="holds")
    reason = models.CharField(max_length=500)
    placed_at = models.DateTimeField(default=timezone.now)
    placed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    release_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document"], condition=Q(released_at=None), name="one_standing_hold"
            ),
            models.CheckConstraint(
                condition=Q(released_at=None, released_by=None, release_reason="")
                | (Q(released_at__isnull=False, released_by__isnull=False) & ~Q(release_reason="")),
                name="a_hold_is_released_by_somebody_for_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["importer", "document"], name="holds_of_document")]


class DocumentDestruction(TenantModel):
    """The wish to destroy a document: one person asks, another decides."""

    app_may = ("SELECT", "INSERT", "UPDATE (decision, decided_at, decided_by_id)")

    class Decision(models.TextChoices):
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")

    id = models.BigAutoField(primary_key=True)
    document = TenantForeignKey(Document, related_name="destructions")
    reason = models.CharField(max_length=500)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=10, choices=Decision, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document"], condition=Q(decision=""), name="one_open_destruction"
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None, decided_by=None)
                | (~Q(decision="") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="a_destruction_is_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(decision="approved") | ~Q(decided_by=F("asked_by")),
                name="two_people_destroy_a_document",
            ),
        ]
        indexes = [models.Index(fields=["importer", "document"], name="destructions_of_document")]
