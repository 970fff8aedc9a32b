"""Delegations (the portal's business relationships), the roles in them, what happened to them."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.files.storage import storages
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from carmsvc.platform.tenancy import TenantForeignKey, TenantModel
from clients.models import BN9_PATTERN
from delegation.rules import ACTING, DelegationFacts, Level, ProviderKind, State, Terms, Wish
from delegation.rules.agreements import AgreementFacts
from delegation.wording import LEVELS, PROVIDERS, STATES, WISHES, choices


def private_storage() -> Any:
    return storages["default"]


def evidence_path(instance: "Delegation", file_name: str) -> str:
    """Where evidence is kept: by importer, under a name that nobody chose."""
    return f"delegations/{instance.importer_id}/{uuid.uuid4().hex}"


class Delegation(TenantModel):
    """An importer's relationship with a provider: what was agreed, and what the portal has.

    `effective_from`, `effective_to` and `review_on` are our own: the portal shows no dates.
    """

    id = models.BigAutoField(primary_key=True)
    provider_kind = models.CharField(_("provider"), max_length=20, choices=choices(PROVIDERS))
    provider_name = models.CharField(_("provider’s name"), max_length=200)
    provider_bn9 = models.CharField(
        _("provider’s business number"),
        max_length=9,
        blank=True,
        validators=[RegexValidator(BN9_PATTERN)],
    )
    state = models.CharField(
        _("state"), max_length=20, choices=choices(STATES), default=State.DRAFT.value
    )
    agreed_level = models.CharField(_("agreed level"), max_length=10, choices=choices(LEVELS))
    agreed_accounts = ArrayField(models.CharField(max_length=15), default=list, blank=True)
    agreed_ticks = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    approved_level = models.CharField(
        _("approved level"), max_length=10, choices=choices(LEVELS), blank=True
    )
    approved_accounts = ArrayField(models.CharField(max_length=15), default=list, blank=True)
    approved_ticks = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    approved_by_name = models.CharField(_("approved by"), max_length=200, blank=True)
    approved_on = models.DateField(_("approved on"), null=True, blank=True)
    effective_from = models.DateField(_("effective from"), null=True, blank=True)
    effective_to = models.DateField(_("effective to"), null=True, blank=True)
    review_on = models.DateField(_("review on"), null=True, blank=True)
    evidence_reference = models.CharField(_("evidence"), max_length=300, blank=True)
    evidence_on = models.DateField(_("date of the evidence"), null=True, blank=True)
    evidence = models.FileField(upload_to=evidence_path, storage=private_storage, blank=True)
    evidence_name = models.CharField(max_length=255, blank=True)
    evidence_sha256 = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["importer", "provider_kind", "provider_bn9"],
                condition=~Q(state=State.CANCELLED.value),
                name="one_live_delegation_of_a_provider",
            ),
            models.CheckConstraint(
                condition=Q(effective_from=None)
                | Q(effective_to=None)
                | Q(effective_to__gte=F("effective_from")),
                name="a_delegation_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(ACTING))
                | (~Q(approved_level="") & Q(approved_on__isnull=False) & ~Q(approved_by_name="")),
                name="approved_at_a_level_by_somebody_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(evidence="", evidence_name="", evidence_sha256="")
                | ~(Q(evidence="") | Q(evidence_name="") | Q(evidence_sha256="")),
                name="evidence_has_its_name_and_hash",
            ),
        ]
        indexes = [
            models.Index(fields=["importer", "provider_kind", "state"], name="delegations_of"),
            models.Index(fields=["importer", "-id"], name="delegations_newest"),
            models.Index(fields=["effective_to"], name="delegations_by_last_day"),
        ]

    def __str__(self) -> str:
        return self.provider_name

    @property
    def standing(self) -> State:
        """Its state, as the rules know it."""
        return State(self.state)

    @property
    def is_ours(self) -> bool:
        return self.provider_kind == ProviderKind.OUR_BROKERAGE

    @property
    def agreed(self) -> Terms:
        return _terms(self.agreed_level, self.agreed_accounts, self.agreed_ticks)

    @property
    def approved(self) -> Terms:
        return _terms(self.approved_level, self.approved_accounts, self.approved_ticks)

    def facts(self, agreements: tuple[AgreementFacts, ...] = ()) -> DelegationFacts:
        """What of it decides about authority."""
        approved = self.approved
        return DelegationFacts(
            provider=ProviderKind(self.provider_kind),
            state=self.standing,
            level=approved.level,
            accounts=approved.accounts,
            ticks=approved.ticks,
            effective_from=self.effective_from,
            effective_to=self.effective_to,
            approved_on=self.approved_on,
            agreements=agreements,
            number=self.pk or 0,
        )


def _terms(level: str, accounts: list[str], ticks: list[int]) -> Terms:
    return Terms(Level(level) if level else None, frozenset(accounts), frozenset(ticks))


class DelegatedRole(TenantModel):
    """A proxy role that one of our staff holds in the portal under a delegation."""

    class Role(models.TextChoices):
        PBAM = "pbam", _("pBAM (proxy business account manager)")
        PPAM = "ppam", _("pPAM (proxy program account manager)")

    app_may = ("SELECT", "INSERT", "DELETE")

    id = models.BigAutoField(primary_key=True)
    delegation = TenantForeignKey(Delegation, related_name="roles")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(_("role in the portal"), max_length=4, choices=Role)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["importer", "delegation", "person"], name="one_proxy_role_of_a_person"
            ),
        ]


class DelegationEvent(TenantModel):
    """One step that a delegation took. Append-only: the last one's state is the delegation's."""

    app_may = ("SELECT", "INSERT")

    id = models.BigAutoField(primary_key=True)
    delegation = TenantForeignKey(Delegation, related_name="events")
    wish = models.CharField(max_length=20, choices=[("create", _("Prepared")), *choices(WISHES)])
    from_state = models.CharField(max_length=20, choices=choices(STATES), blank=True)
    to_state = models.CharField(max_length=20, choices=choices(STATES))
    reason = models.CharField(max_length=500, blank=True)
    happened_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(  # nobody: the daily task
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(wish="create", from_state="")
                | (~Q(wish="create") & Q(wish__in=[one.value for one in Wish]) & ~Q(from_state="")),
                name="a_step_begins_somewhere",
            ),
        ]
        indexes = [
            models.Index(fields=["importer", "delegation", "id"], name="steps_of_delegation")
        ]
