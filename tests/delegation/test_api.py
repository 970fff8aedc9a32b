"""Delegations through the API: read, taken step by step, and what they let do."""

import hashlib
from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, User
from delegation.models import Delegation
from tests.api.conftest import Caller, problem
from tests.api.conftest import api as api
from tests.api.conftest import key_for as key_for
from tests.delegation.stories import PDF, TODAY, active, prepared, requested, signed

APPROVAL = {
    "wish": "approve",
    "approved_level": "business",
    "approved_by_name": "Olivia Chen",
    "approved_ticks": [1, 2, 3],
}


@pytest.fixture(autouse=True)
def on_the_day() -> Any:
    with time_machine.travel(f"{TODAY}T15:00:00Z"):
        yield


@pytest.fixture
def asked(importer: Importer) -> Delegation:
    with importer_scope(importer.pk):
        return requested(importer)


def test_a_delegation_is_told_with_what_is_agreed_and_what_may_follow(
    api: Caller, asked: Delegation
) -> None:
    told = api.get(f"delegations/{asked.pk}/").json()

    assert (told["state"], told["agreed_level"], told["approved_level"]) == (
        "requested", "business", "",
    )  # fmt: skip
    assert told["possible_transitions"] == ["withdraw", "approve", "reject", "cancel"]
    assert told["shortfalls"] == []


def test_an_approval_for_less_than_agreed_is_insufficient_and_says_what_is_missing(
    api: Caller, asked: Delegation
) -> None:
    body = APPROVAL | {"approved_ticks": [1]}

    answer = api.post(f"delegations/{asked.pk}/transitions/", body)

    assert (answer.status_code, answer.json()["to_state"]) == (201, "insufficient")
    told = api.get(f"delegations/{asked.pk}/").json()
    assert told["shortfalls"] == [
        {
            "code": "ticks_missing",
            "message": "Visibility ticks that are not set in the portal: 2, 3.",
        }
    ]


def test_a_step_that_does_not_follow_is_refused_with_what_does(
    api: Caller, asked: Delegation
) -> None:
    answer = api.post(f"delegations/{asked.pk}/transitions/", {"wish": "revoke", "reason": "so"})

    assert problem(answer, 409)["detail"] == (
        "The delegation is in the state “Requested”: “revoke” is not possible. "
        "Possible: withdraw, approve, reject, end the mandate."
    )


def test_a_step_sent_twice_with_one_key_is_taken_once(api: Caller, asked: Delegation) -> None:
    path = f"delegations/{asked.pk}/transitions/"

    first, second = (api.post(path, APPROVAL, Idempotency_Key="a") for _ in range(2))

    assert first.json() == second.json()
    steps = [one["wish"] for one in api.get(path).json()]
    assert steps == ["approve", "request", "create"]


def test_an_unknown_step_and_an_unknown_field_are_refused_by_name(
    api: Caller, asked: Delegation
) -> None:
    path = f"delegations/{asked.pk}/transitions/"

    for body, name in (({"wish": "bless"}, "wish"), (APPROVAL | {"level": "x"}, "level")):
        answer = api.post(path, body)
        problem(answer, 400)
        assert name in answer.content.decode()


def test_the_importers_finance_may_read_but_record_nothing(
    key_for: Any, finance: User, importer: Importer, asked: Delegation
) -> None:
    caller = key_for(finance, importer)

    assert caller.get(f"delegations/{asked.pk}/").status_code == 200
    problem(caller.post(f"delegations/{asked.pk}/transitions/", APPROVAL), 403)


def test_the_owner_records_its_own_approval_but_cannot_suspend(
    key_for: Any, owner: User, importer: Importer, asked: Delegation
) -> None:
    caller, path = key_for(owner, importer), f"delegations/{asked.pk}/transitions/"

    assert caller.post(path, APPROVAL).status_code == 201
    problem(caller.post(path, {"wish": "suspend", "reason": "no"}), 403)


def test_cover_is_told_act_by_act_with_reasons(
    api: Caller, importer: Importer, analyst: User
) -> None:
    with importer_scope(importer.pk):
        delegation = active(importer)
        signed(importer, analyst)

    told = api.get(f"delegations/{delegation.pk}/cover/", program_account="123456782RM0001").json()

    by_act = {one["act"]: one for one in told}
    assert by_act["file_cad"] == {
        "act": "file_cad",
        "is_covered": True,
        "reasons": [
            {
                "code": "covered",
                "message": "The relationship approved in the portal includes it "
                "(Business management).",
            }
        ],
        "notes": [],
    }
    assert by_act["approve_requests"]["reasons"][0]["code"] == "not_verified"


def test_cover_of_an_account_that_is_not_the_importers_is_not_found(
    api: Caller, asked: Delegation, stranger: Importer
) -> None:
    path = f"delegations/{asked.pk}/cover/"

    problem(api.get(path, program_account="100000009RM0001"), 404)
    problem(api.get(path, on="tomorrow"), 400)
    problem(api.get(path, colour="red"), 400)


def test_delegations_are_found_by_state_provider_and_last_day(
    api: Caller, importer: Importer
) -> None:
    with importer_scope(importer.pk):
        ours = active(importer, effective_to=date(2026, 12, 31))
        theirs = prepared(
            importer, provider_kind="trade_consultant", provider_name="Tariff House",
            provider_bn9="112345670",
        )  # fmt: skip

    def found(**wish: Any) -> list[int]:
        return [one["id"] for one in api.get("delegations/", **wish).json()["results"]]

    assert found() == [theirs.pk, ours.pk]
    assert found(state="active") == [ours.pk]
    assert found(provider_kind="trade_consultant") == [theirs.pk]
    assert found(ends_by="2026-12-31") == [ours.pk]
    assert found(ends_by="2026-12-30") == []


