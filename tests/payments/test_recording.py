"""Recording a payment: what is kept, what is refused, what is asked about, who may."""

import hashlib
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from carmsvc.platform.audit import AuditEvent
from clients.actions import Refused
from clients.actions.program_accounts import arrange_payer
from clients.models import ProgramAccount, User
from statements.actions.payments import Odd, open_proof, void_payment
from statements.models import Payment
from statements.rules.payments import PROOF_MAX_BYTES
from tests.payments.conftest import PDF, TODAY, Pay, proof

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def reasons(refused: Any) -> list[str]:
    return list(refused.value.reasons)


def test_a_payment_is_kept_as_it_was_said_and_told_to_the_audit(
    account: ProgramAccount, pay: Pay, analyst: User
):
    payment = pay(account, "1204.10", reference=" CONF-118 ", note="October", proof=proof())

    kept = Payment.objects.get()
    assert (kept.amount, kept.paid_on, kept.method, kept.payer, kept.reference) == (
        Decimal("1204.10"), TODAY, "online_banking", "importer", "CONF-118",
    )  # fmt: skip
    assert (kept.proof_name, kept.proof_sha256) == (
        "confirmation.pdf",
        hashlib.sha256(PDF).hexdigest(),
    )
    assert kept.proof.open().read() == PDF
    event = AuditEvent.objects.get(action="payment recorded", target_id=payment.pk)
    assert (event.actor_id, event.after["amount"], event.after["program_account"]) == (
        analyst.pk, "1204.10", "123456782RM0001",
    )  # fmt: skip


def test_everything_that_cannot_be_is_said_at_once(account: ProgramAccount, pay: Pay):
    with pytest.raises(Refused) as refused:
        pay(
            account,
            "0.00",
            paid_on=date(2026, 11, 24),
            method="barter",
            payer="nobody",
            directed_to="12",
            proof=proof(b"MZ\x90", "x.pdf"),
        )

    assert reasons(refused) == [
        "A payment is more than zero.",
        "2026-11-24 has not come yet: record a payment once it is made.",
        "Say how it was paid.",
        "Say who paid: the importer or the broker.",
        "“12” is not a transaction number: 14 digits.",
        "The proof is not a PDF, PNG or JPEG file: save it as one of these.",
    ]
    assert Payment.objects.count() == 0


def test_today_is_toronto_s_day(account: ProgramAccount, pay: Pay):
    with time_machine.travel("2026-11-24T04:59:00Z", tick=False):  # 23:59 in Toronto
        with pytest.raises(Refused, match="2026-11-24 has not come yet"):
            pay(account, "1.00", paid_on=date(2026, 11, 24))
    with time_machine.travel("2026-11-24T05:00:00Z", tick=False):
        assert pay(account, "1.00", paid_on=date(2026, 11, 24)).pk


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"%PDF-1.4 ...", "a.pdf"),
        (b"\x89PNG\r\n\x1a\n...", "a.png"),
        (b"\xff\xd8\xff\xe0...", "a.jpg"),
        (b"\xff\xd8\xff\xe0...", "renamed.exe"),
    ],
)
def test_a_proof_is_told_by_its_content_not_its_name(
    account: ProgramAccount, pay: Pay, content: bytes, name: str
):
    assert pay(account, "1.00", proof=proof(content, name)).proof_name == name


def test_a_proof_keeps_no_path_of_the_sender_s(account: ProgramAccount, pay: Pay):
    payment = pay(account, "1.00", proof=proof(name="C:\\bank\\..\\proof.pdf"))

    assert payment.proof_name == "proof.pdf"
    assert payment.proof.name.startswith(f"proofs/{account.importer_id}/")


@pytest.mark.parametrize(
    ("size", "is_kept"), [(PROOF_MAX_BYTES, True), (PROOF_MAX_BYTES + 1, False)]
)
def test_a_proof_may_have_ten_megabytes(
    account: ProgramAccount, pay: Pay, size: int, is_kept: bool
):
    content = PDF.ljust(size, b" ")

    if is_kept:
        assert pay(account, "1.00", proof=proof(content)).proof.size == size
    else:
        with pytest.raises(Refused, match="larger than 10 MB"):
            pay(account, "1.00", proof=proof(content))


def test_a_card_pays_up_to_its_limit_in_a_cycle_and_account(
    account: ProgramAccount, other_account: ProgramAccount, pay: Pay
):
    card = {"method": "credit_card"}
    pay(account, "4000.00", paid_on=date(2026, 11, 18), **card)

    with pytest.raises(Refused) as refused:
        pay(account, "1000.00", **card)

    assert reasons(refused) == [
        "By credit card the CBSA takes 999.99 more from this account in the cycle from 2026-11-18 "
        "to 2026-12-17 (CARM Bulletin 5408). Pay the rest another way."
    ]
    assert pay(account, "999.99", **card).pk
    assert pay(other_account, "4999.99", **card).pk
    assert pay(account, "4999.99", paid_on=date(2026, 11, 17), **card).pk  # the cycle before


def test_before_the_card_s_limit_was_set_there_is_none(account: ProgramAccount, pay: Pay):
    assert pay(account, "6000.00", method="credit_card", paid_on=date(2025, 9, 27)).pk


