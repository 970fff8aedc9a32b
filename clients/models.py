"""Whose it is: people, importers (the tenants), their program accounts, who sees whom."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from carmsvc.platform.fields import MoneyField
from carmsvc.platform.tenancy import ScopedManager, TenantModel

BN9_PATTERN = r"^\d{9}$"
BN15_PATTERN = r"^\d{9}RM\d{4}$"


class UserManager(BaseUserManager["User"]):
    """People are created by invitation or by an administrator, never by themselves."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person who signs in: the brokerage's staff (a staff role) or an importer's people."""

    class StaffRole(models.TextChoices):
        ADMINISTRATOR = "administrator", _("Administrator")
        ANALYST = "analyst", _("Analyst")
        VIEWER = "viewer", _("Viewer")

    class Language(models.TextChoices):
        ENGLISH = "en", "English"
        FRENCH = "fr", "Français"

    id = models.BigAutoField(primary_key=True)
    email = models.EmailField(_("e-mail"), unique=True)
    full_name = models.CharField(_("name"), max_length=200)
    language = models.CharField(max_length=2, choices=Language, default=Language.ENGLISH)
    time_zone = models.CharField(max_length=64, default="America/Toronto")
    staff_role = models.CharField(max_length=20, choices=StaffRole, blank=True, default="")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Func(F("email"), function="lower")), name="email_in_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def is_staff_member(self) -> bool:
        """Whether this person works for the brokerage."""
        return bool(self.staff_role)

    @property
    def is_administrator(self) -> bool:
        """Whether this person sees every importer and manages the deployment."""
        return self.staff_role == self.StaffRole.ADMINISTRATOR


class Importer(models.Model):
    """The tenant: a business that imports goods, known to the CBSA by its BN9."""

    app_may = ("SELECT", "INSERT", "UPDATE")

    id = models.BigIntegerField(primary_key=True)
    legal_name = models.CharField(_("legal name"), max_length=200)
    bn9 = models.CharField(
        _("business number"), max_length=9, unique=True, validators=[RegexValidator(BN9_PATTERN)]
    )
    language = models.CharField(max_length=2, choices=User.Language, default=User.Language.ENGLISH)
    amount_tolerance = MoneyField(_("amount tolerance"), default="0.05")
    created_at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_tolerance__gte=0, amount_tolerance__lte=10),
                name="tolerance_is_small_and_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.legal_name


class ProgramAccount(TenantModel):
    """An RM account (BN15): where money, statements and security sit."""

    id = models.BigAutoField(primary_key=True)
    bn15 = models.CharField(
        _("program account"), max_length=15, validators=[RegexValidator(BN15_PATTERN)]
    )
    name = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["importer", "bn15"], name="one_bn15")]
        ordering = ["bn15"]

    def __str__(self) -> str:
        return self.bn15


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
        ]
        indexes = [models.Index(fields=["user"], name="assignments_of_user")]
