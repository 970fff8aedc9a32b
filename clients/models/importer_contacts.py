"""Whom to reach at an importer, by what they look after; most of them never sign in here."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from carmsvc.platform.tenancy import TenantModel
from clients.models.people import User


class ImporterContact(TenantModel):
    """A person or a desk of the importer, and how to reach them. Removed when nobody needs it."""

    app_may = ("SELECT", "INSERT", "UPDATE", "DELETE")

    class Function(models.TextChoices):
        """What somebody is asked about."""

        MANAGEMENT = "management", _("Management")
        FINANCE = "finance", _("Finance")
        CUSTOMS = "customs", _("Customs")
        OPERATIONS = "operations", _("Operations")
        LEGAL = "legal", _("Legal")
        AFTER_HOURS = "after_hours", _("After hours")
        OTHER = "other", pgettext_lazy("function", "Other")

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(_("name"), max_length=200)
    function = models.CharField(_("function"), max_length=20, choices=Function)
    title = models.CharField(_("title"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=User.Language)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(email="", phone=""), name="a_contact_can_be_reached"
            ),
        ]
        indexes = [
            models.Index(fields=["importer", "function", "id"], name="contacts_by_function"),
        ]

    def __str__(self) -> str:
        return self.name
