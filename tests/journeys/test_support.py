"""An importer asks, the staff answer and put it to the CBSA, the public writes; every page."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from carmsvc.platform.tenancy import importer_scope
from clients.actions.canned_answers import write_answer
from clients.actions.contacts import receive_contact
from clients.actions.support import open_request, write_message
from clients.models import CannedAnswer, Contact, Importer, SupportRequest, User
from tests.journeys.test_every_page import SCREENS

Visit = Callable[..., Page]


def test_a_question_goes_from_the_importer_to_the_cbsa_and_back(
    visit: Visit, analyst: User, finance: User, importer: Importer
) -> None:
    client = visit(finance)
    client.goto(f"/importers/{importer.pk}/")
    client.get_by_role("link", name="Help", exact=True).last.click()
    client.get_by_role("link", name="Ask a question").first.click()
    client.get_by_label("Subject").fill("Where is our payment?")
    client.get_by_label("What it is about").select_option("payment")
    client.get_by_label("Your question").fill("We paid on the tenth.")
    client.get_by_role("button", name="Send").click()
    expect(client.get_by_text("Your request has the number SR-")).to_be_visible()
    expect(client.get_by_text("Answer by")).to_be_visible()

    staff = visit(analyst)
    staff.goto("/support-requests/")
    staff.get_by_role("link", name="Where is our payment?").click()
    staff.get_by_text("Note among the staff").first.click()
    staff.get_by_label("Note among the staff").fill("Ask Harbour Street first.")
    staff.get_by_role("button", name="Keep the note").click()
    expect(staff.get_by_text("Ask Harbour Street first.")).to_be_visible()
    staff.get_by_label("Message", exact=True).fill("Please send the proof.")
    staff.get_by_label("And then").select_option("ask_client")
    staff.get_by_role("button", name="Send").click()
    expect(staff.get_by_text("Our clock stands while we wait for the answer.")).to_be_visible()

    client.reload()
    expect(client.get_by_text("Please send the proof.")).to_be_visible()
    expect(client.get_by_text("Ask Harbour Street first.")).to_have_count(0)
    client.get_by_label("Message", exact=True).fill("Here it is.")
    client.get_by_label("Files").set_input_files(
        {"name": "proof.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 page"}
    )
    client.get_by_role("button", name="Send").click()
    expect(client.get_by_role("link", name="proof.pdf")).to_be_visible()

    staff.reload()
    staff.get_by_text("Put it to the CBSA").first.click()
    panel = staff.locator("details", has_text="Put it to the CBSA")
    panel.get_by_label("CBSA case number").fill("CCS-118842")
    panel.get_by_label("Look after it next on").fill(f"{timezone.localdate():%Y-%m-%d}")
    staff.get_by_role("button", name="It waits for the CBSA").click()
    expect(staff.get_by_text("CCS-118842").first).to_be_visible()
    staff.get_by_label("Message", exact=True).fill("It is credited.")
    staff.get_by_label("And then").select_option("solve")
    staff.get_by_role("button", name="Send").click()

    client.reload()
    expect(client.get_by_text("It is credited.")).to_be_visible()
    client.get_by_text("Reopen it").first.click()
    client.get_by_label("What is still open").fill("The interest is not.")
    client.get_by_role("button", name="Reopen it").click()
    expect(client.get_by_text("Reopened")).to_be_visible()
    with importer_scope(importer.pk):
        assert SupportRequest.objects.get().state == "reopened"


@pytest.fixture
def told(importer: Importer, finance: User, analyst: User, administrator: User) -> Any:
    """A request with words and a note, a contact, a prepared answer."""
    now = timezone.now()
    with importer_scope(importer.pk):
        request = open_request(
            importer=importer, by=finance, source="page", title="Why?", text="Why?",
            category="other", now=now,
        )  # fmt: skip
        write_message(request=request, by=analyst, text="Because.", now=now)
        write_message(request=request, by=analyst, text="Careful.", is_staff_only=True, now=now)
    contact: Contact = receive_contact(
        name="Robin", address="robin@new.example", title="How?", text="How?", category="other",
        language="en", now=now,
    )  # fmt: skip
    words = {"name": "Thanks", "category": "", "text_en": "Thank you.", "text_fr": "Merci."}
    answer = write_answer(answer=CannedAnswer(), by=administrator, **words)
    return request, contact, answer


@pytest.mark.parametrize("screen", SCREENS)
def test_every_page_of_help_is_accessible_and_fits(
    screen: str,
    visit: Visit,
    accessible: Callable[[Page], None],
    importer: Importer,
    administrator: User,
    told: Any,
) -> None:
    language = "fr" if "french" in screen else "en"
    User.objects.filter(pk=administrator.pk).update(language=language)
    page = visit(administrator, **SCREENS[screen])
    request, contact, answer = told
    for address in (
        *("/support-requests/", "/support-requests/?words=nothing", "/contacts/"),
        *(f"/importers/{importer.pk}/support-requests/", f"/support-requests/{request.pk}/"),
        *(f"/importers/{importer.pk}/support-requests/new/", f"/contacts/{contact.pk}/"),
        *("/prepared-answers/", f"/prepared-answers/{answer.pk}/", "/received-letters/"),
    ):
        page.goto(address)
        accessible(page)
    public = visit(**SCREENS[screen])
    public.goto("/contact/")
    accessible(public)
