"""Onboardings through the API."""

import json
from typing import Any

import pytest
from django.test import Client

from carmsvc.platform.api_keys import create_api_key
from carmsvc.platform.tenancy import importer_scope
from clients.actions.onboarding_steps import write_comment
from clients.models import Importer, Onboarding, OnboardingStep, User
from tests.onboarding.conftest import Browser
from tests.onboarding.stories import begun, finish, finish_everything, step

API = "/api/v1/"


def post(client: Client, path: str, said: dict[str, Any]) -> Any:
    return client.post(f"{API}{path}", json.dumps(said), content_type="application/json")


@pytest.fixture
def running(importer: Importer, analyst: User) -> Onboarding:
    with importer_scope(importer.pk):
        return begun(importer, analyst, lead=analyst)


def chosen(running: Onboarding, code: str) -> OnboardingStep:
    with importer_scope(running.importer_id):
        return step(running, code)


def test_staff_begin_an_onboarding(signed_in: Browser, importer: Importer, analyst: User) -> None:
    said = {"importer": importer.pk, "variant": "manual_registration", "target_on": "2027-03-01"}

    answer = post(signed_in(analyst), "onboardings/", said)

    assert answer.status_code == 201
    made = answer.json()
    assert answer["Location"].endswith(f"/api/v1/onboardings/{made['id']}/")
    assert {name: made[name] for name in ("state", "variant", "version", "target_on")} == {
        "state": "running", "variant": "manual_registration", "version": 1,
        "target_on": "2027-03-01",
    }  # fmt: skip
    again = post(signed_in(analyst), "onboardings/", said)
    assert (again.status_code, again["Content-Type"]) == (409, "application/problem+json")
    assert "runs already" in again.content.decode()


def test_steps_come_with_what_may_be_asked_of_them(
    signed_in: Browser, running: Onboarding, analyst: User
) -> None:
    answer = signed_in(analyst).get(f"{API}onboarding-steps/?onboarding={running.pk}&is_ready=true")

    rows = answer.json()["results"]
    assert {one["code"] for one in rows} == {"A1", "A4"}
    assert rows[0]["possible_transitions"] == ["start", "wait", "block", "finish", "skip"]
    strange = signed_in(analyst).get(f"{API}onboarding-steps/?colour=green")
    assert strange.status_code == 400


def test_a_step_is_proved_and_finished(
    signed_in: Browser, running: Onboarding, owner: User
) -> None:
    path = f"onboarding-steps/{chosen(running, 'A4').pk}/"
    client = signed_in(owner)

    early = post(client, f"{path}transitions/", {"wish": "finish"})
    proved = post(client, f"{path}evidence/", {"reference": "Olivia Chen, CFO"})
    done = post(client, f"{path}transitions/", {"wish": "finish", "on": "2026-11-20"})

    assert early.status_code == 409
    assert "First keep what proves it" in early.content.decode()
    assert (proved.status_code, proved.json()["evidence_reference"]) == (200, "Olivia Chen, CFO")
    assert done.status_code == 201
    assert {name: done.json()[name] for name in ("from_state", "to_state", "happened_on")} == {
        "from_state": "not_started", "to_state": "done", "happened_on": "2026-11-20",
    }  # fmt: skip
    moves = client.get(f"{API}{path}transitions/").json()
    assert [one["wish"] for one in moves] == ["finish"]
    assert client.get(f"{API}onboardings/{running.pk}/progress/").json() == {
        "done": 1, "total": 20, "percent": 5,
    }  # fmt: skip


def test_a_move_that_is_not_possible_says_what_is(
    signed_in: Browser, running: Onboarding, analyst: User
) -> None:
    path = f"onboarding-steps/{chosen(running, 'A1').pk}/transitions/"

    answer = post(signed_in(analyst), path, {"wish": "reopen", "reason": "Wrong"})

    assert answer.status_code == 409
    assert "is not possible: the step is “Not started”" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("comments", {"text": "password: hunter2"}),
        ("evidence", {"reference": "password: hunter2"}),
        ("transitions", {"wish": "block", "reason": "password: hunter2"}),
    ],
)
def test_a_secret_is_refused_and_not_repeated(
    signed_in: Browser, running: Onboarding, owner: User, part: str, said: dict[str, str]
) -> None:
    path = f"onboarding-steps/{chosen(running, 'A4').pk}/{part}/"

    answer = post(signed_in(owner), path, said)

    assert answer.status_code == 409
    assert "seems to hold a password" in answer.json()["detail"]
    assert "hunter2" not in answer.content.decode()


