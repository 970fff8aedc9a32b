"""API keys of a story: made, told of, refused."""

from datetime import UTC, datetime
from typing import Any

import pytest

from carmsvc.platform.api_keys import ApiKey
from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importer_scope
from clients.actions.keys import issue_api_key
from clients.models import Importer, User

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def made(user: User, *importers: Importer, by: object, **wish: Any) -> ApiKey:
    """A key that an action made."""
    told = {"name": "Nightly", "grants": ["statements:read"], **wish}
    return issue_api_key(user=user, importers=importers, by=by, **told)[0]


def events(importer: Importer) -> list[AuditEvent]:
    """What the importer's chain tells of keys."""
    with importer_scope(importer.pk):
        return list(AuditEvent.objects.filter(target_kind="apikey").order_by("sequence"))


def refusal(act: Any, **wish: Any) -> list[str]:
    """Every reason why a wish was refused."""
    with pytest.raises(Refused) as refused:
        act(**wish)
    return refused.value.reasons
