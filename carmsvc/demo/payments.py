"""Payments in the invented brokerage: past months paid, one paid twice, one debit too many."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile

from carmsvc.demo.cast import CASCADE, MAPLE, STAFF
from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.tenancy import every_importer_id, importer_scope
from clients.actions.program_accounts import arrange_payer
from clients.models import ProgramAccount, User
from clients.queries import importer_by_bn9
from statements.actions.payments import record_payment
from statements.models import Payment, Statement, StatementLine
from statements.queries.payments import payment_lines

OPTICS, ERABLIERE = "100000009", "102345675"
# BN9 -> who pays, whether debit is on
ARRANGEMENTS = {
    MAPLE.bn9: ("importer", False),
    OPTICS: ("broker", True),
    ERABLIERE: ("importer", None),
    "104567896": ("broker", False),
    "106789019": ("importer", True),
    CASCADE: ("importer", True),
}
PROOF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""


def seed_payments() -> None:
    """Who pays, what was paid until now, and what is odd about two of the payments."""
    by = User.objects.get(email=STAFF[1][0])
    for bn9, (payer, debit) in ARRANGEMENTS.items():
        with importer_scope(every_importer_id()):
            importer = importer_by_bn9(bn9)
        if importer is None:
            continue
        with importer_scope(importer.pk):
            for account in ProgramAccount.objects.filter(importer=importer).order_by("bn15"):
                _seed_account(account, payer, debit, by)


def _seed_account(account: ProgramAccount, payer: str, debit: bool | None, by: User) -> None:
    if Payment.objects.filter(program_account=account).exists():
        return
    arrange_payer(account=account, payer=payer, pays_by_debit=debit, by=by)
    for line in payment_lines([account.pk]):
        _pay_as_shown(account, line, payer, by)
    newest = Statement.objects.filter(program_account=account, superseded_by=None)
    statement = newest.order_by("-period_end").first()
    if statement and statement.total_payable > 0:
        _pay_newest(account, statement, payer, by)


def _pay_as_shown(account: ProgramAccount, line: StatementLine, payer: str, by: User) -> None:
    posted = line.posted_on or line.statement.payment_due_on
    record_payment(
        account=account,
        amount=-line.amount,
        paid_on=posted - timedelta(days=1),
        method=Payment.Method.ONLINE_BANKING,
        payer=payer,
        reference=line.reference or "",
        by=by,
        sure=True,
    )


def _pay_newest(account: ProgramAccount, statement: Statement, payer: str, by: User) -> None:
    """The newest statement: paid in full, by two of them twice, of one only a part."""
    day = min(statement.payment_due_on - timedelta(days=1), today_in_toronto())
    is_part = account.bn15.startswith(ERABLIERE)
    amount = statement.total_payable
    told: dict[str, Any] = {
        "account": account,
        "amount": round(amount / 2, 2) if is_part else amount,
        "paid_on": day,
        "method": Payment.Method.CHEQUE if amount < Decimal(50_000) else Payment.Method.EDI,
        "by": by,
        "sure": True,
    }
    proof = ContentFile(PROOF, name=f"confirmation-{day}.pdf")
    record_payment(payer=payer, proof=proof, reference=f"C{day:%Y%m%d}-{account.pk}", **told)
    if account.bn15 == f"{MAPLE.bn9}RM0002":
        record_payment(payer="broker", note="Paid with the month's disbursements.", **told)
