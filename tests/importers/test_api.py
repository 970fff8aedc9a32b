"""Profiles, accounts, contacts and the search through the API."""

from typing import Any

import pytest
from django.test import Client

from carmsvc.platform.api_keys import create_api_key
from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.tenancy import importer_scope
from clients.actions.importer_contacts import add_contact
from clients.actions.security import note_release_status
from clients.models import Importer, ImporterContact, ProgramAccount, User
from tests.importers.conftest import TODAY, Browser


def sent(browser: Client, address: str, body: dict[str, Any]) -> Any:
    headers = {"idempotency-key": f"{address}{sorted(body)}"[:60]}
    return browser.post(
        f"/api/v1/{address}", body, content_type="application/json", headers=headers
    )


@pytest.fixture
def anne(importer: Importer, administrator: User) -> ImporterContact:
    with importer_scope(importer.pk):
        return add_contact(
            importer=importer, by=administrator, name="Anne Roy", function="finance",
            email="anne@maple.example", language="fr",
        )  # fmt: skip


def test_an_analyst_changes_a_profile_and_the_audit_tells_before_and_after(
    signed_in: Browser, analyst: User, importer: Importer
) -> None:
    body = {"trade_names": ["Maple Home", "Maple Office"], "is_resident": False}
    answer = sent(signed_in(analyst), f"importers/{importer.pk}/profile/", body)

    assert answer.status_code == 200
    told = answer.json()
    assert (told["trade_names"], told["is_resident"]) == (["Maple Home", "Maple Office"], False)
    assert told["legal_name"] == "Maple Furniture Inc."
    with importer_scope(importer.pk):
        event = AuditEvent.objects.get(action="importer profile changed")
    assert event.before == {"trade_names": "", "is_resident": None}
    assert event.after == {"trade_names": "Maple Home\nMaple Office", "is_resident": False}


def test_a_name_at_the_cbsa_without_its_day_is_refused_with_the_reason(
    signed_in: Browser, analyst: User, importer: Importer
) -> None:
    answer = sent(
        signed_in(analyst), f"importers/{importer.pk}/profile/", {"name_at_cbsa": "MAPLE"}
    )

    assert answer.status_code == 422
    assert "on which day the name at the CBSA was seen" in answer.content.decode()


def test_the_importers_people_do_not_change_its_profile(
    signed_in: Browser, owner: User, importer: Importer
) -> None:
    answer = sent(signed_in(owner), f"importers/{importer.pk}/profile/", {"legal_name": "X"})

    assert answer.status_code == 403


def test_an_account_is_added_and_described(
    signed_in: Browser, analyst: User, importer: Importer
) -> None:
    browser = signed_in(analyst)
    body = {"importer": importer.pk, "bn15": "123456782 RM0003", "profile": "exporter"}
    added = sent(browser, "program-accounts/", body)
    assert added.status_code == 201
    assert added.json()["bn15"] == "123456782RM0003"

    changed = sent(browser, f"program-accounts/{added.json()['id']}/profile/", {"status": "closed"})
    assert (changed.json()["profile"], changed.json()["status"]) == ("exporter", "closed")


@pytest.mark.parametrize("bn15", ["100000009RM0001", "123456782RM1", "123456782RM0001"])
def test_an_account_of_another_number_or_one_that_is_there_is_refused(
    signed_in: Browser, analyst: User, importer: Importer, bn15: str
) -> None:
    body = {"importer": importer.pk, "bn15": bn15}

    assert sent(signed_in(analyst), "program-accounts/", body).status_code == 409


def test_an_account_tells_its_release_status(
    signed_in: Browser, analyst: User, account: ProgramAccount
) -> None:
    note_release_status(account=account, status="suspended", seen_on=TODAY, by=analyst)
    told = signed_in(analyst).get("/api/v1/program-accounts/").json()["results"]

    assert [one["release_status"] for one in told] == ["suspended", ""]


def test_a_contact_is_added_changed_and_removed(
    signed_in: Browser, owner: User, importer: Importer
) -> None:
    browser = signed_in(owner)
    body = {"importer": importer.pk, "name": "Anne Roy", "function": "customs", "phone": "1"}
    added = sent(browser, "importer-contacts/", body)
    assert added.status_code == 201
    assert added.json()["language"] == "en"

    address = f"importer-contacts/{added.json()['id']}/"
    changed = sent(browser, f"{address}description/", {"email": "a@maple.example"})
    assert (changed.json()["email"], changed.json()["phone"]) == ("a@maple.example", "1")

    assert browser.delete(f"/api/v1/{address}").status_code == 204
    assert browser.get(f"/api/v1/{address}").status_code == 404
    with importer_scope(importer.pk):
        told = AuditEvent.objects.get(action="importer contact removed")
    assert told.before["name"] == "Anne Roy"


def test_a_contact_without_any_address_is_refused(
    signed_in: Browser, owner: User, importer: Importer
) -> None:
    body = {"importer": importer.pk, "name": "Anne", "function": "customs"}
    answer = sent(signed_in(owner), "importer-contacts/", body)

    assert answer.status_code == 422
    assert "an e-mail address or a telephone number" in answer.content.decode()


def test_a_stranger_finds_no_contact_of_another_importer(
    signed_in: Browser, other_finance: User, anne: ImporterContact
) -> None:
    browser = signed_in(other_finance)

    assert browser.get("/api/v1/importer-contacts/").json()["results"] == []
    assert browser.get(f"/api/v1/importer-contacts/{anne.pk}/").status_code == 404
    assert browser.get("/api/v1/search/", {"q": "anne"}).json() == {"results": []}


def test_the_standing_tells_its_reasons(
    signed_in: Browser, analyst: User, importer: Importer
) -> None:
    told = signed_in(analyst).get(f"/api/v1/importers/{importer.pk}/standing/").json()

    assert told == {
        "importer": importer.pk,
        "level": "stopped",
        "reasons": ["No delegation of ours works."],
    }


def test_the_search_answers_by_kind(
    signed_in: Browser, analyst: User, importer: Importer, anne: ImporterContact
) -> None:
    told = signed_in(analyst).get("/api/v1/search/", {"q": "maple"}).json()["results"]

    assert [(one["kind"], [found["title"] for found in one["found"]]) for one in told] == [
        ("importer", ["Maple Furniture Inc."]),
        ("contact", ["Anne Roy"]),
    ]
    assert told[0]["found"][0]["page"] == f"http://testserver/importers/{importer.pk}/"


def test_a_key_finds_only_what_it_may_read(
    importer: Importer, analyst: User, anne: ImporterContact, db: None
) -> None:
    _key, secret = create_api_key(
        name="search", user=analyst, importer_ids=[importer.pk],
        grants=["search:read", "importers:read"],
    )  # fmt: skip
    told = Client().get(
        "/api/v1/search/", {"q": "maple"}, headers={"authorization": f"Bearer {secret}"}
    )

    assert [one["kind"] for one in told.json()["results"]] == ["importer"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [({}, "q"), ({"q": "a"}, "q"), ({"q": "ab", "kind": "x"}, "kind"), ({"q": "ab", "x": 1}, "x")],
)
def test_a_question_that_makes_no_sense_names_what_is_wrong(
    signed_in: Browser, analyst: User, asked: dict[str, Any], field: str
) -> None:
    answer = signed_in(analyst).get("/api/v1/search/", asked)

    assert answer.status_code == 400
    assert field in answer.content.decode()
