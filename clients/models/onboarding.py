"""An importer's onboarding: its steps, what happened to them, what was said; and the checklists."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from carmsvc.platform.tenancy import TenantForeignKey, TenantModel
from clients.models.documents import Document
from clients.models.people import User
from clients.rules.onboarding import CLOSED, StepState, StepWish
from clients.rules.onboarding_checklist import Party, Phase, SourceKind, Variant

VARIANTS = {
    Variant.RESIDENT: _("Resident importer"),
    Variant.NON_RESIDENT: _("Non-resident importer"),
    Variant.EMPLOYEE_ACCESS: _("Access for an employee: the business is registered"),
    Variant.MANUAL_REGISTRATION: _("Manual registration by the CBSA"),
}
PARTIES = {
    Party.IMPORTER: pgettext_lazy("one", "Importer"),
    Party.BROKER: _("Broker"),
    Party.CRA: _("CRA"),
    Party.CBSA: _("CBSA"),
}
PHASES = {
    Phase.NUMBER: _("Numbers and names"),
    Phase.SIGN_IN: _("Sign-in"),
    Phase.REGISTRATION: _("Registration"),
    Phase.PEOPLE: _("People and delegation"),
    Phase.MONEY: _("Security and payment"),
    Phase.RUNNING: _("First statement"),
}
SOURCE_KINDS = {
    SourceKind.OFFICIAL: _("Official"),
    SourceKind.OFFICIAL_OLD: _("Official, from before October 2024: check it in the portal"),
    SourceKind.SECONDARY: _("Brokers’ and consultants’ guides"),
    SourceKind.OUR_PRACTICE: _("Our own practice"),
}
STEP_STATES = {
    StepState.NOT_STARTED: _("Not started"),
    StepState.IN_PROGRESS: _("In progress"),
    StepState.WAITING: _("Waiting for an answer"),
    StepState.BLOCKED: _("Blocked"),
    StepState.DONE: pgettext_lazy("step", "Done"),
    StepState.NOT_APPLICABLE: _("Does not apply"),
}
STEP_WISHES = {
    StepWish.START: _("Start"),
    StepWish.WAIT: _("Wait for an answer"),
    StepWish.BLOCK: _("Report a blocker"),
    StepWish.RESUME: _("Go on"),
    StepWish.FINISH: _("Mark as done"),
    StepWish.SKIP: _("Mark as not applicable"),
    StepWish.REOPEN: _("Open again"),
}


CLOSED_STATES = sorted(one.value for one in CLOSED)


def choices(words: Any) -> list[tuple[str, Any]]:
    """Words as a field takes them."""
    return [(one.value, word) for one, word in words.items()]


# as the API's document names them
VARIANT_CHOICES, PARTY_CHOICES = choices(VARIANTS), choices(PARTIES)
STEP_STATE_CHOICES, STEP_WISH_CHOICES = choices(STEP_STATES), choices(STEP_WISHES)


class ChecklistVersion(models.Model):
    """A version of the onboarding checklist that the brokerage wrote; it is not an importer's.

    A draft is edited; once somebody else than its editors has published it, it is fixed: running
    onboardings keep the version they began with. Version 1 ships with the product and has no row.
    """

    app_may = ("SELECT", "INSERT", "UPDATE")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        DISCARDED = "discarded", _("Discarded")

    id = models.BigAutoField(primary_key=True)
    number = models.PositiveIntegerField(unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    document = models.JSONField()
    note = models.CharField(_("what is new"), max_length=300)
    drafted_at = models.DateTimeField(default=timezone.now)
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    edited_by_ids = ArrayField(models.BigIntegerField(), default=list)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="draft"), name="one_checklist_draft"
            ),
            models.CheckConstraint(
                condition=Q(state="draft", decided_at=None, decided_by=None)
                | (~Q(state="draft") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="a_decided_checklist_says_by_whom",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | ~Q(decided_by=F("drafted_by")),
                name="four_eyes_on_the_checklist",
            ),
            models.CheckConstraint(
                condition=Q(number__gt=1), name="the_first_checklist_ships_with_the_product"
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)


class Onboarding(TenantModel):
    """Taking an importer from prospect to working in CARM: one at a time, by one checklist."""

    class State(models.TextChoices):
        RUNNING = "running", _("Being onboarded")
        FINISHED = "finished", _("Onboarded")
        CANCELLED = "cancelled", pgettext_lazy("onboarding", "Given up")

    id = models.BigAutoField(primary_key=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RUNNING)
    variant = models.CharField(_("variant"), max_length=20, choices=choices(VARIANTS))
    version = models.PositiveIntegerField(_("version of the checklist"))
    stale_days = models.PositiveSmallIntegerField()
    lead = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    started_on = models.DateField(_("started on"))
    target_on = models.DateField(_("to be done by"), null=True, blank=True)
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ended_on = models.DateField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    end_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["importer"], condition=Q(state="running"), name="one_running_onboarding"
            ),
            models.CheckConstraint(
                condition=Q(state="running", ended_on=None)
                | (~Q(state="running") & Q(ended_on__isnull=False)),
                name="an_onboarding_that_is_over_says_since_when",
            ),
            models.CheckConstraint(
                condition=Q(target_on=None) | Q(target_on__gte=F("started_on")),
                name="an_onboarding_ends_after_it_begins",
            ),
        ]
        indexes = [
            models.Index(fields=["importer", "-id"], name="onboardings_newest"),
            models.Index(fields=["state", "variant"], name="onboardings_by_state"),
            models.Index(fields=["lead", "state"], name="onboardings_of_lead"),
        ]

    def __str__(self) -> str:
        return f"{self.get_variant_display()}, {self.started_on}"

    @property
    def is_running(self) -> bool:
        return self.state == self.State.RUNNING


class OnboardingStep(TenantModel):
    """One step of an importer's onboarding; its words are those of its version of the checklist.

    `moved_at`: when it last moved, or when the last step before it was over; it goes stale from
    then. `is_ready`: it is open and waits for no other step. The evidence's days are its own.
    """

    id = models.BigAutoField(primary_key=True)
    onboarding = TenantForeignKey(Onboarding, related_name="steps")
    code = models.CharField(_("step"), max_length=6)
    version = models.PositiveIntegerField()
    position = models.PositiveSmallIntegerField()
    parties = ArrayField(models.CharField(max_length=10, choices=choices(PARTIES)))
    is_for_importer = models.BooleanField()
    state = models.CharField(
        _("state"), max_length=15, choices=choices(STEP_STATES), default=StepState.NOT_STARTED.value
    )
    is_ready = models.BooleanField(default=False)
    moved_at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=500, blank=True)  # why it is blocked, or does not apply
    waiting_for = models.CharField(max_length=10, choices=choices(PARTIES), blank=True)
    due_on = models.DateField(_("due on"))
    assignee = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    done_on = models.DateField(_("done on"), null=True, blank=True)
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    evidence_reference = models.CharField(_("evidence"), max_length=500, blank=True)
    evidence_document = TenantForeignKey(Document, related_name="+", null=True, blank=True)
    evidence_on = models.DateField(_("date of the evidence"), null=True, blank=True)
    evidence_expires_on = models.DateField(_("expires on"), null=True, blank=True)
    reminded_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["onboarding", "code"], name="a_step_once"),
            models.CheckConstraint(
                condition=Q(state="done", done_on__isnull=False)
                | (~Q(state="done") & Q(done_on=None)),
                name="a_done_step_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["blocked", "not_applicable"]) | ~Q(reason=""),
                name="a_blocked_or_skipped_step_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(is_ready=True) | ~Q(state__in=CLOSED_STATES),
                name="only_an_open_step_is_ready",
            ),
            models.CheckConstraint(
                condition=Q(evidence_expires_on=None)
                | Q(evidence_on=None)
                | Q(evidence_expires_on__gte=F("evidence_on")),
                name="evidence_expires_after_its_day",
            ),
        ]
        indexes = [
            models.Index(fields=["importer", "onboarding", "position"], name="steps_in_order"),
            models.Index(
                fields=["importer", "due_on"],
                condition=~Q(state__in=CLOSED_STATES),
                name="steps_due",
            ),
            models.Index(
                fields=["importer", "moved_at"], condition=Q(is_ready=True), name="steps_in_hand"
            ),
            models.Index(
                fields=["importer", "evidence_expires_on"],
                condition=Q(evidence_expires_on__isnull=False),
                name="evidence_expiring",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def standing(self) -> StepState:
        """Its state, as the rules know it."""
        return StepState(self.state)

    @property
    def is_closed(self) -> bool:
        return self.standing in CLOSED

    @property
    def has_evidence(self) -> bool:
        return bool(self.evidence_reference or self.evidence_document_id)


class OnboardingEvent(TenantModel):
    """A step moved: from where to where, why, who recorded it."""

    app_may = ("SELECT", "INSERT")

    id = models.BigAutoField(primary_key=True)
    step = TenantForeignKey(OnboardingStep, related_name="events")
    wish = models.CharField(max_length=10, choices=choices(STEP_WISHES))
    from_state = models.CharField(max_length=15, choices=choices(STEP_STATES))
    to_state = models.CharField(max_length=15, choices=choices(STEP_STATES))
    reason = models.CharField(max_length=500, blank=True)
    happened_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["importer", "step", "-id"], name="events_of_step")]


class OnboardingComment(TenantModel):
    """What somebody wrote at a step: for everybody who sees it, or among our staff."""

    app_may = ("SELECT", "INSERT")

    id = models.BigAutoField(primary_key=True)
    step = TenantForeignKey(OnboardingStep, related_name="comments")
    text = models.CharField(max_length=2000)
    is_for_staff = models.BooleanField(default=False)
    written_at = models.DateTimeField(default=timezone.now)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["importer", "step", "id"], name="comments_of_step")]
