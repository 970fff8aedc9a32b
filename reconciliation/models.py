"""Both sides meet: one run, where each line and entry ended, what disagrees, who decided."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from carmsvc.platform.fields import MoneyField
from carmsvc.platform.tenancy import TenantForeignKey, TenantModel
from carmsvc.platform.work import WorkRow
from statements.models import LedgerEntry, Statement, StatementLine


class VarianceKind(models.TextChoices):
    """Why a line or an entry found no partner; the order is the order of the question."""

    DUPLICATE_LINE = "duplicate_line", _("Billed twice")
    AMOUNT_DIFFERS = "amount_differs", _("Amount differs")
    WRONG_PROGRAM_ACCOUNT = "wrong_program_account", _("Booked under another program account")
    INTEREST = "interest", _("Interest")
    PENALTY = "penalty", _("Penalty")
    UNALLOCATED_PAYMENT = "unallocated_payment", _("Payment not in the ledger")
    DISBURSEMENT = "disbursement", _("Refund paid out")
    WRONG_PERIOD = "wrong_period", _("Other billing period")
    NOT_IN_LEDGER = "not_in_ledger", _("Not in the ledger")
    NOT_ON_STATEMENT = "not_on_statement", _("Not on the statement")


class MatchRun(TenantModel, WorkRow):
    """One reconciliation of one statement with the ledger, as both stood at a moment."""

    class State(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        RUNNING = "running", _("Running")
        FINISHED = "finished", _("Finished")
        WITHDRAWN = "withdrawn", _("Withdrawn")  # its statement was superseded before it ran

    waiting_state = State.REQUESTED
    working_state = State.RUNNING

    id = models.BigAutoField(primary_key=True)
    statement = TenantForeignKey(Statement, related_name="runs")
    state = models.CharField(max_length=20, choices=State, default=State.REQUESTED)
    requested_at = models.DateTimeField(default=timezone.now)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    finished_at = models.DateTimeField(null=True)
    superseded_by = TenantForeignKey("self", null=True, related_name="+")
    input_digest = models.CharField(max_length=64, blank=True)
    rule_version = models.CharField(max_length=20, blank=True)
    as_of_on = models.DateField(null=True)  # the day in Toronto on which it was run
    tolerance = MoneyField(null=True)
    current_pass = models.CharField(max_length=60, blank=True)  # progress for people
    statement_activity = MoneyField(null=True)
    ledger_in_scope = MoneyField(null=True)
    entries_in_scope = models.PositiveIntegerField(null=True)
    effects = MoneyField(null=True)
    residual = MoneyField(null=True)
    totals = models.JSONField(default=dict)  # by pass, by kind, expected
    opening_balance_difference = MoneyField(null=True)  # a fact of the statement (D14)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["importer", "statement"],
                condition=Q(superseded_by=None, state="finished"),
                name="one_current_run",
            ),
            models.UniqueConstraint(
                fields=["importer", "statement"],
                condition=Q(state__in=["requested", "running"]),
                name="one_run_under_way",
            ),
            models.CheckConstraint(
                name="run_adds_up",
                condition=~Q(state="finished")
                | Q(
                    residual=0,
                    finished_at__isnull=False,
                    statement_activity=F("ledger_in_scope") + F("effects"),
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["importer", "-requested_at", "-id"], name="runs_newest"),
            models.Index(
                fields=["id"],
                name="runs_at_the_door",
                condition=Q(state__in=["requested", "running"], parked_at=None),
            ),
        ]


class Variance(TenantModel):
    """A disagreement of exactly one kind, and what people made of it."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        EXPLAINED = "explained", _("Explained")
        IN_CASE = "in_case", _("In a case")
        RESOLVED = "resolved", _("Resolved")

    id = models.BigAutoField(primary_key=True)
    run = TenantForeignKey(MatchRun, related_name="variances", db_index=False)
    group_no = models.PositiveIntegerField()  # the placements of this run that it is made of
    kind = models.CharField(max_length=30, choices=VarianceKind)
    transaction_no = models.CharField(max_length=14, null=True)
    line_amount = MoneyField(null=True)
    entry_amount = MoneyField(null=True)
    effect = MoneyField()
    components = models.JSONField(default=dict)  # component -> line − entry, as text
    other_program_account = models.CharField(max_length=15, blank=True)
    is_ambiguous = models.BooleanField(default=False)  # several partners would fit
    identity = models.CharField(max_length=64)  # the same disagreement in a later run
    state = models.CharField(max_length=20, choices=State, default=State.OPEN)
    reason_code = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["importer", "run", "group_no"], name="one_variance_per_group"
            ),
            models.CheckConstraint(
                name="decided_by_somebody",
                condition=Q(state="open") | Q(decided_at__isnull=False, decided_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["run", "kind", "id"], name="variances_by_kind"),
            models.Index(fields=["importer", "state", "-id"], name="variances_open"),
        ]


