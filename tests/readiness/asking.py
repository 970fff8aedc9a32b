"""How these stories ask: the pages as words, the API as JSON."""

import json
import re
from datetime import datetime
from typing import Any

from django.test import Client
from django.utils import timezone

from clients.actions.readiness import keep_readiness
from clients.models import Importer

API = "/api/v1/"


def words_of(response: Any) -> str:
    text = re.sub(r"<(style|script).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return words_of(response)


def page(importer: Importer) -> str:
    return f"/importers/{importer.pk}/readiness/"


def kept(*importers: Importer, now: datetime | None = None) -> None:
    """These importers were looked at, now unless another moment is said."""
    keep_readiness(importers=[one.pk for one in importers], now=now or timezone.now())


def get(client: Client, path: str) -> Any:
    return client.get(f"{API}{path}")


def post(client: Client, path: str, said: dict[str, Any] | None = None, **headers: str) -> Any:
    body = json.dumps(said or {})
    return client.post(f"{API}{path}", body, content_type="application/json", headers=headers)
