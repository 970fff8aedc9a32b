"""An importer's forecast and security in the browser, and who is near the limit."""

import html
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importer_scope
from clients.actions.security import end_security, note_release_status, record_security
from clients.models import Importer, ProgramAccount, SecurityInstrument, User
from clients.queries.security import release_statuses, security_on
from statements.queries.forecast import forecasts
from statements.queries.security import standings
from tests.books import Line, ledger, soa
from tests.forecast.conftest import TODAY

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
Browser = Callable[[User], Client]
OCTOBER = date(2026, 10, 17)


def said(response: Any) -> str:
    return " ".join(html.unescape(response.content.decode()).split())


def bond(account: ProgramAccount, by: User, amount: str = "10000.00", **told: Any):
    usual = {"form": "bond", "valid_from": date(2026, 1, 1), "provider": "Surety Co."}
    return record_security(account=account, amount=Decimal(amount), by=by, **(usual | told))


def test_half_of_the_highest_month_is_required_by_bond(account: ProgramAccount, analyst: User):
    soa(account, Line(1, "7000.00"), last=date(2026, 9, 17))
    soa(account, Line(2, "15000.00"), Line(None, "-7000.00", "PAYMENT"), last=OCTOBER)
    bond(account, analyst)

    [one] = standings([account], TODAY)

    by_review = one.requirement
    assert (by_review.peak, by_review.month and by_review.month.last) == (
        Decimal("15000.00"),
        OCTOBER,
    )
    assert (by_review.headroom.required, by_review.headroom.headroom) == (
        Decimal("7500.00"),
        Decimal("2500.00"),
    )
    assert (one.used_percent, one.level) == (Decimal("75.0"), "notice")


def test_the_periods_without_a_statement_are_named(account: ProgramAccount):
    soa(account, Line(1, "7000.00"), last=OCTOBER)

    [one] = standings([account], TODAY)

    assert len(one.missing) == 11
    assert OCTOBER not in one.missing


def test_cash_must_cover_all_of_it(account: ProgramAccount, analyst: User):
    soa(account, Line(1, "15000.00"), last=OCTOBER)
    bond(account, analyst, form="cash")

    [one] = standings([account], TODAY)

    room = one.requirement.headroom
    assert (room.required, room.is_enough, one.level) == (
        Decimal("15000.00"),
        False,
        "full",
    )


def test_entries_that_no_statement_shows_are_the_next_statements(
    account: ProgramAccount, analyst: User
):
    soa(account, Line(1, "100.00"), last=OCTOBER)
    bond(account, analyst, "5000.00")
    split = (("duty", "200.00"), ("gst", "100.00"))
    ledger(
        account,
        Line(1, "100.00"),
        Line(2, "300.00", released=date(2026, 11, 2), parts=split),
        Line(3, "30000.00", released=date(2026, 11, 20)),
    )

    [one] = forecasts([account], TODAY)

    known = [coming.known for coming in one.coming]
    assert [(c.statement_on, c.month.total, c.count) for c in known] == [
        (date(2026, 11, 25), Decimal("300.00"), 1),
        (date(2026, 12, 25), Decimal("30000.00"), 1),
    ]
    assert known[0].month.columns["duty"] == Decimal("200.00")
    assert known[1].other == Decimal("30000.00")
    assert one.opening == Decimal("100.00")
    assert [(c.measure.headroom.required, c.measure.level) for c in one.coming] == [
        (Decimal("5000.00"), "full"),
        (Decimal("15000.00"), "full"),
    ]


def test_a_change_is_a_new_row_and_the_old_one_no_longer_counts(
    account: ProgramAccount, analyst: User
):
    old = bond(account, analyst)
    new = bond(account, analyst, "20000.00", replaces=old)

    assert security_on([account.pk], TODAY) == {account.pk: [new]}
    with pytest.raises(Refused, match="changed or ended before"):
        bond(account, analyst, "30000.00", replaces=old)
    assert [event.action for event in AuditEvent.objects.filter(action__startswith="security")] == [
        "security recorded",
        "security changed",
    ]


