"""A document about a thing: sent from the thing's page, shown there, and nobody else's thing."""

import pytest
from django.urls import reverse

from carmsvc.platform.tenancy import importer_scope
from clients.models import Document, Importer, ProgramAccount, User
from statements.models import Statement
from tests.books import Line, soa
from tests.documents.conftest import Browser, pdf, upload


@pytest.fixture
def statement(importer: Importer) -> Statement:
    with importer_scope(importer.pk):
        return soa(ProgramAccount.objects.get(bn15="123456782RM0001"), Line(1, "10.00"))


@pytest.fixture
def their_statement(stranger: Importer) -> Statement:
    with importer_scope(stranger.pk):
        return soa(ProgramAccount.objects.filter(importer=stranger)[0], Line(1, "10.00"))


def test_a_document_sent_from_a_statement_is_shown_there_and_leads_back(
    signed_in: Browser, importer: Importer, analyst: User, statement: Statement
) -> None:
    browser, page = signed_in(analyst), reverse("statement", args=[statement.pk])
    way = f"{reverse('document-new', args=[importer.pk])}?about=statement-{statement.pk}"
    assert way in browser.get(page).content.decode()

    wish = {"kind": "statement", "title": "As printed", "language": "en", "file": upload()}
    sent = browser.post(way, wish)

    with importer_scope(importer.pk):
        [document] = Document.objects.filter(subject_kind="statement", subject_id=statement.pk)
    assert sent.headers["Location"] == reverse("document", args=[document.pk])
    assert reverse("document", args=[document.pk]) in browser.get(page).content.decode()
    assert f'<a href="{page}">' in browser.get(sent.headers["Location"]).content.decode()


@pytest.mark.parametrize("about", ["statement-", "statement-x", "statement-99999999999999999999"])
def test_a_document_about_nothing_is_not_found(
    signed_in: Browser, importer: Importer, analyst: User, about: str
) -> None:
    page = reverse("document-new", args=[importer.pk])

    assert signed_in(analyst).get(page, {"about": about}).status_code == 404


def test_a_document_is_never_about_another_importers_thing(
    signed_in: Browser, importer: Importer, administrator: User, their_statement: Statement
) -> None:
    browser, page = signed_in(administrator), reverse("document-new", args=[importer.pk])
    wish = {"kind": "statement", "title": "Theirs", "language": "en", "file": upload(pdf("x"))}

    answer = browser.post(f"{page}?about=statement-{their_statement.pk}", wish)

    assert answer.status_code == 404
    with importer_scope(importer.pk):
        assert not Document.objects.filter(title="Theirs").exists()


def test_somebody_who_only_reads_is_offered_no_way_to_send(
    signed_in: Browser, finance: User, statement: Statement
) -> None:
    page = signed_in(finance).get(reverse("statement", args=[statement.pk])).content.decode()

    assert "?about=" not in page
