"""The pay answer from real statements, ledgers and payments: as a query, as pages, by the API."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from carmsvc.platform.tenancy import importer_scope
from clients.actions.program_accounts import arrange_payer
from clients.models import Importer, ProgramAccount, User
from reconciliation.queries.pay_answer import PayAnswer, answer_for, answers_for
from reconciliation.queries.pay_words import steps, warnings, way_words
from reconciliation.rules.pay_answer import Part
from statements.models import Statement
from tests.books import Line, ledger, reconciled, soa
from tests.payments.conftest import TODAY, Pay

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
OCTOBER, NOVEMBER = date(2026, 10, 17), date(2026, 11, 17)
Browser = Callable[[User], Client]


def answer(account: ProgramAccount, today: date = TODAY) -> PayAnswer:
    account.refresh_from_db()
    [found] = answers_for([account], today)
    return found


def parts(found: PayAnswer) -> dict[str, str]:
    assert found.answer
    return {part.value: str(amount) for part, amount in found.answer.parts.items() if amount}


def told(found: PayAnswer) -> list[str]:
    return [one.sentence for one in warnings(found)]


@pytest.fixture
def november(account: ProgramAccount) -> Statement:
    """November's statement: 100 + 50 charged, due on 1 December."""
    return soa(account, Line(1, "100.00"), Line(2, "50.00"), last=NOVEMBER)


def arranged(account: ProgramAccount, by: User, payer: str, debit: bool | None = False) -> None:
    arrange_payer(account=account, payer=payer, pays_by_debit=debit, by=by)


def test_the_newest_statement_is_answered_and_the_older_one_sends_there(
    account: ProgramAccount, november: Statement, analyst: User
):
    arranged(account, analyst, "importer")
    october = soa(account, Line(9, "80.00"), last=OCTOBER)

    assert answer(account).statement == november
    older = answer_for(october, TODAY)
    assert (parts(older), older.newer) == ({"left_alone": "80.00"}, november)
    assert told(older) == [
        "There is a newer statement: pay from that one. What is open here is carried to it."
    ]


def test_without_a_statement_there_is_no_answer(account: ProgramAccount):
    assert answer(account).answer is None


def test_by_transaction_the_ledger_s_words_split_the_statement(
    account: ProgramAccount, november: Statement, analyst: User
):
    arranged(account, analyst, "by_transaction")
    ledger(
        account,
        Line(1, "100.00", words=(("payer", "Importer"),)),
        Line(2, "50.00", words=(("payer", "Broker"),)),
    )

    assert parts(answer(account)) == {"client": "100.00", "broker": "50.00"}


def test_a_payment_is_recorded_and_the_answer_is_less_by_it(
    account: ProgramAccount, november: Statement, analyst: User, pay: Pay
):
    arranged(account, analyst, "importer")
    payment = pay(account, "60.00", paid_on=date(2026, 11, 20), method="cheque")

    found = answer(account)
    assert parts(found) == {"client": "90.00", "already_paid": "60.00"}
    lines = [(name, [one.sentence for one in reasons]) for _p, name, _a, reasons in steps(found)]
    assert [(str(name), sentences) for name, sentences in lines] == [
        (
            "Paid already, not on the statement yet",
            ["Paid on 2026-11-20, Cheque, Importer"],
        ),
        (
            "The importer pays",
            [
                "By arrangement for this account · 2 lines",
                "Covered by payments and credits of the account",
            ],
        ),
    ]
    assert found.paid_by(payment.pk) == payment


def test_a_payment_that_the_statement_shows_is_not_counted_again(
    account: ProgramAccount, analyst: User, pay: Pay
):
    arranged(account, analyst, "importer")
    soa(account, Line(9, "80.00"), last=OCTOBER)
    pay(account, "80.00", paid_on=date(2026, 10, 29), reference="C-1")
    shown = Line(None, "-80.00", "PAYMENT", posted=date(2026, 11, 2), released=None)
    soa(account, shown, Line(1, "100.00"), last=NOVEMBER, opening="80.00")

    found = answer(account)

    assert parts(found) == {"client": "100.00"}
    assert told(found) == []


def test_a_payment_that_should_be_on_the_statement_is_asked_about(
    account: ProgramAccount, november: Statement, analyst: User, pay: Pay
):
    arranged(account, analyst, "importer")
    pay(account, "60.00", paid_on=date(2026, 10, 29))

    found = answer(account)

    assert parts(found) == {"client": "150.00"}
    assert told(found) == [
        "A payment of 60.00 of 2026-10-29 should be on this statement and is not (D10). It is not "
        "taken off: trace it with its proof, look at the other program accounts, then pay."
    ]


def test_debit_that_is_on_while_the_broker_pays_is_warned_of(
    account: ProgramAccount, november: Statement, analyst: User
):
    arranged(account, analyst, "broker", debit=True)

    assert told(answer(account)) == [
        "Pre-authorized debit is on while the broker pays: on the due date the CBSA withdraws the "
        "whole amount from the importer too. Switch the agreement off in the portal (Payments, "
        "Pre-authorized debit), or let the broker not pay."
    ]


def test_an_opening_balance_that_does_not_follow_is_warned_of(
    account: ProgramAccount, analyst: User
):
    arranged(account, analyst, "importer")
    soa(account, Line(9, "80.00"), last=OCTOBER)
    soa(account, Line(1, "100.00"), last=NOVEMBER, opening="95.00")

    assert told(answer(account)) == [
        "The opening balance differs by 15.00 from the total payable of the statement before "
        "(D14). List the open items by age before it is paid.",
        "95.00 of earlier statements is still open. A payment clears the oldest due first.",
    ]


