"""What a person is told of, how they want to be told, and what they were told."""

from datetime import time

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from carmsvc.platform.fields import MoneyField
from carmsvc.platform.tenancy import TenantModel
from clients.models.people import User


class NoticeMail(models.TextChoices):
    """When a notice also goes by e-mail."""

    NOW = "now", _("At once")
    DAILY = "daily", _("Once a day, together")
    WEEKLY = "weekly", _("Once a week, together")
    NEVER = "never", _("Not by e-mail")


class NoticePreference(models.Model):
    """How a person wants to be told of one kind of thing; without a row, the kind's own way."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notice_preferences")
    kind = models.CharField(max_length=60)
    mail = models.CharField(max_length=10, choices=NoticeMail)
    in_app = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="one_preference_for_a_kind"),
        ]


class NoticeHours(models.Model):
    """When a person is not to be written to, and when their digests go; in their time zone."""

    user = models.OneToOneField(
        User, primary_key=True, on_delete=models.CASCADE, related_name="notice_hours"
    )
    quiet_from = models.TimeField(_("quiet from"), default=time(19))
    quiet_until = models.TimeField(_("quiet until"), default=time(7))
    quiet_on_weekends = models.BooleanField(_("quiet on Saturday and Sunday"), default=True)


class Notice(TenantModel):
    """One thing one person was told about one importer, once.

    `key` is the deadline's with the threshold that was reached: the same thing is never told
    twice, whatever crashes and whoever runs at once.
    """

    app_may = ("SELECT", "INSERT", "UPDATE (read_at, mailed_at)")

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=200)
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    due_on = models.DateField()
    amount = MoneyField(null=True)
    address = models.CharField(max_length=300)
    in_app = models.BooleanField()
    mail = models.CharField(max_length=10, choices=NoticeMail)
    is_escalated = models.BooleanField(default=False)  # told in the owner's stead
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["importer", "user", "key"], name="told_once"),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="notices_of_a_person"),
            models.Index(
                fields=["user"], condition=Q(in_app=True, read_at=None), name="notices_unread"
            ),
            models.Index(
                fields=["user"],
                condition=Q(mailed_at=None, mail__in=["daily", "weekly"]),
                name="notices_for_a_digest",
            ),
        ]
