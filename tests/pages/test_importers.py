"""Importers: the list, registering one, and an importer at a glance."""

import re
from typing import Any

import pytest
import time_machine
from django.test import Client

from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import every_importer_id, importer_scope
from clients.actions import create_importer
from clients.models import Importer, ProgramAccount, User
from reconciliation.models import MatchRun
from statements.models import LedgerFile
from tests.books import Line, ledger, reconciled, soa
from tests.pages.conftest import Browser
from tests.pages.test_run_page import text_of


@pytest.fixture
def admin_page(signed_in: Browser, administrator: User) -> Client:
    return signed_in(administrator)


def test_an_administrator_registers_an_importer(admin_page: Client) -> None:
    told = {
        "legal_name": "Boréal Vélo S.E.N.C.",
        "bn9": "123456782",
        "program_accounts": "123456782RM0001\n\n123456782 RM0002\n",
        "state": "client",
    }
    response = admin_page.post("/importers/new/", told, follow=True)

    assert "Boréal Vélo S.E.N.C. is registered." in text_of(response)
    with importer_scope(every_importer_id()):
        numbers = ProgramAccount.objects.values_list("bn15", flat=True)
        assert list(numbers) == ["123456782RM0001", "123456782RM0002"]


def test_a_prospect_is_registered_as_one_and_shown(admin_page: Client) -> None:
    told = {"legal_name": "Birch Ltd.", "bn9": "123456782", "program_accounts": "123456782RM0001"}
    response = admin_page.post("/importers/new/", told | {"state": "prospect"}, follow=True)

    with importer_scope(every_importer_id()):
        made = Importer.objects.get(legal_name="Birch Ltd.")
    assert made.state == "prospect"
    assert response.redirect_chain == [(f"/importers/{made.pk}/", 302)]
    assert "Birch Ltd. is registered." in text_of(response)


def test_nobody_begins_as_a_former_client(administrator: User) -> None:
    wish = {"legal_name": "Birch Ltd.", "bn9": "123456782", "program_accounts": ["123456782RM0001"]}

    with pytest.raises(Refused, match="a client or a prospect"):
        create_importer(**wish, by=administrator, state="former")


def test_every_reason_against_an_importer_is_told_at_once(admin_page: Client) -> None:
    told = {"legal_name": "X", "bn9": "12", "program_accounts": "12RM1", "state": "client"}
    response = admin_page.post("/importers/new/", told)

    assert response.status_code == 422
    assert "“12” is not a business number" in text_of(response)
    assert "“12RM1” is not a program account" in text_of(response)


def test_the_list_is_searched_by_name_and_number(
    admin_page: Client, importer: Importer, stranger: Importer
) -> None:
    assert "2 importers" in text_of(admin_page.get("/importers/"))
    for words in ("maple", "123456", "123456782 RM0001"):
        text = text_of(admin_page.get("/importers/", {"search": words}))
        assert "Maple Furniture Inc." in text
        assert "Northern Optics" not in text
    assert "No importer fits" in text_of(admin_page.get("/importers/", {"search": "zzz"}))


def test_the_list_is_in_the_order_of_people_not_of_bytes(
    admin_page: Client, importer: Importer
) -> None:
    create_importer(
        legal_name="Érablière", bn9="100000033", program_accounts=["100000033RM0001"], by="test"
    )
    text = text_of(admin_page.get("/importers/"))

    assert text.index("Érablière") < text.index("Maple")


def test_the_list_asks_as_often_for_three_importers_as_for_one(
    admin_page: Client, importer: Importer, connection_queries: Any
) -> None:
    once = connection_queries(lambda: admin_page.get("/importers/"))
    for digit in "34":
        bn9 = f"10000000{digit}"
        create_importer(legal_name=bn9, bn9=bn9, program_accounts=[f"{bn9}RM0001"], by="test")

    assert connection_queries(lambda: admin_page.get("/importers/")) == once


@time_machine.travel("2026-10-20T12:00:00-04:00")
def test_an_importer_sees_what_is_due_and_when(
    run: MatchRun, signed_in: Browser, finance: User
) -> None:
    text = text_of(signed_in(finance).get(f"/importers/{run.importer_id}/"))

    assert re.search(
        r"123456782RM0001 2026-09-18 – 2026-10-17 2026-10-25 2026-10-30 in 10 days 537\.71", text
    )
    assert re.search(
        r"123456782RM0002 2026-09-18 – 2026-10-17 2026-10-25 2026-10-30 in 10 days "
        r"statement not issued yet",
        text,
    )


def test_an_importer_is_shown_with_as_many_queries_for_three_statements_as_for_one(
    run: MatchRun,
    account: ProgramAccount,
    signed_in: Browser,
    analyst: User,
    connection_queries: Any,
) -> None:
    browser, address = signed_in(analyst), f"/importers/{run.importer_id}/"
    once = connection_queries(lambda: browser.get(address))
    for month in (11, 12):
        statement = soa(
            account, Line(month, "10.00"), last=run.statement.period_end.replace(month=month)
        )
        ledger(account, Line(100 + month, "11.00"))
        reconciled(statement)

    assert connection_queries(lambda: browser.get(address)) == once


def test_an_importer_without_anything_says_what_to_do_first(
    importer: Importer, signed_in: Browser, finance: User
) -> None:
    text = text_of(signed_in(finance).get(f"/importers/{importer.pk}/"))

    assert "No statement yet" in text
    assert "Send a statement" in text


def test_files_that_are_being_read_are_looked_at_again_by_the_page(
    run: MatchRun, signed_in: Browser, analyst: User
) -> None:
    browser, address = signed_in(analyst), f"/importers/{run.importer_id}/"
    assert b"every 2s" not in browser.get(address).content
    with importer_scope(run.importer_id):
        LedgerFile.objects.update(state="reading")

    assert b"every 2s" in browser.get(address).content
