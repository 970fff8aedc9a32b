"""People in the portal through the API."""

from datetime import date
from typing import Any

from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, PortalVerificationLine, User

JSON = {"content_type": "application/json"}
ROOT = "/api/v1"


def test_a_person_is_recorded_given_a_role_and_verified(
    signed_in: Any, importer: Importer, analyst: User, today: date
):
    client = signed_in(analyst)
    person = {"importer": importer.pk, "name": "Rosa", "email": "rosa@a.example", "kind": "broker"}

    made = client.post(f"{ROOT}/portal-users/", person, **JSON)
    at = f"{ROOT}/portal-users/{made.json()['id']}"
    given = client.post(f"{at}/roles/", {"role": "bam"}, **JSON)
    role = f"{ROOT}/portal-roles/{given.json()['id']}"
    seen = client.post(f"{role}/verification/", {"on": str(today)}, **JSON)

    assert (made.status_code, given.status_code, seen.status_code) == (201, 201, 200)
    assert made["Location"].endswith(f"{at}/")
    assert (seen.json()["verified_on"], seen.json()["verified_by"]) == (str(today), analyst.email)
    risks = client.get(f"{at}/risks/").json()
    assert [(one["code"], one["severity"]) for one in risks] == [
        ("single_bam", "high"),
        ("third_party_bam", "high"),
    ]


def test_what_a_state_does_not_allow_is_a_conflict(
    signed_in: Any, importer: Importer, analyst: User, record: Any
):
    rosa = record("Rosa Roy")
    client, at = signed_in(analyst), f"{ROOT}/portal-users/{rosa.pk}/transitions/"

    again = client.post(at, {"wish": "activate"}, **JSON)
    gone = client.post(at, {"wish": "remove"}, **JSON)

    assert again.status_code == 409
    assert "Possible: “Access is taken away”" in again.json()["detail"]
    assert (gone.json()["state"], gone.json()["possible_transitions"]) == ("removed", ["invite"])


def test_an_unknown_program_account_is_named(signed_in: Any, analyst: User, record: Any):
    rosa = record("Rosa Roy", "")

    answer = signed_in(analyst).post(
        f"{ROOT}/portal-users/{rosa.pk}/roles/",
        {"role": "pam", "program_account": "100000009RM0001"},
        **JSON,
    )

    assert answer.status_code == 404
    assert "program_account" in str(answer.json())


def test_an_owner_reads_and_answers_but_records_nothing(
    signed_in: Any, importer: Importer, analyst: User, owner: User, record: Any, today: date
):
    rosa = record("Rosa Roy")
    asked = {"importer": importer.pk, "due_on": str(today)}
    made = signed_in(analyst).post(f"{ROOT}/portal-verifications/", asked, **JSON)
    at, client = f"{ROOT}/portal-verifications/{made.json()['id']}", signed_in(owner)
    line = client.get(f"{at}/lines/").json()[0]

    forbidden = client.post(f"{ROOT}/portal-users/{rosa.pk}/departure/", {"left_on": None}, **JSON)
    left = {"line": line["id"], "answer": "left", "left_on": "2026-10-01"}
    answered = client.post(f"{at}/answers/", {"answers": [left]}, **JSON)

    assert (made.status_code, forbidden.status_code) == (201, 403)
    assert (answered.status_code, answered.json()["state"]) == (200, "answered")

    decided = signed_in(analyst).post(
        f"{at}/decisions/", {"line": line["id"], "decision": "applied"}, **JSON
    )

    assert (decided.status_code, decided.json()["decision"]) == (201, "applied")
    assert signed_in(owner).get(f"{ROOT}/portal-users/{rosa.pk}/").json()["left_on"] == "2026-10-01"


def test_another_importers_line_is_not_there(
    signed_in: Any, importer: Importer, stranger: Importer, analyst: User, owner: User,
    record: Any, today: date,
):  # fmt: skip
    record("Rosa Roy")
    asked = {"importer": importer.pk, "due_on": str(today)}
    made = signed_in(analyst).post(f"{ROOT}/portal-verifications/", asked, **JSON)
    with importer_scope(importer.pk):
        number = PortalVerificationLine.objects.get().pk

    answer = signed_in(analyst).post(
        f"{ROOT}/portal-verifications/{made.json()['id']}/decisions/",
        {"line": number + 1, "decision": "applied"},
        **JSON,
    )

    assert answer.status_code == 404
    foreign = {"importer": stranger.pk, "due_on": str(today)}
    assert (
        signed_in(analyst).post(f"{ROOT}/portal-verifications/", foreign, **JSON).status_code == 404
    )


def test_the_table_is_read_with_its_sources_and_an_importers_people(
    signed_in: Any, importer: Importer, owner: User, record: Any
):
    rosa = record("Rosa Roy", "editor", account="123456782RM0001")
    client = signed_in(owner)

    told = client.get(f"{ROOT}/portal-permissions/?action=pay&importer={importer.pk}").json()
    wrong = client.get(f"{ROOT}/portal-permissions/?action=fly")

    [pay] = told["results"]
    assert told["read_on"] == "2026-11-22"
    assert {one["who"]: one["answer"] for one in pay["roles"]}["consultant"] == "unknown"
    assert pay["people"] == [
        {
            "portal_user": rosa.pk,
            "name": "Rosa Roy",
            "answer": "yes",
            "program_accounts": ["123456782RM0001"],
        }
    ]
    assert wrong.status_code == 400


def test_people_are_filtered_and_paged(signed_in: Any, analyst: User, record: Any):
    for number in range(3):
        record(f"Person {'abc'[number]}", "bam", kind="broker" if number else "employee")

    page = signed_in(analyst).get(f"{ROOT}/portal-users/?kind=broker&page_size=1").json()

    assert [one["name"] for one in page["results"]] == ["Person c"]
    assert page["next"] is not None
