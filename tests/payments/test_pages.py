"""The pages and the API of payments: who sees what, who may, what leaves the house."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, Membership, ProgramAccount, User
from statements.models import Payment
from tests.books import Line, soa
from tests.conftest import settle
from tests.payments.conftest import PDF, Pay, proof

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
Browser = Callable[[User], Client]


def wish(account: ProgramAccount, **told: Any) -> dict[str, Any]:
    return {
        "program_account": account.pk,
        "amount": "1,204.10",
        "paid_on": "2026-11-20",
        "method": "online_banking",
        "payer": "importer",
        **told,
    }


def said(response: Any) -> str:
    return str(response.content.decode())


def test_finance_records_a_payment_with_its_proof(
    importer: Importer, account: ProgramAccount, finance: User, signed_in: Browser
):
    upload = SimpleUploadedFile("confirmation.pdf", PDF, "text/html")
    told = wish(account, reference="C-1", proof=upload)

    response = signed_in(finance).post(f"/importers/{importer.pk}/payments/new/", told, follow=True)

    payment = Payment.objects.get()
    assert (payment.amount, payment.recorded_by) == (Decimal("1204.10"), finance)
    assert "The payment is recorded." in said(response)
    assert "confirmation.pdf" in said(response)


def test_what_is_odd_is_asked_and_recorded_once_one_is_sure(
    importer: Importer, account: ProgramAccount, finance: User, signed_in: Browser
):
    browser, address = signed_in(finance), f"/importers/{importer.pk}/payments/new/"
    browser.post(address, wish(account))

    asked = browser.post(address, wish(account))
    assert asked.status_code == 422
    assert "Yes, record it all the same" in said(asked)
    assert Payment.objects.count() == 1
    browser.post(address, wish(account, sure="on"))
    assert Payment.objects.count() == 2


def test_the_box_to_be_sure_is_not_there_unasked(
    importer: Importer, finance: User, signed_in: Browser
):
    page = signed_in(finance).get(f"/importers/{importer.pk}/payments/new/")

    assert "record it all the same" not in said(page)


@pytest.mark.parametrize("person", ["staff_viewer", "operations"])
def test_whoever_only_looks_records_nothing(
    importer: Importer, account: ProgramAccount, signed_in: Browser, person: str, request: Any,
    pay: Pay,
):  # fmt: skip
    payment = pay(account, "10.00")
    somebody = (
        request.getfixturevalue("staff_viewer")
        if person == "staff_viewer"
        else _operations(importer)
    )
    browser = signed_in(somebody)

    assert browser.get(f"/payments/{payment.pk}/").status_code == 200
    for method, address in (
        ("get", f"/importers/{importer.pk}/payments/new/"),
        ("post", f"/payments/{payment.pk}/voiding/"),
        ("post", f"/program-accounts/{account.pk}/payer/"),
        ("post", f"/api/v1/payments/{payment.pk}/voiding/"),
        ("post", f"/api/v1/program-accounts/{account.pk}/payer/"),
    ):
        assert getattr(browser, method)(address).status_code == 403, address


def _operations(importer: Importer) -> User:
    person = User.objects.create_user("operations@maple.example", full_name="Operations")
    with importer_scope(importer.pk):
        Membership.objects.create(importer=importer, user=person, role="operations")
    return settle(person)


def test_a_proof_is_a_download_that_no_browser_guesses_at_or_keeps(
    account: ProgramAccount, pay: Pay, finance: User, signed_in: Browser
):
    payment = pay(account, "10.00", proof=proof(name="a <b>.pdf"))

    for address in (f"/payments/{payment.pk}/proof/", f"/api/v1/payments/{payment.pk}/proof/"):
        response = signed_in(finance).get(address)

        assert b"".join(response.streaming_content) == PDF
        assert response["Content-Disposition"].startswith("attachment")
        assert response["Content-Type"] == "application/octet-stream"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cache-Control"] == "private, no-store"
    assert AuditEvent.objects.filter(action="proof opened").count() == 2


def test_a_payment_without_a_proof_has_none_to_take(
    account: ProgramAccount, pay: Pay, finance: User, signed_in: Browser
):
    payment = pay(account, "10.00")

    assert signed_in(finance).get(f"/payments/{payment.pk}/proof/").status_code == 404
    assert signed_in(finance).get(f"/api/v1/payments/{payment.pk}/proof/").status_code == 404


def test_a_stranger_finds_no_payment_proof_account_or_list(
    importer: Importer, account: ProgramAccount, pay: Pay, other_finance: User, signed_in: Browser
):
    payment = pay(account, "10.00", proof=proof())
    browser = signed_in(other_finance)

    for address in (
        f"/importers/{importer.pk}/payments/",
        f"/importers/{importer.pk}/payments.csv",
        f"/importers/{importer.pk}/payments/new/",
        f"/payments/{payment.pk}/",
        f"/payments/{payment.pk}/proof/",
        f"/payments/{payment.pk}/voiding/",
        f"/program-accounts/{account.pk}/payer/",
        f"/program-accounts/{account.pk}/allocation/",
        f"/api/v1/payments/{payment.pk}/",
        f"/api/v1/payments/{payment.pk}/proof/",
    ):
        assert browser.get(address).status_code == 404, address
    assert browser.get("/api/v1/payments/").json()["results"] == []
    body = {"payer": "broker", "pays_by_debit": True}
    address = f"/api/v1/program-accounts/{account.pk}/payer/"
    assert browser.post(address, body, "application/json").status_code == 404


def test_importers_people_have_no_list_across_importers(finance: User, signed_in: Browser):
    assert signed_in(finance).get("/payments/").status_code == 403
    assert signed_in(finance).get("/payments.csv").status_code == 403


def test_staff_find_payments_by_reference_method_and_day(
    account: ProgramAccount, pay: Pay, analyst: User, signed_in: Browser
):
    pay(account, "10.00", reference="ALPHA", paid_on=date(2026, 11, 2))
    pay(account, "20.00", reference="BETA", method="cheque")
    browser = signed_in(analyst)

    def shown(**asked: str) -> list[bool]:
        text = said(browser.get("/payments/", asked))
        return ["ALPHA" in text, "BETA" in text.replace('value="BETA"', "")]

    assert shown() == [True, True]
    assert shown(words="alph") == [True, False]
    assert shown(method="cheque") == [False, True]
    assert shown(last="2026-11-10") == [True, False]
    assert "No payment fits" in said(browser.get("/payments/", {"state": "voided"}))


def test_the_csv_is_safe_in_a_spreadsheet_and_told_to_the_audit(
    importer: Importer, account: ProgramAccount, pay: Pay, finance: User, signed_in: Browser
):
    pay(account, "1204.10", reference="=HYPERLINK(1)", note="-2+3")

    response = signed_in(finance).get(f"/importers/{importer.pk}/payments.csv")

    [_header, row] = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
    assert row[:9] == [
        "Maple Furniture Inc.", "123456782RM0001", "2026-11-23", "1204.10", "Online banking",
        "Importer", "'=HYPERLINK(1)", "", "'-2+3",
    ]  # fmt: skip
    assert AuditEvent.objects.filter(action="payments exported", actor_id=finance.pk).count() == 1


def test_the_list_costs_as_many_queries_for_three_payments_as_for_one(
    importer: Importer, account: ProgramAccount, pay: Pay, finance: User, signed_in: Browser
):
    browser, counts = signed_in(finance), []
    for _more in (1, 2):
        for at in range(_more):
            pay(account, f"{_more}{at}.00", sure=True)
        browser.get(f"/importers/{importer.pk}/payments/")
        with CaptureQueriesContext(connection) as queries:
            browser.get(f"/importers/{importer.pk}/payments/")
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_the_month_s_drawing_says_what_the_table_says(
    importer: Importer, account: ProgramAccount, pay: Pay, finance: User, signed_in: Browser
):
    pay(account, "300.00", paid_on=date(2026, 10, 29))
    pay(account, "100.00", paid_on=date(2026, 10, 30), payer="broker", sure=True)

    text = said(signed_in(finance).get(f"/importers/{importer.pk}/payments/"))

    drawn = re.findall(
        r'fill="url\(#series-(\w+)\)" x="\d+" y="(\d+)" width="\d+" height="(\d+)"', text
    )
    assert drawn == [
        ("importer", "75", "135"),  # three quarters of the 180 from the ground at 210
        ("broker", "30", "45"),  # the rest, on top
    ]
    assert "400.00" in text


def test_a_payment_says_which_row_of_which_statement_shows_it(
    account: ProgramAccount, pay: Pay, finance: User, signed_in: Browser
):
    payment = pay(account, "80.00", paid_on=date(2026, 10, 29))
    line = Line(None, "-80.00", "PAYMENT", posted=date(2026, 11, 2), released=None)
    soa(account, line, last=date(2026, 11, 17))

    text = said(signed_in(finance).get(f"/payments/{payment.pk}/"))

    assert "Statement to 2026-11-17, row 2" in text


def test_the_arrangement_is_kept_from_its_page(
    account: ProgramAccount, finance: User, signed_in: Browser
):
    address = f"/program-accounts/{account.pk}/payer/"

    signed_in(finance).post(address, {"payer": "broker", "pays_by_debit": "yes"})

    account.refresh_from_db()
    assert (account.payer, account.pays_by_debit) == ("broker", True)
    assert "may be paid twice" in said(signed_in(finance).get(address))


def test_the_api_records_asks_and_voids(account: ProgramAccount, finance: User, signed_in: Browser):
    browser = signed_in(finance)
    body = wish(account, program_account="123456782RM0001", amount="1204.10")

    made = browser.post("/api/v1/payments/", body, "application/json")
    again = browser.post("/api/v1/payments/", body, "application/json")
    sure = browser.post("/api/v1/payments/", body | {"sure": True}, "application/json")
    voided = browser.post(
        f"/api/v1/payments/{sure.json()['id']}/voiding/", {"reason": "Twice"}, "application/json"
    )

    assert (made.status_code, again.status_code, sure.status_code) == (201, 409, 201)
    assert made.json()["amount"] == "1204.10"
    assert again.json()["detail"] == (
        "A payment of the same amount and day is already recorded on this account."
    )
    assert (voided.status_code, voided.json()["void_reason"]) == (200, "Twice")
    listed = browser.get("/api/v1/payments/", {"voided": "false"}).json()["results"]
    assert [one["id"] for one in listed] == [made.json()["id"]]


def test_the_api_takes_a_proof_and_keeps_one_payment_for_one_idempotency_key(
    account: ProgramAccount, finance: User, signed_in: Browser
):
    browser = signed_in(finance)

    def send() -> Any:
        upload = SimpleUploadedFile("proof.pdf", PDF)
        told = wish(account, program_account="123456782RM0001", amount="10.00", proof=upload)
        return browser.post("/api/v1/payments/", told, headers={"idempotency-key": "k-1"})

    first, second = send(), send()

    assert (first.status_code, first.json()["id"]) == (201, second.json()["id"])
    assert first.json()["proof_url"].endswith(f"/api/v1/payments/{first.json()['id']}/proof/")
    with importer_scope(account.importer_id):
        assert Payment.objects.count() == 1


def test_the_api_records_on_no_account_that_one_does_not_see(
    stranger: Importer, account: ProgramAccount, finance: User, signed_in: Browser
):
    body = wish(account, program_account="100000009RM0001")

    response = signed_in(finance).post("/api/v1/payments/", body, "application/json")

    assert response.status_code == 404


def test_the_api_says_and_keeps_who_pays(
    account: ProgramAccount, finance: User, signed_in: Browser
):
    body = {"payer": "broker", "pays_by_debit": None}

    response = signed_in(finance).post(
        f"/api/v1/program-accounts/{account.pk}/payer/", body, "application/json"
    )

    assert response.status_code == 200
    assert (response.json()["payer"], response.json()["pays_by_debit"]) == ("broker", None)
