"""Agency agreements through the API: drawn up, put on paper, signed, ended."""

import hashlib
from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile

from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, User
from delegation.actions import write_paper
from delegation.models import AgencyAgreement, AgreementPaper
from tests.api.conftest import Caller, problem
from tests.api.conftest import api as api
from tests.api.conftest import key_for as key_for
from tests.delegation.stories import PARTIES, PDF, TODAY, agreement, signed

LIST = "agency-agreements/"


@pytest.fixture(autouse=True)
def on_the_day() -> Any:
    with time_machine.travel(f"{TODAY}T15:00:00Z"):
        yield


def wish(importer: Importer, **told: Any) -> dict[str, Any]:
    said = {"importer": importer.pk, "scope": ["file_cad", "pay"], "effective_on": "2026-12-01"}
    return PARTIES | said | told


def copy(content: bytes = PDF) -> "ContentFile[bytes]":
    return ContentFile(content, name="signed.pdf")


def test_an_agreement_is_told_with_its_standing_and_the_signed_copys_hash(
    api: Caller, importer: Importer, analyst: User
) -> None:
    with importer_scope(importer.pk):
        made = signed(importer, analyst, ends_on=date(2027, 1, 1))

    told = api.get(f"agency-agreements/{made.pk}/").json()

    assert (told["standing"], told["is_continuous"], told["signed_on"]) == (
        "in_force", False, "2026-11-23",
    )  # fmt: skip
    assert told["signed_copy_sha256"] == hashlib.sha256(PDF).hexdigest()


def test_an_agreement_is_drawn_up_and_its_paper_asked_for(api: Caller, importer: Importer) -> None:
    made = api.post(LIST, wish(importer))

    told = made.json()
    assert (made.status_code, told["standing"], told["scope"]) == (
        201, "unsigned", ["pay", "file_cad"],
    )  # fmt: skip
    assert made["Location"].endswith(f"/api/v1/agency-agreements/{told['id']}/")
    problem(api.get(f"{LIST}{told['id']}/paper/"), 409)  # it is being made
    with importer_scope(importer.pk):
        paper = AgreementPaper.objects.get(agreement_id=told["id"])
    assert write_paper(importer_id=importer.pk, paper_id=paper.pk)
    answer = api.get(f"{LIST}{told['id']}/paper/")
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    assert api.post(f"{LIST}{told['id']}/paper/").status_code == 202
    with importer_scope(importer.pk):
        assert AgreementPaper.objects.filter(agreement_id=told["id"]).count() == 2


def test_who_is_party_is_taken_from_what_is_recorded(
    api: Caller, importer: Importer, settings: Any
) -> None:
    settings.BROKERAGE_NAME, settings.BROKERAGE_BUSINESS_NUMBER = "Northgate", "112345670"
    settings.BROKERAGE_ADDRESS = "1 Harbour Street"
    said = wish(importer)
    for name in ("importer_name", "importer_bn9", "broker_name", "broker_bn9", "broker_address"):
        del said[name]

    told = api.post(LIST, said).json()

    assert (told["importer_name"], told["importer_bn9"]) == ("Maple Furniture Inc.", "123456782")
    assert (told["broker_name"], told["broker_bn9"]) == ("Northgate", "112345670")


def test_what_is_missing_is_named_and_nothing_is_drawn_up(
    api: Caller, importer: Importer, settings: Any
) -> None:
    settings.BROKERAGE_ADDRESS = ""
    said = wish(importer, ends_on="2026-11-30")
    del said["broker_address"]

    answer = api.post(LIST, said)

    assert [one["message"] for one in problem(answer, 409)["errors"]] == [
        "The last day lies before the first day.",
        "Broker’s address: This field cannot be blank.",
    ]
    with importer_scope(importer.pk):
        assert not AgencyAgreement.objects.exists()


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"scope": ["register_business"]}, "scope"),  # the importer alone does that
        ({"importer_bn9": "12"}, "importer_bn9"),
        ({"legal_entity": "club"}, "legal_entity"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_of_a_body_is_named(
    told: dict[str, Any], field: str, api: Caller, importer: Importer
) -> None:
    answer = api.post(LIST, wish(importer, **told))

    assert [one["field"].partition(".")[0] for one in problem(answer, 400)["errors"]] == [field]


def test_the_signed_copy_is_kept_once_with_its_hash_and_handed_out(
    api: Caller, importer: Importer
) -> None:
    with importer_scope(importer.pk):
        path = f"{LIST}{agreement(importer).pk}/"
    told = {"signed_on": "2026-11-20"}
    problem(api.get(f"{path}signed-copy/"), 404)

    kept = api.send(f"{path}signing/", told | {"file": copy()}).json()
    again = api.send(f"{path}signing/", told | {"file": copy()})

    assert (kept["standing"], kept["signed_on"]) == ("in_force", "2026-11-20")
    assert kept["signed_copy_sha256"] == hashlib.sha256(PDF).hexdigest()
    assert problem(again, 409)["detail"] == (
        "A signed copy is kept already; draw up another agreement to replace it."
    )
    assert b"".join(api.get(f"{path}signed-copy/").streaming_content) == PDF


def test_its_end_is_recorded_with_why_and_once(
    api: Caller, importer: Importer, analyst: User
) -> None:
    with importer_scope(importer.pk):
        path = f"{LIST}{signed(importer, analyst).pk}/"
    told = {"on": "2026-11-22", "reason": "The importer changed its broker."}

    problem(api.post(f"{path}ending/", told | {"on": "2026-11-24"}), 409)
    ended = api.post(f"{path}ending/", told).json()

    assert (ended["standing"], ended["terminated_on"]) == ("ended", "2026-11-22")
    assert problem(api.post(f"{path}ending/", told), 409)["detail"] == (
        "It ended on 2026-11-22 already."
    )


def test_the_importers_finance_reads_agreements_and_writes_none(
    key_for: Any, finance: User, importer: Importer, analyst: User
) -> None:
    with importer_scope(importer.pk):
        path = f"{LIST}{signed(importer, analyst).pk}/"
    caller = key_for(finance, importer)

    assert caller.get(path).status_code == 200
    problem(caller.get(f"{path}signed-copy/"), 403)
    problem(caller.post(LIST, wish(importer)), 403)
    problem(caller.post(f"{path}ending/", {"on": "2026-11-22", "reason": "so"}), 403)


def test_another_importers_agreement_is_not_found(
    api: Caller, stranger: Importer, importer: Importer
) -> None:
    with importer_scope(stranger.pk):
        path = f"{LIST}{agreement(stranger).pk}/"

    for name in ("", "paper/", "signed-copy/"):
        problem(api.get(f"{path}{name}"), 404)
    problem(api.post(f"{path}ending/", {"on": "2026-11-22", "reason": "so"}), 404)
    problem(api.post(LIST, wish(stranger)), 404)
