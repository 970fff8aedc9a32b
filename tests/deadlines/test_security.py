"""Security for release prior to payment is compared, raised and renewed in time."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from carmsvc.platform.tenancy import importer_scope
from clients.actions.reminders import remind
from clients.actions.security import end_security, note_release_status, record_security
from clients.deadlines import Deadline, deadlines
from clients.models import Importer, Notice, ProgramAccount, SecurityInstrument, User
from tests.books import Line, soa

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
OCTOBER = date(2026, 10, 17)
REVIEW, COMPLIANCE = date(2026, 10, 20), date(2027, 1, 15)


@pytest.fixture(autouse=True)
def on_the_23rd_of_november() -> Iterator[None]:
    with time_machine.travel("2026-11-23T15:00:00Z", tick=False):
        yield


def given(account: ProgramAccount, by: User, amount: str = "10000.00", **told: Any):
    usual = {"form": "bond", "valid_from": date(2026, 1, 1), "number": "B-1"}
    security: SecurityInstrument = record_security(
        account=account, amount=Decimal(amount), by=by, **(usual | told)
    )
    return security


def due(
    account: ProgramAccount, kind: str, first: date, last: date | None = None
) -> list[Deadline]:
    found = deadlines([account.importer_id], first, last or first, kind)
    return [one for one in found if one.subject == account.bn15]


def only(account: ProgramAccount, kind: str, day: date) -> Deadline:
    [one] = due(account, kind, day)
    return one


def test_security_is_compared_with_the_review_of_20_october(account: ProgramAccount, analyst: User):
    given(account, analyst, reviewed_on=date(2026, 10, 19))

    found = only(account, "security_review", REVIEW)

    assert (found.due_on, found.is_done, found.key) == (
        REVIEW,
        False,
        f"security-review/{account.bn15}/2026-10-20",
    )
    assert [str(one) for one in found.reasons] == [
        "The CBSA reviews the required security once a year (CARM Bulletin 5404).",
        "It looks at the twelve months from 2025-10-20 to 2026-10-19.",
        "Compare it with the portal and note the day on the security.",
    ]


def test_it_is_done_once_every_security_of_the_account_was_compared(
    account: ProgramAccount, analyst: User
):
    given(account, analyst, reviewed_on=REVIEW)
    second = given(account, analyst, number="B-2")
    assert only(account, "security_review", REVIEW).is_done is False

    given(account, analyst, number="B-2", reviewed_on=date(2026, 11, 2), replaces=second)

    assert only(account, "security_review", REVIEW).is_done is True


def test_each_year_has_its_review(account: ProgramAccount, analyst: User):
    given(account, analyst)

    found = due(account, "security_review", date(2026, 10, 20), date(2028, 10, 20))

    assert [one.due_on.year for one in found] == [2026, 2027, 2028]


def test_what_the_review_asks_for_is_to_be_met_by_15_january(
    account: ProgramAccount, analyst: User
):
    soa(account, Line(1, "30000.00"), last=OCTOBER)
    given(account, analyst)

    found = only(account, "security_compliance", COMPLIANCE)

    assert (found.is_done, found.amount) == (False, Decimal("5000.00"))
    assert [str(one) for one in found.reasons] == [
        "What the review of 2026-10-20 asks for must be met by then (CARM Bulletin 5404).",
        "It looks at the twelve months from 2025-10-20 to 2026-10-19.",
        "15000.00 is required, 10000.00 is posted.",
        "Worked out from 1 of 12 statements.",
    ]


def test_it_is_done_when_enough_is_posted(account: ProgramAccount, analyst: User):
    soa(account, Line(1, "30000.00"), last=OCTOBER)
    given(account, analyst, "15000.00")

    found = only(account, "security_compliance", COMPLIANCE)

    assert (found.is_done, found.amount) == (True, Decimal("0.00"))


def test_a_month_after_the_review_asks_for_nothing_by_this_january(
    account: ProgramAccount, analyst: User
):
    soa(account, Line(1, "90000.00"), last=date(2026, 11, 17))
    given(account, analyst)

    assert only(account, "security_compliance", COMPLIANCE).is_done is True


def test_a_review_that_has_not_come_asks_for_nothing_yet(account: ProgramAccount, analyst: User):
    given(account, analyst)

    assert due(account, "security_compliance", date(2028, 1, 1), date(2028, 12, 31)) == []


def test_january_past_is_judged_by_what_was_posted_until_the_next_review(
    account: ProgramAccount, analyst: User
):
    soa(account, Line(1, "30000.00"), last=date(2025, 9, 17))
    low = given(account, analyst, valid_from=date(2025, 1, 1), valid_to=date(2026, 10, 19))
    assert only(account, "security_compliance", date(2026, 1, 15)).is_done is False

    end_security(security=low, ended_on=date(2026, 2, 1), reason="Raised.", by=analyst)
    given(account, analyst, "15000.00", valid_from=date(2026, 2, 1), valid_to=date(2026, 10, 19))

    assert only(account, "security_compliance", date(2026, 1, 15)).is_done is True


def test_an_account_that_releases_before_paying_without_security_must_raise_it(
    account: ProgramAccount, analyst: User
):
    soa(account, Line(1, "30000.00"), last=OCTOBER)
    assert due(account, "security_compliance", COMPLIANCE) == []

    note_release_status(account=account, status="enrolled", seen_on=OCTOBER, by=analyst)

    assert only(account, "security_compliance", COMPLIANCE).amount == Decimal("15000.00")


def test_security_that_ends_is_due_on_its_last_day(account: ProgramAccount, analyst: User):
    given(account, analyst, valid_to=date(2026, 12, 31))

    found = only(account, "security_expiry", date(2026, 12, 31))

    assert (found.is_done, found.amount) == (False, Decimal("10000.00"))
    assert [str(one) for one in found.reasons][:2] == [
        "Bond or written agreement B-1 is valid to this day.",
        "From the day after, 0.00 is posted.",
    ]


@pytest.mark.parametrize(("amount", "is_done"), [("9999.99", False), ("10000.00", True)])
def test_it_is_renewed_when_as_much_stands_the_day_after(
    amount: str, is_done: bool, account: ProgramAccount, analyst: User
):
    given(account, analyst, valid_to=date(2026, 12, 31))
    given(account, analyst, amount, valid_from=date(2027, 1, 1), number="B-2")

    assert only(account, "security_expiry", date(2026, 12, 31)).is_done is is_done


def test_security_that_was_ended_or_changed_before_is_not_waited_for(
    account: ProgramAccount, analyst: User
):
    first = given(account, analyst, valid_to=date(2026, 12, 31))
    second = given(account, analyst, valid_to=date(2027, 3, 31), replaces=first)
    end_security(security=second, ended_on=date(2026, 12, 1), reason="Sold.", by=analyst)

    assert due(account, "security_expiry", date(2026, 11, 1), date(2027, 6, 30)) == []


def test_the_importer_s_owner_and_the_lead_are_told_of_the_end_once(
    importer: Importer, finance: User, analyst: User
):
    with importer_scope(importer.pk):
        account = ProgramAccount.objects.get(bn15="123456782RM0001")
        given(account, analyst, valid_to=date(2026, 12, 15))  # in 22 days
    for _again in range(2):
        remind(importers=[importer.pk], now=timezone.now())

    with importer_scope(importer.pk):
        told = Notice.objects.filter(kind="security_expiry").order_by("id")
        assert list(told.values_list("user__email", "key")) == [
            ("finance@maple.example", f"security-expiry/{account.bn15}/2026-12-15@30"),
            ("analyst@broker.example", f"security-expiry/{account.bn15}/2026-12-15@30"),
        ]


def test_more_accounts_cost_no_more_queries(
    account: ProgramAccount,
    other_account: ProgramAccount,
    analyst: User,
    django_assert_num_queries: Any,
):
    days = (date(2026, 10, 1), date(2027, 1, 31))
    given(account, analyst, valid_to=date(2026, 12, 31))
    for kind, queries in (
        ("security_review", 2),
        ("security_compliance", 8),
        ("security_expiry", 1),
    ):
        with django_assert_num_queries(queries):
            deadlines([account.importer_id], *days, kind)
    given(other_account, analyst, valid_to=date(2026, 12, 31))
    for kind, queries in (
        ("security_review", 2),
        ("security_compliance", 8),
        ("security_expiry", 1),
    ):
        with django_assert_num_queries(queries):
            deadlines([account.importer_id], *days, kind)
