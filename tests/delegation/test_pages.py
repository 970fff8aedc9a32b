"""The pages of delegation, as staff and an importer's people see them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, User
from delegation.models import Delegation
from tests.delegation.stories import (
    active,
    agreement,
)

pytest_plugins: list[str] = []
Browser = Callable[[User], Client]


@pytest.fixture
def signed_in() -> Browser:
    def browser(person: User) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(person)
        return client

    return browser


@pytest.fixture
def ours(importer: Importer) -> Delegation:
    with importer_scope(importer.pk):
        return active(importer)


def text_of(response: Any) -> str:
    return response.content.decode()


def test_the_importers_tab_shows_what_is_agreed_and_approved(
    signed_in: Browser, analyst: User, importer: Importer, ours: Delegation
) -> None:
    html = text_of(signed_in(analyst).get(f"/importers/{importer.pk}/delegations/"))

    assert "Approved in the portal as agreed." in html
    assert html.count("name not verified") == 2
    assert "No agency agreement yet" in html


@pytest.mark.parametrize("person", ["administrator", "analyst", "staff_viewer", "owner", "finance"])
def test_everybody_of_the_importer_and_its_staff_sees_every_page_of_reading(
    person: str,
    request: pytest.FixtureRequest,
    signed_in: Browser,
    importer: Importer,
    ours: Delegation,
) -> None:
    with importer_scope(importer.pk):
        paper = agreement(importer)
    browser = signed_in(request.getfixturevalue(person))

    for address in (
        f"/importers/{importer.pk}/delegations/",
        f"/delegations/{ours.pk}/",
        f"/agency-agreements/{paper.pk}/",
        f"/importers/{importer.pk}/",
    ):
        assert browser.get(address).status_code == 200, address
