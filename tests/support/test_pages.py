"""Pages of help: asking, answering, the queue; who sees what."""

from typing import Any

from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, SupportRequest, User
from tests.support.conftest import Ask, Browser

SECRET = "he pays late on purpose"


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
