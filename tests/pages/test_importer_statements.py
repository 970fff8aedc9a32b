"""All statements and files of an importer on a page of their own; the newest on its overview."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, ProgramAccount, User
from statements.models import Statement
from tests.books import Line, soa
from tests.conftest import PASSWORD

MONTHS = [date(2026, month, 17) for month in range(1, 11)]


@pytest.fixture
def statements(importer: Importer) -> list[Statement]:
    with importer_scope(importer.pk):
        account = ProgramAccount.objects.get(bn15="123456782RM0001")
        return [soa(account, Line(1, "10.00"), last=last) for last in MONTHS]


@pytest.fixture
def browser(client: Client, analyst: User) -> Client:
    assert client.login(email=analyst.email, password=PASSWORD)
    return client


def listed(browser: Client, name: str, importer: Importer, found: list[Statement]) -> list[date]:
    page = browser.get(reverse(name, args=[importer.pk])).content.decode()
    return [
        one.period_end
        for one in found
        if f'data-main href="{reverse("statement", args=[one.pk])}"' in page
    ]


def test_the_overview_shows_the_newest_and_leads_to_all(
    browser: Client, importer: Importer, statements: list[Statement]
) -> None:
    assert listed(browser, "importer", importer, statements) == MONTHS[-6:]
    assert listed(browser, "importer-statements", importer, statements) == MONTHS
    overview = browser.get(reverse("importer", args=[importer.pk])).content.decode()
    assert f'href="{reverse("importer-statements", args=[importer.pk])}"' in overview


def test_more_statements_cost_no_more_queries(
    browser: Client,
    importer: Importer,
    statements: list[Statement],
    django_assert_max_num_queries: Any,
) -> None:
    address = reverse("importer-statements", args=[importer.pk])
    browser.get(address)

    with django_assert_max_num_queries(24):
        browser.get(address)


def test_an_importer_without_statements_is_told_what_to_send(
    browser: Client, importer: Importer
) -> None:
    page = browser.get(reverse("importer-statements", args=[importer.pk])).content.decode()

    assert "No statement yet" in page
