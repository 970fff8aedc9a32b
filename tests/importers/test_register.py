"""The register of importers: filtered, sorted, exported; at five thousand too."""

import csv
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from carmsvc.platform.audit import BrokerageEvent
from carmsvc.platform.tenancy import TenantKey, every_importer_id, importer_scope
from clients.actions.groups import create_group, put_importers
from clients.actions.importer_profiles import change_profile
from clients.actions.staff import assign_staff
from clients.models import Importer, ProgramAccount, User
from clients.overview import Concern, Level, concerns_of, level_of
from tests.importers.conftest import TODAY, Browser
from tests.pages.test_run_page import text_of

MANY = 5000


@pytest.fixture
def many(administrator: User, importer: Importer) -> None:
    """Five thousand importers beside Maple, each with an account."""
    keys = TenantKey.objects.bulk_create(TenantKey() for _at in range(MANY))
    with importer_scope(every_importer_id()):
        Importer.objects.bulk_create(
            Importer(id=key.pk, legal_name=f"Compagnie Été {at}", bn9=f"{200_000_000 + at}")
            for at, key in enumerate(keys)
        )
        ProgramAccount.objects.bulk_create(
            ProgramAccount(importer_id=key.pk, bn15=f"{200_000_000 + at}RM0001")
            for at, key in enumerate(keys)
        )


Asked = Callable[..., list[str]]


@pytest.fixture
def names(signed_in: Browser, administrator: User) -> Asked:
    """The names in the register as an administrator asks for them."""
    browser = signed_in(administrator)

    def asked(**wish: str) -> list[str]:
        page = browser.get("/importers/", wish).context["page"]
        return [one.legal_name for one in page]

    return asked


def test_the_register_is_filtered_by_state_language_lead_group_and_standing(
    names: Asked, administrator: User, analyst: User, importer: Importer, stranger: Importer
) -> None:
    group = create_group(name="East", by=administrator)
    with importer_scope([importer.pk, stranger.pk]):
        change_profile(importer=stranger, by=administrator, state="prospect", language="fr")
        put_importers(group=group, importers=[importer], by=administrator)
        assign_staff(person=analyst, importers=[importer], by=administrator, is_lead=True)

    maple, optics = ["Maple Furniture Inc."], ["Northern Optics Ltd."]
    assert names() == [*maple, *optics]
    assert names(state="prospect") == names(language="fr") == names(lead="nobody") == optics
    assert names(lead=str(analyst.pk)) == names(group=str(group.pk)) == maple
    assert names(standing="stopped") == maple  # a client without a delegation of ours
    assert names(standing="at-risk") == optics  # nobody of the staff looks after it
    assert names(standing="fine") == []
    assert names(state="nonsense", order="bn9") == [*optics, *maple]


def test_names_are_found_without_accents_and_case_and_by_their_trade_names(
    names: Asked, administrator: User, importer: Importer
) -> None:
    with importer_scope(importer.pk):
        change_profile(importer=importer, by=administrator, trade_names="Café Érable")

    for words in ("cafe", "ERABLE caf", "furniture maple", "123 456 782", "123456782 rm0002"):
        assert names(search=words) == ["Maple Furniture Inc."], words
    assert names(search="123456782RM0009") == names(search="%") == []


def test_the_export_holds_what_is_looked_for_and_is_told(
    signed_in: Browser, administrator: User, importer: Importer, stranger: Importer
) -> None:
    answer = signed_in(administrator).get("/importers/export/", {"search": "maple"})
    rows = list(csv.DictReader(answer.content.decode("utf-8-sig").splitlines()))

    assert [(row["Legal name"], row["Standing"]) for row in rows] == [
        ("Maple Furniture Inc.", "Stopped")
    ]
    assert rows[0]["Program accounts"] == "123456782RM0001 123456782RM0002"
    event = BrokerageEvent.objects.get(action="importers exported")
    assert event.details == {"rows": 1, "sought": {"search": "maple"}}


def test_only_the_staff_export_and_filter_by_what_is_the_brokerages(
    signed_in: Browser, finance: User
) -> None:
    browser = signed_in(finance)

    assert browser.get("/importers/export/").status_code == 403
    answer = browser.get("/importers/", {"search": "maple"})
    assert list(answer.context["form"].fields) == [
        *("search", "standing", "language", "order"),
    ]


def queries_of(browser: Client, address: str, **wish: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert browser.get(address, wish).status_code == 200
    return len(caught)


def test_five_thousand_importers_are_listed_filtered_and_exported_with_as_many_queries_as_one(
    signed_in: Browser, administrator: User, importer: Importer, request: Any
) -> None:
    browser = signed_in(administrator)
    asked = [
        ("/importers/", {}),
        ("/importers/", {"search": "m"}),
        ("/importers/", {"standing": "stopped", "lead": "nobody", "order": "lead"}),
        ("/importers/export/", {}),
    ]
    before = [queries_of(browser, address, **wish) for address, wish in asked]
    request.getfixturevalue("many")

    assert [queries_of(browser, address, **wish) for address, wish in asked] == before
    assert "5001 importers" in text_of(browser.get("/importers/")).replace(",", "")


def test_what_is_wrong_with_many_importers_is_asked_at_once(
    importer: Importer, stranger: Importer, connection_queries: Any
) -> None:
    with importer_scope([importer.pk, stranger.pk]):
        once = connection_queries(lambda: concerns_of([importer.pk], TODAY))
        twice = connection_queries(lambda: concerns_of([importer.pk, stranger.pk], TODAY))

    assert once == twice


def test_the_worst_concern_says_how_an_importer_stands() -> None:
    concerns = [Concern(1, Level.AT_RISK, ""), Concern(1, Level.STOPPED, "")]

    assert level_of(concerns) is Level.STOPPED
    assert level_of([]) is Level.FINE
