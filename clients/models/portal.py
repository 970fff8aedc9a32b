"""People in the CARM Client Portal, their roles there, and the rounds in which they are verified.

Records about the CBSA's portal; what our own people may do here is in `access`.
"""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from carmsvc.platform.tenancy import TenantForeignKey, TenantModel
from clients.models.documents import Document
from clients.models.importer_contacts import ImporterContact
from clients.models.importers import ProgramAccount
from clients.models.people import User
from clients.rules.portal import (
    Access,
    AccessWish,
    Answer,
    Decision,
    PersonKind,
    PortalRoleKind,
    RoundState,
)

ROLE_WORDS = {
    PortalRoleKind.BAM: _("Business account manager (BAM)"),
    PortalRoleKind.PAM: _("Program account manager (PAM)"),
    PortalRoleKind.EDITOR: pgettext_lazy("portal", "Editor"),
    PortalRoleKind.READER: pgettext_lazy("portal", "Reader"),
}
PERSON_WORDS = {
    PersonKind.EMPLOYEE: pgettext_lazy("portal", "Employee"),
    PersonKind.BROKER: _("Broker’s person"),
    PersonKind.CONSULTANT: _("Consultant"),
}
ACCESS_WORDS = {
    Access.INVITED: pgettext_lazy("portal", "Invited"),
    Access.ACTIVE: _("Has access"),
    Access.REMOVED: pgettext_lazy("portal", "Removed"),
}
ACCESS_WISHES = {
    AccessWish.ACTIVATE: _("Access is in force"),
    AccessWish.REMOVE: _("Access is taken away"),
    AccessWish.INVITE: _("Invited again"),
}
ROUND_WORDS = {
    RoundState.OPEN: _("With the importer"),
    RoundState.ANSWERED: _("Answered, to be looked at"),
    RoundState.DONE: pgettext_lazy("round", "Done"),
    RoundState.WITHDRAWN: pgettext_lazy("round", "Withdrawn"),
}
ANSWER_WORDS = {
    Answer.CONFIRM: _("Right as it stands"),
    Answer.CORRECT: _("To be corrected"),
    Answer.LEFT: _("Has left"),
    Answer.MISSING: _("Was missing"),
}
DECISION_WORDS = {
    Decision.APPLIED: _("Applied"),
    Decision.DECLINED: _("Not applied"),
}


def choices(words: Any) -> list[tuple[str, Any]]:
    """Words as a field takes them."""
    return [(one.value, word) for one, word in words.items()]


# as the API's document names them
ROLE_CHOICES, PERSON_CHOICES = choices(ROLE_WORDS), choices(PERSON_WORDS)
DECISION_CHOICES = choices(DECISION_WORDS)


class PortalUser(TenantModel):
    """Somebody with access to the importer's business in the portal, as far as we know.

    `left_on` is the day they left whoever they work for; `removed_on` the day on which their
    access was taken away in the portal. Between the two lies a risk.
    """

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail"))
    kind = models.CharField(_("whose person"), max_length=10, choices=choices(PERSON_WORDS))
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    contact = TenantForeignKey(
        ImporterContact, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    state = models.CharField(
        _("state"), max_length=10, choices=choices(ACCESS_WORDS), default=Access.ACTIVE.value
    )
    left_on = models.DateField(_("left on"), null=True, blank=True)
    removed_on = models.DateField(_("access taken away on"), null=True, blank=True)
    recorded_on = models.DateField(_("recorded on"))
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["importer", "email"],
                condition=~Q(state=Access.REMOVED.value),
                name="one_portal_user_of_an_address",
            ),
            models.CheckConstraint(
                condition=Q(state=Access.REMOVED.value, removed_on__isnull=False)
                | (~Q(state=Access.REMOVED.value) & Q(removed_on=None)),
                name="removed_access_says_since_when",
            ),
        ]
        indexes = [models.Index(fields=["importer", "state", "name", "id"], name="portal_people")]

    def __str__(self) -> str:
        return self.name

    @property
    def access(self) -> Access:
        """Its state, as the rules know it."""
        return Access(self.state)

    @property
    def is_removed(self) -> bool:
        return self.access is Access.REMOVED


