"""Deadlines for integrations."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from clients.models import Importer, ProgramAccount, User
from tests.books import Line, soa

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
ADDRESS = "/api/v1/deadlines/"


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    """These stories happen on 23 November 2026."""
    with time_machine.travel("2026-11-23T15:00:00Z", tick=False):
        yield


@pytest.fixture
def desk(client: Client, finance: User) -> Client:
    client.force_login(finance)
    return client


def test_a_range_of_days_is_answered_with_reasons(desk: Client, account: ProgramAccount):
    statement = soa(account, Line("1", "70.00"))

    answer = desk.get(f"{ADDRESS}?first=2026-10-30&last=2026-10-30&kind=payment_due").json()

    due = answer["results"][0]
    assert (answer["first"], answer["last"]) == ("2026-10-30", "2026-10-30")
    assert due == {
        "key": "payment-due/123456782RM0001/2026-10-17",
        "kind": "payment_due",
        "word": "Payment due",
        "importer": account.importer_id,
        "subject": "123456782RM0001",
        "due_on": "2026-10-30",
        "last_lawful_on": None,
        "amount": "70.00",
        "state": "overdue",
        "owner": "",
        "reasons": [
            "Payment is due on the 10th weekday after 2026-10-17: 2026-10-30. A holiday on a "
            "weekday is counted (SOR/86-1062, s. 2 and 10.1).",
            "For goods released from 2026-09-18 to 2026-10-17.",
        ],
        "page": f"http://testserver/statements/{statement.pk}/",
    }


def test_without_a_range_it_looks_back_120_days_and_ahead_60(desk: Client, importer: Importer):
    answer = desk.get(ADDRESS).json()

    assert (answer["first"], answer["last"]) == ("2026-07-26", "2027-01-22")
    assert {one["state"] for one in answer["results"]} == {"upcoming"}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("first=yesterday", "first"),
        ("first=2026-01-02&last=2026-01-01", "last"),
        ("first=2020-01-01&last=2026-01-01", "last"),
        ("kind=party", "kind"),
        ("state=maybe", "state"),
        ("importer=-1", "importer"),
        ("colour=red", "colour"),
    ],
)
def test_a_wish_that_makes_no_sense_is_named(desk: Client, query: str, field: str):
    answer = desk.get(f"{ADDRESS}?{query}")

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert field in str(answer.json())


def test_another_importer_has_no_deadlines_here(
    desk: Client, importer: Importer, stranger: Importer
):
    answer = desk.get(f"{ADDRESS}?importer={stranger.pk}").json()

    assert answer["results"] == []
    assert {one["importer"] for one in desk.get(ADDRESS).json()["results"]} == {importer.pk}


def test_who_is_not_signed_in_is_asked_to(client: Client, importer: Importer):
    assert client.get(ADDRESS).status_code == 401