def test_an_expected_credit_is_named_and_never_taken_off(account: ProgramAccount, analyst: User):
    arranged(account, analyst, "importer")
    statement = soa(account, Line(1, "100.00"), last=OCTOBER)
    ledger(account, Line(1, "100.00"), Line(3, "-20.00"))
    reconciled(statement)

    found = answer(account)

    assert (parts(found), found.expected_credit) == ({"client": "100.00"}, Decimal("20.00"))


def test_each_way_to_pay_says_its_limit_and_cut_off(
    account: ProgramAccount, analyst: User, pay: Pay
):
    arranged(account, analyst, "importer", debit=True)
    soa(account, Line(1, "60000.00"), last=NOVEMBER)
    pay(account, "1000.00", method="credit_card", paid_on=date(2026, 11, 18))

    found = answer(account)

    assert [(str(way_words(one)[0]), way_words(one)[1], one.takes_all) for one in found.ways] == [
        ("Pre-authorized debit", "The CBSA withdraws it on the due date: pay no other way.", True),
        ("Online banking", "Until 23:59 Eastern on the due date.", True),
        ("Debit card in the portal", "Until 23:59 Eastern on the due date.", True),
        (
            "Credit card in the portal",
            "Until 23:59 Eastern on the due date. 3,999.99 left in this billing cycle (18th to "
            "17th).",
            False,
        ),
        ("Electronic data interchange (EDI 820)", "Until 23:59 Eastern on the due date.", True),
        (
            "Cheque",
            "Received by 16:00 Eastern on the due date. Not above 50,000.00: more is paid "
            "electronically only.",
            False,
        ),
        (
            "In person",
            "Until 23:59 Eastern on the due date. Not above 50,000.00: more is paid electronically "
            "only.",
            False,
        ),
    ]


def test_two_accounts_cost_as_many_queries_as_one(
    account: ProgramAccount,
    other_account: ProgramAccount,
    november: Statement,
    analyst: User,
    pay: Pay,
    django_assert_num_queries: Any,
):
    soa(other_account, Line(7, "10.00"), last=NOVEMBER)
    pay(account, "60.00")
    for accounts in ([account], [account, other_account]):
        with django_assert_num_queries(8):
            answers_for(accounts, TODAY)


def test_finance_reads_the_answer_first_on_the_importer_s_page(
    importer: Importer, account: ProgramAccount, november: Statement, finance: User,
    signed_in: Browser, analyst: User,
):  # fmt: skip
    arranged(account, analyst, "importer")

    html = signed_in(finance).get(f"/importers/{importer.pk}/").content.decode()

    assert html.index("What to pay on 123456782RM0001") < html.index("Due, and when")
    assert "150.00" in html[: html.index("Due, and when")]


def test_whoever_only_looks_finds_the_answer_on_its_own_page(
    importer: Importer, account: ProgramAccount, november: Statement, staff_viewer: User,
    signed_in: Browser,
):  # fmt: skip
    browser = signed_in(staff_viewer)

    assert "What to pay on" not in browser.get(f"/importers/{importer.pk}/").content.decode()
    html = browser.get(f"/program-accounts/{account.pk}/pay-answer/").content.decode()
    assert "Nobody has said who pays this account" in html
    assert "Record this payment" not in html


def test_the_api_answers_the_same(
    account: ProgramAccount, november: Statement, analyst: User, signed_in: Browser, pay: Pay
):
    arranged(account, analyst, "importer", debit=None)
    payment = pay(account, "60.00", paid_on=date(2026, 11, 20))

    body = signed_in(analyst).get(f"/api/v1/pay-answers/{account.pk}/").json()

    assert {name: body[name] for name in ("client", "broker", "unsure", "left_alone")} == {
        "client": "90.00", "broker": "0.00", "unsure": "0.00", "left_alone": "0.00",
    }  # fmt: skip
    assert (body["already_paid"], body["total_payable"]) == ("60.00", "150.00")
    assert (body["statement"], body["payment_due_on"]) == (november.pk, "2026-12-01")
    assert body["reasons"][0] == {
        "part": "already_paid",
        "reason": "on_its_way",
        "sentence": "Paid on 2026-11-20, Online banking, Importer",
        "amount": "60.00",
        "count": 1,
        "payment": payment.pk,
    }
    assert [one["code"] for one in body["warnings"]] == ["debit_unknown"]
    assert body["ways"][0] == {
        "method": "online_banking",
        "until": "23:59",
        "most": None,
        "takes_all": True,
        "source": "CBSA, “Managing commercial import accounts”",
    }


def test_the_api_lists_accounts_without_a_statement_with_nothing(
    account: ProgramAccount, november: Statement, analyst: User, signed_in: Browser
):
    body = signed_in(analyst).get("/api/v1/pay-answers/").json()

    assert [(one["program_account"], one["unsure"]) for one in body["results"]] == [
        ("123456782RM0001", "150.00"),
        ("123456782RM0002", None),
    ]


def test_a_stranger_s_answer_is_not_there(
    account: ProgramAccount, november: Statement, other_finance: User, signed_in: Browser
):
    browser = signed_in(other_finance)

    for address in (
        f"/program-accounts/{account.pk}/pay-answer/",
        f"/statements/{november.pk}/pay-answer/",
        f"/api/v1/pay-answers/{account.pk}/",
    ):
        assert browser.get(address).status_code == 404, address
    with importer_scope(account.importer_id):
        assert answer(account).answer


def test_the_parts_add_up_for_a_real_statement(
    account: ProgramAccount, november: Statement, analyst: User, pay: Pay
):
    pay(account, "20.00", payer="broker")
    pay(account, "30.00", sure=True)

    found = answer(account)

    assert found.answer
    assert sum(found.answer.parts.values()) == november.total_payable
    assert found.answer[Part.PAID] == Decimal("50.00")
