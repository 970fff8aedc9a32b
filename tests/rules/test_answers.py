"""The rules asked by command and by API: the value, and why."""

import io
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client

from carmsvc.platform.api_keys import create_api_key
from carmsvc.platform.openapi import openapi_document
from clients.models import User
from reconciliation.api.rules import RULES
from reconciliation.rules.limitation import LIMITS
from statements.actions.rulebook import approve_value, propose_value
from tests.conftest import settle

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    with time_machine.travel("2026-11-23T15:00:00Z", tick=False):
        yield


def rules(*arguments: str) -> dict[str, Any]:
    """The command's document."""
    out = io.StringIO()
    call_command("carm_rules", *arguments, "--json", stdout=out)
    return dict(json.loads(out.getvalue()))


def refused(*arguments: str) -> dict[str, Any]:
    """The document of a command that refused, with exit code 1."""
    out = io.StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("carm_rules", *arguments, "--json", stdout=out)
    assert stopped.value.code == 1
    return dict(json.loads(out.getvalue()))


def without_why(document: dict[str, Any]) -> dict[str, Any]:
    assert document["explanation"], "every answer says why"
    return {name: value for name, value in document.items() if name != "explanation"}


@pytest.mark.parametrize(
    ("released_on", "due"),
    [("2024-11-17", "2024-11-29"), ("2025-09-17", "2025-10-01"), ("2026-10-17", "2026-10-30")],
)
def test_the_dates_that_must_hold(released_on: str, due: str):
    assert rules("payment-due", "--released-on", released_on)["payment_due_on"] == due
    assert rules("billing-period", "--released-on", released_on)["payment_due_on"] == due


def test_a_release_with_all_its_days():
    assert without_why(rules("payment-due", "--released-on", "2026-11-17")) == {
        "period_start": "2026-10-18",
        "period_end": "2026-11-17",
        "statement_on": "2026-11-25",
        "payment_due_on": "2026-12-01",
        "last_lawful_day": "2026-12-01",
    }


def test_the_explanation_names_the_rule_the_days_and_the_holidays():
    why = rules("payment-due", "--released-on", "2025-09-01")["explanation"]

    assert any("10th weekday after 2025-09-17: 2025-10-01" in one for one in why)
    assert "Holidays met: 2025-09-30." in why
    assert why[-1] == (
        "The CBSA waives interest and penalty for late payment on 2025-10-02, the first day after."
    )


def test_the_explanation_says_what_lateness_costs():
    paid_late = rules("payment-due", "--released-on", "2026-11-17")["explanation"]
    accounted_late = rules("cad-due", "--released-on", "2026-11-17")["explanation"]

    assert "interest runs each day" in paid_late[-2]
    assert paid_late[-1].startswith(
        "The penalty for a statement that is not paid in time: $200.00 (AMPS C336"
    )
    assert accounted_late[-1].startswith(
        "Each declaration that is accepted later costs a penalty of $100.00 (AMPS C288"
    )


def test_canada_day_is_named_as_the_nominal_day_and_the_second_as_the_last_lawful():
    document = rules("payment-due", "--released-on", "2026-06-17")

    assert (document["payment_due_on"], document["last_lawful_day"]) == ("2026-07-01", "2026-07-02")
    assert any("remind people of the earlier day" in one for one in document["explanation"])


def test_a_provinces_holiday_is_said_to_be_unverified_with_the_day_that_is_safe():
    why = rules("cad-due", "--released-on", "2026-02-12", "--province", "ON")["explanation"]

    assert "Holidays met: 2026-02-16." in why
    assert any("Without them the last day is 2026-02-19" in one for one in why)


@pytest.mark.parametrize(
    ("arguments", "first", "last", "due"),
    [
        (["2026-11-06"], "2026-10-18", "2026-11-17", "2026-11-16"),
        (["2026-01-31", "--stream", "clvs"], "2026-01-01", "2026-01-31", "2026-02-24"),
        (["2026-02-12", "--province", "on"], "2026-01-18", "2026-02-17", "2026-02-20"),
        (["2026-09-01", "--stream", "csa1"], "2026-09-01", "2026-09-30", "2026-10-30"),
    ],
)
def test_when_a_release_is_accounted_for(arguments: list[str], first: str, last: str, due: str):
    assert without_why(rules("cad-due", "--released-on", *arguments)) == {
        "period_start": first, "period_end": last, "cad_due_on": due,
    }  # fmt: skip