class PortalRole(TenantModel):
    """A role that somebody holds in the portal, from a day to a day, and who saw it when.

    A BAM's covers the whole business; another's program account may be not known yet. A role that
    is ended stays as it was: a change is the end of one and the beginning of another.
    """

    id = models.BigAutoField(primary_key=True)
    portal_user = TenantForeignKey(PortalUser, related_name="roles")
    role = models.CharField(_("role in the portal"), max_length=10, choices=choices(ROLE_WORDS))
    program_account = TenantForeignKey(ProgramAccount, related_name="+", null=True, blank=True)
    from_on = models.DateField(_("from"), null=True, blank=True)
    until_on = models.DateField(_("until"), null=True, blank=True)
    recorded_on = models.DateField()
    verified_on = models.DateField(_("last verified on"), null=True, blank=True)
    verified_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    evidence = models.CharField(_("evidence"), max_length=300, blank=True)
    evidence_document = TenantForeignKey(Document, related_name="+", null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["portal_user", "role", "program_account"],
                condition=Q(ended_on=None),
                nulls_distinct=False,
                name="a_portal_role_once",
            ),
            models.CheckConstraint(
                condition=~Q(role=PortalRoleKind.BAM.value) | Q(program_account=None),
                name="a_business_account_manager_has_every_account",
            ),
            models.CheckConstraint(
                condition=Q(from_on=None) | Q(until_on=None) | Q(until_on__gte=F("from_on")),
                name="a_portal_role_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(verified_on=None, verified_by=None)
                | Q(verified_on__isnull=False, verified_by__isnull=False),
                name="a_verified_role_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None, ended_by=None)
                | Q(ended_on__isnull=False, ended_by__isnull=False),
                name="an_ended_portal_role_says_by_whom",
            ),
        ]
        indexes = [
            models.Index(
                fields=["importer", "portal_user"],
                condition=Q(ended_on=None),
                name="portal_roles_held",
            ),
            models.Index(fields=["importer", "portal_user", "-id"], name="portal_roles_newest"),
        ]

    def __str__(self) -> str:
        return self.get_role_display()

    @property
    def is_ended(self) -> bool:
        return self.ended_on is not None


class PortalVerification(TenantModel):
    """A round: the importer is asked whether what we know of its people in the portal is right."""

    id = models.BigAutoField(primary_key=True)
    state = models.CharField(
        _("state"), max_length=10, choices=choices(ROUND_WORDS), default=RoundState.OPEN.value
    )
    due_on = models.DateField(_("to be answered by"))
    started_on = models.DateField(_("started on"))
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawal_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["importer"],
                condition=Q(state__in=["open", "answered"]),
                name="one_running_portal_verification",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["answered", "done"])
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="an_answered_round_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "answered"], ended_at=None)
                | (~Q(state__in=["open", "answered"]) & Q(ended_at__isnull=False)),
                name="a_round_that_is_over_says_since_when",
            ),
        ]
        indexes = [
            models.Index(fields=["importer", "-id"], name="portal_rounds_newest"),
            models.Index(fields=["importer", "due_on"], name="portal_rounds_due"),
        ]

    def __str__(self) -> str:
        return str(self.started_on)

    @property
    def standing(self) -> RoundState:
        """Its state, as the rules know it."""
        return RoundState(self.state)

    @property
    def is_open(self) -> bool:
        return self.standing is RoundState.OPEN

    @property
    def is_running(self) -> bool:
        return self.standing in (RoundState.OPEN, RoundState.ANSWERED)


class PortalVerificationLine(TenantModel):
    """One person and role of a round: as it was asked, what was said, what came of it.

    Without a portal user it is somebody whom the importer says was missing.
    """

    id = models.BigAutoField(primary_key=True)
    verification = TenantForeignKey(PortalVerification, related_name="lines")
    portal_user = TenantForeignKey(PortalUser, related_name="+", null=True, blank=True)
    portal_role = TenantForeignKey(PortalRole, related_name="+", null=True, blank=True)
    asked_name = models.CharField(max_length=200, blank=True)
    asked_email = models.EmailField(blank=True)
    asked_role = models.CharField(max_length=10, choices=choices(ROLE_WORDS), blank=True)
    asked_account = models.CharField(max_length=15, blank=True)
    answer = models.CharField(max_length=10, choices=choices(ANSWER_WORDS), blank=True)
    said_name = models.CharField(max_length=200, blank=True)
    said_email = models.EmailField(blank=True)
    said_role = models.CharField(max_length=10, choices=choices(ROLE_WORDS), blank=True)
    said_account = models.CharField(max_length=15, blank=True)
    left_on = models.DateField(null=True, blank=True)
    is_removed = models.BooleanField(default=False)  # “the access is taken away already”
    note = models.CharField(max_length=500, blank=True)
    decision = models.CharField(max_length=10, choices=choices(DECISION_WORDS), blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decision_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answer=Answer.MISSING.value, portal_user=None)
                | (~Q(answer=Answer.MISSING.value) & Q(portal_user__isnull=False)),
                name="only_the_missing_were_not_asked_about",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None, decided_by=None)
                | (~Q(decision="") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="a_decided_line_says_by_whom",
            ),
            models.CheckConstraint(
                condition=~Q(decision=Decision.DECLINED.value) | ~Q(decision_reason=""),
                name="a_line_is_declined_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["importer", "verification", "id"], name="lines_of_portal_round")
        ]

    @property
    def waits_for_us(self) -> bool:
        """Whether our staff have yet to decide on it."""
        return self.answer not in ("", Answer.CONFIRM.value) and not self.decision
