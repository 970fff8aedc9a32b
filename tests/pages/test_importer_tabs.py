"""The pages of an importer as tabs: what one may open, and where one is."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from carmsvc.templatetags.importer_tabs import GROUPS
from clients.models import Importer, User
from tests.conftest import PASSWORD

CURRENT = re.compile(r'<a href="([^"]+)" aria-current="page"')
ADDRESSES = re.compile(r'<li><a href="(/importers/[^"]+)"')


@pytest.fixture
def signed_in(client: Client) -> Any:
    def made(person: User) -> Client:
        assert client.login(email=person.email, password=PASSWORD)
        return client

    return made


def tabs_of(client: Client, address: str) -> str:
    page = client.get(address).content.decode()
    return page[page.index('<ul class="tabs">') : page.index("</nav>", page.index("tabs"))]


@pytest.mark.parametrize(
    "name", [page.name for group in GROUPS for page in group.pages], ids=lambda name: name
)
def test_every_page_of_an_importer_says_that_one_is_there(
    signed_in: Any, administrator: User, importer: Importer, name: str
) -> None:
    address = reverse(name, args=[importer.pk])

    assert CURRENT.findall(tabs_of(signed_in(administrator), address)) == [address]


def test_somebody_who_only_looks_is_offered_no_page_that_would_refuse_them(
    signed_in: Any, analyst: User, importer: Importer
) -> None:
    client = signed_in(analyst)
    offered: set[str] = set()
    for address in ADDRESSES.findall(tabs_of(client, reverse("importer", args=[importer.pk]))):
        offered |= set(ADDRESSES.findall(tabs_of(client, address)))

    assert reverse("importer-keys", args=[importer.pk]) not in offered
    assert {client.get(address).status_code for address in offered} == {200}
