"""What is due, when, at whom, and whether it is done: computed from the facts."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from carmsvc.platform.tenancy import importer_scope
from clients import deadlines as registry
from clients.deadlines import Deadline, DeadlineState
from clients.models import Importer, ProgramAccount, User
from clients.queries.deadlines import listed, month
from statements.deadlines import payments_due, statements_expected
from statements.models import MappingProfile
from tests.books import Line, ledger, soa

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
OCTOBER = date(2026, 10, 17)
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    """These stories happen on 23 November 2026."""
    with time_machine.travel("2026-11-23T15:00:00Z", tick=False):
        yield


def known_since(importer: Importer, day: str) -> None:
    Importer.objects.filter(pk=importer.pk).update(created_at=f"{day}T12:00:00Z")


def with_accounting_days(account: ProgramAccount) -> MappingProfile:
    """How a ledger is read that has a column of accounting days."""
    profile: MappingProfile = MappingProfile.objects.create(
        importer_id=account.importer_id,
        kind="ledger",
        name="our book",
        header_signature="-",
        mapping={"column_map": {"accounted_on": "Accounted"}},
    )
    return profile


def told(found: Any) -> list[tuple[Any, ...]]:
    return [(one.key, one.due_on, one.amount, one.is_done) for one in found]


def test_a_loaded_statement_is_due_with_its_amount_on_the_tenth_weekday(account: ProgramAccount):
    known_since(account.importer, "2026-10-20")
    soa(account, Line("1", "100.00"), last=OCTOBER)

    found = payments_due([account.importer_id], date(2026, 10, 20), date(2026, 11, 10))

    assert told(one for one in found if one.subject == account.bn15) == [
        ("payment-due/123456782RM0001/2026-10-17", date(2026, 10, 30), Decimal("100.00"), False)
    ]


def test_a_payment_is_announced_before_its_statement_and_keeps_its_key(account: ProgramAccount):
    ahead = list(payments_due([account.importer_id], TODAY, date(2026, 12, 10)))
    november = next(one for one in ahead if one.subject == account.bn15)
    soa(account, Line("1", "70.00"), last=date(2026, 11, 17))

    then = next(iter(payments_due([account.importer_id], TODAY, date(2026, 12, 10))))

    assert (november.due_on, november.amount) == (date(2026, 12, 1), None)
    assert (then.key, then.due_on, then.amount) == (november.key, november.due_on, Decimal("70.00"))


def test_a_payment_is_done_when_the_next_statement_shows_it_paid(account: ProgramAccount):
    soa(account, Line("1", "100.00"), last=OCTOBER)
    soa(account, Line(None, "-100.00", type="PAYMENT"), last=date(2026, 11, 17))

    [october] = [
        one
        for one in payments_due([account.importer_id], date(2026, 10, 30), date(2026, 10, 30))
        if one.subject == account.bn15
    ]

    assert october.is_done is True
    assert october.state_on(TODAY) == DeadlineState.DONE


def test_a_payment_short_by_a_cent_is_not_done(account: ProgramAccount):
    soa(account, Line("1", "100.00"), last=OCTOBER)
    soa(account, Line(None, "-99.99", type="PAYMENT"), last=date(2026, 11, 17))

    [october] = [
        one
        for one in payments_due([account.importer_id], date(2026, 10, 30), date(2026, 10, 30))
        if one.subject == account.bn15
    ]

    assert october.state_on(TODAY) == DeadlineState.OVERDUE


def test_canada_day_is_due_nominally_and_lawful_the_day_after(account: ProgramAccount):
    known_since(account.importer, "2026-05-01")

    found = payments_due([account.importer_id], date(2026, 7, 1), date(2026, 7, 1))

    first = next(iter(found))
    assert (first.due_on, first.last_lawful_on) == (date(2026, 7, 1), date(2026, 7, 2))


def test_a_statement_is_expected_on_the_25th_until_it_is_loaded(account: ProgramAccount):
    importers = [account.importer_id]
    expected = list(statements_expected(importers, date(2026, 11, 25), date(2026, 11, 25)))
    soa(account, Line("1", "1.00"), last=date(2026, 11, 17))

    then = list(statements_expected(importers, date(2026, 11, 25), date(2026, 11, 25)))

    assert [(one.subject, one.is_done) for one in expected] == [
        ("123456782RM0001", False), ("123456782RM0002", False),
    ]  # fmt: skip
    assert [one.is_done for one in then] == [True, False]


def test_nothing_is_expected_from_before_we_knew_the_importer(account: ProgramAccount):
    known_since(account.importer, "2026-11-01")

    found = listed([account.importer_id], TODAY)

    assert {one.deadline.due_on for one in found} >= {date(2026, 11, 25), date(2026, 12, 1)}
    assert min(one.deadline.due_on for one in found) == date(2026, 11, 25)


def test_releases_not_accounted_for_are_due_together_five_business_days_on(account: ProgramAccount):
    ledger(
        account,
        Line("1", "10.00", released=date(2026, 11, 18)),
        Line("2", "20.00", released=date(2026, 11, 18)),
        Line("3", "40.00", released=date(2026, 11, 18), accounted=date(2026, 11, 19)),
        profile=with_accounting_days(account),
    )

    found = [one.deadline for one in listed([account.importer_id], TODAY, kind="cad_due")]

    assert told(found) == [
        ("cad-due/123456782RM0001/2026-11-25", date(2026, 11, 25), Decimal("30.00"), False)
    ]


def test_a_ledger_that_states_no_accounting_day_raises_no_alarm(account: ProgramAccount):
    ledger(account, Line("1", "10.00", released=date(2026, 11, 18)))

    assert listed([account.importer_id], TODAY, kind="cad_due") == []


def test_what_a_statement_shows_was_accounted_for(account: ProgramAccount):
    line = Line("1", "10.00", released=date(2026, 11, 16))
    ledger(account, line, profile=with_accounting_days(account))
    soa(account, line, last=date(2026, 11, 17))

    assert listed([account.importer_id], TODAY, kind="cad_due") == []


def test_the_list_hides_what_is_done_unless_asked(account: ProgramAccount):
    soa(account, Line("1", "1.00"), last=OCTOBER)
    importers = [account.importer_id]

    usual = listed(importers, TODAY, kind="statement_expected")
    done = listed(importers, TODAY, kind="statement_expected", state="done")

    assert "statement-expected/123456782RM0001/2026-10-17" not in {o.deadline.key for o in usual}
    assert [one.deadline.key for one in done] == ["statement-expected/123456782RM0001/2026-10-17"]


def test_a_deadline_is_named_to_who_looks_after_the_importer(
    account: ProgramAccount, analyst: User
):
    [first, *_rest] = listed([account.importer_id], TODAY)

    assert (first.owner, first.importer) == ("Analyst", "Maple Furniture Inc.")


def test_another_importers_deadlines_are_not_in_the_list(
    account: ProgramAccount, stranger: Importer
):
    assert {one.deadline.importer_id for one in listed([account.importer_id], TODAY)} == {
        account.importer_id
    }
    assert listed([stranger.pk], TODAY) == []  # out of scope: the wall shows nothing


def test_two_importers_cost_as_many_queries_as_one(importer: Importer, stranger: Importer):
    costs = []
    for ids in ([importer.pk], [importer.pk, stranger.pk]):
        with importer_scope(ids), CaptureQueriesContext(connection) as queries:
            listed(ids, TODAY)
        costs.append(len(queries))

    assert costs[0] == costs[1]


@given(day=st.dates(date(2020, 1, 1), date(2040, 1, 1)), away=st.integers(-400, 400))
def test_a_deadline_is_in_one_state_and_a_done_one_stays_done(day: date, away: int):
    deadline = Deadline("x", "x/1", 1, day, "x", "/")
    today = day + timedelta(days=away)

    state = deadline.state_on(today)

    assert state == (
        DeadlineState.UPCOMING
        if away < 0
        else DeadlineState.DUE_TODAY
        if away == 0
        else DeadlineState.OVERDUE
    )
    done = Deadline("x", "x/1", 1, day, "x", "/", is_done=True)
    assert done.state_on(today) == DeadlineState.DONE


def test_a_provider_that_answers_what_was_not_asked_is_found_out(monkeypatch: Any):
    def wrong(importers: Any, first: date, last: date) -> Any:
        yield Deadline("wrong", "wrong/1", 1, last + timedelta(days=1), "x", "/")

    monkeypatch.setitem(registry._kinds, "wrong", registry.Kind("wrong", "Wrong", wrong))

    with pytest.raises(ValueError, match="wrong/1 was not asked for"):
        registry.deadlines([1], TODAY, TODAY, kind="wrong")


def test_two_rooms_cannot_claim_one_kind_of_deadline():
    with pytest.raises(ValueError, match="payment_due"):
        registry.register(registry.Kind("payment_due", "Mine", lambda importers, first, last: []))


def test_a_month_has_whole_weeks_and_each_deadline_on_its_day(account: ProgramAccount):
    weeks = month([account.importer_id], date(2026, 12, 1), TODAY)

    days = [day for week in weeks for day in week]
    assert (days[0].day, days[-1].day, {len(week) for week in weeks}) == (
        date(2026, 11, 30), date(2027, 1, 3), {7},
    )  # fmt: skip
    due = {day.day: [one.deadline.kind for one in day.due] for day in days if day.due}
    assert due == {
        date(2026, 12, 1): ["payment_due"] * 2,
        date(2026, 12, 25): ["statement_expected"] * 2,
        date(2026, 12, 31): ["payment_due"] * 2,
    }


@pytest.fixture
def at_desk(analyst: User, client: Client) -> Client:
    client.force_login(analyst)
    return client


def test_the_page_says_why_for_every_date(at_desk: Client, account: ProgramAccount):
    page = at_desk.get("/deadlines/").content.decode()

    assert page.count("Why this day") == 8
    assert "Payment is due on the 10th weekday after 2026-11-17: 2026-12-01." in page
    assert "For goods released from 2026-10-18 to 2026-11-17." in page


def test_a_filter_that_makes_no_sense_is_left_out(at_desk: Client, account: ProgramAccount):
    page = at_desk.get("/deadlines/?kind=nonsense&first=tomorrow")

    assert page.status_code == 200
    assert page.context["page"].paginator.count == 8


@pytest.mark.parametrize("month", ["1999/12", "2026/13", "2026/0"])
def test_a_month_that_is_none_is_not_found(at_desk: Client, month: str):
    assert at_desk.get(f"/deadlines/{month}/").status_code == 404


def test_a_stranger_finds_no_calendar_of_another_importer(
    client: Client, importer: Importer, other_finance: User
):
    client.force_login(other_finance)

    for address in ("deadlines/", "deadlines/2026/11/"):
        assert client.get(f"/importers/{importer.pk}/{address}").status_code == 404


def test_a_month_across_importers_tells_what_is_alike_in_one_line(
    at_desk: Client, account: ProgramAccount
):
    page = at_desk.get("/deadlines/2026/12/").content.decode()

    assert page.count("<strong>Payment due</strong>") == 2  # the 1st and the 31st
    assert "kind=payment_due&amp;state=upcoming&amp;first=2026-12-01&amp;last=2026-12-01" in page
    found = at_desk.get(
        "/deadlines/?kind=payment_due&state=upcoming&first=2026-12-01&last=2026-12-01"
    )
    assert found.context["page"].paginator.count == 2
