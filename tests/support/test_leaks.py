"""What the staff write among themselves reaches nobody else: page, API, mail, search, export."""

import json
from typing import Any

import pytest
from django.utils import timezone

from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.outbox import Letter
from carmsvc.platform.tenancy import importer_scope
from clients.actions.contacts import answer_contact, move_contact, receive_contact
from clients.actions.support import take_step, write_message
from clients.models import Importer, Notice, SupportRequest, User
from clients.queries.support import messages_for, thread_of
from clients.rules.support import Wish
from tests.support.conftest import NOW, Ask, Browser

SECRET = "Zwetschgenmus"


@pytest.fixture
def noted(ask: Ask, analyst: User, finance: User) -> SupportRequest:
    """A request with words of both sides, and a note among the staff."""
    request = ask()
    with importer_scope(request.importer_id):
        told: dict[str, Any] = {"request": request, "now": timezone.now()}
        write_message(by=analyst, text="We look into it.", **told)
        write_message(by=analyst, text=f"They are {SECRET}.", is_staff_only=True, **told)
        write_message(by=finance, text="Thank you.", **told)
    return request


PLACES = (
    "/support-requests/{id}/",
    "/support-requests/",
    "/support-requests/?words=Zwetschgenmus&state=all",
    "/importers/{importer}/support-requests/",
    "/importers/{importer}/support-requests/?words=zwetschgenmus&state=all",
    "/importers/{importer}/",
    "/importers/{importer}/audit/",
    "/importers/{importer}/documents/?words=Zwetschgenmus",
    "/notices/",
    "/search/?q=Zwetschgenmus",
    "/search/?q=Billed",
    "/deadlines/",
    "/api/v1/support-requests/",
    "/api/v1/support-requests/{id}/",
    "/api/v1/support-requests/{id}/messages/",
    "/api/v1/audit-events/",
    "/api/v1/deadlines/",
)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("person", ["finance", "owner"])
def test_an_importer_s_people_find_no_word_of_a_note(
    place: str,
    person: str,
    request: pytest.FixtureRequest,
    noted: SupportRequest,
    signed_in: Browser,
) -> None:
    somebody = request.getfixturevalue(person)
    path = place.format(id=noted.pk, importer=noted.importer_id)
    words = signed_in(somebody).get(path).content.decode()

    assert f"They are {SECRET}" not in words


def test_the_staff_do_find_it(noted: SupportRequest, analyst: User, signed_in: Browser) -> None:
    """Else the test above would prove nothing."""
    browser = signed_in(analyst)
    assert SECRET in browser.get(f"/support-requests/{noted.pk}/").content.decode()
    found = browser.get(f"/support-requests/?words={SECRET}&state=all").content.decode()
    assert noted.number in found
    told = browser.get(f"/api/v1/support-requests/{noted.pk}/messages/").json()
    assert [one["is_staff_only"] for one in told] == [False, False, True, False]


def test_a_search_for_its_words_does_not_even_tell_that_there_is_one(
    noted: SupportRequest, finance: User, signed_in: Browser
) -> None:
    browser = signed_in(finance)
    assert noted.number not in browser.get(f"/support-requests/?words={SECRET}").content.decode()
    assert noted.number in browser.get("/support-requests/?words=look into").content.decode()


def test_no_letter_notice_audit_or_export_holds_it(
    noted: SupportRequest, analyst: User, signed_in: Browser
) -> None:
    letters = json.dumps(list(Letter.objects.values("subject", "text", "html")))
    with importer_scope(noted.importer_id):
        notices = json.dumps(list(Notice.objects.values_list("subject", flat=True)))
        audit = json.dumps(list(AuditEvent.objects.values("details", "before", "after")))
    export = signed_in(analyst).get("/support-requests/export/?state=all").content.decode()
    for words in (letters, notices, audit, export):
        assert SECRET not in words
    assert noted.number in export


def test_whoever_looks_as_the_importer_sees_what_the_importer_sees(
    noted: SupportRequest, analyst: User, signed_in: Browser
) -> None:
    browser = signed_in(analyst)
    browser.post(f"/importers/{noted.importer_id}/viewing/", {"role": "owner"})
    words = browser.get(f"/support-requests/{noted.pk}/").content.decode()
    assert SECRET not in words
    assert "We look into it." in words


def test_the_owner_is_told_of_a_note_only_if_they_are_staff(
    noted: SupportRequest, analyst: User, reviewer: User, finance: User
) -> None:
    with importer_scope(noted.importer_id):
        take_step(request=noted, wish=Wish.SOLVE, by=analyst, now=timezone.now(), text="Done.")
        before = Notice.objects.filter(user=finance).count()
        write_message(
            request=noted, by=reviewer, text=SECRET, is_staff_only=True, now=timezone.now()
        )
        assert Notice.objects.filter(user=finance).count() == before


def test_a_note_on_a_contact_moves_behind_the_wall_as_a_note(
    importer: Importer, analyst: User, finance: User
) -> None:
    contact = receive_contact(
        name="Somebody", address="somebody@x.example", title="Hello", text="Help!",
        category="other", language="en", now=NOW,
    )  # fmt: skip
    answer_contact(contact=contact, by=analyst, text=SECRET, is_staff_only=True, now=NOW)
    with importer_scope(importer.pk):
        made = move_contact(contact=contact, importer=importer, by=analyst, now=NOW)
        assert [one.text for one in thread_of(made, finance)] == ["Help!"]
        assert [one.text for one in thread_of(made, analyst)] == ["Help!", SECRET]
    assert not Letter.objects.filter(text__contains=SECRET).exists()


def test_the_one_way_to_the_messages_leaves_them_out(
    noted: SupportRequest, finance: User, analyst: User
) -> None:
    with importer_scope(noted.importer_id):
        assert messages_for(analyst).count() == 4
        assert messages_for(finance).count() == 3
