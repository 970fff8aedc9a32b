"""Agency agreements (GAA): the signed mandate, and the paper made for signing."""

import uuid
from datetime import date

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from carmsvc.platform.tenancy import TenantForeignKey, TenantModel
from carmsvc.platform.work import WorkRow
from clients.models import BN9_PATTERN
from delegation.models.delegations import private_storage
from delegation.rules import AgreementFacts, Standing, standing_on


def signed_path(instance: "AgencyAgreement", file_name: str) -> str:
    """Where a signed copy is kept: by importer, under a name that nobody chose."""
    return f"agreements/{instance.importer_id}/{uuid.uuid4().hex}"


def paper_path(instance: "AgreementPaper", file_name: str) -> str:
    """Where the paper for signing is kept."""
    return f"agreement-papers/{instance.importer_id}/{uuid.uuid4().hex}"


class AgencyAgreement(TenantModel):
    """The importer's written authority to our brokerage (CBSA Memorandum D1-6-1).

    Without a last day it is continuous. Who has signed is known by the signed copy.
    """

    class LegalEntity(models.TextChoices):
        CORPORATION = "corporation", _("Corporation")
        PARTNERSHIP = "partnership", _("Partnership")
        SOLE_PROPRIETOR = "sole_proprietor", _("Sole proprietor")
        TRUST = "trust", _("Trust")
        OTHER = "other", _("Other")

    id = models.BigAutoField(primary_key=True)
    importer_name = models.CharField(_("importer’s legal name"), max_length=200)
    importer_bn9 = models.CharField(
        _("importer’s business number"), max_length=9, validators=[RegexValidator(BN9_PATTERN)]
    )
    importer_address = models.TextField(_("importer’s address"), max_length=500)
    legal_entity = models.CharField(_("kind of business"), max_length=20, choices=LegalEntity)
    broker_name = models.CharField(_("broker’s legal name"), max_length=200)
    broker_bn9 = models.CharField(
        _("broker’s business number"), max_length=9, validators=[RegexValidator(BN9_PATTERN)]
    )
    broker_address = models.TextField(_("broker’s address"), max_length=500)
    scope = ArrayField(models.CharField(max_length=40))
    allows_sub_agents = models.BooleanField(_("the broker may appoint sub-agents"), default=False)
    effective_on = models.DateField(_("takes effect on"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    importer_signatory = models.CharField(_("signs for the importer"), max_length=200)
    importer_signatory_title = models.CharField(_("their title"), max_length=200)
    broker_signatory = models.CharField(_("signs for the broker"), max_length=200)
    broker_signatory_title = models.CharField(_("their title"), max_length=200)
    signed_copy = models.FileField(upload_to=signed_path, storage=private_storage, blank=True)
    signed_copy_name = models.CharField(max_length=255, blank=True)
    signed_copy_sha256 = models.CharField(max_length=64, blank=True)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    terminated_on = models.DateField(_("ended on"), null=True, blank=True)
    termination_reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("effective_on")),
                name="an_agreement_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(
                    signed_copy="", signed_copy_name="", signed_copy_sha256="", signed_on=None
                )
                | (
                    ~(Q(signed_copy="") | Q(signed_copy_name="") | Q(signed_copy_sha256=""))
                    & Q(signed_on__isnull=False)
                ),
                name="a_signed_copy_has_its_name_hash_and_day",
            ),
            models.CheckConstraint(
                condition=Q(terminated_on=None, termination_reason="")
                | (Q(terminated_on__isnull=False) & ~Q(termination_reason="")),
                name="an_agreement_ends_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["importer", "-id"], name="agreements_newest"),
            models.Index(fields=["ends_on"], name="agreements_by_last_day"),
        ]

    def __str__(self) -> str:
        return f"{self.importer_name} – {self.broker_name}"

    @property
    def is_continuous(self) -> bool:
        return self.ends_on is None

    def facts(self, importer_bn9: str) -> AgreementFacts:
        """What of it decides about authority for the importer with this BN9."""
        return AgreementFacts(
            is_signed=bool(self.signed_copy),
            effective_on=self.effective_on,
            ends_on=self.ends_on,
            terminated_on=self.terminated_on,
            names_the_importer=self.importer_bn9 == importer_bn9,
            allows_sub_agents=self.allows_sub_agents,
            scope=frozenset(self.scope),
        )

    def standing(self, on: date) -> Standing:
        """Where it stands on a day."""
        return standing_on(self.facts(self.importer_bn9), on)


class AgreementPaper(TenantModel, WorkRow):
    """The bilingual PDF of an agreement for signing, made by a worker."""

    class State(models.TextChoices):
        REQUESTED = "requested", _("Being made")
        WRITING = "writing", _("Being made")
        WRITTEN = "written", _("Ready")

    waiting_state = State.REQUESTED
    working_state = State.WRITING

    id = models.BigAutoField(primary_key=True)
    agreement = TenantForeignKey(AgencyAgreement, related_name="papers")
    state = models.CharField(max_length=20, choices=State, default=State.REQUESTED)
    file = models.FileField(upload_to=paper_path, storage=private_storage, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    requested_at = models.DateTimeField(default=timezone.now)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(fields=["importer", "agreement", "-id"], name="papers_of_agreement"),
            models.Index(
                fields=["leased_until"],
                condition=Q(state__in=["requested", "writing"], parked_at=None),
                name="papers_waiting",
            ),
        ]
