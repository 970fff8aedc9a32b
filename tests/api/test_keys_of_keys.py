"""Keys made, listed and rotated through the API, by people and by other keys."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from carmsvc.platform.api_keys import ApiKey
from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.idempotency import IdempotencyRecord
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, User
from tests.api.conftest import Caller, problem

NIGHTLY = {"name": "Nightly", "grants": ["statements:read"]}


# keys through the API


def test_a_key_is_told_once_in_the_answer_that_makes_it(owner: User, importer: Importer) -> None:
    person = Caller(person=owner)

    made = person.post("api-keys/", {**NIGHTLY, "importers": [importer.pk], "days": 30})

    body = made.json()
    key = ApiKey.objects.get()
    assert made.status_code == 201
    assert made["Cache-Control"] == "no-store, private"
    assert (body["person"], body["created_by"]) == ("owner@maple.example",) * 2
    assert (body["state"], body["importers"]) == ("working", [importer.pk])
    assert (key.expires_at - key.created_at).days in (29, 30)
    read = person.get(made["Location"]).json()
    assert read == {name: value for name, value in body.items() if name != "key"}
    assert key.secret_hash not in str(read)
    assert Caller(body["key"]).get("statements/").status_code == 200


def test_a_repeated_request_makes_one_key_and_tells_it_once(
    owner: User, importer: Importer
) -> None:
    person, wish = Caller(person=owner), {**NIGHTLY, "importers": [importer.pk]}

    first = person.post("api-keys/", wish, Idempotency_Key="k1")
    again = person.post("api-keys/", wish, Idempotency_Key="k1")

    assert again["Idempotent-Replay"] == "true"
    assert again.json() == {**first.json(), "key": None}
    assert ApiKey.objects.count() == 1
    assert first.json()["key"] not in str(IdempotencyRecord.objects.get().body)


def test_keys_are_listed_by_importer_and_state(
    administrator: User,
    owner: User,
    other_finance: User,
    importer: Importer,
    stranger: Importer,
    key_for: Callable[..., Caller],
) -> None:
    key_for(owner, importer)
    key_for(other_finance, stranger)
    ours, theirs = ApiKey.objects.order_by("id")
    ApiKey.objects.filter(pk=theirs.pk).update(revoked_at=timezone.now())
    everything, own = Caller(person=administrator), Caller(person=owner)

    def listed(caller: Caller, **filters: Any) -> list[int]:
        return [row["id"] for row in caller.get("api-keys/", **filters).json()["results"]]

    assert listed(everything) == [theirs.pk, ours.pk]
    assert listed(everything, importer=importer.pk) == [ours.pk]
    assert listed(everything, state="revoked") == [theirs.pk]
    assert listed(own) == [ours.pk]
    assert listed(own, importer=stranger.pk) == []
    problem(own.get(f"api-keys/{theirs.pk}/"), 404)
    problem(own.delete(f"api-keys/{theirs.pk}/"), 404)


def test_of_a_key_of_several_importers_nobody_learns_those_they_do_not_manage(
    administrator: User,
    owner: User,
    analyst: User,
    importer: Importer,
    stranger: Importer,
    key_for: Callable[..., Caller],
) -> None:
    key_for(analyst, importer, stranger)
    key, own = ApiKey.objects.get(), Caller(person=owner)

    assert own.get(f"api-keys/{key.pk}/").json()["importers"] == [importer.pk]
    assert own.get("api-keys/", importer=stranger.pk).json()["results"] == []
    seen = Caller(person=administrator).get(f"api-keys/{key.pk}/").json()["importers"]
    assert seen == [importer.pk, stranger.pk]


def test_who_only_answers_for_a_key_sees_it_and_changes_nothing(
    analyst: User, importer: Importer, key_for: Callable[..., Caller]
) -> None:
    key_for(analyst, importer)
    address, person = f"api-keys/{ApiKey.objects.get().pk}/", Caller(person=analyst)

    assert person.get(address).status_code == 200
    problem(person.delete(address), 403)
    problem(person.post(f"{address}rotations/", {"overlap_days": 1}), 403)
    problem(person.post("api-keys/", {**NIGHTLY, "importers": [importer.pk]}), 403)


def test_a_key_makes_none_with_more_than_it_has(
    owner: User, importer: Importer, key_for: Callable[..., Caller]
) -> None:
    maker = key_for(owner, importer, grants=("api-keys:write", "statements:read"))
    wish = {"name": "n", "importers": [importer.pk]}

    less = maker.post("api-keys/", {**wish, "grants": ["statements:read", "api-keys:read"]})
    more = problem(maker.post("api-keys/", {**wish, "grants": ["statements:write", "*:read"]}), 422)

    assert less.status_code == 201
    assert [one["message"] for one in more["errors"]] == [
        "The key that asks does not have the grant statements:write itself.",
        "The key that asks does not have the grant *:read itself.",
    ]


def test_a_key_makes_none_for_importers_it_does_not_open(
    administrator: User, importer: Importer, stranger: Importer, key_for: Callable[..., Caller]
) -> None:
    maker = key_for(administrator, importer)

    told = problem(maker.post("api-keys/", {**NIGHTLY, "importers": [stranger.pk]}), 404)

    assert told["errors"][0]["field"] == "importers"


def test_a_key_made_by_a_key_does_not_outlive_it(
    owner: User, importer: Importer, key_for: Callable[..., Caller]
) -> None:
    maker = key_for(owner, importer)
    soon = timezone.now() + timedelta(days=3)
    ApiKey.objects.update(expires_at=soon)

    maker.post("api-keys/", {**NIGHTLY, "importers": [importer.pk], "days": 365})

    assert ApiKey.objects.order_by("-id")[0].expires_at == soon


def test_a_key_rotates_itself_and_none_with_more_than_it_has(
    owner: User, importer: Importer, key_for: Callable[..., Caller]
) -> None:
    small = key_for(owner, importer, grants=("api-keys:write",))
    key_for(owner, importer, grants=("*:write",))
    own, wide = ApiKey.objects.order_by("id")

    problem(small.post(f"api-keys/{wide.pk}/rotations/", {"overlap_days": 1}), 422)
    rotated = small.post(f"api-keys/{own.pk}/rotations/", {"overlap_days": 0})

    assert rotated.status_code == 201
    problem(small.get("api-keys/"), 401)
    assert Caller(rotated.json()["key"]).get("api-keys/").status_code == 200


def test_an_importer_that_a_key_registers_is_told_in_its_audit(
    administrator: User, importer: Importer, key_for: Callable[..., Caller]
) -> None:
    admin = key_for(administrator, importer, grants=("importers:write",))
    optics = {"legal_name": "Optics", "bn9": "100000009", "program_accounts": ["100000009RM0001"]}

    made = admin.post("importers/", optics).json()

    with importer_scope(made["id"]):
        assert AuditEvent.objects.filter(action="API key widened").count() == 1


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"name": ""}, "name"),
        ({"grants": []}, "grants"),
        ({"importers": ["x"]}, "importers.0"),
        ({"days": 0}, "days"),
        ({"person": "nobody"}, "person"),
        ({"secret": "mine"}, "secret"),
    ],
)
def test_a_wrong_field_is_named(
    wish: dict[str, Any], field: str, owner: User, importer: Importer
) -> None:
    body = {**NIGHTLY, "importers": [importer.pk], **wish}

    told = problem(Caller(person=owner).post("api-keys/", body), 400)

    assert told["errors"][0]["field"] == field


def test_a_person_nobody_may_choose_is_not_told_from_one_who_is_not_there(
    owner: User, analyst: User, importer: Importer
) -> None:
    wish, person = {**NIGHTLY, "importers": [importer.pk]}, Caller(person=owner)

    answers = [
        problem(person.post("api-keys/", {**wish, "person": email}), 404)
        for email in (analyst.email, "nobody@maple.example")
    ]

    assert answers[0] == answers[1]


def test_the_list_asks_as_often_for_three_as_for_one(
    owner: User, importer: Importer, key_for: Callable[..., Caller]
) -> None:
    person, asked = Caller(person=owner), []
    for count in (1, 3):
        while ApiKey.objects.count() < count:
            key_for(owner, importer)
        with CaptureQueriesContext(connection) as queries:
            assert len(person.get("api-keys/").json()["results"]) == count
        asked.append(len(queries))

    assert asked[0] == asked[1]
