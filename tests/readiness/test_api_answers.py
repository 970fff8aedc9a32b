"""What people say on readiness, through the API."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from carmsvc.platform.api_keys import create_api_key
from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, ReadinessAnswer, User
from tests.readiness.asking import get, post
from tests.readiness.conftest import Browser
from tests.readiness.stories import FIRST, answer, document

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def wish(of: Importer, **told: Any) -> dict[str, Any]:
    usual = {
        "importer": of.pk, "check": "R21", "is_met": True,
        "statement": "Seven years, in Halifax.", "evidence_reference": "Call with Olivia",
    }  # fmt: skip
    return usual | told


def test_an_answer_is_kept_and_read_again(
    signed_in: Browser, importer: Importer, finance: User
) -> None:
    client = signed_in(finance)

    made = post(client, "readiness-answers/", wish(importer))

    assert made.status_code == 201
    body = made.json()
    assert made["Location"].endswith(f"/api/v1/readiness-answers/{body['id']}/")
    assert body == {
        "id": body["id"], "importer": importer.pk, "check": "R21", "program_account": None,
        "is_met": True, "statement": "Seven years, in Halifax.",
        "evidence_reference": "Call with Olivia", "evidence_document": None,
        "said_on": "2026-11-23", "expires_on": "2027-11-23",
        "recorded_at": "2026-11-23T10:00:00-05:00", "recorded_by": finance.email,
        "withdrawn_at": None,
    }  # fmt: skip
    assert client.get(made["Location"]).json() == body
    checks = get(client, f"readiness/{importer.pk}/").json()["checks"]
    found = next(one for one in checks if one["check"] == "R21")
    assert (found["result"], found["answer"]) == ("passed", body["id"])


def test_an_answer_of_an_account_with_a_document_and_its_days(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    with importer_scope(importer.pk):
        proof = document(importer, analyst)
    told = {
        "check": "R22", "program_account": FIRST, "is_met": False, "said_on": "2026-11-20",
        "expires_on": "2026-12-31", "evidence_document": proof.pk, "evidence_reference": "",
    }  # fmt: skip

    made = post(signed_in(analyst), "readiness-answers/", wish(importer, **told))

    assert made.status_code == 201
    assert {name: made.json()[name] for name in told} == told


@pytest.mark.parametrize(
    ("told", "status", "why"),
    [
        ({"check": "R07", "program_account": FIRST}, 409, "The data decide this check"),
        ({"check": "R04"}, 409, "This has a place of its own"),
        ({"check": "R99"}, 409, "There is no such question"),
        ({"said_on": "9999-12-31"}, 409, "The day lies in the future"),
        ({"expires_on": "2029-01-01"}, 409, "It counts from its day to 2027-11-23 at most."),
        ({"evidence_reference": ""}, 409, "Say what proves it"),
        ({"statement": "password: hunter2"}, 409, "This seems to hold a password."),
        ({"statement": ""}, 400, "statement"),
        ({"statement": "x" * 501}, 400, "statement"),
        ({"said_on": "yesterday"}, 400, "said_on"),
        ({"is_met": "perhaps"}, 400, "is_met"),
        ({"importer": "x"}, 400, "importer"),
        ({"importer": 2**63}, 400, "importer"),
        ({"colour": "green"}, 400, "colour"),
        ({"importer": 4_000_000}, 404, "importer"),
        ({"program_account": "100000009RM0001"}, 404, "program_account"),
        ({"evidence_document": 4_000_000}, 404, "evidence_document"),
    ],
)
def test_what_is_wrong_with_an_answer_is_said(
    signed_in: Browser, importer: Importer, analyst: User, told: Any, status: int, why: str
) -> None:
    answered = post(signed_in(analyst), "readiness-answers/", wish(importer, **told))

    assert (answered.status_code, answered["Content-Type"]) == (
        status, "application/problem+json",
    )  # fmt: skip
    assert why in answered.content.decode()
    assert "hunter2" not in answered.content.decode()
    with importer_scope(importer.pk):
        assert not ReadinessAnswer.objects.exists()


def test_a_document_that_was_destroyed_proves_nothing(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    with importer_scope(importer.pk):
        proof = document(importer, analyst)
        proof.destroyed_at, proof.destroyed_by = timezone.now(), analyst
        proof.save()

    answered = post(
        signed_in(analyst), "readiness-answers/", wish(importer, evidence_document=proof.pk)
    )

    assert answered.status_code == 404


def test_an_answer_is_taken_back_once(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    client = signed_in(analyst)
    made = post(client, "readiness-answers/", wish(importer)).json()
    path = f"readiness-answers/{made['id']}/withdrawal/"

    back, again = post(client, path), post(client, path)

    assert (back.status_code, back.json()["withdrawn_at"]) == (200, "2026-11-23T10:00:00-05:00")
    assert again.status_code == 409
    with importer_scope(importer.pk):
        actions = AuditEvent.objects.filter(action__startswith="readiness answer")
        assert list(actions.order_by("id").values_list("action", flat=True)) == [
            "readiness answered", "readiness answer withdrawn",
        ]  # fmt: skip


def test_answers_are_narrowed_by_importer_check_and_whether_they_stand(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    client = signed_in(analyst)
    first = post(client, "readiness-answers/", wish(importer)).json()["id"]
    second = post(client, "readiness-answers/", wish(importer, check="R17")).json()["id"]
    post(client, f"readiness-answers/{first}/withdrawal/")

    def found(query: str) -> list[int]:
        return [one["id"] for one in get(client, f"readiness-answers/?{query}").json()["results"]]

    assert found("") == found(f"importer={importer.pk}") == [second, first]
    assert found("check=R21") == [first]
    assert (found("is_withdrawn=true"), found("is_withdrawn=false")) == ([first], [second])
    assert get(client, "readiness-answers/?colour=green").status_code == 400


def test_who_only_looks_keeps_nothing_and_says_nothing(
    signed_in: Browser, importer: Importer, staff_viewer: User, analyst: User
) -> None:
    with importer_scope(importer.pk):
        made = answer(importer, "R21", analyst)
    client = signed_in(staff_viewer)

    assert get(client, f"readiness/{importer.pk}/").status_code == 200
    answers = [
        post(client, f"readiness/{importer.pk}/keeping/"),
        post(client, "readiness-answers/", wish(importer)),
        post(client, f"readiness-answers/{made.pk}/withdrawal/"),
    ]
    assert [one.status_code for one in answers] == [403, 403, 403]


def test_the_importers_people_answer_but_do_not_keep(
    signed_in: Browser, importer: Importer, finance: User
) -> None:
    client = signed_in(finance)

    assert post(client, f"readiness/{importer.pk}/keeping/").status_code == 403
    assert post(client, "readiness-answers/", wish(importer)).status_code == 201


def test_another_importers_answer_is_not_there(
    signed_in: Browser, importer: Importer, analyst: User, other_finance: User
) -> None:
    with importer_scope(importer.pk):
        made = answer(importer, "R21", analyst)
    client = signed_in(other_finance)

    assert get(client, f"readiness-answers/{made.pk}/").status_code == 404
    assert post(client, f"readiness-answers/{made.pk}/withdrawal/").status_code == 404
    assert post(client, "readiness-answers/", wish(importer)).status_code == 404
    assert get(client, "readiness-answers/").json()["results"] == []


def test_a_key_needs_its_grant_and_says_the_same_thing_once(
    importer: Importer, owner: User
) -> None:
    def key(grant: str) -> str:
        return create_api_key(
            name=grant, user=owner, importer_ids=[importer.pk], grants=[grant], created_by=owner
        )[1]

    def asks(held: str) -> int:
        told = {"authorization": f"Bearer {held}", "idempotency-key": f"answer-{held[:12]}"}
        return int(post(Client(), "readiness-answers/", wish(importer), **told).status_code)

    reads, writes = key("readiness-answers:read"), key("readiness-answers:write")

    assert (asks(reads), asks(writes), asks(writes)) == (403, 201, 201)
    with importer_scope(importer.pk):
        assert ReadinessAnswer.objects.count() == 1
