"""The work queue: what waits for people, across importers; an item leaves when it is done."""

import re
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client

from carmsvc.platform.tenancy import every_importer_id, importer_scope
from clients.actions import create_importer
from clients.models import Importer, ProgramAccount, User
from reconciliation import actions
from reconciliation.models import MatchRun, Variance
from statements.models import LedgerFile, StatementFile
from tests.books import decided
from tests.conftest import settle
from tests.pages.conftest import Browser, october
from tests.pages.test_run_page import text_of

pytestmark = pytest.mark.usefixtures("on_the_20th_of_october")


@pytest.fixture
def on_the_20th_of_october() -> Any:
    with time_machine.travel("2026-10-20T12:00:00-04:00"):
        yield


@pytest.fixture
def page(signed_in: Browser, analyst: User) -> Client:
    return signed_in(analyst)


def test_open_variances_stand_with_their_amount_and_days_left(run: MatchRun, page: Client) -> None:
    text = text_of(page.get("/work/"))

    number = "123456782RM0001 2026-10-17"  # what tells its link from the next month's
    row = f"{number} Maple Furniture Inc. 2026-10-17 2026-10-30 in 10 days"
    assert f"{row} 3 · 1 suggestion +98.34" in text
    assert "Due soon 1" in text


def explain_and_sign(run: MatchRun, by: User) -> MatchRun:
    with importer_scope(run.importer_id):
        run = decided(run, by)
        numbers = list(Variance.objects.filter(run=run).values_list("group_no", flat=True))
        actions.explain_variances(run=run, group_nos=numbers, reason_code="other", note="", by=by)
        actions.sign_off(run=run, by=by)
    return run


def test_a_prepared_run_waits_for_the_others_and_not_for_its_preparer(
    run: MatchRun, page: Client, signed_in: Browser, analyst: User, reviewer: User
) -> None:
    run = explain_and_sign(run, analyst)

    assert "Prepared, to be reviewed" not in text_of(page.get("/work/"))
    assert "Prepared, to be reviewed" in text_of(signed_in(reviewer).get("/work/"))
    with importer_scope(run.importer_id):
        actions.sign_off(run=run, by=reviewer)
    assert "0 To sign" in text_of(signed_in(reviewer).get("/work/"))


def test_a_run_with_nothing_but_a_suggestion_waits_to_be_decided_not_signed(
    run: MatchRun, page: Client, analyst: User
) -> None:
    with importer_scope(run.importer_id):
        numbers = list(Variance.objects.filter(run=run).values_list("group_no", flat=True))
        told = {"reason_code": "other", "note": "", "by": analyst}
        actions.explain_variances(run=run, group_nos=numbers, **told)

    text = text_of(page.get("/work/"))

    assert "0 · 1 suggestion 0.00" in text
    assert "0 To sign" in text


def stuck_file(model: Any, account: ProgramAccount, name: str, **told: Any) -> Any:
    return model.objects.create(
        importer_id=account.importer_id,
        program_account=account,
        file_name=name,
        original="originals/none",
        size=1,
        sha256=name.rjust(64, "0"),
        **told,
    )


def test_files_that_need_a_person_stay_until_a_later_one_comes(
    account: ProgramAccount, page: Client, analyst: User
) -> None:
    october_ends = {"period_end": date(2026, 10, 17)}
    stuck_file(StatementFile, account, "bad.csv", state="rejected", error_count=3, **october_ends)
    stuck_file(LedgerFile, account, "new.csv", state="needs_mapping")
    stuck_file(LedgerFile, account, "dead.csv", parked_at="2026-10-20T12:00Z", parked_for=analyst)

    text = text_of(page.get("/work/"))
    assert re.search(r"bad\.csv Maple Furniture Inc\. Rejected 3 cells", text)
    assert re.search(r"new\.csv Maple Furniture Inc\. Needs mapping", text)
    assert re.search(r"dead\.csv Maple Furniture Inc\. Parked 123456782RM0001 Analyst", text)
    with time_machine.travel("2026-10-20T13:00:00-04:00"):
        stuck_file(StatementFile, account, "good.csv", state="received", **october_ends)
    assert "bad.csv" not in text_of(page.get("/work/"))


def test_nothing_to_do_says_so_and_where_to_go(page: Client) -> None:
    text = text_of(page.get("/work/"))

    assert "Nothing waits for you" in text
    assert "Send the next statement from an importer’s page." in text


def test_three_importers_take_as_many_queries_as_one(
    run: MatchRun, signed_in: Browser, administrator: User, connection_queries: Any
) -> None:
    browser = signed_in(administrator)
    once = connection_queries(lambda: browser.get("/work/"))
    for digit in "34":
        bn9 = f"10000000{digit}"
        create_importer(legal_name=bn9, bn9=bn9, program_accounts=[f"{bn9}RM0001"], by="test")
    with importer_scope(every_importer_id()):
        others = list(ProgramAccount.objects.filter(bn15__startswith="10000000"))
    for account in others:
        with importer_scope(account.importer_id):
            october(account)

    assert connection_queries(lambda: browser.get("/work/")) == once
    assert "3 With open variances" in text_of(browser.get("/work/"))


def test_an_item_of_another_importer_is_not_in_the_queue(
    run: MatchRun, stranger: Importer, signed_in: Browser
) -> None:
    elsewhere = User.objects.create_user(
        "else@broker.example", "x", full_name="Else", staff_role="analyst"
    )

    assert "Maple" not in text_of(signed_in(settle(elsewhere)).get("/work/"))
