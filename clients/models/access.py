"""Who sees whom: memberships, assignments, client groups, invitations."""

from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from carmsvc.platform.tenancy import TenantModel
from clients.models.people import User


class Membership(TenantModel):
    """One of the importer's own people, and the role they hold with us (not CARM's roles)."""

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        FINANCE = "finance", _("Finance")
        OPERATIONS = "operations", _("Operations")
        COMPLIANCE = "compliance", _("Compliance")
        VIEWER = "viewer", _("Viewer")

    app_may = ("SELECT", "INSERT", "UPDATE", "DELETE")

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)

    own = models.Manager["Membership"]()  # what a person sees of themselves before a scope

    class Meta:
        default_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["importer", "user"], name="one_membership"),
        ]
        indexes = [models.Index(fields=["user"], name="memberships_of_user")]


class StaffAssignment(TenantModel):
    """A member of the brokerage's staff who looks after this importer."""

    app_may = ("SELECT", "INSERT", "UPDATE", "DELETE")

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="assignments")
    is_lead = models.BooleanField(default=False)

    own = models.Manager["StaffAssignment"]()

    class Meta:
        default_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["importer", "user"], name="one_assignment"),
            models.UniqueConstraint(
                fields=["importer"], condition=Q(is_lead=True), name="one_lead_of_an_importer"
            ),
        ]
        indexes = [models.Index(fields=["user"], name="assignments_of_user")]


class ClientGroup(models.Model):
    """Importers that the same staff look after: a team's book, a region, a family of companies.

    The group belongs to the brokerage; which importers are in it stands behind the wall.
    """

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(_("name"), max_length=100, unique=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class GroupedImporter(TenantModel):
    """An importer's place in a client group."""

    app_may = ("SELECT", "INSERT", "DELETE")

    id = models.BigAutoField(primary_key=True)
    group = models.ForeignKey(ClientGroup, on_delete=models.CASCADE, related_name="places")

    own = models.Manager["GroupedImporter"]()

    class Meta:
        default_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["importer", "group"], name="once_in_a_group"),
        ]
        indexes = [models.Index(fields=["group", "importer"], name="places_of_a_group")]


class GroupStaff(models.Model):
    """A member of the brokerage's staff who looks after every importer of a group."""

    id = models.BigAutoField(primary_key=True)
    group = models.ForeignKey(ClientGroup, on_delete=models.CASCADE, related_name="staff")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="group_places")
    is_lead = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "user"], name="once_in_a_groups_staff"),
            models.UniqueConstraint(
                fields=["group"], condition=Q(is_lead=True), name="one_lead_of_a_group"
            ),
        ]


class Invitation(models.Model):
    """A single-use way in for one person: the e-mail address, role and importers are fixed in it.

    Only the hash of its token is kept. Which importers it opens stands behind the wall
    (`InvitedTo`); an invitation of staff may name none yet.
    """

    id = models.BigAutoField(primary_key=True)
    email = models.EmailField(_("e-mail"))
    full_name = models.CharField(_("name"), max_length=200)
    language = models.CharField(max_length=2, choices=User.Language, default=User.Language.ENGLISH)
    staff_role = models.CharField(max_length=20, choices=User.StaffRole, blank=True, default="")
    importer_role = models.CharField(max_length=20, choices=Membership.Role, blank=True, default="")
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="invitations")
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Func(F("email"), function="lower")),
                name="invited_email_in_lower_case",
            ),
            models.CheckConstraint(
                condition=Q(staff_role="") ^ Q(importer_role=""), name="invited_to_one_kind_of_role"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False, revoked_at=None),
                name="accepted_by_somebody_and_not_revoked",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="revoked_by_somebody_at_some_time",
            ),
        ]
        indexes = [models.Index(fields=["email"], name="invitations_of_an_address")]

    def __str__(self) -> str:
        return self.email


class InvitedTo(TenantModel):
    """An importer that an invitation opens."""

    app_may = ("SELECT", "INSERT")

    id = models.BigAutoField(primary_key=True)
    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, related_name="invited_to")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["importer", "invitation"], name="once_in_an_invitation")
        ]
