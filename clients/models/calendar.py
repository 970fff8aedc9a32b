"""A person's private calendar address."""

from django.db import models
from django.utils import timezone

from clients.models.people import User


class CalendarFeed(models.Model):
    """A secret address at which a person's calendar reads their deadlines; kept as a hash."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="calendar_feeds")
    token_hash = models.CharField(max_length=64, unique=True)
    alarm_days = models.PositiveSmallIntegerField(default=3)
    created_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(revoked_at=None), name="one_open_calendar"
            ),
        ]
