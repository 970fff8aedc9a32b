"""The financial security behind a program account, and whether it may release before paying."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from carmsvc.platform.fields import MoneyField
from carmsvc.platform.tenancy import TenantForeignKey, TenantModel
from clients.models.importers import ProgramAccount


class SecurityInstrument(TenantModel):
    """Security given to the CBSA for one program account (SOR/2024-42, s. 5).

    Append-only: a change is a new row that supersedes the old one; the end is noted on the row.
    """

    app_may = (
        "SELECT",
        "INSERT",
        "UPDATE (superseded_by_id, ended_on, ended_at, ended_by_id, end_reason)",
    )

    class Form(models.TextChoices):
        BOND = "bond", _("Bond or written agreement")
        CASH = "cash", _("Cash deposit")

    id = models.BigAutoField(primary_key=True)
    program_account = TenantForeignKey(ProgramAccount, related_name="+")
    form = models.CharField(_("form"), max_length=10, choices=Form)
    amount = MoneyField(_("amount"))
    provider = models.CharField(_("provider"), max_length=120, blank=True)
    number = models.CharField(_("number"), max_length=60, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    reviewed_on = models.DateField(_("reviewed on"), null=True, blank=True)
    evidence = models.CharField(_("evidence"), max_length=500, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    superseded_by = TenantForeignKey("self", null=True, related_name="+")
    ended_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    end_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="security_is_above_zero"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="security_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None, ended_at=None, ended_by=None, end_reason="")
                | (
                    Q(ended_on__isnull=False, ended_at__isnull=False, ended_by__isnull=False)
                    & ~Q(end_reason="")
                ),
                name="security_ended_by_somebody_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["importer", "program_account", "-id"],
                name="security_of_account",
            ),
            models.Index(
                fields=["importer", "valid_to"],
                name="security_expiring",
                condition=Q(superseded_by=None, ended_on=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_form_display()} {self.amount}"

    def holds(self, day: date) -> bool:
        """Whether it is in force on a day; one that was changed holds no more."""
        is_over = (self.valid_to and self.valid_to < day) or (
            self.ended_on and self.ended_on <= day
        )
        return self.superseded_by_id is None and self.valid_from <= day and not is_over


class ReleaseStatus(TenantModel):
    """Whether an account is enrolled in release prior to payment; the newest row counts."""

    app_may = ("SELECT", "INSERT")

    class Status(models.TextChoices):
        ENROLLED = "enrolled", _("Enrolled")
        NOT_ENROLLED = "not_enrolled", _("Not enrolled")
        SUSPENDED = "suspended", _("Suspended")
        UNKNOWN = "unknown", _("Not known")

    id = models.BigAutoField(primary_key=True)
    program_account = TenantForeignKey(ProgramAccount, related_name="+")
    status = models.CharField(_("status"), max_length=20, choices=Status)
    seen_on = models.DateField(_("as seen on"))
    evidence = models.CharField(_("evidence"), max_length=500, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["importer", "program_account", "-id"], name="release_status_newest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.program_account} {self.status}"


class SecurityAlert(TenantModel):
    """A threshold of the rulebook that the need for security has reached, until it falls again.

    `required` and `posted` (CAD) are as they were on the day. When the need rises to the next
    threshold or falls to the one below, the row is closed and another one opened; people are told
    of those that rose.
    """

    app_may = ("SELECT", "INSERT", "UPDATE (cleared_on)")

    class Measure(models.TextChoices):
        REVIEW = "review", _("By the yearly review")
        RUNNING = "running", _("By the months since the review")

    class Level(models.TextChoices):
        NOTICE = "notice", _("Getting used up")
        WARNING = "warning", _("Nearly used up")
        FULL = "full", _("Used up")

    id = models.BigAutoField(primary_key=True)
    program_account = TenantForeignKey(ProgramAccount, related_name="+")
    measure = models.CharField(max_length=10, choices=Measure)
    level = models.CharField(max_length=10, choices=Level)
    required = MoneyField()
    posted = MoneyField()
    has_risen = models.BooleanField()
    raised_on = models.DateField()
    cleared_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["importer", "program_account", "measure"],
                condition=Q(cleared_on=None),
                name="one_open_alert_of_a_measure",
            ),
        ]
        indexes = [
            models.Index(fields=["importer", "raised_on"], name="security_alerts_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.program_account} {self.level}"

    @property
    def used_percent(self) -> Decimal | None:
        """The required share of what was posted, in percent; None when nothing was."""
        if not self.posted:
            return None
        return (self.required / self.posted * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