def test_outside_release_prior_to_payment():
    document = rules("billing-period", "--released-on", "2026-11-17", "--stream", "not_rpp")

    assert without_why(document) == {
        "payment_due_on": "2026-11-17",
        "last_lawful_day": "2026-11-17",
        "cad_due_on": "2026-11-17",
    }


@pytest.mark.parametrize(
    ("peak", "form", "required"),
    [("48000.00", "bond", "24000.00"), ("7000.00", "bond", "5000.00"),
     ("7000.00", "cash", "7000.00"), ("30000000.00", "cash", "10000000.00")],
)  # fmt: skip
def test_security(peak: str, form: str, required: str):
    assert without_why(rules("security", "--peak", peak, "--form", form)) == {"required": required}


def test_a_case_deadline_that_moved_says_so():
    document = rules("case-deadline", "--basis", "s32_2", "--from", "2026-08-24")

    assert without_why(document) == {"deadline_on": "2026-11-23"}
    assert "Sunday or a holiday" in document["explanation"][1]


def test_a_basis_nobody_knows_is_refused_with_those_there_are():
    document = refused("case-deadline", "--basis", "s99", "--from", "2026-08-24")

    assert "s32_2, s32_2_4, s59" in document["errors"][0]


def test_gst_of_the_worked_example():
    document = rules(
        "gst", "--vfd", "10000.00", "--duty", "650.00", "--sima", "1200.00", "--surtax", "2500.00"
    )

    assert without_why(document) == {
        "value_for_tax": "14350.00", "gst": "717.50", "total": "5067.50",
    }  # fmt: skip


LATE = ["interest", "--amount", "10000.00", "--due-on", "2026-01-30", "--paid-on", "2026-02-20"]


def test_interest_without_a_rate_is_refused_by_the_quarter():
    assert "2026Q1" in refused(*LATE)["errors"][0]


def test_interest_at_a_rate_that_two_people_entered(administrator: User):
    second = settle(User.objects.create_user("second@broker.example", full_name="Second"))
    entry = propose_value(
        name="prescribed_rate", key="2026Q1", value="2.5", from_on=date(2026, 1, 1),
        to_on=date(2026, 3, 31), source="a test", by=administrator,
    )  # fmt: skip
    approve_value(entry=entry, by=second)

    document = rules(*LATE)

    assert without_why(document) == {"interest": "49.02", "days": 21}
    assert "2026-01-31 to 2026-02-20: 8.5 % a year (2026Q1)." in document["explanation"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["payment-due"],
        ["payment-due", "--released-on", "soon"],
        ["payment-due", "--released-on", "2026-11-17", "--stream", "air"],
        ["security", "--peak", "many", "--form", "bond"],
        ["gst", "--vfd", "1.005", "--duty", "0.00"],
        ["weather"],
        [],
    ],
)
def test_wrong_usage_is_told(arguments: list[str]):
    with pytest.raises(CommandError):
        rules(*arguments)


def test_a_province_there_is_not_is_refused():
    document = refused("cad-due", "--released-on", "2026-02-12", "--province", "XX")

    assert document == {
        "errors": [
            "XX is no province or territory; one of: "
            "AB, BC, MB, NB, NL, NS, NT, NU, ON, PE, QC, SK, YT."
        ]
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ["payment-due", "--released-on", "1989-12-31"],
        ["payment-due", "--released-on", "9999-12-31"],
        ["case-deadline", "--basis", "s60", "--from", "2095-01-01"],
        ["interest", "--amount", "1.00", "--due-on", "0001-01-01", "--paid-on", "2026-01-01"],
        ["interest", "--amount", "1.00", "--due-on", "2026-01-01", "--paid-on", "9999-12-31"],
    ],
)
def test_days_whose_holidays_nobody_lists_are_refused(arguments: list[str]):
    [told] = refused(*arguments)["errors"]

    assert told.startswith("The rules answer for days from 1990-01-01 to 2094-12-31, not for")


