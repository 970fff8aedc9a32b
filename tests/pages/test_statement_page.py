"""A statement: it ties out before one's eyes, and any line is found."""

from typing import Any

import pytest
from django.test import Client

from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, ProgramAccount, User
from reconciliation.models import MatchRun
from statements.models import Statement, StatementLine
from statements.queries import statement_lines
from tests.books import Line, soa
from tests.pages.conftest import Browser
from tests.pages.test_run_page import text_of


@pytest.fixture
def page(signed_in: Browser, analyst: User) -> Client:
    return signed_in(analyst)


@pytest.fixture
def statement(scope: Importer, account: ProgramAccount) -> Statement:
    lines = [Line(serial, f"{serial * 100}.50") for serial in range(1, 8)]
    lines += [Line(None, "-250.00", type="PAYMENT", reference="PAY-77", released=None)]
    return soa(account, *lines, opening="1000.00")


def rows(page: Client, statement: Statement, **asked: str) -> str:
    text = text_of(page.get(f"/statements/{statement.pk}/", asked))
    return text.split("Amount", 2)[-1] if "Amount" in text else text


def test_it_ties_out_and_says_when_it_is_due_and_why(run: MatchRun, page: Client) -> None:
    text = text_of(page.get(f"/statements/{run.statement_id}/"))

    assert "Opening balance 0.00 + Activity 537.71 = Total payable 537.71" in text
    assert "Payment due 30 October 2026" in text
    assert "Payment is due on the 10th weekday after" in text
    assert "A holiday on a weekday is counted (SOR/86-1062, s. 2 and 10.1)." in text


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("12345000000003", "12345000000003"),
        ("000003", "12345000000003"),
        ("300.50", "12345000000003"),
        ("250", "PAY-77"),
        ("-250.00", "PAY-77"),
        ("pay-", "PAY-77"),
    ],
)
def test_a_line_is_found_by_number_amount_or_reference(
    page: Client, statement: Statement, words: str, found: str
) -> None:
    text = text_of(page.get(f"/statements/{statement.pk}/", {"search": words}))

    assert "Lines 1 " in text
    assert found in text


def test_lines_are_filtered_by_type_and_their_sum_is_shown(
    page: Client, statement: Statement
) -> None:
    text = text_of(page.get(f"/statements/{statement.pk}/", {"transaction_type": "PAYMENT"}))

    assert "Lines 1 Sum of those shown by the filter −250.00" in text


@pytest.mark.parametrize("asked", [{"transaction_type": "x"}, {"order": "x"}, {"after": "x"}])
def test_filters_that_make_no_sense_are_ignored(
    page: Client, statement: Statement, asked: dict[str, str]
) -> None:
    assert "Lines 8 " in text_of(page.get(f"/statements/{statement.pk}/", asked))


def test_nothing_found_says_so(page: Client, statement: Statement) -> None:
    text = text_of(page.get(f"/statements/{statement.pk}/", {"search": "zzz"}))

    assert "No line fits" in text


@pytest.mark.parametrize("key", ["row_no", "amount", "released_on", "transaction_no"])
@pytest.mark.parametrize("direction", ["", "-"])
def test_paging_in_every_order_shows_each_line_once(
    statement: Statement, key: str, direction: str
) -> None:
    seen: list[StatementLine] = []
    after = None
    while True:
        page = statement_lines(statement, order=direction + key, after=after, limit=3)
        seen += page.lines
        after = page.next_after
        if after is None:
            break

    assert len(seen) == len({line.pk for line in seen}) == 8
    if key == "amount":
        amounts = [line.amount for line in seen]
        assert amounts == sorted(amounts, reverse=bool(direction))


def test_a_long_statement_takes_as_many_queries_as_a_short_one(
    page: Client, run: MatchRun, account: ProgramAccount, connection_queries: Any
) -> None:
    short = connection_queries(lambda: page.get(f"/statements/{run.statement_id}/"))
    long = soa(
        account,
        *(Line(serial, "1.00") for serial in range(1, 121)),
        last=run.statement.period_end.replace(month=11),
    )

    assert connection_queries(lambda: page.get(f"/statements/{long.pk}/")) == short


def test_a_superseded_statement_leads_to_the_one_that_stands(
    page: Client, account: ProgramAccount
) -> None:
    old = soa(account, Line(1, "1.00"))
    new = soa(account, Line(1, "2.00"))

    html = page.get(f"/statements/{old.pk}/").content.decode()
    assert "A corrected file replaced this statement" in html
    assert f'href="/statements/{new.pk}/"' in html
    with importer_scope(account.importer_id):
        assert Statement.objects.get(pk=old.pk).superseded_by_id == new.pk
