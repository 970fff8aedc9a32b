"""Requests for help of importers: what is asked, how it stands, what was written."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from carmsvc.platform.tenancy import TenantForeignKey, TenantModel
from clients.models.documents import Document
from clients.models.people import User
from clients.rules.support import State


class SupportCategory(models.TextChoices):
    """What a request is about."""

    REGISTRATION = "registration", _("Registration and account set-up")
    DELEGATION = "delegation", _("Delegation and access")
    RELEASE = "release", _("Release and security")
    STATEMENT = "statement", _("Statement and reconciliation")
    PAYMENT = "payment", _("Payment of duties and taxes")
    CORRECTION = "correction", _("Correction or adjustment")
    DOCUMENTS = "documents", _("Documents and records")
    TRAINING = "training", _("Training")
    OTHER = "other", _("Something else")


class SupportPriority(models.TextChoices):
    """How urgent it is."""

    NORMAL = "normal", _("Normal")
    HIGH = "high", _("High")
    URGENT = "urgent", _("Urgent")


class SupportSource(models.TextChoices):
    """How it came to us."""

    PAGE = "page", _("Page")
    MAIL = "mail", _("E-mail")
    API = "api", _("API")
    CONTACT = "contact", _("Contact page")


SUPPORT_STATE_WORDS: dict[State, Any] = {
    State.NEW: pgettext_lazy("request for help", "New"),
    State.OPEN: _("Being worked on"),
    State.WAITING_CLIENT: _("Waiting for the client"),
    State.WAITING_CBSA: _("Waiting for the CBSA"),
    State.SOLVED: _("Solved"),
    State.CLOSED: _("Closed"),
    State.REOPENED: _("Reopened"),
}
SUPPORT_STATE_CHOICES = [(state.value, word) for state, word in SUPPORT_STATE_WORDS.items()]


class HelpWanted(models.Model):
    """What an importer's request and a letter from the public have in common.

    `clock_due_at` is the next thing promised: the first answer, then the end; nothing while the
    clock stands. `answered_late` and `solved_late` keep that a promise was broken.
    """

    number = models.CharField(max_length=12, unique=True)
    title = models.CharField(_("subject"), max_length=200)
    category = models.CharField(_("category"), max_length=20, choices=SupportCategory)
    priority = models.CharField(
        _("priority"), max_length=10, choices=SupportPriority, default=SupportPriority.NORMAL
    )
    state = models.CharField(max_length=20, choices=SUPPORT_STATE_CHOICES, default=State.NEW.value)
    source = models.CharField(max_length=10, choices=SupportSource)
    language = models.CharField(max_length=2, choices=User.Language, default=User.Language.ENGLISH)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    answer_due_at = models.DateTimeField(null=True)  # until the answer is given
    resolution_due_at = models.DateTimeField()
    clock_due_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    solved_at = models.DateTimeField(null=True)
    answered_late = models.BooleanField(default=False)
    solved_late = models.BooleanField(default=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def standing(self) -> State:
        """Its state as the rules know it."""
        return State(self.state)

    @property
    def is_over(self) -> bool:
        return self.standing in (State.SOLVED, State.CLOSED)


class SupportRequest(HelpWanted, TenantModel):
    """A request for help of one importer: from its people, or put to them by our staff.

    What it is about is a row of a room (`clients.subjects`) or a deadline by its key; its words
    at that time are kept. Who asked from outside has an address and no account.
    """

    id = models.BigAutoField(primary_key=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    outside_name = models.CharField(max_length=200, blank=True)
    outside_address = models.EmailField(blank=True)
    subject_kind = models.CharField(max_length=30, blank=True)
    subject_id = models.BigIntegerField(null=True)
    subject_key = models.CharField(max_length=200, blank=True)
    subject_label = models.CharField(max_length=250, blank=True)
    case_no = models.CharField(_("CBSA case number"), max_length=40, blank=True)
    next_on = models.DateField(_("next date with the CBSA"), null=True)
    client_due_on = models.DateField(null=True)  # by when we asked the client for an answer
    lapse_warned_at = models.DateTimeField(null=True)  # told that it closes by itself
    lapsed_at = models.DateTimeField(null=True)  # closed by itself; an answer reopens it

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="waiting_cbsa") | (~Q(case_no="") & Q(next_on__isnull=False)),
                name="a_case_with_the_cbsa_has_a_number_and_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["waiting_client", "solved", "closed"])
                | Q(clock_due_at=None),
                name="the_clock_stands_while_we_wait_for_the_client",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["solved", "closed"]) | Q(solved_at__isnull=False),
                name="what_is_solved_says_when",
            ),
            models.CheckConstraint(
                condition=Q(lapsed_at=None) | Q(state="closed", lapse_warned_at__isnull=False),
                name="what_closes_by_itself_was_warned_of",
            ),
        ]
        indexes = [
            models.Index(fields=["importer", "-id"], name="support_newest"),
            models.Index(fields=["importer", "state", "-id"], name="support_of_state"),
            models.Index(fields=["importer", "subject_kind", "subject_id"], name="support_about"),
            models.Index(fields=["clock_due_at", "id"], name="support_by_clock"),
            models.Index(fields=["owner", "clock_due_at"], name="support_of_owner"),
            models.Index(
                fields=["importer", "next_on"],
                condition=Q(next_on__isnull=False),
                name="support_next_dates",
            ),
        ]


class SupportMessage(TenantModel):
    """Something written on a request; what is among the staff never leaves the staff."""

    app_may = ("SELECT", "INSERT")

    id = models.BigAutoField(primary_key=True)
    request = TenantForeignKey(SupportRequest, related_name="messages")
    is_staff_only = models.BooleanField(default=False)
    is_from_staff = models.BooleanField()
    author = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    author_name = models.CharField(max_length=200)
    text = models.TextField()
    source = models.CharField(max_length=10, choices=SupportSource)
    letter_id = models.CharField(max_length=250, blank=True)  # the Message-ID it came with
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_staff_only=False) | Q(is_from_staff=True),
                name="only_staff_write_among_the_staff",
            ),
        ]
        indexes = [models.Index(fields=["importer", "request", "id"], name="messages_of_request")]


class SupportAttachment(TenantModel):
    """A document of the importer that came with a message; the importer may see it."""

    app_may = ("SELECT", "INSERT")

    id = models.BigAutoField(primary_key=True)
    message = TenantForeignKey(SupportMessage, related_name="attachments")
    document = TenantForeignKey(Document, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["importer", "message"], name="attachments_of_message"),
        ]