@pytest.mark.parametrize(
    "arguments",
    [
        ["security", "--peak", "-1.00", "--form", "cash"],
        ["gst", "--vfd", "10.00", "--duty", "-1.00"],
        ["interest", "--amount", "-1.00", "--due-on", "2026-01-01", "--paid-on", "2026-01-02"],
    ],
)
def test_a_credit_is_refused(arguments: list[str]):
    assert refused(*arguments) == {"errors": ["Amounts are zero or more, not -1.00."]}


def test_both_ends_of_the_days_that_are_answered_are_answered_for_every_basis():
    for basis in LIMITS:
        for event_on in ("1990-01-01", "2094-12-31"):
            assert rules("case-deadline", "--basis", basis, "--from", event_on)["deadline_on"]


@pytest.fixture
def desk(client: Client, finance: User) -> Client:
    client.force_login(finance)
    return client


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("payment-due/?released_on=2025-09-17", {"payment_due_on": "2025-10-01"}),
        ("billing-period/?released_on=2026-11-18", {"period_end": "2026-12-17"}),
        ("cad-due/?released_on=2026-11-06&province=ON", {"cad_due_on": "2026-11-16"}),
        ("security/?peak=48000&form=bond", {"required": "24000.00"}),
        ("case-deadline/?basis=s60&event_on=2026-08-25", {"deadline_on": "2026-11-23"}),
        ("gst/?vfd=10000&duty=650&sima=1200&surtax=2500", {"gst": "717.50", "total": "5067.50"}),
    ],
)
def test_the_api_answers_the_same_with_its_reasons(
    desk: Client, question: str, answer: dict[str, str]
):
    document = desk.get(f"/api/v1/rules/{question}").json()

    assert answer.items() <= document.items()
    assert document["explanation"]


def test_the_api_explains_in_the_language_of_the_request(desk: Client):
    answer = desk.get(
        "/api/v1/rules/payment-due/?released_on=2025-09-17", headers={"accept-language": "fr-CA"}
    )

    assert any("jour de semaine" in one for one in answer.json()["explanation"])


@pytest.mark.parametrize(
    ("question", "status", "named"),
    [
        ("payment-due/", 400, "released_on"),
        ("payment-due/?released_on=soon", 400, "released_on"),
        ("payment-due/?released_on=2026-11-17&colour=red", 400, "colour"),
        ("security/?peak=-1&form=bond", 400, "peak"),
        ("case-deadline/?basis=s99&event_on=2026-08-25", 400, "basis"),
        ("interest/?amount=10&due_on=2026-01-30&paid_on=2026-02-20", 422, "2026Q1"),
        ("cad-due/?released_on=2026-02-12&province=XX", 422, "XX is no province"),
        ("cad-due/?released_on=9999-12-31", 422, "2094-12-31"),
        ("case-deadline/?basis=s60&event_on=0001-01-01", 422, "1990-01-01"),
    ],
)
def test_what_cannot_be_answered_is_a_problem_that_names_it(
    desk: Client, question: str, status: int, named: str
):
    answer = desk.get(f"/api/v1/rules/{question}")

    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert named in str(answer.json())


def test_who_is_not_known_is_asked_for_a_key(client: Client):
    assert client.get("/api/v1/rules/payment-due/?released_on=2025-09-17").status_code == 401


@pytest.mark.parametrize(
    ("grants", "status"), [(["rules:read"], 200), (["*:read"], 200), (["statements:read"], 403)]
)
def test_a_key_asks_the_rules_with_their_own_grant(
    client: Client, finance: User, grants: list[str], status: int
):
    _key, secret = create_api_key(
        name="Broker's system", user=finance, importer_ids=[], grants=grants
    )

    answer = client.get(
        "/api/v1/rules/security/?peak=48000&form=bond",
        headers={"authorization": f"Bearer {secret}"},
    )

    assert answer.status_code == status


def test_the_document_of_the_api_has_every_question_with_its_parameters():
    paths = openapi_document()["paths"]

    for question in RULES:
        told = paths[f"/api/v1/rules/{question}/"]["get"]
        assert {one["name"] for one in told["parameters"]} == set(RULES[question].wish().fields)
        assert {"200", "400", "401", "422"} <= set(told["responses"])