class Placement(TenantModel):
    """Where one line or entry ended: the one fact of a run. A pair shares a row.

    The rows of one match, suggestion or variance share `group_no`; the effect of a group on the
    bridge is its lines minus its entries. The database refuses a line or an entry placed twice,
    and a run whose places do not add up.
    """

    class Place(models.TextChoices):
        MATCH = "match", _("Match")
        SUGGESTION = "suggestion", _("Suggestion")
        VARIANCE = "variance", _("Variance")
        EXPECTED = "expected", _("Expected")

    app_may = ("SELECT", "INSERT")

    pk = models.CompositePrimaryKey("run_id", "group_no", "part_no")
    run = TenantForeignKey(MatchRun, related_name="placements", db_index=False)
    place = models.CharField(max_length=12, choices=Place)
    reason = models.CharField(max_length=40)  # the pass, or the kind of variance
    group_no = models.PositiveIntegerField()
    part_no = models.PositiveIntegerField()  # 1 for the first row of a group
    line = TenantForeignKey(StatementLine, null=True, related_name="+", db_index=False)
    entry = TenantForeignKey(LedgerEntry, null=True, related_name="+", db_index=False)
    line_amount = MoneyField(null=True)
    entry_amount = MoneyField(null=True)
    # what the rows of a suggestion say of themselves, so that a decision outlives the run
    line_identity = models.CharField(max_length=32, null=True)
    entry_identity = models.CharField(max_length=32, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "line"], name="a_line_in_one_place"),
            models.UniqueConstraint(fields=["entry", "run"], name="an_entry_in_one_place"),
            models.CheckConstraint(
                name="placement_of_something",
                condition=(Q(line__isnull=False) | Q(entry__isnull=False))
                & (Q(line__isnull=True) ^ Q(line_amount__isnull=False))
                & (Q(entry__isnull=True) ^ Q(entry_amount__isnull=False)),
            ),
            models.CheckConstraint(
                name="exact_means_exact",
                condition=~Q(reason__in=["010_exact", "040_payment", "050_suggestion"])
                | Q(line_amount=F("entry_amount")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["run", "reason", "group_no"],
                name="placements_by_reason",
                condition=~Q(reason="010_exact"),
            )
        ]


class Decision(TenantModel):
    """What a person said of a suggestion; carried from run to run by what the rows say."""

    class Verdict(models.TextChoices):
        CONFIRMED = "confirmed", _("Confirmed")
        REFUSED = "refused", _("Refused")

    id = models.BigAutoField(primary_key=True)
    statement = TenantForeignKey(Statement, related_name="+")
    line_identity = models.CharField(max_length=64)
    entry_identity = models.CharField(max_length=64)
    verdict = models.CharField(max_length=12, choices=Verdict)
    decided_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["importer", "statement", "line_identity", "entry_identity"],
                condition=Q(withdrawn_at=None),
                name="one_decision_per_pair",
            ),
        ]


class SignOff(TenantModel):
    """A signature under a run: its preparer, then a different reviewer."""

    class Role(models.TextChoices):
        PREPARER = "preparer", _("Preparer")
        REVIEWER = "reviewer", _("Reviewer")

    id = models.BigAutoField(primary_key=True)
    run = TenantForeignKey(MatchRun, related_name="sign_offs")
    role = models.CharField(max_length=10, choices=Role)
    signed_at = models.DateTimeField(default=timezone.now)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    reopened_at = models.DateTimeField(null=True)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    reopen_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["importer", "run", "role"],
                condition=Q(reopened_at=None),
                name="one_signature_per_role",
            ),
            models.UniqueConstraint(
                fields=["importer", "run", "signed_by"],
                condition=Q(reopened_at=None),
                name="nobody_signs_twice",
            ),
        ]

    @property
    def is_carried_over(self) -> bool:
        """Whether it was given to an earlier run that said the same."""
        return bool(self.run.finished_at and self.signed_at < self.run.finished_at)
