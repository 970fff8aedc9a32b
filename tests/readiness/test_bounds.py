"""Readiness asks the database as often for three importers as for one."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from carmsvc.platform.tenancy import importer_scope
from clients.actions import create_importer
from clients.actions.readiness import keep_readiness
from clients.models import Importer, ProgramAccount, StaffAssignment, User
from clients.queries.readiness import importers_to_look_at, newest_snapshots, readiness
from clients.readiness_overview import answers_ending, readiness_concerns
from clients.tasks import keep_readiness as keep_readiness_task
from tests.books import Line, ledger, reconciled, soa
from tests.readiness.conftest import Browser
from tests.readiness.stories import (
    OCTOBER,
    TODAY,
    answer,
    bond,
    put_business_right,
    release,
)

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
Counted = Callable[[Callable[[], object]], int]


@pytest.fixture
def queries() -> Counted:
    """How many queries something takes."""

    def count(act: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as asked:
            act()
        return len(asked)

    return count


@pytest.fixture
def three(importer: Importer, stranger: Importer, administrator: User) -> list[int]:
    """Three importers with all that the checks look at."""
    third = create_importer(
        legal_name="Atlas Steel Ltd.", bn9="100000058", by=administrator,
        program_accounts=["100000058RM0001", "100000058RM0002", "100000058RM0003"],
    )  # fmt: skip
    every = [importer, stranger, third]
    for one in every:
        with importer_scope(one.pk):
            put_business_right(one, administrator)
            for account in ProgramAccount.objects.filter(importer=one):
                furnish(account, administrator)
    return [one.pk for one in every]


def furnish(account: ProgramAccount, by: User) -> None:
    release(account, by)
    bond(account, by)
    ledger(account, Line(1, "100.00"), Line(2, "5.00", released=date(2026, 11, 2)))
    reconciled(soa(account, Line(1, "100.00"), last=OCTOBER))
    importer = Importer.objects.get(pk=account.importer_id)
    answer(importer, "R22", by, account)


def test_all_checks_of_three_importers_take_as_many_questions_as_of_one(
    three: list[int], queries: Counted
) -> None:
    with importer_scope(three):
        asked = [queries(lambda some=some: readiness(some, TODAY)) for some in (three[:1], three)]  # type: ignore[misc]
        assert set(readiness(three, TODAY)) == set(three)

    assert asked == [31, 31]


def test_keeping_three_importers_takes_as_many_as_one(three: list[int], queries: Counted) -> None:
    tomorrow = timezone.now() + timedelta(days=1)

    def keep(some: list[int], **told: Any) -> int:
        return queries(lambda: keep_readiness(importers=some, **told))

    first = [keep(some, now=tomorrow) for some in (three[:1], three)]
    again = [keep(some, now=tomorrow) for some in (three[:1], three)]
    nothing = [keep(some, now=tomorrow, only_moved=True) for some in (three[:1], three)]

    assert (len({*first, *again}), len(set(nothing))) == (1, 1)


def test_the_task_takes_as_many_for_three_importers_as_for_one(
    three: list[int], queries: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    for some in (three[:1], three):
        monkeypatch.setattr("clients.tasks.every_importer_id", lambda some=some: some)
        keep_readiness_task()
        asked.append(queries(keep_readiness_task))

    assert asked[0] == asked[1]


def test_what_other_pages_ask_takes_one_or_two_questions(
    three: list[int], queries: Counted
) -> None:
    keep_readiness(importers=three, now=timezone.now())

    with importer_scope(three):
        asked = [
            queries(lambda: newest_snapshots(three)),
            queries(lambda: list(readiness_concerns(three, TODAY))),
            queries(lambda: list(answers_ending(three, TODAY, date(2028, 1, 1)))),
            queries(lambda: importers_to_look_at(three, TODAY, only_moved=True)),
        ]

    assert asked == [1, 2, 2, 2]


def lists_of(browser: Client, queries: Counted) -> list[int]:
    """How many queries each list takes."""
    found = []
    for address in ("/readiness/", "/readiness/export/", "/api/v1/readiness/",
                    "/api/v1/readiness-answers/?page_size=100"):  # fmt: skip
        assert browser.get(address).status_code == 200
        found.append(queries(lambda address=address: browser.get(address)))  # type: ignore[misc]
    return found


def test_registers_and_lists_take_as_many_for_three_importers_as_for_one(
    three: list[int], queries: Counted, signed_in: Browser, analyst: User
) -> None:
    keep_readiness(importers=three, now=timezone.now())
    browser = signed_in(analyst)
    one = lists_of(browser, queries)
    for pk in three[1:]:
        with importer_scope(pk):
            StaffAssignment.objects.create(importer_id=pk, user=analyst)

    every = lists_of(browser, queries)

    assert [len(browser.get("/api/v1/readiness/").json()["results"]), every] == [3, one]


def test_an_importers_page_takes_as_many_for_three_accounts_as_for_one(
    three: list[int], queries: Counted, signed_in: Browser, administrator: User
) -> None:
    browser, asked = signed_in(administrator), []
    for pk in three[1:]:  # one account, and three
        address = f"/importers/{pk}/readiness/"
        assert browser.get(address).status_code == 200
        asked.append(queries(lambda address=address: browser.get(address)))  # type: ignore[misc]

    assert asked[0] == asked[1]
