"""Whoever looks as a role writes nothing, on no route of pages and API."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, User
from reconciliation.models import MatchRun
from tests.viewing.stories import events, text_of


def addresses(patterns: Any, before: str = "/") -> Iterator[tuple[str, str | None]]:
    """Every route of the site with a value for each of its parameters, and its name."""
    for one in patterns:
        route = before + _with_values(str(one.pattern))
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, route)
        elif isinstance(one, URLPattern):
            yield route, one.name


def _with_values(route: str) -> str:
    filled = re.sub(r"<(?:\\w+:)?\\w+>", "1", re.sub(r"\(\?P<\w+>[^)]*\)", "1", route))
    return re.sub(r"<(\w+:)?\w+>", "1", filled).strip("^$").replace("\\Z", "").lstrip("/")


WAYS_OUT = {"viewing-end", "account_logout"}


def test_the_site_has_the_routes_that_are_tried() -> None:
    found = dict(addresses(get_resolver().url_patterns))

    assert len(found) > 100
    assert "/staff/1/role/" in found and "/api/v1/client-groups/1/staff/" in found
    assert set(found.values()) >= WAYS_OUT


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_every_route_of_pages_and_api_refuses_to_write(
    method: str, looking: Client, importer: Importer
) -> None:
    for address, name in addresses(get_resolver().url_patterns):
        if name in WAYS_OUT:
            continue
        response = getattr(looking, method)(address)
        assert response.status_code == 403, address
        if address.startswith("/api/"):
            assert response.json()["detail"].startswith("Nothing was changed"), address
            assert response["Content-Type"] == "application/problem+json"
        else:
            text = text_of(response)
            assert "You are looking as an importer’s role, which only reads." in text, address

    assert [action for action, *_ in events(importer)] == ["view as began"]


def test_a_key_sent_beside_the_session_does_not_write_either(
    looking: Client, importer: Importer, analyst: User
) -> None:
    response = looking.post(
        "/api/v1/match-runs/",
        json.dumps({"statement": 1}),
        content_type="application/json",
        headers={"Authorization": "Bearer carm_nothing"},
    )

    assert response.status_code == 403
    assert response.json()["type"] == "urn:carmsvc:problem:viewing"


def test_what_is_pressed_on_another_tab_of_ones_own_changes_nothing(
    looking: Client, importer: Importer, run: MatchRun
) -> None:
    response = looking.post(f"/runs/{run.pk}/sign-offs/")

    assert response.status_code == 403
    assert "Nothing was changed." in text_of(response)
    with importer_scope(importer.pk):
        assert not run.sign_offs.exists()


# its end
