"""Pages of help: asking, answering, prepared answers, asking about a thing; who sees what."""

import re
from typing import Any

import pytest
from django.core.files.base import ContentFile

from carmsvc.platform.outbox import Letter
from carmsvc.platform.tenancy import importer_scope
from clients.models import CannedAnswer, Importer, ProgramAccount, SupportRequest, User
from clients.queries.contacts import answers_for
from statements.models import StatementLine
from tests.books import Line, soa
from tests.delegation.stories import requested
from tests.support.conftest import Ask, Browser


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_an_importer_asks_and_reads_the_number_to_quote(
    signed_in: Browser, importer: Importer, finance: User
) -> None:
    browser = signed_in(finance)
    wish = {"title": "Billed twice?", "category": "statement", "priority": "normal", "text": "Why?"}
    response = browser.post(f"/importers/{importer.pk}/support-requests/new/", wish, follow=True)

    with importer_scope(importer.pk):
        [made] = SupportRequest.objects.all()
    assert response.redirect_chain == [(f"/support-requests/{made.pk}/", 302)]
    assert made.number in text_of(response)
    assert "Answer by" in text_of(response)


def test_the_whole_way_through_the_pages(
    signed_in: Browser, ask: Ask, finance: User, analyst: User
) -> None:
    page = f"/support-requests/{ask().pk}/"
    staff, client = signed_in(analyst), signed_in(finance)

    assert "Billed twice?" in text_of(staff.get("/support-requests/"))
    staff.post(f"{page}messages/", {"text": "Which statement?", "then": "ask_client"})
    assert "Waiting for the client" in text_of(client.get(page))
    client.post(f"{page}messages/", {"text": "October’s."})
    assert "Being worked on" in text_of(staff.get(page))
    staff.post(f"{page}transitions/send_to_cbsa/", {"case_no": "CAS-123", "next_on": "2026-11-30"})
    assert "Waiting for the CBSA" in text_of(client.get(page))
    staff.post(f"{page}messages/", {"text": "It is credited.", "then": "solve"})
    assert "Solved" in text_of(client.get(page))
    client.post(f"{page}transitions/reopen/", {"text": "It is not."})
    assert "Reopened" in text_of(staff.get(page))


def test_a_prepared_answer_is_put_in_filled_in_the_language_of_who_asked(
    signed_in: Browser, ask: Ask, administrator: User, analyst: User, finance: User
) -> None:
    User.objects.filter(pk=finance.pk).update(language="fr")
    finance.refresh_from_db()
    request = ask(by=finance)
    words = {
        "name": "Thanks",
        "category": "",
        "text_en": "Dear {name}, {number} of {importer}.",
        "text_fr": "Bonjour {name}, {number} de {importer}. {staff}",
    }
    made = signed_in(administrator).post("/prepared-answers/new/", words)
    [answer] = CannedAnswer.objects.all()

    assert made["Location"] == "/prepared-answers/"
    page = signed_in(analyst).get(f"/support-requests/{request.pk}/?answer={answer.pk}")
    assert page.context["form"]["text"].value() == (
        f"Bonjour Finance, {request.number} de Maple Furniture Inc.. Analyst"
    )
    client = signed_in(finance).get(f"/support-requests/{request.pk}/?answer={answer.pk}")
    assert client.context["form"]["text"].value() == ""


def test_a_prepared_answer_needs_both_languages_and_known_places(
    signed_in: Browser, administrator: User, analyst: User
) -> None:
    browser = signed_in(administrator)
    words = {"name": "Thanks", "category": "", "text_en": "Dear {password}", "text_fr": "Cher"}
    refused = browser.post("/prepared-answers/new/", words)
    assert refused.status_code == 422
    assert "There is no place {password}" in text_of(refused)
    assert browser.post("/prepared-answers/new/", words | {"text_fr": ""}).status_code == 422
    assert signed_in(analyst).get("/prepared-answers/").status_code == 403
    assert not CannedAnswer.objects.exists()


def test_two_prepared_answers_do_not_share_a_name_and_one_is_taken_out_of_use(
    signed_in: Browser, administrator: User
) -> None:
    browser = signed_in(administrator)
    words = {"name": "Thanks", "category": "", "text_en": "Dear", "text_fr": "Cher"}
    browser.post("/prepared-answers/new/", words)
    again = browser.post("/prepared-answers/new/", words)
    assert "There is a prepared answer named “Thanks” already." in text_of(again)
    [answer] = CannedAnswer.objects.all()
    browser.post(f"/prepared-answers/{answer.pk}/retiring/")
    assert list(answers_for()) == []


@pytest.mark.parametrize("person", ["finance", "owner", "staff_viewer"])
def test_a_request_page_shows_each_what_they_may_do(
    person: str, request: pytest.FixtureRequest, signed_in: Browser, ask: Ask
) -> None:
    page = text_of(signed_in(request.getfixturevalue(person)).get(f"/support-requests/{ask().pk}/"))
    assert ("Send" in page, "Note among the staff" in page, "Take it" in page) == (
        *(person != "staff_viewer", False, False),
    )


