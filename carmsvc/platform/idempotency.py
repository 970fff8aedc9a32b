"""Answers kept so that a POST sent twice with one Idempotency-Key is done once."""

from django.db import models
from django.utils import timezone


class IdempotencyRecord(models.Model):
    """The answer to one POST, for one principal only; lives in PostgreSQL, survives a flush."""

    id = models.BigAutoField(primary_key=True)
    principal = models.CharField(max_length=80)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=300)
    key = models.CharField(max_length=255)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField(null=True)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "platform"
        constraints = [
            models.UniqueConstraint(
                fields=["principal", "method", "path", "key"], name="one_answer_per_key"
            ),
        ]