@pytest.mark.parametrize("resource", ["delegations", "agency-agreements"])
def test_a_page_of_the_list_asks_the_same_number_of_questions_for_one_row_and_for_three(
    resource: str, api: Caller, importer: Importer, analyst: User
) -> None:
    api.get(f"{resource}/")  # what is asked once only: the rate, the key's use
    counts = []
    for round_no in range(2):
        with importer_scope(importer.pk):
            for at in range(1 + round_no):
                number = f"{round_no}{at}".rjust(9, "1")
                prepared(importer, provider_kind="other", provider_name="P", provider_bn9=number)
                signed(importer, analyst)
        with CaptureQueriesContext(connection) as asked:
            api.get(f"{resource}/")
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_a_draft_is_prepared_and_taken_further(api: Caller, importer: Importer) -> None:
    wish = {"importer": importer.pk, "agreed_level": "business", "agreed_ticks": [1, 2, 3]}
    made = api.post("delegations/", wish)

    assert (made.status_code, made.json()["state"]) == (201, "draft")
    step = api.post(f"delegations/{made.json()['id']}/transitions/", {"wish": "request"})
    assert step.json()["to_state"] == "requested"


def test_a_delegation_that_cannot_be_says_every_reason(api: Caller, importer: Importer) -> None:
    wish = {"importer": importer.pk, "agreed_level": "program", "agreed_ticks": [2]}
    refused = api.post("delegations/", wish)

    assert refused.status_code == 409
    assert [one["message"] for one in refused.json()["errors"]] == [
        "Program management needs at least one program account.",
        "The first visibility tick is the least the portal gives: keep it.",
    ]
    with importer_scope(importer.pk):
        assert not Delegation.objects.exists()


# what was agreed changes


def test_what_was_agreed_changes_and_the_rest_stays(api: Caller, importer: Importer) -> None:
    with importer_scope(importer.pk):
        delegation = active(importer, review_on=date(2026, 12, 1))

    told = api.post(
        f"delegations/{delegation.pk}/terms/", {"effective_to": "2027-12-31", "review_on": None}
    ).json()

    assert (told["agreed_level"], told["agreed_ticks"], told["state"]) == (
        "business", [1, 2, 3], "active",
    )  # fmt: skip
    assert (told["effective_to"], told["review_on"]) == ("2027-12-31", None)


def test_terms_that_cannot_be_change_nothing(api: Caller, importer: Importer) -> None:
    with importer_scope(importer.pk):
        delegation = prepared(importer)
    path = f"delegations/{delegation.pk}/"

    answer = api.post(f"{path}terms/", {"agreed_ticks": [2]})

    assert problem(answer, 409)["detail"] == (
        "The first visibility tick is the least the portal gives: keep it."
    )
    assert api.get(path).json()["agreed_ticks"] == [1, 2, 3]


# evidence, and who of our staff holds which role


def test_evidence_is_kept_with_its_hash_and_handed_out_as_it_was_sent(
    api: Caller, asked: Delegation
) -> None:
    path = f"delegations/{asked.pk}/evidence/"
    told = {"reference": "The portal’s e-mail", "evidence_on": "2026-11-20"}
    scan = ContentFile(PDF, name="mail.pdf")

    kept = api.send(path, told | {"file": scan}).json()
    again = api.post(path, told | {"reference": "Its report"}).json()

    assert kept["evidence_sha256"] == hashlib.sha256(PDF).hexdigest()
    assert (again["evidence_reference"], again["evidence_name"]) == ("Its report", "mail.pdf")
    answer = api.get(f"{path}file/")
    assert b"".join(answer.streaming_content) == PDF
    assert 'filename="mail.pdf"' in answer["Content-Disposition"]


def test_evidence_that_is_no_scan_is_refused_and_nothing_is_kept(
    api: Caller, asked: Delegation
) -> None:
    path = f"delegations/{asked.pk}/evidence/"
    told = {"reference": "A table", "evidence_on": "2026-11-20"}

    answer = api.send(path, told | {"file": ContentFile(b"a,b", "a.csv")})

    assert problem(answer, 409)["detail"] == (
        "Send a PDF, a PNG or a JPEG; this file is none of them."
    )
    assert api.get(f"delegations/{asked.pk}/").json()["evidence_reference"] == ""
    problem(api.get(f"{path}file/"), 404)


def test_our_staffs_roles_are_recorded_listed_and_taken_off(
    api: Caller, asked: Delegation, analyst: User
) -> None:
    path = f"delegations/{asked.pk}/roles/"

    made = api.post(path, {"email": analyst.email.upper(), "role": "pbam"})

    assert (made.status_code, made.json()["email"], made.json()["role"]) == (
        201, analyst.email, "pbam",
    )  # fmt: skip
    assert [one["id"] for one in api.get(path).json()] == [made.json()["id"]]
    assert api.delete(f"{path}{made.json()['id']}/").status_code == 204
    assert api.get(path).json() == []
    problem(api.delete(f"{path}{made.json()['id']}/"), 404)


def test_a_role_is_for_our_staff_and_of_the_level_of_the_relationship(
    api: Caller, asked: Delegation, analyst: User, owner: User
) -> None:
    path = f"delegations/{asked.pk}/roles/"

    importers = api.post(path, {"email": owner.email, "role": "pbam"})
    other_level = api.post(path, {"email": analyst.email, "role": "ppam"})

    assert problem(importers, 409)["detail"] == (
        "Choose somebody of the brokerage’s staff who can sign in."
    )
    assert problem(other_level, 409)["detail"] == (
        "The portal gives pBAM with business management, and pPAM with program management."
    )
