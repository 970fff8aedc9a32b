"""The audit through the API: read by who may, narrowed, and provable by the reader."""

import hashlib
from typing import Any

import pytest

from carmsvc.platform import audit
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, User
from tests.api.conftest import Caller, problem


@pytest.fixture
def told(importer: Importer, analyst: User) -> None:
    with importer_scope(importer.pk):
        audit.record(
            "role changed",
            importer_id=importer.pk,
            by=analyst,
            target=analyst,
            before={"role": "viewer"},
            after={"role": "finance"},
        )


def results(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.content
    rows: list[dict[str, Any]] = answer.json()["results"]
    return rows


def test_the_newest_event_comes_first_and_anybody_can_prove_it(
    api: Caller, importer: Importer, analyst: User, told: None
) -> None:
    newest, oldest = results(api.get("audit-events/"))

    assert (newest["sequence"], oldest["sequence"]) == (2, 1)
    assert newest["importer"] == importer.pk
    assert (newest["actor"], newest["actor_id"]) == ("analyst@broker.example", analyst.pk)
    assert (newest["object_kind"], newest["object_id"]) == ("user", analyst.pk)
    assert (newest["before"], newest["after"]) == ({"role": "viewer"}, {"role": "finance"})
    assert newest["came_from"] == {"how": "command"}
    assert newest["previous_hash"] == oldest["own_hash"]
    for event in (newest, oldest):
        assert hashlib.sha256(event["hashed_text"].encode()).hexdigest() == event["own_hash"]
        assert results(api.get("audit-events/", action=event["action"])) == [event]
        assert api.get(f"audit-events/{event['id']}/").json() == event


def test_it_is_narrowed(api: Caller, importer: Importer, analyst: User, told: None) -> None:
    def found(**wish: Any) -> list[str]:
        return [one["action"] for one in results(api.get("audit-events/", **wish))]

    assert found(actor_id=analyst.pk) == ["role changed"]
    assert found(object_kind="user", object_id=analyst.pk) == ["role changed"]
    assert found(object_kind="importer") == ["importer created"]
    assert found(importer=importer.pk, ordering="id") == ["importer created", "role changed"]
    assert found(since="2020-01-01T00:00:00Z") == ["role changed", "importer created"]
    assert found(until="2020-01-01T00:00:00Z") == []
    problem(api.get("audit-events/", since="yesterday"), 400)
    problem(api.get("audit-events/", words="x"), 400)


def test_pages_go_by_key(api: Caller, told: None) -> None:
    first = api.get("audit-events/", page_size=1).json()
    second = api.get(first["next"]).json()

    assert [one["sequence"] for one in (*first["results"], *second["results"])] == [2, 1]
    assert second["next"] is None


def test_who_may_not_read_the_audit_is_told_so(
    finance: User, staff_viewer: User, importer: Importer, key_for: Any, told: None
) -> None:
    for person in (finance, staff_viewer):
        answer = problem(key_for(person, importer).get("audit-events/"), 403)
        assert answer["detail"] == "Your role does not include: read audit."


def test_an_event_that_one_may_not_read_is_not_there(
    api: Caller, finance: User, importer: Importer, key_for: Any, told: None
) -> None:
    number = results(api.get("audit-events/"))[0]["id"]

    problem(key_for(finance, importer).get(f"audit-events/{number}/"), 404)


def test_another_importers_audit_is_not_there(
    administrator: User, stranger: Importer, importer: Importer, key_for: Any, told: None
) -> None:
    every = key_for(administrator, importer, stranger)
    theirs = key_for(administrator, stranger)
    number = results(every.get("audit-events/", importer=importer.pk))[0]["id"]

    assert {one["importer"] for one in results(theirs.get("audit-events/"))} == {stranger.pk}
    assert results(theirs.get("audit-events/", importer=importer.pk)) == []
    problem(theirs.get(f"audit-events/{number}/"), 404)


@pytest.mark.parametrize("method", ["post", "delete"])
def test_nothing_is_written_through_it(api: Caller, told: None, method: str) -> None:
    problem(getattr(api, method)("audit-events/"), 405)
