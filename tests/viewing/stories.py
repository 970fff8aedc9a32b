"""What the stories of looking as a role share: the hour, the view begun, what its audit tells."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.test import Client

from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer

NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


def events(importer: Importer) -> list[tuple[str, str, Any, str]]:
    """What the importer's chain tells of views: action, who, as which role, and why it ended."""
    with importer_scope(importer.pk):
        chain = AuditEvent.objects.filter(importer=importer, action__startswith="view as")
        return [
            (one.action, one.actor, (one.after or one.before)["role"], one.details.get("because"))
            for one in chain.order_by("sequence")
        ]


def begin(browser: Client, importer: Importer, role: str = "owner") -> Any:
    return browser.post(f"/importers/{importer.pk}/viewing/", {"role": role})


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


Loss = Callable[[], object]
