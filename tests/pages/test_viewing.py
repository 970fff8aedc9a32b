"""The page on which a view as an importer's role begins, and what the pages hide meanwhile."""

import pytest
from django.test import Client

from clients.models import Importer, User
from reconciliation.models import MatchRun
from tests.pages.conftest import Browser
from tests.pages.test_staff import text_of


@pytest.fixture
def page(signed_in: Browser, analyst: User) -> Client:
    return signed_in(analyst)


def test_the_page_says_what_a_view_is_before_it_begins(page: Client, importer: Importer) -> None:
    text = text_of(page.get(f"/importers/{importer.pk}/viewing/"))

    assert "See Maple Furniture Inc. as one of its own people does." in text
    for role in ("Owner", "Finance", "Operations", "Compliance", "Viewer"):
        assert role in text
    assert "whatever would change something is refused" in text
    assert "It ends after 30 minutes" in text
    assert "written in the importer’s audit, with your name" in text


def test_the_way_to_it_is_a_tab_of_the_importer_for_those_who_may(
    importer: Importer, signed_in: Browser, analyst: User, staff_viewer: User, owner: User
) -> None:
    tab = f'href="/importers/{importer.pk}/viewing/"'
    people = f"/importers/{importer.pk}/people/"

    assert tab in signed_in(analyst).get(people).content.decode()
    for person in (staff_viewer, owner):
        assert tab not in signed_in(person).get(people).content.decode()


def test_while_looking_no_page_offers_what_would_be_refused(
    page: Client, run: MatchRun, importer: Importer
) -> None:
    page.post(f"/importers/{importer.pk}/viewing/", {"role": "owner"})
    pages = [
        f"/importers/{importer.pk}/",
        f"/importers/{importer.pk}/people/",
        f"/statements/{run.statement_id}/",
        f"/statements/{run.statement_id}/reconciliation/",
        "/permissions/",
    ]
    for address in pages:
        html = page.get(address).content.decode()
        posts = html.split('method="post"')[1:]
        targets = sorted({part.split('action="')[1].split('"')[0] for part in posts})
        assert targets == ["/account/logout/", "/viewing/end/"], address
        assert "hx-post" not in html, address


def test_the_banner_and_the_refusal_speak_french(page: Client, importer: Importer) -> None:
    page.post(f"/importers/{importer.pk}/viewing/", {"role": "finance"})
    french = {"accept-language": "fr"}

    text = text_of(page.get(f"/importers/{importer.pk}/", headers=french))
    assert "Vous voyez Maple Furniture Inc. comme le rôle « Finances »." in text
    assert "Lecture seule, il reste 30 minutes." in text
    text = text_of(page.post("/notices/reading/", headers=french))
    assert "Vous consultez sous un rôle de l’importateur, en lecture seule." in text


def test_nobody_else_sees_a_banner(
    page: Client, importer: Importer, signed_in: Browser, owner: User
) -> None:
    page.post(f"/importers/{importer.pk}/viewing/", {"role": "owner"})

    assert b"viewing/end" not in signed_in(owner).get(f"/importers/{importer.pk}/").content
    assert b"viewing/end" not in Client().get("/account/login/").content
