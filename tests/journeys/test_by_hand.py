"""What hands do: keys, shift and click, dropped files, the other language."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, ProgramAccount, User
from reconciliation.models import MatchRun
from statements.models import StatementFile
from tests.pages.conftest import october
from tests.pages.test_files import GOOD


def ending(path: str) -> re.Pattern[str]:
    """An address that ends so."""
    return re.compile(f".*{re.escape(path)}$")


@pytest.fixture
def run(importer: Importer) -> MatchRun:
    with importer_scope(importer.pk):
        return october(ProgramAccount.objects.get(bn15="123456782RM0001"))


def test_the_question_mark_lists_the_keys(
    visit: Callable[..., Page], accessible: Callable[[Page], None], analyst: User
) -> None:
    page = visit(analyst)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    accessible(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("g")
    page.keyboard.press("i")
    expect(page).to_have_url(ending("/importers/"))


def test_keys_do_nothing_while_one_writes(
    visit: Callable[..., Page], analyst: User, run: MatchRun
) -> None:
    page = visit(analyst)
    page.goto(f"/statements/{run.statement_id}/")
    page.keyboard.press("/")
    page.keyboard.type("?jx3")
    expect(page.get_by_label("Number, amount or reference")).to_have_value("?jx3")


def test_shift_picks_all_in_between(
    visit: Callable[..., Page], analyst: User, run: MatchRun
) -> None:
    page = visit(analyst)
    page.goto(f"/statements/{run.statement_id}/reconciliation/")
    boxes = page.locator("input[name=group_no]")
    expect(page.locator(".explain")).to_be_hidden()
    boxes.first.click()
    boxes.last.click(modifiers=["Shift"])
    expect(page.locator("[data-picked]")).to_have_text(str(boxes.count()))
    expect(page.locator(".explain")).to_be_visible()


def test_lines_are_searched_without_loading_the_page_again(
    visit: Callable[..., Page], analyst: User, run: MatchRun
) -> None:
    page = visit(analyst)
    page.goto(f"/statements/{run.statement_id}/")
    page.get_by_label("Number, amount or reference").fill("240.10")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("#lines tbody tr")).to_have_count(1)
    expect(page).to_have_url(ending("search=240.10&transaction_type=&filed_by="))


DROP = """([target, names, text]) => {
    const transfer = new DataTransfer();
    for (const name of names) transfer.items.add(new File([text + name], name, {type: "text/csv"}));
    document.querySelector(target).dispatchEvent(
        new DragEvent("drop", {bubbles: true, cancelable: true, dataTransfer: transfer}));
}"""


def test_two_statements_dropped_at_once_are_two_forms(
    visit: Callable[..., Page],
    accessible: Callable[[Page], None],
    analyst: User,
    importer: Importer,
) -> None:
    page = visit(analyst)
    page.goto(f"/importers/{importer.pk}/statement-files/new/")
    page.evaluate(DROP, [".drop", ["one.csv", "two.csv"], GOOD])
    expect(page.get_by_label("Program account")).to_have_count(2)
    expect(page.locator(".drop__files").last).to_contain_text("two.csv")
    accessible(page)
    page.get_by_label("Program account").last.select_option(label="123456782RM0002")
    page.get_by_role("button", name="Send", exact=True).click()

    expect(page.get_by_text("2 files received.")).to_be_visible()
    with importer_scope(importer.pk):
        names = StatementFile.objects.values_list("file_name", "program_account__bn15")
        assert sorted(names) == [("one.csv", "123456782RM0001"), ("two.csv", "123456782RM0002")]


def test_a_refused_form_keeps_the_page_and_says_why(
    visit: Callable[..., Page], analyst: User, importer: Importer
) -> None:
    page = visit(analyst)
    page.goto(f"/importers/{importer.pk}/statement-files/new/")
    page.get_by_label("Total payable").fill("lots")
    page.get_by_role("button", name="Send", exact=True).click()

    expect(page.get_by_text("This field is required.")).to_be_visible()
    expect(page.get_by_text("Write an amount to the cent")).to_be_visible()
    expect(page.get_by_label("Total payable")).to_have_value("lots")


def test_the_other_language_stays_on_the_page(
    visit: Callable[..., Page], analyst: User, run: MatchRun
) -> None:
    page = visit(analyst)
    here = f"/statements/{run.statement_id}/reconciliation/"
    page.goto(here)
    page.get_by_role("button", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page).to_have_url(ending(here))
    expect(page.get_by_text("537,71").first).to_be_visible()


def test_the_skip_link_is_first_and_leads_to_the_content(
    visit: Callable[..., Page], analyst: User
) -> None:
    page = visit(analyst)
    page.goto("/importers/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_explain_on_a_row_picks_it_and_goes_to_the_reason(
    visit: Callable[..., Page], accessible: Callable[[Page], None], analyst: User, run: MatchRun
) -> None:
    page = visit(analyst)
    page.goto(f"/statements/{run.statement_id}/reconciliation/")
    page.locator("#interest").get_by_role("button", name="Explain").click()
    expect(page.locator("[data-picked]")).to_have_text("1")
    expect(page.get_by_label("Reason")).to_be_focused()
    accessible(page)


def test_a_page_that_signed_out_meanwhile_goes_to_sign_in_as_a_whole(
    visit: Callable[..., Page], analyst: User, run: MatchRun
) -> None:
    page = visit(analyst)
    page.goto(f"/statements/{run.statement_id}/")
    page.context.clear_cookies()
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url("**/account/login/**")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
