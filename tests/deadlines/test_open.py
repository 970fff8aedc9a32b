"""What is open is told without looking at what is done, and is the same as if one had looked."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from carmsvc.platform.tenancy import importer_scope
from clients.deadlines import DeadlineState, deadlines, kinds
from clients.models import ProgramAccount, User
from clients.queries.deadlines import due_list, listed
from statements.queries.security import accounts_short, standings
from tests.bench.brokerage import Brokerage, found_brokerage

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
TODAY = date(2026, 11, 23)
FIRST, LAST = TODAY - timedelta(days=120), TODAY + timedelta(days=90)


@pytest.fixture
def house(administrator: User, analyst: User) -> Iterator[Brokerage]:
    """A brokerage of sixty importers at every stage, on the 23rd of November."""
    with time_machine.travel("2026-11-23T15:00:00Z", tick=False):
        found = found_brokerage(60, TODAY, [administrator, analyst])
        with importer_scope(found.ids):
            yield found


def test_of_every_kind_what_is_open_is_what_is_not_done(house: Brokerage):
    for kind in kinds():
        every = deadlines(house.ids, FIRST, LAST, kind.name)
        told = deadlines(house.ids, FIRST, LAST, kind.name, only_open=True)
        assert told == [one for one in every if not one.is_done], kind.name
        assert [one.reasons for one in told] == [one.reasons for one in every if not one.is_done]


def test_the_brokerage_has_open_and_done_deadlines_to_tell_apart(house: Brokerage):
    every = deadlines(house.ids, FIRST, LAST)
    mixed = {"statement_expected", "payment_due", "security_review", "security_compliance"}
    for state in (True, False):
        assert mixed <= {one.kind for one in every if one.is_done is state}


@pytest.mark.parametrize("state", list(DeadlineState))
def test_a_state_is_told_as_it_stands_in_the_whole_list(house: Brokerage, state: str):
    every: list[Any] = listed(house.ids, TODAY, first=FIRST, last=LAST)

    found = listed(house.ids, TODAY, first=FIRST, last=LAST, state=state)

    assert found == [one for one in every if one.state == state]


def test_a_page_of_the_list_is_a_part_of_it(house: Brokerage):
    every = listed(house.ids, TODAY)

    page = due_list(house.ids, TODAY)

    assert len(page) == len(every) > 30
    assert page[10:20] == every[10:20]
    assert page[-1] == every[-1]


def test_a_page_of_the_list_asks_whose_its_own_deadlines_are_and_no_others(
    house: Brokerage, django_assert_num_queries: Any
):
    page = due_list(house.ids, TODAY)

    for size in (1, 3, 50):
        with django_assert_num_queries(1):
            assert len(page[:size]) == size


def test_the_accounts_that_are_short_are_those_whose_standing_says_so(house: Brokerage):
    accounts = accounts_short(house.ids, TODAY)

    every = standings(ProgramAccount.objects.all(), TODAY)
    short = [one for one in every if not one.requirement.headroom.is_enough]
    assert {one.pk for one in accounts} == {one.account.pk for one in short}
    assert all(one.requirement.headroom.required > Decimal(0) for one in short)
