"""Readiness of importers: how each stood on each day, and what people said where no data can."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from carmsvc.platform.tenancy import TenantForeignKey, TenantModel
from clients.models.documents import Document
from clients.models.importers import ProgramAccount
from clients.models.people import User
from clients.rules.readiness import Area, Result, Severity, Verdict

VERDICT_WORDS = {
    Verdict.NOT_READY: _("Not ready"),
    Verdict.AT_RISK: _("At risk"),
    Verdict.READY: _("Ready"),
}
AREA_WORDS = {
    Area.SET_UP: _("Set-up of the program account"),
    Area.RPP: _("Release prior to payment (RPP)"),
    Area.RELEASE: _("Release by IID, PARS or RMD"),
}
AREA_HEADS = {
    Area.SET_UP: _("Set-up"),
    Area.RPP: _("RPP"),
    Area.RELEASE: pgettext_lazy("readiness", "Release"),
}
SEVERITY_WORDS = {
    Severity.BLOCKER: _("Blocker"),
    Severity.AT_RISK: _("Puts at risk"),
    Severity.ADVICE: _("Advice"),
}
RESULT_WORDS = {
    Result.FAILED: _("Not met"),
    Result.UNKNOWN: _("Not known"),
    Result.PASSED: _("Met"),
    Result.NOT_APPLICABLE: _("Does not apply"),
}
VERDICT_CHOICES = [(one.value, word) for one, word in VERDICT_WORDS.items()]


class ReadinessAnswer(TenantModel):
    """A person's dated statement on a check that no data can answer, and what proves it.

    The newest that was not taken back counts, to its last day. `question` names the check.
    """

    app_may = ("SELECT", "INSERT", "UPDATE (withdrawn_at, withdrawn_by_id)")

    id = models.BigAutoField(primary_key=True)
    question = models.CharField(max_length=6)
    program_account = TenantForeignKey(ProgramAccount, related_name="+", null=True, blank=True)
    is_met = models.BooleanField()
    statement = models.CharField(_("what was found"), max_length=500)
    evidence_reference = models.CharField(_("what proves it"), max_length=300, blank=True)
    evidence_document = TenantForeignKey(Document, related_name="+", null=True, blank=True)
    said_on = models.DateField(_("as seen on"))
    expires_on = models.DateField(_("counts until"))
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_on__gte=F("said_on")),
                name="an_answer_counts_from_its_day_on",
            ),
            models.CheckConstraint(
                condition=~Q(evidence_reference="") | Q(evidence_document__isnull=False),
                name="an_answer_is_proved",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="an_answer_is_taken_back_by_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["importer", "question", "-id"],
                condition=Q(withdrawn_at=None),
                name="answers_that_stand",
            ),
            models.Index(fields=["importer", "-id"], name="answers_newest"),
        ]

    def __str__(self) -> str:
        return self.question

    @property
    def place(self) -> str:
        """The question as a snapshot names it."""
        return f"{self.question}-{self.program_account}" if self.program_account else self.question


class ReadinessSnapshot(TenantModel):
    """How an importer stood on a day: one row a day, brought up to date while the day lasts.

    An area that does not concern the importer has no verdict. `accounts`: BN15 -> verdict.
    `failed_checks` and `unknown_checks` are the codes of checks; the counts are of findings.
    `questions`: what only people could say that day, answered or not (`R04`, `R11-…RM0001`).
    """

    id = models.BigAutoField(primary_key=True)
    taken_on = models.DateField()
    is_newest = models.BooleanField(default=True)
    checked_at = models.DateTimeField()
    verdict = models.CharField(max_length=10, choices=VERDICT_CHOICES)
    set_up = models.CharField(max_length=10, choices=VERDICT_CHOICES, blank=True)
    rpp = models.CharField(max_length=10, choices=VERDICT_CHOICES, blank=True)
    release = models.CharField(max_length=10, choices=VERDICT_CHOICES, blank=True)
    accounts = models.JSONField(default=dict)
    failed_checks = ArrayField(models.CharField(max_length=6), default=list)
    unknown_checks = ArrayField(models.CharField(max_length=6), default=list)
    questions = ArrayField(models.CharField(max_length=22), default=list)
    blockers = models.PositiveIntegerField(default=0)
    risks = models.PositiveIntegerField(default=0)
    advice = models.PositiveIntegerField(default=0)
    not_known = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["importer", "taken_on"], name="one_snapshot_a_day"),
            models.UniqueConstraint(
                fields=["importer"], condition=Q(is_newest=True), name="one_newest_snapshot"
            ),
        ]
        indexes = [
            models.Index(fields=["importer", "-taken_on"], name="snapshots_newest"),
            models.Index(
                fields=["verdict", "importer"],
                condition=Q(is_newest=True),
                name="snapshots_standing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.taken_on} {self.verdict}"
