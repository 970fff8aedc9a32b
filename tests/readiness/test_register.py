"""The register of readiness across importers, and its export."""

import csv
import io
import re

import pytest
from django.test import Client

from carmsvc.platform.audit import BrokerageEvent
from carmsvc.platform.tenancy import importer_scope
from clients.actions.importer_profiles import change_profile
from clients.models import (
    ClientGroup,
    GroupedImporter,
    Importer,
    ReadinessSnapshot,
    StaffAssignment,
    User,
)
from tests.readiness.asking import kept, text_of
from tests.readiness.conftest import Browser

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
REGISTER = "/readiness/"


def names(client: Client, query: str = "") -> list[str]:
    html = client.get(f"{REGISTER}?{query}").content.decode()
    return re.findall(r'<a class="row-link"[^>]*>([^<]*)</a>', html)


@pytest.fixture
def both(importer: Importer, stranger: Importer, analyst: User, administrator: User) -> None:
    """Maple as it is, in a group and looked after by the analyst; Northern Optics at risk."""
    kept(importer, stranger)
    with importer_scope(importer.pk):
        StaffAssignment.objects.filter(user=analyst).update(is_lead=True)
        group = ClientGroup.objects.create(name="Furniture")
        GroupedImporter.objects.create(importer=importer, group=group)
    with importer_scope(stranger.pk):
        ReadinessSnapshot.objects.update(verdict="at_risk", failed_checks=["R18"])


def test_the_register_lists_every_importer_one_looks_after(
    signed_in: Browser, both: None, analyst: User, administrator: User
) -> None:
    text = text_of(signed_in(administrator), REGISTER)

    assert "1 Not ready" in text
    assert "1 At risk" in text
    assert "0 Ready" in text
    assert names(signed_in(administrator)) == ["Maple Furniture Inc.", "Northern Optics Ltd."]
    assert names(signed_in(analyst)) == ["Maple Furniture Inc."]


def test_the_register_is_narrowed(
    signed_in: Browser, both: None, analyst: User, administrator: User
) -> None:
    client, maple, northern = signed_in(administrator), *(
        ["Maple Furniture Inc."], ["Northern Optics Ltd."],
    )  # fmt: skip
    group = ClientGroup.objects.get().pk

    assert names(client, "verdict=at_risk") == northern
    assert names(client, "check=R07") == maple
    assert names(client, "check=R02") == maple + northern  # not known of either
    assert names(client, f"group={group}") == maple
    assert names(client, f"lead={analyst.pk}") == maple
    assert names(client, "lead=nobody") == northern
    assert names(client, "search=northern") == northern
    assert names(client, "search=123456782") == maple
    assert names(client, "search=northern&verdict=not_ready") == []
    assert "No importer fits" in text_of(client, f"{REGISTER}?search=nobody+at+all")


@pytest.mark.parametrize(
    "query",
    ["verdict=fine", "check=R99", "group=x", "lead=4000000", "after=x", "after=" + "9" * 30],
)
def test_what_cannot_be_looked_for_is_not_looked_for(
    signed_in: Browser, both: None, administrator: User, query: str
) -> None:
    assert len(names(signed_in(administrator), query)) == 2


def test_the_register_goes_on_behind_an_importer(
    signed_in: Browser, both: None, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clients.views.readiness_register.A_PAGE", 1)
    client = signed_in(administrator)

    first = client.get(REGISTER).content.decode()
    [following] = re.findall(r'rel="next" href="([^"]*)"', first)

    assert names(client) == ["Maple Furniture Inc."]
    assert names(client, following.removeprefix("?")) == ["Northern Optics Ltd."]


def test_an_importer_that_was_never_looked_at_is_listed_and_a_former_client_is_not(
    signed_in: Browser, importer: Importer, stranger: Importer, administrator: User
) -> None:
    kept(stranger)
    with importer_scope(stranger.pk):
        change_profile(importer=stranger, by=administrator, state="former")
    client = signed_in(administrator)

    assert names(client) == ["Maple Furniture Inc."]
    text = text_of(client, REGISTER)
    assert "Not looked at yet" in text
    assert "0 Not ready" in text


def test_the_register_is_exported_as_it_is_looked_for(
    signed_in: Browser, both: None, analyst: User, administrator: User
) -> None:
    client = signed_in(administrator)

    response = client.get(f"{REGISTER}export/?verdict=not_ready")

    assert response["Content-Disposition"] == 'attachment; filename="readiness-2026-11-23.csv"'
    header, *rows = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
    assert [dict(zip(header, row, strict=True)) for row in rows] == [
        {
            "Importer": "Maple Furniture Inc.",
            "Business number": "123456782",
            "Readiness": "Not ready",
            "Looked at on": "2026-11-23",
            "Set-up": "Not ready",
            "Release prior to payment": "At risk",
            "Release by IID, PARS or RMD": "Not ready",
            "Blockers": "3",
            "Risks": "2",
            "Advice": "1",
            "Not known": "22",
            "Checks not met": "R07 R09 R16 R18",
            "Checks not known": ("R02 R03 R04 R05 R06 R10 R11 R13 R15 R17 R19 R20 R21 R22"),
            "Looked after by": "Analyst",
            "Client groups": "Furniture",
        }
    ]
    event = BrokerageEvent.objects.get(action="readiness register exported")
    assert (event.actor_id, event.details) == (
        administrator.pk, {"rows": 1, "wish": {"verdict": "not_ready"}},
    )  # fmt: skip


def test_an_importer_that_was_never_looked_at_has_empty_cells_in_the_export(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    response = signed_in(analyst).get(f"{REGISTER}export/")

    header, row = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
    assert len(row) == len(header)
    assert row == ["Maple Furniture Inc.", "123456782", *[""] * 11, "Analyst", ""]


def test_a_name_that_a_spreadsheet_would_run_is_text_in_the_export(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    with importer_scope(importer.pk):
        Importer.objects.filter(pk=importer.pk).update(legal_name="=1+1")

    response = signed_in(analyst).get(f"{REGISTER}export/")

    assert "\r\n'=1+1,123456782," in response.content.decode("utf-8-sig")


def test_the_register_is_for_staff(signed_in: Browser, owner: User) -> None:
    client = signed_in(owner)

    assert client.get(REGISTER).status_code == 403
    assert client.get(f"{REGISTER}export/").status_code == 403
