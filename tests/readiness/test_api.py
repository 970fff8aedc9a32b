"""Readiness through the API."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from carmsvc.platform.api_keys import create_api_key
from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.tenancy import importer_scope
from clients.actions.importer_profiles import change_profile
from clients.actions.readiness import keep_readiness
from clients.models import Importer, ProgramAccount, ReadinessAnswer, ReadinessSnapshot, User
from tests.readiness.conftest import Browser
from tests.readiness.stories import FIRST, SECOND, answer, document, pays

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
API = "/api/v1/"


def get(client: Client, path: str) -> Any:
    return client.get(f"{API}{path}")


def post(client: Client, path: str, said: dict[str, Any] | None = None, **headers: str) -> Any:
    body = json.dumps(said or {})
    return client.post(f"{API}{path}", body, content_type="application/json", headers=headers)


def kept(*importers: Importer) -> None:
    keep_readiness(importers=[one.pk for one in importers], now=timezone.now())


def wish(of: Importer, **told: Any) -> dict[str, Any]:
    usual = {
        "importer": of.pk, "check": "R21", "is_met": True,
        "statement": "Seven years, in Halifax.", "evidence_reference": "Call with Olivia",
    }  # fmt: skip
    return usual | told


def codes(answered: Any) -> list[int]:
    return [one["importer"] for one in answered.json()["results"]]


def test_the_list_tells_how_each_importer_stood_when_it_was_looked_at_last(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    client = signed_in(analyst)
    assert get(client, "readiness/").json()["results"] == []
    kept(importer)

    [row] = get(client, "readiness/").json()["results"]

    assert row == {
        "importer": importer.pk,
        "taken_on": "2026-11-23",
        "checked_at": "2026-11-23T10:00:00-05:00",
        "verdict": "not_ready",
        "set_up": "not_ready",
        "rpp": "at_risk",
        "release": "not_ready",
        "accounts": {FIRST: "not_ready", SECOND: "not_ready"},
        "failed_checks": ["R07", "R09", "R16", "R18"],
        "unknown_checks": [
            "R02", "R03", "R04", "R05", "R06", "R10", "R11", "R13", "R15", "R17", "R19", "R20",
            "R21", "R22",
        ],
        "blockers": 3,
        "risks": 2,
        "advice": 1,
        "not_known": 22,
    }  # fmt: skip


def test_the_list_is_narrowed_by_importer_verdict_and_check(
    signed_in: Browser, importer: Importer, stranger: Importer, administrator: User
) -> None:
    kept(importer, stranger)
    with importer_scope(stranger.pk):
        ReadinessSnapshot.objects.update(verdict="at_risk", failed_checks=["R18"])
    client = signed_in(administrator)

    assert codes(get(client, "readiness/")) == [importer.pk, stranger.pk]
    assert codes(get(client, f"readiness/?importer={stranger.pk}")) == [stranger.pk]
    assert codes(get(client, "readiness/?verdict=not_ready")) == [importer.pk]
    assert codes(get(client, "readiness/?verdict=not_ready&verdict=at_risk")) == [
        importer.pk, stranger.pk,
    ]  # fmt: skip
    assert codes(get(client, "readiness/?check=R07")) == [importer.pk]
    assert codes(get(client, "readiness/?check=R02")) == [importer.pk, stranger.pk]  # not known


@pytest.mark.parametrize(
    "query",
    ["colour=green", "verdict=fine", "check=R99", "importer=x", "importer=-1", "check=%00"],
)
def test_a_filter_that_is_not_known_is_refused(
    signed_in: Browser, analyst: User, query: str
) -> None:
    answered = get(signed_in(analyst), f"readiness/?{query}")

    assert (answered.status_code, answered["Content-Type"]) == (400, "application/problem+json")


def test_pages_follow_one_another_by_importer(
    signed_in: Browser, importer: Importer, stranger: Importer, administrator: User
) -> None:
    kept(importer, stranger)
    client = signed_in(administrator)

    first = get(client, "readiness/?page_size=1")
    second = client.get(first.json()["next"])

    assert (codes(first), codes(second)) == ([importer.pk], [stranger.pk])


def test_one_importer_is_computed_as_it_is_asked_for(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    with importer_scope(importer.pk):
        pays(ProgramAccount.objects.get(bn15=FIRST), "broker", by_debit=True)

    body = get(signed_in(analyst), f"readiness/{importer.pk}/").json()

    told = {name: body[name] for name in ("importer", "day", "verdict", "areas")}
    assert told == {
        "importer": importer.pk, "day": "2026-11-23", "verdict": "not_ready",
        "areas": {"set_up": "not_ready", "rpp": "at_risk", "release": "not_ready"},
    }  # fmt: skip
    assert body["accounts"][0] == {
        "program_account": FIRST, "verdict": "not_ready", "set_up": "not_ready", "rpp": "at_risk",
        "release": "not_ready",
    }  # fmt: skip
    checks = {(one["check"], one["program_account"]): one for one in body["checks"]}
    assert len({code for code, _account in checks}) == 22
    found = checks["R15", FIRST]
    assert {name: found[name] for name in found if name not in ("why", "sources")} == {
        "check": "R15",
        "program_account": FIRST,
        "title": "The debit is on where the importer pays, and only there",
        "areas": ["rpp"],
        "severity": "advice",
        "result": "failed",
        "reason": "paid_twice",
        "sentence": "The debit is on although the importer does not pay everything.",
        "facts": {"payer": "broker", "pays_by_debit": True},
        "fix": "Look in the portal under Payments, and note whether the debit is on.",
        "fix_address": f"/importers/{importer.pk}/profile/#accounts",
        "fix_by": "Importer, Broker",
        "may_be_answered": False,
        "answer": None,
    }
    assert found["sources"][1] == {
        "title": "Our own practice", "address": "", "kind": "our_practice",
        "words": "Our own practice",
    }  # fmt: skip


def test_sentences_come_in_the_language_of_the_request(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    User.objects.filter(pk=analyst.pk).update(language="fr")
    client = signed_in(User.objects.get(pk=analyst.pk))
    headers = {"accept-language": "fr"}

    body = client.get(f"{API}readiness/{importer.pk}/", headers=headers).json()

    found = next(one for one in body["checks"] if one["check"] == "R16")
    assert found["title"] == "Il est consigné qui paie"


def test_amounts_and_days_are_text(signed_in: Browser, importer: Importer, analyst: User) -> None:
    body = get(signed_in(analyst), f"readiness/{importer.pk}/").json()

    facts = {one["check"]: one["facts"] for one in body["checks"]}
    assert facts["R11"] == {"posted": "0.00"}
    assert facts["R18"] == {"missing": ["finance", "operations", "customs"]}
    assert facts["R19"] == {"period_end": "2026-10-17", "due_on": "2026-10-30"}


def test_the_history_is_told_the_newest_day_first(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    kept(importer)
    with importer_scope(importer.pk):
        keep_readiness(importers=[importer.pk], now=timezone.now() + timedelta(days=1))

    body = get(signed_in(analyst), f"readiness/{importer.pk}/history/").json()

    assert [one["taken_on"] for one in body] == ["2026-11-24", "2026-11-23"]
    assert get(signed_in(analyst), f"readiness/{importer.pk}/history/?x=1").status_code == 400


def test_how_an_importer_stands_is_kept_on_demand(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    answered = post(signed_in(analyst), f"readiness/{importer.pk}/keeping/")

    assert (answered.status_code, answered.json()["verdict"]) == (200, "not_ready")
    assert len(get(signed_in(analyst), f"readiness/{importer.pk}/history/").json()) == 1


def test_a_former_client_is_kept_no_more(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    with importer_scope(importer.pk):
        change_profile(importer=importer, by=analyst, state="former")

    answered = post(signed_in(analyst), f"readiness/{importer.pk}/keeping/")

    assert answered.status_code == 404
    assert "former client" in answered.json()["detail"]


@pytest.mark.parametrize("path", ["", "history/"])
def test_another_importer_is_not_there(
    signed_in: Browser, stranger: Importer, analyst: User, path: str
) -> None:
    client = signed_in(analyst)

    assert get(client, f"readiness/{stranger.pk}/{path}").status_code == 404
    assert get(client, f"readiness/4000000/{path}").status_code == 404
    assert post(client, f"readiness/{stranger.pk}/keeping/").status_code == 404


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
