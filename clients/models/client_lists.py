"""Lists of clients that somebody sent: read, looked at, then taken in as a whole or not at all."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from carmsvc.platform.work import WorkRow
from clients.models.people import User


class ClientList(WorkRow):
    """One list; nobody sent or confirmed what a command takes in.

    Its rows stand outside the wall, and go once they are taken in or the list is withdrawn.
    """

    class State(models.TextChoices):
        TO_CONFIRM = "to_confirm", _("To be confirmed")
        CONFIRMED = "confirmed", _("Waits to be taken in")
        WORKING = "working", _("Being taken in")
        DONE = "done", _("Taken in")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    waiting_state, working_state = State.CONFIRMED, State.WORKING

    id = models.BigAutoField(primary_key=True)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    rows = models.JSONField(default=list)  # as read: {"row": 2, "bn9": …}, and what cannot be
    row_count = models.IntegerField()
    unknown_columns = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State, default=State.TO_CONFIRM)
    takes_changes = models.BooleanField(default=False)
    counts = models.JSONField(default=dict)  # new, changed, same: how it went
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField(default=timezone.now)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | Q(confirmed_at__isnull=False),
                name="a_client_list_is_confirmed_at_some_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["done", "withdrawn"]) | Q(rows=[]),
                name="a_finished_client_list_keeps_no_rows",
            ),
        ]
        indexes = [models.Index(fields=["state", "id"], name="client_lists_waiting")]

    def __str__(self) -> str:
        return self.file_name
