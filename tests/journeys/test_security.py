"""Security that gets used up is seen, raised and gone from the work queue; on every screen."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.tenancy import importer_scope
from clients.actions.security import record_security
from clients.models import Importer, ProgramAccount, User
from statements.actions.security import watch_security
from statements.models import Statement
from statements.rules.billing import period_end
from tests.books import Line, ledger, soa
from tests.journeys.test_every_page import SCREENS
from tests.journeys.test_payments import last_period


@pytest.fixture
def short(importer: Importer, analyst: User) -> ProgramAccount:
    """Maple's first account: 9,000.00 required by bond, 9,500.00 posted, entries not billed yet."""
    today = today_in_toronto()
    with importer_scope(importer.pk):
        account: ProgramAccount = ProgramAccount.objects.get(bn15="123456782RM0001")
        parts = (("duty", "10000.00"), ("gst", "5000.00"), ("surtax", "3000.00"))
        soa(account, Line(1, "18000.00", parts=parts), last=last_period())
        ledger(account, Line(2, "700.00", released=period_end(today) - timedelta(days=3)))
        record_security(
            account=account, form="bond", amount=Decimal("9500.00"), by=analyst,
            valid_from=today - timedelta(days=30), valid_to=today + timedelta(days=300),
        )  # fmt: skip
    watch_security(importers=[importer.pk], today=today)
    return account


def test_an_analyst_sees_the_alert_and_raises_the_security(
    visit: Callable[..., Page], importer: Importer, short: ProgramAccount, analyst: User
):
    page = visit(analyst)
    page.goto("/work/")
    alerts = page.get_by_role("region", name="Security gets used up")
    expect(alerts).to_contain_text("94.7 %")
    alerts.get_by_role("link", name=short.bn15).click()

    expect(page.get_by_role("heading", name=short.bn15)).to_be_visible()
    page.get_by_role("link", name="Change", exact=True).click()
    page.get_by_label("Amount").fill("20000.00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The change is recorded")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("45.0 %")

    watch_security(importers=[importer.pk], today=today_in_toronto())
    page.goto("/work/")
    expect(page.get_by_role("region", name="Security gets used up")).to_have_count(0)


@pytest.mark.parametrize("screen", SCREENS)
def test_the_pages_of_money_are_accessible_and_fit(
    screen: str,
    visit: Callable[..., Page],
    accessible: Callable[[Page], None],
    importer: Importer,
    short: ProgramAccount,
    analyst: User,
):
    with importer_scope(importer.pk):
        statement = Statement.objects.get(program_account=short)
    page = visit(analyst, **SCREENS[screen])
    for address in (
        "/forecast/",
        "/work/",
        f"/importers/{importer.pk}/forecast/",
        f"/importers/{importer.pk}/security/new/",
        f"/importers/{importer.pk}/release-status/",
        f"/importers/{importer.pk}/payments/",
        f"/statements/{statement.pk}/pay-answer/",
        f"/statements/{statement.pk}/late-payment/",
        f"/program-accounts/{short.pk}/allocation/",
        "/rulebook/",
        "/deadlines/",
    ):
        page.goto(address)
        accessible(page)