def test_the_other_importer_s_people_find_no_page(
    signed_in: Browser, ask: Ask, other_finance: User, importer: Importer
) -> None:
    made, browser = ask(), signed_in(other_finance)
    assert browser.get(f"/support-requests/{made.pk}/").status_code == 404
    assert browser.post(f"/support-requests/{made.pk}/messages/", {"text": "x"}).status_code == 404
    assert browser.get(f"/importers/{importer.pk}/support-requests/").status_code == 404
    assert browser.get(f"/importers/{importer.pk}/support-requests/new/").status_code == 404


def test_what_was_asked_about_a_thing_stands_on_its_page(
    signed_in: Browser, ask: Ask, importer: Importer, analyst: User, finance: User
) -> None:
    with importer_scope(importer.pk):
        delegation = requested(importer)
    place = f"/delegations/{delegation.pk}/"
    button = signed_in(finance).get(place).content.decode()
    assert f"/importers/{importer.pk}/support-requests/new/?subject_kind=delegation" in button
    made = ask(subject_kind="delegation", subject_id=delegation.pk, title="When does it work?")

    assert "When does it work?" in text_of(signed_in(analyst).get(place))
    page = signed_in(finance).get(f"/support-requests/{made.pk}/").content.decode()
    assert f'<a href="{place}">Delegation ' in page


def test_one_asks_about_a_line_of_a_statement_from_the_line(
    signed_in: Browser, importer: Importer, finance: User, staff_viewer: User
) -> None:
    with importer_scope(importer.pk):
        account = ProgramAccount.objects.order_by("bn15").first()
        statement = soa(account, Line("1", "100.00"))
        line = StatementLine.objects.get()
    page = signed_in(finance).get(f"/statements/{statement.pk}/").content.decode()
    [address] = re.findall(r'href="([^"]*subject_kind=statement_line[^"]*)"', page)
    address = address.replace("&amp;", "&")
    browser = signed_in(finance)
    assert "Nothing" not in browser.get(address).content.decode()
    browser.post(address, {"title": "Ours?", "category": "statement", "priority": "normal",
                           "text": "Is it?"})  # fmt: skip

    with importer_scope(importer.pk):
        made = SupportRequest.objects.get()
    assert (made.subject_kind, made.subject_id) == ("statement_line", line.pk)
    shown = browser.get(f"/support-requests/{made.pk}/").content.decode()
    assert f"/statements/{statement.pk}/?search={line.transaction_no}#lines" in shown
    for_viewer = signed_in(staff_viewer).get(f"/statements/{statement.pk}/").content.decode()
    assert "support-requests/new/" not in for_viewer


def test_a_deadline_can_be_asked_about(
    signed_in: Browser, ask: Ask, importer: Importer, finance: User
) -> None:
    ask()
    browser = signed_in(finance)
    page = browser.get("/deadlines/").content.decode()
    address = re.findall(r'href="([^"]*subject_kind=deadline[^"]*)"', page)[0]
    wish = {"title": "By when?", "category": "other", "priority": "normal", "text": "By when?"}
    made = browser.post(address.replace("&amp;", "&"), wish)
    assert made.status_code == 302
    with importer_scope(importer.pk):
        assert SupportRequest.objects.get(title="By when?").subject_kind == "deadline"


def test_hostile_words_stay_words(
    signed_in: Browser, ask: Ask, analyst: User, importer: Importer
) -> None:
    hostile = "<script>alert(1)</script>"
    made = ask(title=hostile, text=hostile)
    for place in (f"/support-requests/{made.pk}/", "/support-requests/", "/deadlines/"):
        page = signed_in(analyst).get(place).content.decode()
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page
    letter = Letter.objects.get(to_address=analyst.email)
    assert "<script>" not in letter.html


def test_a_message_that_cannot_be_kept_is_shown_again(
    signed_in: Browser, ask: Ask, finance: User, analyst: User
) -> None:
    made = ask()
    page = f"/support-requests/{made.pk}/"
    file = ContentFile(b"MZ\x90\x00", name="x.pdf")
    refused = signed_in(finance).post(
        f"{page}messages/", {"text": "Here it is.", "attachments": file}
    )
    assert refused.status_code == 422
    assert "Here it is." in text_of(refused)
    assert "By its content the file is none of these" in text_of(refused)
    empty = signed_in(finance).post(f"{page}messages/", {"text": ""})
    assert empty.status_code == 422
    assert len(refused.context["thread"]) == 1


def test_an_unknown_step_is_not_there(signed_in: Browser, ask: Ask, analyst: User) -> None:
    made = ask()
    assert (
        signed_in(analyst).post(f"/support-requests/{made.pk}/transitions/explode/").status_code
        == 404
    )


def test_the_menu_leads_there(signed_in: Browser, analyst: User, finance: User) -> None:
    for person in (analyst, finance):
        page = signed_in(person).get("/importers/", follow=True)
        assert 'href="/support-requests/"' in page.content.decode()