def test_the_importers_people_are_given_their_own_steps_only(
    signed_in: Browser, importer: Importer, analyst: User, owner: User
) -> None:
    with importer_scope(importer.pk):
        running = begun(importer, analyst, "manual_registration")
    client, theirs = signed_in(owner), chosen(running, "M1")

    rows = client.get(f"{API}onboarding-steps/?page_size=100").json()["results"]

    assert len(rows) == 19
    assert client.get(f"{API}onboarding-steps/{theirs.pk}/").status_code == 404
    path = f"onboarding-steps/{theirs.pk}/transitions/"
    assert post(client, path, {"wish": "start"}).status_code == 404


def test_notes_of_our_staff_stay_with_our_staff(
    signed_in: Browser, running: Onboarding, analyst: User, owner: User
) -> None:
    found = chosen(running, "A4")
    with importer_scope(running.importer_id):
        write_comment(step=found, text="Slow payer", by=analyst, is_for_staff=True)
    path = f"onboarding-steps/{found.pk}/comments/"

    mine = post(signed_in(owner), path, {"text": "Olivia does.", "is_for_staff": True})

    assert (mine.status_code, mine.json()["is_for_staff"]) == (201, False)
    ours = signed_in(analyst).get(f"{API}{path}").json()
    theirs = signed_in(owner).get(f"{API}{path}").json()
    assert [one["text"] for one in ours] == ["Slow payer", "Olivia does."]
    assert [one["text"] for one in theirs] == ["Olivia does."]


def test_an_onboarding_is_finished_once_every_step_is_over(
    signed_in: Browser, running: Onboarding, analyst: User
) -> None:
    client, path = signed_in(analyst), f"onboardings/{running.pk}/completion/"

    early = post(client, path, {})
    with importer_scope(running.importer_id):
        finish_everything(running, analyst)
    done = post(client, path, {})

    assert early.status_code == 409
    assert (done.status_code, done.json()["state"]) == (200, "finished")


def test_evidence_is_a_document_that_one_sees(
    signed_in: Browser, running: Onboarding, owner: User
) -> None:
    path = f"onboarding-steps/{chosen(running, 'A4').pk}/evidence/"

    assert post(signed_in(owner), path, {"document": 4_000_000}).status_code == 404


def test_checklists_are_read_by_staff_in_both_languages(
    signed_in: Browser, analyst: User, owner: User
) -> None:
    client = signed_in(analyst)
    [shipped] = client.get(f"{API}onboarding-checklists/").json()

    assert (shipped["number"], shipped["state"], shipped["stale_days"]) == (1, "published", 7)
    first = next(one for one in shipped["steps"] if one["code"] == "A1")
    assert first["title"] == {
        "en": "Have a business number (BN9)",
        "fr": "Avoir un numéro d’entreprise (NE9)",
    }
    assert client.get(f"{API}onboarding-checklists/1/").json() == shipped
    assert client.get(f"{API}onboarding-checklists/2/").status_code == 404
    assert signed_in(owner).get(f"{API}onboarding-checklists/").status_code == 403


def test_a_key_needs_its_grant(running: Onboarding, owner: User) -> None:
    reads, writes = (
        create_api_key(
            name=grant, user=owner, importer_ids=[running.importer_id], grants=[grant],
            created_by=owner,
        )[1]
        for grant in ("onboarding-steps:read", "onboarding-steps:write")
    )  # fmt: skip
    path = f"{API}onboarding-steps/{chosen(running, 'A4').pk}/transitions/"
    said = json.dumps({"wish": "start"})

    def answers(key: str) -> int:
        headers = {"authorization": f"Bearer {key}", "idempotency-key": f"start-{key[:12]}"}
        return (
            Client().post(path, said, content_type="application/json", headers=headers).status_code
        )

    assert (answers(reads), answers(writes)) == (403, 201)


@pytest.mark.parametrize("importers", [1, 3])
def test_lists_cost_the_same_for_one_row_and_many(
    signed_in: Browser,
    importer: Importer,
    stranger: Importer,
    administrator: User,
    django_assert_num_queries: Any,
    importers: int,
) -> None:
    for one in [importer, stranger][:importers]:
        with importer_scope(one.pk):
            made = begun(one, administrator)
            finish(made, administrator, "A4", "A5")
    client = signed_in(administrator)
    client.get(f"{API}onboardings/")

    with django_assert_num_queries(9):
        client.get(f"{API}onboardings/")
    with django_assert_num_queries(9):
        client.get(f"{API}onboarding-steps/")
