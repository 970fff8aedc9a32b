"""What a key may ask: only what it has a grant for, at every address; and keys made by keys."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from carmsvc.platform.api_keys import ApiKey, create_api_key
from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.key_grants import OPEN_TO_EVERY_KEY, api_resources
from carmsvc.platform.tenancy import importer_scope
from clients.actions.leavers import deactivate_person
from clients.models import Importer, Membership, StaffAssignment, User
from reconciliation.models import MatchRun
from tests.api.conftest import ROOT, Caller, problem

METHODS = ("get", "post", "delete", "put", "patch")
NIGHTLY = {"name": "Nightly", "grants": ["statements:read"]}


def routes() -> Iterator[tuple[str, str]]:
    """Every registered address of the API with ids filled in, and the resource it belongs to."""
    yield from _routes(get_resolver("carmsvc.api_urls").url_patterns, "")


def _routes(patterns: Any, before: str) -> Iterator[tuple[str, str]]:
    for one in patterns:
        path = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _routes(one.url_patterns, path)
        elif isinstance(one, URLPattern) and one.name and path:
            filled = re.sub(r"<int:\w+>", "7", path.replace("<str:pk>", "7-1"))
            yield filled, path.split("/")[0]


def refused_for(caller: Caller, method: str, path: str) -> str:
    """The grant that an answer says is missing, or nothing."""
    send = getattr(caller.client, method)
    body = {} if method == "get" else {"data": "{}", "content_type": "application/json"}
    answer = send(ROOT + path, headers=caller.headers, **body)
    if answer.status_code != 403 or "lacks the grant" not in answer.content.decode():
        return ""
    return problem(answer, 403)["detail"].removeprefix("This API key lacks the grant ")[:-1]


# every address


def test_every_address_asks_a_key_for_its_own_grant(
    administrator: User, importer: Importer, key_for: Callable[..., Caller]
) -> None:
    asked = [one for one in routes() if one[1] not in OPEN_TO_EVERY_KEY]
    assert {resource for _path, resource in asked} == set(api_resources())

    for path, resource in asked:
        others = [f"{name}:write" for name in api_resources() if name != resource]
        other = key_for(administrator, importer, grants=others)
        for method in METHODS:
            right = "read" if method == "get" else "write"
            assert refused_for(other, method, path) == f"{resource}:{right}", (method, path)


def test_with_its_own_grant_a_key_asks_every_address(
    administrator: User, importer: Importer, key_for: Callable[..., Caller]
) -> None:
    for path, resource in routes():
        if resource in OPEN_TO_EVERY_KEY:
            continue
        reading = key_for(administrator, importer, grants=(f"{resource}:read",))
        writing = key_for(administrator, importer, grants=(f"{resource}:write",))
        assert refused_for(reading, "get", path) == ""
        assert refused_for(reading, "post", path) == f"{resource}:write"
        assert {refused_for(writing, method, path) for method in METHODS} == {""}


@pytest.mark.parametrize("path", ["", *(f"{name}/" for name in sorted(OPEN_TO_EVERY_KEY))])
def test_any_key_may_ask_who_it_is_and_what_there_is(
    path: str, analyst: User, importer: Importer, key_for: Callable[..., Caller]
) -> None:
    key = key_for(analyst, importer, grants=("statements:read",))

    assert key.get(path).status_code == 200


def test_me_tells_a_key_its_grants(
    analyst: User, importer: Importer, key_for: Callable[..., Caller]
) -> None:
    told = key_for(analyst, importer, grants=("statements:read", "matches:write")).get("me/")

    assert told.json()["key"]["grants"] == ["matches:write", "statements:read"]
    assert "secret" not in told.content.decode()


def test_a_grant_is_not_a_permission_of_its_person(
    finance: User, importer: Importer, run: MatchRun, key_for: Callable[..., Caller]
) -> None:
    key = key_for(finance, importer, grants=("*:write",))

    told = problem(key.post(f"match-runs/{run.pk}/sign-offs/", {}), 403)

    assert told["detail"] == "Your role with this importer does not include: sign off."


def test_a_signed_in_person_needs_no_grant(analyst: User, importer: Importer) -> None:
    assert Caller(person=analyst).get("importers/").status_code == 200


# at once


def test_a_revoked_key_fails_on_its_next_request(
    owner: User, importer: Importer, key_for: Callable[..., Caller]
) -> None:
    caller = key_for(owner, importer)
    assert caller.get("importers/").status_code == 200

    revoked = Caller(person=owner).delete(f"api-keys/{ApiKey.objects.get().pk}/")

    assert revoked.status_code == 204
    problem(caller.get("importers/"), 401)


def test_a_key_stops_with_its_person(
    finance: User, administrator: User, importer: Importer, key_for: Callable[..., Caller]
) -> None:
    caller = key_for(finance, importer)
    assert caller.get("importers/").status_code == 200

    deactivate_person(person=finance, by=administrator)

    problem(caller.get("importers/"), 401)
    assert ApiKey.objects.get().revoked_by == administrator


def test_a_person_who_cannot_sign_in_has_no_working_key(
    finance: User, importer: Importer, key_for: Callable[..., Caller]
) -> None:
    caller = key_for(finance, importer)
    User.objects.filter(pk=finance.pk).update(is_active=False)

    problem(caller.get("importers/"), 401)


def test_a_key_loses_an_importer_with_its_person(
    analyst: User, importer: Importer, stranger: Importer, key_for: Callable[..., Caller]
) -> None:
    with importer_scope(stranger.pk):
        seen = StaffAssignment.objects.create(importer=stranger, user=analyst)
    caller = key_for(analyst, importer, stranger)
    assert caller.get(f"importers/{stranger.pk}/").status_code == 200

    with importer_scope(stranger.pk):
        seen.delete()

    problem(caller.get(f"importers/{stranger.pk}/"), 404)
    assert caller.get(f"importers/{importer.pk}/").status_code == 200


def test_a_key_loses_a_permission_with_its_person(
    owner: User, importer: Importer, key_for: Callable[..., Caller]
) -> None:
    caller = key_for(owner, importer)
    wish = {**NIGHTLY, "importers": [importer.pk]}
    assert caller.post("api-keys/", wish).status_code == 201

    with importer_scope(importer.pk):
        Membership.objects.filter(user=owner).update(role="viewer")

    told = problem(caller.post("api-keys/", wish), 403)
    assert told["detail"] == "Your role with this importer does not include: manage keys."


def test_a_rotated_key_and_its_successor_both_work_until_the_overlap_ends(
    owner: User, importer: Importer
) -> None:
    key, text = create_api_key(name="n", user=owner, importer_ids=[importer.pk], grants=["*:read"])
    person = Caller(person=owner)

    made = person.post(f"api-keys/{key.pk}/rotations/", {"overlap_days": 3})

    new = Caller(made.json()["key"])
    assert Caller(text).get("importers/").status_code == 200
    assert new.get("importers/").status_code == 200
    ApiKey.objects.filter(pk=key.pk).update(expires_at=timezone.now())
    problem(Caller(text).get("importers/"), 401)
    assert new.get("importers/").status_code == 200


# last used


def test_a_key_tells_when_it_was_last_used_from_where_and_for_what(
    analyst: User, importer: Importer
) -> None:
    key, text = create_api_key(
        name="n", user=analyst, importer_ids=[importer.pk], grants=["*:read"]
    )
    before = timezone.now()

    Client(REMOTE_ADDR="203.0.113.9").get(
        "/api/v1/statements/?state=loaded", headers={"Authorization": f"Bearer {text}"}
    )

    key.refresh_from_db()
    assert before <= key.last_used_at <= timezone.now()
    assert (key.last_used_from, key.last_call) == ("203.0.113.9", "GET /api/v1/statements/")


def test_use_is_noted_at_most_once_a_minute(analyst: User, importer: Importer, api: Caller) -> None:
    api.get("importers/")
    first = ApiKey.objects.get().last_used_at

    api.get("statements/")
    api.get("statements/")

    key = ApiKey.objects.get()
    assert (key.last_used_at, key.last_call) == (first, "GET /api/v1/importers/")
    ApiKey.objects.update(last_used_at=first - timedelta(seconds=61))
    api.get("statements/")
    assert ApiKey.objects.get().last_call == "GET /api/v1/statements/"


def test_a_use_that_was_refused_is_noted_too(reader: Caller, importer: Importer) -> None:
    problem(reader.post("match-runs/", {}), 403)

    assert ApiKey.objects.get().last_call == "POST /api/v1/match-runs/"


def test_an_odd_address_is_noted_in_plain_letters(api: Caller) -> None:
    problem(api.get("statements/%07é" + "x" * 300 + "/"), 404)

    assert ApiKey.objects.get().last_call.startswith("GET /api/v1/statements/%07%C3%A9xxx")
    assert len(ApiKey.objects.get().last_call) == 200


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"revoked_at": timezone.now()}, "revoked"),
        ({"expires_at": timezone.now() - timedelta(days=1)}, "expired"),
    ],
)
def test_a_dead_key_that_is_still_used_is_told_once_an_hour(
    change: dict[str, Any], reason: str, api: Caller, importer: Importer
) -> None:
    ApiKey.objects.update(**change)

    for _time in range(3):
        problem(api.get("importers/"), 401)

    with importer_scope(importer.pk):
        (event,) = AuditEvent.objects.filter(action="API key refused")
    assert event.details["reason"] == reason
    assert event.details["call"] == "GET /api/v1/importers/"
    assert event.came_from["address"] == "127.0.0.1"
    assert ApiKey.objects.get().last_used_at is None
    ApiKey.objects.update(refusal_told_at=timezone.now() - timedelta(minutes=61))
    api.get("importers/")
    with importer_scope(importer.pk):
        assert AuditEvent.objects.filter(action="API key refused").count() == 2


def test_a_guessed_key_of_a_known_prefix_is_told_to_nobody(api: Caller, importer: Importer) -> None:
    key = ApiKey.objects.get()
    ApiKey.objects.update(revoked_at=timezone.now())

    problem(Caller(f"carm_{key.prefix}_guess").get("importers/"), 401)

    with importer_scope(importer.pk):
        assert not AuditEvent.objects.filter(action="API key refused").exists()
