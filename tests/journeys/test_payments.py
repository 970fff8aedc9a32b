"""Finance reads what to pay, records the payment with its proof, and the deadline is done."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.tenancy import importer_scope
from clients.actions.program_accounts import arrange_payer
from clients.models import Importer, ProgramAccount, User
from statements.models import Payment, Statement
from statements.rules.billing import LAST_DAY_OF_PERIOD, period_end, period_ending
from tests.books import Line, soa

PDF = b"%PDF-1.7\n% a confirmation of the bank"


def last_period() -> date:
    """The end of the billing period whose statement is the newest there can be."""
    running = period_ending(period_end(today_in_toronto()))
    return running.first.replace(day=LAST_DAY_OF_PERIOD)


@pytest.fixture
def statement(importer: Importer, analyst: User) -> Statement:
    with importer_scope(importer.pk):
        account = ProgramAccount.objects.get(bn15="123456782RM0001")
        arrange_payer(account=account, payer="importer", pays_by_debit=False, by=analyst)
        return soa(account, Line(1, "1204.10"), last=last_period())


def test_finance_pays_and_the_deadline_is_done(
    visit: Callable[..., Page],
    accessible: Callable[[Page], None],
    importer: Importer,
    statement: Statement,
    finance: User,
    tmp_path: Path,
):
    confirmation = tmp_path / "confirmation.pdf"
    confirmation.write_bytes(PDF)
    page = visit(finance)
    page.goto(f"/importers/{importer.pk}/")
    answer = page.get_by_role("region", name="What to pay on 123456782RM0001")
    expect(answer).to_contain_text("The importer pays")
    expect(answer).to_contain_text("1,204.10")
    accessible(page)

    page.get_by_role("link", name="Record this payment").click()
    expect(page.get_by_label("Amount")).to_have_value("1204.10")
    expect(page.get_by_label("Importer", exact=True)).to_be_checked()
    page.get_by_label("Reference").fill("C-118")
    page.locator("input[type=file]").set_input_files(confirmation)
    accessible(page)
    page.get_by_role("button", name="Record").click()

    expect(page.get_by_text("The payment is recorded.")).to_be_visible()
    expect(page.get_by_role("link", name="confirmation.pdf")).to_be_visible()
    accessible(page)
    with page.expect_download() as taken:
        page.get_by_role("link", name="confirmation.pdf").click()
    assert taken.value.path().read_bytes() == PDF
    with importer_scope(importer.pk):
        assert Payment.objects.get().reference == "C-118"

    page.goto(f"/importers/{importer.pk}/")
    expect(answer).to_contain_text("nothing to pay")
    page.goto("/deadlines/?kind=payment_due&state=done&first=2026-01-01")
    expect(page.get_by_role("cell", name="Done")).to_be_visible()


def test_the_slider_moves_the_day_and_the_table_follows(
    visit: Callable[..., Page],
    accessible: Callable[[Page], None],
    statement: Statement,
    finance: User,
):
    page = visit(finance)
    page.goto(f"/statements/{statement.pk}/late-payment/")
    slider = page.get_by_role("slider")
    slider.focus()
    slider.fill("12")
    due = statement.payment_due_on
    day = date.fromordinal(due.toordinal() + 12).isoformat()

    expect(page.locator("#id_paid_on")).to_have_value(day)
    expect(page.locator("#late-days tr.is-total")).to_contain_text(day)
    accessible(page)


def test_pages_of_payments_hold_on_every_screen(
    visit: Callable[..., Page],
    accessible: Callable[[Page], None],
    importer: Importer,
    statement: Statement,
    analyst: User,
):
    account = statement.program_account_id
    for screen in ({}, {"viewport": {"width": 360, "height": 740}, "locale": "fr-CA"}):
        page = visit(analyst, **screen)
        for address in (
            f"/importers/{importer.pk}/payments/",
            f"/importers/{importer.pk}/payments/new/",
            "/payments/",
            f"/program-accounts/{account}/payer/",
            f"/program-accounts/{account}/pay-answer/",
            f"/program-accounts/{account}/allocation/",
            f"/statements/{statement.pk}/late-payment/",
            f"/statements/{statement.pk}/",
        ):
            page.goto(address)
            page.wait_for_load_state("networkidle")
            accessible(page)
