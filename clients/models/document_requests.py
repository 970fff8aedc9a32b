"""What an importer is asked to send."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from carmsvc.platform.tenancy import TenantForeignKey, TenantModel
from clients.models.documents import Document, DocumentKind
from clients.models.people import User


class DocumentRequest(TenantModel):
    """“Please send this by that day”; answered with a document, then accepted or sent back."""

    class State(models.TextChoices):
        OPEN = "open", _("To be sent")
        SENT = "sent", _("Sent, to be looked at")
        SENT_BACK = "sent_back", _("Sent back")
        ACCEPTED = "accepted", _("Accepted")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    WAITS_FOR_IMPORTER = (State.OPEN, State.SENT_BACK)

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(_("type"), max_length=30, choices=DocumentKind)
    title = models.CharField(_("what is asked for"), max_length=200)
    explanation = models.CharField(_("explanation"), max_length=1000, blank=True)
    transaction_no = models.CharField(max_length=14, blank=True, db_collation="C")
    due_on = models.DateField(_("due on"))
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    document = TenantForeignKey(Document, related_name="requests", null=True, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decision_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "accepted", "sent_back"])
                | Q(document__isnull=False, sent_at__isnull=False, sent_by__isnull=False),
                name="a_request_is_answered_with_a_document",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent_back") | ~Q(decision_reason=""),
                name="a_request_is_sent_back_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["importer", "state", "due_on"], name="requests_by_day"),
            models.Index(fields=["importer", "-id"], name="requests_newest"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def waits_for_importer(self) -> bool:
        return self.state in self.WAITS_FOR_IMPORTER
