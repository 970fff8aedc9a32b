"""Documents through the API."""

from datetime import date
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


def test_each_version_is_taken_by_its_number(
    signed_in: Browser, importer: Importer, analyst: User, keep: Keep
) -> None:
    with importer_scope(importer.pk):
        number = keep(pdf("First")).document_id
    browser, address = signed_in(analyst), f"{API}/documents/{number}/"
    browser.post(f"{address}versions/", {"file": upload(pdf("Second"))})

    def content(version: int) -> bytes:
        return b"".join(browser.get(f"{address}versions/{version}/content/").streaming_content)

    assert [content(1), content(2)] == [pdf("First"), pdf("Second")]
    assert browser.get(f"{address}versions/3/content/").status_code == 404


def test_what_is_said_of_a_document_changes_and_the_rest_stays(
    signed_in: Browser, importer: Importer, analyst: User, keep: Keep
) -> None:
    with importer_scope(importer.pk):
        number = keep(language="fr", counted_from_on=date(2020, 11, 22)).document_id
    wish = {"kind": "cad", "title": "Declaration"}
    answer = _post(signed_in(analyst), f"{API}/documents/{number}/description/", wish).json()

    told = ("kind", "title", "language", "counted_from_on", "destroy_after_on")
    assert [answer[name] for name in told] == [
        *("cad", "Declaration", "fr", "2020-11-22", "2026-12-31")
    ]


def test_a_hold_is_placed_and_released_by_staff_only(
    signed_in: Browser, importer: Importer, analyst: User, owner: User, keep: Keep
) -> None:
    with importer_scope(importer.pk):
        number = keep().document_id
    browser, address = signed_in(analyst), f"{API}/documents/{number}/"
    why = {"reason": "Verification by the CBSA"}

    assert _post(signed_in(owner), f"{address}holds/", why).status_code == 403
    assert _post(browser, f"{address}hold-release/", why).status_code == 409
    assert _post(browser, f"{address}holds/", {"reason": ""}).status_code == 400
    placed = _post(browser, f"{address}holds/", why)
    assert (placed.status_code, placed.json()["reason"]) == (201, why["reason"])
    assert browser.get(address).json()["is_held"]
    released = _post(browser, f"{address}hold-release/", {"reason": "The CBSA has closed it"})
    assert released.json()["released_by"] == analyst.email
    assert [one["release_reason"] for one in browser.get(f"{address}holds/").json()] == [
        "The CBSA has closed it"
    ]


def test_two_people_destroy_what_was_kept_long_enough(
    signed_in: Browser,
    importer: Importer,
    administrator: User,
    second_administrator: User,
    keep: Keep,
) -> None:
    with importer_scope(importer.pk):
        over = keep(counted_from_on=date(2019, 3, 1)).document_id
        young = keep(pdf("Young"), counted_from_on=date(2025, 3, 1)).document_id
    one, other = signed_in(administrator), signed_in(second_administrator)
    address, why = f"{API}/documents/{over}/", {"reason": "Its time is over"}

    assert _post(one, f"{API}/documents/{young}/destructions/", why).status_code == 409
    assert _post(one, f"{address}destruction-approval/").status_code == 409
    assert _post(one, f"{address}destructions/", why).status_code == 201
    assert _post(one, f"{address}destruction-approval/").status_code == 409
    done = _post(other, f"{address}destruction-approval/")
    assert (done.status_code, done.json()["destroyed_at"] is None) == (200, False)
    assert one.get(f"{address}content/").status_code == 404
    [wish] = one.get(f"{address}destructions/").json()
    assert [wish["decision"], wish["decided_by"]] == ["approved", second_administrator.email]


def test_the_wish_to_destroy_is_refused_and_the_document_stays(
    signed_in: Browser, importer: Importer, administrator: User, analyst: User, keep: Keep
) -> None:
    with importer_scope(importer.pk):
        number = keep(counted_from_on=date(2019, 3, 1)).document_id
    address, why = f"{API}/documents/{number}/", {"reason": "Its time is over"}
    browser = signed_in(administrator)

    assert _post(signed_in(analyst), f"{address}destructions/", why).status_code == 403
    _post(browser, f"{address}destructions/", why)
    assert _post(browser, f"{address}destruction-refusal/").json()["destroyed_at"] is None
    assert browser.get(f"{address}content/").status_code == 200


def test_what_was_sent_is_sent_back_then_accepted_and_another_request_withdrawn(
    signed_in: Browser, importer: Importer, analyst: User, owner: User
) -> None:
    staff, client = signed_in(analyst), signed_in(owner)
    wish = {"importer": importer.pk, "kind": "permit", "title": "Permit", "due_on": "2026-12-01"}
    asked = _post(staff, f"{API}/document-requests/", wish)["Location"]
    needless = _post(staff, f"{API}/document-requests/", wish)["Location"]

    assert _post(staff, f"{asked}acceptance/").status_code == 409
    client.post(f"{asked}answer/", {"file": upload()})
    assert _post(client, f"{asked}acceptance/").status_code == 403
    again = {"reason": "The second page is missing", "due_on": "2026-12-08"}
    back = _post(staff, f"{asked}return/", again).json()
    assert [back["state"], back["due_on"]] == ["sent_back", "2026-12-08"]
    client.post(f"{asked}answer/", {"file": upload(pdf("Both pages"))})
    assert _post(staff, f"{asked}acceptance/").json()["state"] == "accepted"
    gone = _post(staff, f"{needless}withdrawal/", {"reason": "Not needed any more"}).json()
    assert gone["state"] == "withdrawn"


def _post(browser: Any, address: str, wish: dict[str, Any] | None = None) -> Any:
    return browser.post(address, wish or {}, content_type="application/json")
