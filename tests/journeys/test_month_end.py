"""The whole story: two files go in by the pages, come out explained, and are signed by two."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, User
from reconciliation.actions import collect_from_importer, run_match
from reconciliation.models import MatchRun
from tests.pages.test_files import read

STATEMENT = """Transaction number,Transaction type,Release date,Amount,Duty,GST,Reference
12345000000018,CAD,2026-10-05,100.00,20.00,80.00,
12345000000026,CAD,2026-10-06,240.10,40.10,200.00,
12345000000034,CAD,2026-10-07,50.00,10.00,40.00,
,CAD,2026-10-08,75.25,25.25,50.00,K-118
,Interest,2026-10-17,12.34,,,INT-10
"""
LEDGER = """Transaction number,Type,Release date,Accounting date,Amount,Duty,GST,Job number
12345000000018,CAD,2026-10-05,2026-10-06,100.00,20.00,80.00,J1
12345000000026,CAD,2026-10-06,2026-10-07,204.10,4.10,200.00,J2
,CAD,2026-10-08,2026-10-09,75.25,25.25,50.00,J4
"""


def work(importer: Importer) -> None:
    """What the workers do: read the files, then run what they left at the door."""
    read(importer)
    collect_from_importer(importer.pk)
    with importer_scope(importer.pk):
        waiting = list(MatchRun.objects.filter(state="requested").values_list("id", flat=True))
    for run_id in waiting:
        run_match(importer_id=importer.pk, run_id=run_id)


def send(page: Page, importer: Importer, kind: str, file: Path, account: str) -> None:
    page.goto(f"/importers/{importer.pk}/{kind}-files/new/")
    page.set_input_files("input[type=file]", file)
    page.get_by_label("Program account").select_option(label=account)
    if kind == "statement":
        page.get_by_label("Billing period").select_option("2026-10-17")
        page.get_by_label("Opening balance").fill("0")
        page.get_by_label("Total payable").fill("477.69")
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_url("**-files/*/")


def test_a_month_from_two_files_to_two_signatures(
    visit: Callable[..., Page],
    accessible: Callable[[Page], None],
    importer: Importer,
    analyst: User,
    reviewer: User,
    tmp_path: Path,
) -> None:
    (tmp_path / "statement.csv").write_text(STATEMENT)
    (tmp_path / "ledger.csv").write_text(LEDGER)
    page = visit(analyst)

    send(page, importer, "ledger", tmp_path / "ledger.csv", "123456782RM0001")
    expect(page.get_by_text("Received, waiting for a worker")).to_be_visible()
    send(page, importer, "statement", tmp_path / "statement.csv", "123456782RM0001")
    expect(page.get_by_text("1 file received.")).to_be_visible()
    accessible(page)
    work(importer)
    # the page asks by itself, and shows what the file became
    expect(page.get_by_text("Loaded: 5 lines.")).to_be_visible()

    page.get_by_role("link", name="Reconciliation").click()
    left = page.get_by_label("Left to explain", exact=True)
    expect(left).to_contain_text("98.34")
    expect(page.locator("#amount_differs")).to_contain_text("+36.00")
    accessible(page)

    # a suggestion, decided by keyboard: to the item, Enter; the new result comes by itself
    page.keyboard.press("j")
    expect(page.locator("#suggestions [data-item]").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Reconciling: waiting for a worker")).to_be_visible()
    work(importer)
    expect(page.get_by_role("link", name="Confirmed by a person")).to_be_visible()

    # three variances explained at once, without a mouse: the focus is on the first already
    for key in "xjxjx":
        page.keyboard.press(key)
    expect(page.locator("[data-picked]")).to_have_text("3")
    page.keyboard.press("e")
    expect(page.get_by_label("Reason")).to_be_focused()
    page.get_by_label("Reason").select_option(label="Timing: belongs to another statement")
    page.get_by_label("Note").fill("Agreed with the importer.")
    accessible(page)
    page.get_by_label("Note").press("Enter")
    expect(left).to_contain_text("0.00")
    expect(left).to_contain_text("Nothing open")

    page.get_by_role("button", name="Sign as preparer").click()
    expect(page.get_by_text("You prepared this; somebody else reviews it.")).to_be_visible()
    other = visit(reviewer)
    other.goto("/work/")
    other.get_by_role("link", name="123456782RM0001").first.click()
    other.get_by_role("button", name="Sign as reviewer").click()
    expect(other.get_by_text("Signed off", exact=True)).to_be_visible()
    accessible(other)
