"""What the brokerage itself wrote into the rulebook: proposed by one, approved by another."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class RulebookEntry(models.Model):
    """One dated value. It holds once somebody else than its author has approved it.

    Never edited: a mistake is withdrawn and written anew. The rulebook is the brokerage's, not an
    importer's, so it stands outside the tenant wall.
    """

    app_may = ("SELECT", "INSERT", "UPDATE")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(_("value"), max_length=60)
    key = models.CharField(_("key"), max_length=60, blank=True)
    value = models.CharField(_("is"), max_length=40)
    from_on = models.DateField(_("from"))
    to_on = models.DateField(_("until"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=500)
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    proposed_at = models.DateTimeField(default=timezone.now)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="proposed", decided_at=None, decided_by=None)
                | (~Q(state="proposed") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="a_decided_entry_says_by_whom",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "rejected"]) | ~Q(decided_by=F("proposed_by")),
                name="four_eyes_on_the_rulebook",
            ),
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(to_on__gte=F("from_on")), name="from_before_until"
            ),
            models.CheckConstraint(condition=~Q(source=""), name="an_entry_has_a_source"),
        ]
        indexes = [
            models.Index(fields=["state", "name", "key", "from_on"], name="entries_in_force")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.key}".strip() + f" = {self.value}"
