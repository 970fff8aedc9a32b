"""Keys for integrations: shown once, stored hashed, bound to importers and a person."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

PREFIX_LENGTH = 8


class ApiKey(models.Model):
    """One key. Its importers are those it was made for that its maker still may see."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=100)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="api_keys"
    )
    importer_ids = ArrayField(models.BigIntegerField(), default=list)
    may_write = models.BooleanField(default=False)
    prefix = models.CharField(max_length=PREFIX_LENGTH, unique=True)
    secret_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "platform"

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def create_api_key(
    *,
    name: str,
    user: Any,
    importer_ids: Iterable[int],
    may_write: bool,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Make a key; the second value is the key itself, which is never shown again."""
    prefix, secret = secrets.token_hex(PREFIX_LENGTH // 2), secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        name=name,
        user=user,
        importer_ids=sorted(set(importer_ids)),
        may_write=may_write,
        prefix=prefix,
        secret_hash=_hash(secret),
        expires_at=expires_at or timezone.now() + timedelta(days=365),
    )
    return key, f"carm_{prefix}_{secret}"


def find_api_key(text: str) -> ApiKey | None:
    """The valid, unexpired, unrevoked key that this text is, or None."""
    word, _, rest = text.partition("_")
    prefix, _, secret = rest.partition("_")
    if word != "carm" or not secret:
        return None
    key = ApiKey.objects.select_related("user").filter(prefix=prefix, revoked_at=None).first()
    if key is None or not hmac.compare_digest(key.secret_hash, _hash(secret)):
        return None
    if key.expires_at <= timezone.now() or not key.user.is_active:
        return None
    ApiKey.objects.filter(pk=key.pk).update(last_used_at=timezone.now())
    return key
