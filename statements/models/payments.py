"""What was paid to the CBSA, by whom, and the proof of it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from carmsvc.platform.fields import MoneyField
from carmsvc.platform.tenancy import TenantForeignKey, TenantModel
from clients.models import ProgramAccount
from statements.models.documents import private_storage


def proof_path(instance: "Payment", file_name: str) -> str:
    """Where a proof is kept: by importer, under a name that nobody chose."""
    return f"proofs/{instance.importer_id}/{uuid.uuid4().hex}"


class Payment(TenantModel):
    """One payment to the CBSA on one program account, as somebody recorded it.

    Append-only: a payment recorded wrongly is voided with a reason and recorded anew.
    """

    app_may = ("SELECT", "INSERT", "UPDATE (voided_at, voided_by_id, void_reason)")

    class Method(models.TextChoices):
        PRE_AUTHORIZED_DEBIT = "pre_authorized_debit", _("Pre-authorized debit")
        ONLINE_BANKING = "online_banking", _("Online banking")
        CREDIT_CARD = "credit_card", _("Credit card in the portal")
        DEBIT_CARD = "debit_card", _("Debit card in the portal")
        CHEQUE = "cheque", _("Cheque")
        EDI = "edi", _("Electronic data interchange (EDI 820)")
        IN_PERSON = "in_person", _("In person")

    class Payer(models.TextChoices):
        IMPORTER = "importer", _("Importer")
        BROKER = "broker", _("Broker")

    id = models.BigAutoField(primary_key=True)
    program_account = TenantForeignKey(ProgramAccount, related_name="+")
    amount = MoneyField(_("amount"))
    paid_on = models.DateField(_("paid on"))
    method = models.CharField(_("method"), max_length=30, choices=Method)
    payer = models.CharField(_("paid by"), max_length=10, choices=Payer)
    reference = models.CharField(_("reference"), max_length=100, blank=True)
    directed_to = models.CharField(
        _("for this transaction only"), max_length=14, blank=True, db_collation="C"
    )
    note = models.CharField(_("note"), max_length=500, blank=True)
    proof = models.FileField(upload_to=proof_path, storage=private_storage, blank=True)
    proof_name = models.CharField(max_length=255, blank=True)
    proof_sha256 = models.CharField(max_length=64, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    void_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="a_payment_is_above_zero"),
            models.CheckConstraint(
                condition=Q(voided_at=None, voided_by=None, void_reason="")
                | (Q(voided_at__isnull=False, voided_by__isnull=False) & ~Q(void_reason="")),
                name="voided_by_somebody_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(proof="", proof_name="", proof_sha256="")
                | ~(Q(proof="") | Q(proof_name="") | Q(proof_sha256="")),
                name="a_proof_has_its_name_and_hash",
            ),
        ]
        indexes = [
            models.Index(fields=["importer", "-paid_on", "-id"], name="payments_newest"),
            models.Index(fields=["program_account", "paid_on"], name="payments_of_account"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.paid_on}"
