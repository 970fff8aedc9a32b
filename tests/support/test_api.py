"""Requests for help through the API."""

import io
from typing import Any

import pytest

from carmsvc.platform.tenancy import importer_scope
from clients.actions import issue_api_key
from clients.models import Document, Importer, SupportMessage, User
from tests.support.conftest import Ask, Browser, as_now

API = "/api/v1/support-requests/"


def post(browser: Any, path: str, wish: dict[str, Any]) -> Any:
    return browser.post(path, wish, content_type="application/json")


def asked(importer: Importer, **told: Any) -> dict[str, Any]:
    wish = {"importer": importer.pk, "title": "Billed twice?", "text": "Why?"}
    return wish | {"category": "statement"} | told


def test_a_request_is_made_read_written_on_and_solved(
    signed_in: Browser, importer: Importer, finance: User, analyst: User
) -> None:
    client, staff = signed_in(finance), signed_in(analyst)
    made = post(client, API, asked(importer, priority="high"))
    assert (made.status_code, made.json()["state"], made.json()["clock"]) == (201, "new", "runs")
    assert made.json()["answer_due_at"] == "2026-11-23T14:00:00-05:00"
    place = made["Location"]

    answer = post(staff, f"{place}messages/", {"text": "It was."})
    assert (answer.status_code, answer.json()["is_from_staff"]) == (201, True)
    solved = post(staff, f"{place}transitions/", {"wish": "solve"})
    assert (solved.status_code, solved.json()["state"]) == (200, "solved")
    told = client.get(f"{place}messages/").json()
    assert [one["text"] for one in told] == ["Why?", "It was."]
    listed = client.get(f"{API}?number={made.json()['number']}").json()["results"]
    assert [one["id"] for one in listed] == [made.json()["id"]]


def test_a_step_that_does_not_follow_is_a_conflict_with_its_reason(
    signed_in: Browser, ask: Ask, analyst: User
) -> None:
    request = ask()
    refused = post(signed_in(analyst), f"{API}{request.pk}/transitions/", {"wish": "close"})
    assert refused.status_code == 409
    assert "this step does not follow" in refused.json()["detail"]
    assert as_now(request).state == "new"


def test_what_is_not_there_to_ask_about_is_a_conflict(
    signed_in: Browser, importer: Importer, finance: User
) -> None:
    wish = asked(importer, subject_kind="statement", subject_id=4711)
    refused = post(signed_in(finance), API, wish)
    assert refused.status_code == 409
    assert refused.json()["errors"][0]["message"].startswith("What you ask about is not there")


@pytest.mark.parametrize(
    ("person", "codes"),
    [
        ("administrator", (201, 201, 200)),
        ("analyst", (201, 201, 200)),
        ("staff_viewer", (403, 403, 403)),
        ("finance", (201, 403, 403)),
    ],
)
def test_who_may_write_note_and_take(
    person: str,
    codes: tuple[int, int, int],
    request: pytest.FixtureRequest,
    signed_in: Browser,
    ask: Ask,
) -> None:
    made = ask()
    browser, place = signed_in(request.getfixturevalue(person)), f"{API}{made.pk}/"
    note = {"text": "Careful.", "is_staff_only": True}
    told = (
        post(browser, f"{place}messages/", {"text": "Words."}).status_code,
        post(browser, f"{place}messages/", note).status_code,
        post(browser, f"{place}transitions/", {"wish": "send_to_cbsa", "case_no": "CAS-1",
                                              "next_on": "2026-12-01"}).status_code,
    )  # fmt: skip
    assert told == codes


def test_a_file_goes_with_a_message(
    signed_in: Browser, ask: Ask, finance: User, importer: Importer
) -> None:
    made = ask()
    file = io.BytesIO(b"%PDF-1.7 page")
    file.name = "october.pdf"
    answer = signed_in(finance).post(f"{API}{made.pk}/messages/", {"text": "Here.", "file": file})

    with importer_scope(importer.pk):
        [document] = Document.objects.all()
    assert (answer.status_code, answer.json()["documents"]) == (201, [document.pk])


def test_a_stranger_is_told_that_nothing_is_there(
    signed_in: Browser, ask: Ask, importer: Importer, other_finance: User
) -> None:
    made, browser = ask(), signed_in(other_finance)
    assert browser.get(API).json()["results"] == []
    assert browser.get(f"{API}{made.pk}/").status_code == 404
    assert browser.get(f"{API}{made.pk}/messages/").status_code == 404
    assert post(browser, f"{API}{made.pk}/messages/", {"text": "x"}).status_code == 404
    assert post(browser, API, asked(importer)).status_code == 404


def test_asked_twice_with_one_key_it_is_one_request(
    signed_in: Browser, importer: Importer, finance: User
) -> None:
    browser = signed_in(finance)
    told: dict[str, Any] = {"content_type": "application/json"}
    told["headers"] = {"Idempotency-Key": "0e1c3a52-7b0e-4f4b-9f0d-0123456789ab"}
    first = browser.post(API, asked(importer), **told)
    second = browser.post(API, asked(importer), **told)
    assert first.json()["id"] == second.json()["id"]
    with importer_scope(importer.pk):
        assert SupportMessage.objects.count() == 1


def test_a_key_opens_requests_only_with_their_grant(
    signed_in: Browser, importer: Importer, owner: User, administrator: User, client: Any
) -> None:
    def status(*grants: str) -> tuple[int, int]:
        _key, text = issue_api_key(
            name="Help", user=owner, importers=[importer], grants=grants, by=administrator, days=9
        )
        headers = {"Authorization": f"Bearer {text}"}
        read = client.get(API, headers=headers).status_code
        told: dict[str, Any] = {"content_type": "application/json", "headers": headers}
        return read, client.post(API, asked(importer), **told).status_code

    assert status("support-requests:read") == (200, 403)
    assert status("support-requests:write") == (200, 201)
    assert status("documents:write") == (403, 403)


def test_the_api_says_what_is_due_before_a_moment(
    signed_in: Browser, ask: Ask, analyst: User
) -> None:
    urgent = ask(priority="urgent")
    ask()
    found = signed_in(analyst).get(f"{API}?due_before=2026-11-23T20:00:00Z").json()["results"]
    assert [one["id"] for one in found] == [urgent.pk]