def test_security_counts_from_its_first_to_its_last_day_and_until_it_ends(
    account: ProgramAccount, analyst: User
):
    one = bond(account, analyst, valid_to=date(2026, 12, 31))

    assert security_on([account.pk], date(2026, 12, 31)) == {account.pk: [one]}
    assert security_on([account.pk], date(2027, 1, 1)) == {}
    assert security_on([account.pk], date(2025, 12, 31)) == {}
    end_security(security=one, ended_on=TODAY, reason="Replaced by cash.", by=analyst)
    assert security_on([account.pk], TODAY) == {}


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"amount": Decimal("0.00")}, "above zero"),
        ({"form": "promise"}, "a bond or a cash deposit"),
        ({"valid_to": date(2025, 1, 1)}, "ends before it starts"),
        ({"reviewed_on": date(2026, 11, 24)}, "has not come yet"),
        ({"provider": "x" * 121}, "at most 120"),
    ],
)
def test_security_that_cannot_be_is_refused_with_the_reason(
    told: dict[str, Any], reason: str, account: ProgramAccount, analyst: User
):
    usual = {"form": "bond", "amount": Decimal(1), "valid_from": date(2026, 1, 1)}
    with pytest.raises(Refused, match=reason):
        record_security(account=account, by=analyst, **(usual | told))
    assert SecurityInstrument.objects.count() == 0


def test_the_release_status_noted_last_counts(account: ProgramAccount, analyst: User):
    for status in ("enrolled", "suspended"):
        note_release_status(account=account, status=status, seen_on=TODAY, by=analyst)

    assert release_statuses([account.pk])[account.pk].status == "suspended"


def test_the_page_says_what_is_required_posted_and_to_come(
    account: ProgramAccount, analyst: User, finance: User, signed_in: Browser
):
    soa(account, Line(1, "15000.00"), last=OCTOBER)
    bond(account, analyst)

    page = said(signed_in(finance).get(f"/importers/{account.importer_id}/forecast/"))

    assert "Required by bond" in page
    assert "7,500.00" in page
    assert "the sources do not say whether the CBSA means that or the calendar month" in page
    assert "Record security" not in page


def test_an_analyst_records_changes_and_ends_security(
    account: ProgramAccount, analyst: User, signed_in: Browser
):
    browser, own = signed_in(analyst), f"/importers/{account.importer_id}/"
    wish = {
        "program_account": account.pk,
        "form": "bond",
        "amount": "10000.00",
        "valid_from": "2026-01-01",
    }
    assert browser.post(f"{own}security/new/", wish).status_code == 302
    first = SecurityInstrument.objects.get()
    change = browser.post(f"/security/{first.pk}/change/", wish | {"amount": "12000.00"})
    assert change.status_code == 302
    second = SecurityInstrument.objects.get(superseded_by=None)
    ending = {"ended_on": "2026-11-23", "reason": "Replaced."}
    assert browser.post(f"/security/{second.pk}/ending/", ending).status_code == 302
    assert browser.post(f"/security/{second.pk}/ending/", ending).status_code == 422
    page = said(browser.get(f"{own}forecast/"))
    assert "12,000.00" in page
    assert "Ended" in page


def test_those_nearest_the_limit_stand_first_and_more_cost_no_more_queries(
    account: ProgramAccount,
    other_account: ProgramAccount,
    analyst: User,
    django_assert_num_queries: Any,
):
    soa(account, Line(1, "15000.00"), last=OCTOBER)
    soa(other_account, Line(2, "1000.00"), last=OCTOBER)
    bond(account, analyst)
    with django_assert_num_queries(6):
        standings([account], TODAY)
    with django_assert_num_queries(6):
        found = standings([account, other_account], TODAY)

    assert [one.account.bn15 for one in found] == [account.bn15, other_account.bn15]


def test_importers_people_have_no_list_across_importers(
    finance: User, analyst: User, signed_in: Browser, account: ProgramAccount
):
    assert signed_in(finance).get("/forecast/").status_code == 403
    assert account.bn15 in said(signed_in(analyst).get("/forecast/"))


def test_a_stranger_finds_nothing(
    other_finance: User, importer: Importer, analyst: User, signed_in: Browser
):
    with importer_scope(importer.pk):
        account = ProgramAccount.objects.filter(importer=importer)[0]
        one = bond(account, analyst)
    browser = signed_in(other_finance)
    for address in (f"/importers/{importer.pk}/forecast/", f"/security/{one.pk}/change/"):
        assert browser.get(address).status_code == 404
