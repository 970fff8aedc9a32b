"""Importers through the API, and what a stranger's key sees: nothing, at every address."""

from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from carmsvc.platform.api_keys import ApiKey
from clients.actions.invitations import invite
from clients.models import Importer, ImporterContact, User
from reconciliation.models import MatchRun
from statements.models import LedgerFile, StatementFile
from tests.api.conftest import Caller, problem
from tests.api.test_frame import LISTS

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


def _addresses(patterns: Any, prefix: str = "") -> list[str]:
    found = []
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found += _addresses(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern) and pattern.name:
            found.append(path)
    return found


@pytest.fixture
def everything(
    run: MatchRun, api: Caller, importer: Importer, owner: User, analyst: User
) -> dict[str, Any]:
    """An id of Maple's for each kind of address, each of which its own people can read."""
    group = {name: api.get(f"{name}/", run=run.pk).json()["results"] for name in ("matches",)}
    reach = ImporterContact.objects.create(
        importer=importer, name="Anne", function="finance", phone="1", language="en"
    )
    invite(email="a@maple.example", importer_role="owner", importers=[importer], by=analyst)
    return {
        "importer-contacts": reach.pk,
        "api-keys": ApiKey.objects.filter(user=analyst)[0].pk,
        "audit-events": api.get("audit-events/").json()["results"][0]["id"],
        "importers": importer.pk,
        "memberships": api.get("memberships/").json()["results"][0]["id"],
        "invitations": api.get("invitations/").json()["results"][0]["id"],
        "program-accounts": api.get("program-accounts/").json()["results"][0]["id"],
        "statement-files": api.get("statement-files/").json()["results"][0]["id"],
        "ledger-files": api.get("ledger-files/").json()["results"][0]["id"],
        "statements": run.statement_id,
        "ledger-entries": api.get("ledger-entries/").json()["results"][0]["id"],
        "match-runs": run.pk,
        "matches": group["matches"][0]["id"],
        "suggestions": api.get("suggestions/", run=run.pk).json()["results"][0]["id"],
        "expected-entries": f"{run.pk}-1",
        "variances": api.get("variances/").json()["results"][0]["id"],
    }


def test_a_strangers_key_finds_nothing_at_any_address(
    outsider: Caller, everything: dict[str, Any]
) -> None:
    resolver = get_resolver("carmsvc.api_urls")
    paths = [path for path in _addresses(resolver.url_patterns) if "<" in path]
    assert len(paths) > 20

    for path in paths:
        prefix = path.split("/")[0]
        address = path.replace("<int:pk>", str(everything[prefix]))
        address = address.replace("<str:pk>", str(everything[prefix]))
        answers = {outsider.get(address).status_code, outsider.post(address, {}).status_code}
        assert answers <= {404, 405}, address
        assert 404 in answers, address


def test_a_strangers_lists_hold_nothing_of_ours(
    outsider: Caller, run: MatchRun, importer: Importer, stranger: Importer
) -> None:
    for path in LISTS:
        rows = outsider.get(path).json()["results"]
        mine = {row.get("importer", row["id"]) for row in rows}
        assert mine <= {stranger.pk}, path
        assert importer.bn9 not in str(rows)
        if path not in ("importers/", "variances/"):
            asked = outsider.get(path, importer=importer.pk).json()["results"]
            assert asked == []


def test_a_stranger_cannot_name_our_things_in_a_body(
    outsider: Caller, run: MatchRun, importer: Importer, upload: Any
) -> None:
    file = upload("a,b\n1,2\n")
    ours = {"program_account": "123456782RM0001", "period_end": "2026-10-17", "file": file}

    problem(outsider.post("match-runs/", {"statement": run.statement_id}), 404)
    problem(outsider.send("statement-files/", ours), 404)
    problem(
        outsider.send("ledger-files/", {"importer": importer.pk, "file": upload("a\n1\n")}), 404
    )
    assert StatementFile._base_manager.count() == LedgerFile._base_manager.count() == 0
