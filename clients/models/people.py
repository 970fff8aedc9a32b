"""People who sign in."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients.rules import Viewing


class UserManager(BaseUserManager["User"]):
    """People are created by invitation or by an administrator, never by themselves."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class NobodyToSave(RuntimeError):
    """Somebody who only looks as an importer's role was about to be written."""


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
    password_changed_at = models.DateTimeField(null=True, blank=True)
    deactivated_at = models.DateTimeField(null=True, blank=True)
    deactivated_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    # set on the copy of a person who looks at an importer as one of its roles
    viewing: Viewing | None = None

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Func(F("email"), function="lower")), name="email_in_lower_case"
            ),
            models.CheckConstraint(
                condition=Q(deactivated_at=None, deactivated_by=None)
                | Q(deactivated_at__isnull=False, deactivated_by__isnull=False, is_active=False),
                name="deactivated_by_somebody_at_some_time",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def save(self, *arguments: Any, **options: Any) -> None:
        """Raises `NobodyToSave` for a copy: its staff role is not the person's."""
        self._refuse_a_copy()
        super().save(*arguments, **options)

    def delete(self, *arguments: Any, **options: Any) -> tuple[int, dict[str, int]]:
        """Raises `NobodyToSave` for a copy."""
        self._refuse_a_copy()
        return super().delete(*arguments, **options)

    def _refuse_a_copy(self) -> None:
        if self.viewing:
            raise NobodyToSave(f"{self.email} only looks, and is never written.")

    @property
    def is_staff_member(self) -> bool:
        """Whether this person works for the brokerage."""
        return bool(self.staff_role)

    @property
    def is_administrator(self) -> bool:
        """Whether this person sees every importer and manages the deployment."""
        return self.staff_role == self.StaffRole.ADMINISTRATOR
