"""Keys for integrations: shown once, stored hashed, bound to importers, grants and a person."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models, transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.encoding import escape_uri_path

from carmsvc.platform import audit
from carmsvc.platform.audit_origin import network_address
from carmsvc.platform.key_grants import covers, without_doubles
from carmsvc.platform.tenancy import every_importer_id, importer_scope

PREFIX_LENGTH = 8
LONGEST_CALL = 200
USE_NOTED_EVERY = timedelta(minutes=1)  # a read is not to be a write each time
REFUSAL_TOLD_EVERY = timedelta(hours=1)
_KEY = re.compile(rf"carm_([0-9a-f]{{{PREFIX_LENGTH}}})_([A-Za-z0-9_-]{{1,200}})")


class ApiKey(models.Model):
    """One key. It opens the importers it was made for that its person still may see, and does
    there what its grants and its person's role both allow.
    """

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=100)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="api_keys"
    )
    importer_ids = ArrayField(models.BigIntegerField(), default=list)
    grants = ArrayField(models.CharField(max_length=80), default=list)
    prefix = models.CharField(max_length=PREFIX_LENGTH, unique=True)
    secret_hash = models.CharField(max_length=64)
    wish = models.UUIDField(null=True, unique=True)  # a form sent twice makes one key
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(  # nobody: a command made it
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    expires_at = models.DateTimeField()
    replaced_by = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="replaces"
    )
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    last_used_at = models.DateTimeField(null=True)
    last_used_from = models.CharField(max_length=45, blank=True)
    last_call = models.CharField(max_length=LONGEST_CALL, blank=True)
    refusal_told_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "platform"
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_by=None) | Q(revoked_at__isnull=False),
                name="a_key_revoked_by_somebody_is_revoked",
            ),
        ]
        indexes = [
            GinIndex(fields=["importer_ids"], name="keys_of_importer"),
            models.Index(
                fields=["expires_at"], condition=Q(revoked_at=None), name="keys_by_expiry"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def allows(self, grant: str) -> bool:
        """Whether the key has this grant, by itself or by a wider one."""
        return covers(self.grants, grant)


def _hash(secret: str) -> str:
    # 256 random bits cannot be guessed, so one SHA-256 is enough; slow hashes guard passwords
    return hashlib.sha256(secret.encode()).hexdigest()


def create_api_key(
    *,
    name: str,
    user: Any,
    importer_ids: Iterable[int],
    grants: Iterable[str],
    expires_at: datetime | None = None,
    created_by: Any = None,
    wish: UUID | None = None,
) -> tuple[ApiKey, str]:
    """Make a key; the second value is the key itself, which is never shown again."""
    prefix, secret = secrets.token_hex(PREFIX_LENGTH // 2), secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        name=name,
        user=user,
        importer_ids=sorted(set(importer_ids)),
        grants=without_doubles(grants),
        prefix=prefix,
        secret_hash=_hash(secret),
        wish=wish,
        created_by=created_by,
        expires_at=expires_at or timezone.now() + timedelta(days=settings.API_KEY_DAYS),
    )
    return key, f"carm_{prefix}_{secret}"


def key_named(text: str) -> ApiKey | None:
    """The key that this text is, whether it still works or not; None when it is none."""
    parts = _KEY.fullmatch(text)
    if parts is None:
        return None
    key = ApiKey.objects.select_related("user").filter(prefix=parts[1]).first()
    if key is None or not hmac.compare_digest(key.secret_hash, _hash(parts[2])):
        return None
    return key


def reason_against_use(key: ApiKey) -> str:
    """Why a key opens nothing any more: a word, or nothing."""
    if key.revoked_at:
        return "revoked"
    if key.expires_at <= timezone.now():
        return "expired"
    return "" if key.user.is_active else "person deactivated"


def key_of_request(text: str, request: HttpRequest) -> ApiKey | None:
    """The key that opens this request, or None. Its use is noted, a dead key's use is told."""
    key = key_named(text)
    if key is None:
        return None
    reason = reason_against_use(key)
    if reason:
        _tell_refusal(key, reason, request)
        return None
    _note_use(key, request)
    return key


def _note_use(key: ApiKey, request: HttpRequest) -> None:
    now = timezone.now()
    if key.last_used_at and key.last_used_at > now - USE_NOTED_EVERY:
        return
    ApiKey.objects.filter(pk=key.pk).update(
        last_used_at=now, last_used_from=network_address(request) or "", last_call=_call(request)
    )


def _call(request: HttpRequest) -> str:
    """Which address was called, without its parameters."""
    return f"{request.method} {escape_uri_path(request.path)}"[:LONGEST_CALL]


@transaction.atomic
def _tell_refusal(key: ApiKey, reason: str, request: HttpRequest) -> None:
    """On each importer's chain, at most once an hour: somebody still uses a dead key."""
    now = timezone.now()
    is_new = Q(refusal_told_at=None) | Q(refusal_told_at__lt=now - REFUSAL_TOLD_EVERY)
    if not ApiKey.objects.filter(is_new, pk=key.pk).update(refusal_told_at=now):
        return
    for importer_id in sorted(set(key.importer_ids) & set(every_importer_id())):
        with importer_scope(importer_id):
            audit.record(
                "API key refused",
                importer_id=importer_id,
                by=str(key),
                target=key,
                name=key.name,
                prefix=key.prefix,
                reason=reason,
                call=_call(request),
            )