def test_a_voided_card_payment_gives_its_limit_back(
    account: ProgramAccount, pay: Pay, analyst: User
):
    first = pay(account, "4999.99", method="credit_card")
    void_payment(payment=first, reason="Declined by the bank", by=analyst)

    assert pay(account, "4999.99", method="credit_card").pk


def test_the_same_amount_and_day_again_is_asked_about_and_kept_when_one_is_sure(
    account: ProgramAccount, other_account: ProgramAccount, pay: Pay
):
    pay(account, "500.00")
    pay(other_account, "500.00")

    with pytest.raises(Odd) as odd:
        pay(account, "500.00")

    assert reasons(odd) == [
        "A payment of the same amount and day is already recorded on this account."
    ]
    assert pay(account, "500.00", sure=True).pk


def test_what_cannot_be_is_refused_also_when_one_is_sure(account: ProgramAccount, pay: Pay):
    with pytest.raises(Refused, match="more than zero"):
        pay(account, "-1.00", sure=True)


def test_two_payers_in_one_cycle_are_asked_about(account: ProgramAccount, pay: Pay):
    pay(account, "500.00", payer="broker")

    with pytest.raises(Odd, match="both pay in the same billing cycle"):
        pay(account, "300.00", payer="importer")


def test_two_payers_are_usual_when_they_pay_by_transaction(
    account: ProgramAccount, pay: Pay, analyst: User
):
    arrange_payer(account=account, payer="by_transaction", pays_by_debit=False, by=analyst)
    pay(account, "500.00", payer="broker")

    assert pay(account, "300.00", payer="importer").pk


def test_debit_that_is_on_while_the_broker_pays_is_asked_about(
    account: ProgramAccount, pay: Pay, analyst: User
):
    arrange_payer(account=account, payer="broker", pays_by_debit=True, by=analyst)

    with pytest.raises(Odd) as odd:
        pay(account, "500.00", payer="broker")

    assert reasons(odd) == [
        "Pre-authorized debit is on: on the due date the CBSA debits the importer for what the "
        "broker pays now."
    ]


def test_somebody_else_paying_than_arranged_is_asked_about(
    account: ProgramAccount, pay: Pay, analyst: User
):
    arrange_payer(account=account, payer="broker", pays_by_debit=False, by=analyst)

    with pytest.raises(Odd, match="paid by somebody else"):
        pay(account, "500.00", payer="importer")


def test_above_fifty_thousand_only_what_is_not_electronic_is_asked_about(
    account: ProgramAccount, pay: Pay
):
    assert pay(account, "50000.00", method="cheque").pk
    assert pay(account, "50000.01", method="online_banking").pk
    with pytest.raises(Odd, match=r"Above 50,000\.00 the CBSA takes electronic payments only"):
        pay(account, "50000.02", method="cheque")


def test_a_voided_payment_stays_with_who_and_why(account: ProgramAccount, pay: Pay, analyst: User):
    payment = pay(account, "500.00")

    void_payment(payment=payment, reason="Typed on the wrong account", by=analyst)

    kept = Payment.objects.get()
    assert (kept.voided_by, kept.void_reason) == (analyst, "Typed on the wrong account")
    event = AuditEvent.objects.get(action="payment voided")
    assert event.after == {"voided": True, "void_reason": "Typed on the wrong account"}


def test_a_payment_is_voided_once_and_for_a_reason(
    account: ProgramAccount, pay: Pay, analyst: User
):
    payment = pay(account, "500.00")

    with pytest.raises(Refused, match="Say why"):
        void_payment(payment=payment, reason="  ", by=analyst)
    void_payment(payment=payment, reason="Twice", by=analyst)
    with pytest.raises(Refused, match="voided already"):
        void_payment(payment=payment, reason="Twice", by=analyst)


def test_whoever_takes_a_proof_is_told(account: ProgramAccount, pay: Pay, analyst: User):
    payment = pay(account, "500.00", proof=proof())

    assert open_proof(payment=payment, by=analyst).read() == PDF
    event = AuditEvent.objects.get(action="proof opened")
    assert (event.actor_id, event.details["file_name"]) == (analyst.pk, "confirmation.pdf")


def test_who_pays_is_kept_and_told_once(account: ProgramAccount, analyst: User):
    wish = {"account": account, "payer": "broker", "pays_by_debit": False, "by": analyst}

    assert arrange_payer(**wish) is True
    assert arrange_payer(**wish) is False

    kept = ProgramAccount.objects.get(pk=account.pk)
    assert (kept.payer, kept.pays_by_debit) == ("broker", False)
    event = AuditEvent.objects.get(action="payer arrangement changed")
    assert (event.before, event.after) == (
        {"payer": "", "pays_by_debit": None},
        {"payer": "broker", "pays_by_debit": False},
    )


def test_a_payer_there_is_not_is_refused(account: ProgramAccount, analyst: User):
    with pytest.raises(Refused, match="Say who pays"):
        arrange_payer(account=account, payer="neighbour", pays_by_debit=None, by=analyst)
