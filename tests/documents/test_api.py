"""Documents through the API."""

from typing import Any

import pytest

from carmsvc.platform.tenancy import importer_scope
from clients.actions.document_packages import write_package
from clients.models import Importer, User
from tests.documents.conftest import Browser, Keep, pdf, upload

API = "/api/v1"


def test_a_document_is_kept_versioned_and_taken(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    browser = signed_in(analyst)
    wish = {"importer": importer.pk, "kind": "ruling", "title": "Ruling 12", "file": upload()}
    made = browser.post(f"{API}/documents/", wish)

    assert made.status_code == 201
    address = made["Location"]
    again = browser.post(f"{address}versions/", {"file": upload(pdf("Second"))})
    assert [one["number"] for one in again.json()["versions"]] == [2, 1]
    content = browser.get(f"{address}content/")
    assert b"".join(content.streaming_content) == pdf("Second")
    assert content["X-Content-Type-Options"] == "nosniff"
    listed = browser.get(f"{API}/documents/?kind=ruling").json()["results"]
    assert [one["title"] for one in listed] == ["Ruling 12"]


@pytest.mark.parametrize("role", ["finance", "staff_viewer"])
def test_readers_keep_nothing(
    role: str, request: pytest.FixtureRequest, signed_in: Browser, importer: Importer
) -> None:
    wish = {"importer": importer.pk, "kind": "ruling", "title": "Ruling", "file": upload()}
    answer = signed_in(request.getfixturevalue(role)).post(f"{API}/documents/", wish)

    assert answer.status_code == 403


def test_a_stranger_is_told_that_nothing_is_there(
    signed_in: Browser, importer: Importer, keep: Keep, other_finance: User
) -> None:
    with importer_scope(importer.pk):
        version = keep()
    browser = signed_in(other_finance)

    assert browser.get(f"{API}/documents/").json()["results"] == []
    assert browser.get(f"{API}/documents/{version.document_id}/").status_code == 404
    assert browser.get(f"{API}/documents/{version.document_id}/content/").status_code == 404


def test_a_request_is_made_by_staff_and_answered_by_the_importer(
    signed_in: Browser, importer: Importer, analyst: User, owner: User
) -> None:
    wish = {
        "importer": importer.pk,
        "kind": "permit",
        "title": "Permit",
        "due_on": "2026-12-01",
    }
    refused = _post(signed_in(owner), f"{API}/document-requests/", wish)
    made = _post(signed_in(analyst), f"{API}/document-requests/", wish)
    answer = signed_in(owner).post(f"{made['Location']}answer/", {"file": upload()})

    assert (refused.status_code, made.status_code, answer.status_code) == (403, 201, 200)
    assert answer.json()["state"] == "sent"


def test_a_package_is_asked_for_and_taken(
    signed_in: Browser, importer: Importer, analyst: User, keep: Keep
) -> None:
    with importer_scope(importer.pk):
        keep()
    browser = signed_in(analyst)
    wish = {"importer": importer.pk, "title": "Verification"}
    made = _post(browser, f"{API}/document-packages/", wish)
    assert (made.status_code, made.json()["is_under_way"]) == (202, True)
    write_package(importer_id=importer.pk, package_id=made.json()["id"])

    assert browser.get(made["Location"]).json()["state"] == "written"
    content = b"".join(browser.get(f"{made['Location']}file/").streaming_content)
    assert content.startswith(b"PK")


def _post(browser: Any, address: str, wish: dict[str, Any]) -> Any:
    return browser.post(address, wish, content_type="application/json")
