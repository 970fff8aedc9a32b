"""Importers through the API; what a stranger's key sees of them is tried in `tests/walls`."""

from typing import Any

from carmsvc.platform.api_keys import ApiKey
from clients.models import Importer, User
from tests.api.conftest import Caller, problem

OPTICS = {
    "legal_name": "Northern Optics Ltd.",
    "bn9": "100000009",
    "program_accounts": ["100000009RM0002", "100000009RM0001"],
}


def test_an_importer_is_read_with_its_accounts(api: Caller, importer: Importer) -> None:
    found = api.get(f"importers/{importer.pk}/").json()

    assert found["legal_name"] == "Maple Furniture Inc."
    assert found["amount_tolerance"] == "0.05"
    assert found["program_accounts"] == ["123456782RM0001", "123456782RM0002"]
    assert len(api.get("importers/", legal_name="maple").json()["results"]) == 1
    assert api.get("importers/", bn9="1").json()["results"] == []
    accounts = api.get("program-accounts/", importer=importer.pk, ordering="-bn15").json()
    assert [one["bn15"] for one in accounts["results"]] == ["123456782RM0002", "123456782RM0001"]


def test_an_administrators_key_registers_and_then_sees_an_importer(
    administrator: User, importer: Importer, key_for: Any
) -> None:
    admin = key_for(administrator, importer)

    made = admin.post("importers/", OPTICS)

    assert made.status_code == 201
    assert made.json()["program_accounts"] == ["100000009RM0001", "100000009RM0002"]
    assert made.json()["warnings"] == []
    assert admin.get(made["Location"]).json()["bn9"] == "100000009"
    assert ApiKey.objects.get().importer_ids == [importer.pk, made.json()["id"]]


def test_a_wrong_importer_is_refused_with_every_reason(
    administrator: User, importer: Importer, key_for: Any
) -> None:
    admin = key_for(administrator, importer)

    told = problem(admin.post("importers/", {**OPTICS, "bn9": "12"}), 422)
    fields = problem(admin.post("importers/", {"legal_name": ""}), 400)

    assert len(told["errors"]) == 3
    assert {one["field"] for one in fields["errors"]} == {"legal_name", "bn9", "program_accounts"}


def test_only_an_administrator_registers_importers(api: Caller) -> None:
    problem(api.post("importers/", OPTICS), 403)


def test_a_key_sees_no_more_than_its_person_still_sees(
    api: Caller, importer: Importer, stranger: Importer
) -> None:
    ApiKey.objects.update(importer_ids=[importer.pk, stranger.pk])

    assert [one["id"] for one in api.get("importers/").json()["results"]] == [importer.pk]
