"""Months of statements and ledgers that nobody lived, the same each time they are asked for."""

import csv
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from carmsvc.demo.cast import OURS, Client
from carmsvc.platform.dates import nth_business_day_after
from carmsvc.platform.money import ZERO, round_cents
from statements.rules.billing import BillingPeriod, payment_due_on, period_ending

GST = Decimal("0.05")


@dataclass(frozen=True)
class Row:
    """One transaction as one of the two books has it (CAD)."""

    number: str
    kind: str
    released: date | None
    posted: date
    version: int = 1
    duty: Decimal = ZERO
    surtax: Decimal = ZERO
    gst: Decimal = ZERO
    other: Decimal = ZERO
    reference: str = ""

    @property
    def amount(self) -> Decimal:
        return self.duty + self.surtax + self.gst + self.other


@dataclass
class Month:
    """What the CBSA billed in a period, and what the broker booked."""

    period: BillingPeriod
    statement: list[Row] = field(default_factory=list)
    ledger: list[Row] = field(default_factory=list)

    @property
    def activity(self) -> Decimal:
        return sum((row.amount for row in self.statement), ZERO)

    @property
    def charges(self) -> Decimal:
        """What the period adds to the balance, payments left out."""
        return sum((row.amount for row in self.statement if row.kind != "Payment"), ZERO)


def transaction_no(prefix: str, serial: int) -> str:
    """A 14-digit number with its check digit: products of 1,2,1,2,…, their digits added up."""
    body = f"{prefix}{serial:08d}"
    products = (int(digit) * (1 + place % 2) for place, digit in enumerate(body))
    return f"{body}{sum(sum(divmod(product, 10)) for product in products) % 10}"


def month_of(
    client: Client, bn15: str, last: date, *, pays: Decimal = ZERO, newest: bool = False
) -> Month:
    """One month of one account; `pays` is what the client paid on last month's statement.

    Only in the newest months is anything still missing from the statement.
    """
    dice = random.Random(f"{bn15} {last}")  # noqa: S311 - invented, and the same each time
    month = Month(period_ending(last))
    serial = dice.randrange(10_000_000, 90_000_000)
    for at in range(client.lines):
        row = _declaration(dice, month.period, transaction_no(OURS, serial + at))
        month.statement.append(row)
        month.ledger.append(row)
    if pays:
        _pay(month, pays)
    for _ in range(round(client.untidy * client.lines)):
        dice.choice(_MISHAPS if newest else _MISHAPS[1:])(month, dice)
    month.statement.sort(key=lambda row: (row.posted, row.number, row.version))
    month.ledger.sort(key=lambda row: (row.released or row.posted, row.number))
    return month


def _declaration(dice: random.Random, period: BillingPeriod, number: str) -> Row:
    released = period.first + timedelta(days=dice.randrange((period.last - period.first).days + 1))
    value = Decimal(dice.randrange(80_000, 6_000_000)) / 100
    duty = round_cents(value * Decimal(dice.choice(["0", "0", "0.065", "0.08", "0.18"])))
    surtax = round_cents(value * Decimal("0.25")) if dice.random() < 0.06 else ZERO
    gst = round_cents((value + duty + surtax) * GST)
    posted = nth_business_day_after(released, dice.randrange(1, 5))
    return Row(number, "CAD", released, posted, duty=duty, surtax=surtax, gst=gst)


def _pay(month: Month, amount: Decimal) -> None:
    before = period_ending(month.period.first.replace(day=17))
    paid_on = payment_due_on(before)
    reference = f"PAY{paid_on:%Y%m%d}"
    row = Row("", "Payment", None, paid_on, other=-amount, reference=reference, version=0)
    month.statement.append(row)
    month.ledger.append(replace(row, posted=paid_on - timedelta(days=1)))


def _pick(month: Month, dice: random.Random) -> int:
    """The place of a declaration that both books still have alike."""
    alike = [at for at, row in enumerate(month.ledger) if row.kind == "CAD" and row.version == 1]
    return dice.choice(alike)


def _another_broker(month: Month, dice: random.Random) -> None:
    prefix = dice.choice(["16234", "19402", "11870"])
    number = transaction_no(prefix, dice.randrange(10_000_000, 90_000_000))
    month.statement.append(_declaration(dice, month.period, number))


def _not_filed(month: Month, dice: random.Random) -> None:
    row = month.ledger[_pick(month, dice)]
    month.statement = [line for line in month.statement if line.number != row.number]


def _swapped_digits(month: Month, dice: random.Random) -> None:
    at = _pick(month, dice)
    row = month.ledger[at]
    wrong = row.gst + Decimal(dice.choice(["-36.00", "9.00", "90.00", "-0.03", "0.04"]))
    month.ledger[at] = replace(row, gst=wrong)


def _corrected(month: Month, dice: random.Random) -> None:
    at = _pick(month, dice)
    row = month.ledger[at]
    less = round_cents(row.gst / 5)
    change = Row(row.number, "CAD correction", row.released, row.posted, version=2, gst=-less)
    month.statement.append(change)
    month.ledger[at] = replace(row, gst=row.gst - less, version=2)


def _billed_twice(month: Month, dice: random.Random) -> None:
    number = month.ledger[_pick(month, dice)].number
    month.statement += [row for row in month.statement if row.number == number][:1]


def _late(month: Month, dice: random.Random) -> None:
    row = month.ledger[_pick(month, dice)]
    penalty = Row(row.number, "LAP", row.released, row.posted, other=Decimal("100.00"))
    month.statement.append(penalty)


def _interest(month: Month, dice: random.Random) -> None:
    amount = Decimal(dice.randrange(150, 9_000)) / 100
    posted = month.period.last - timedelta(days=3)
    month.statement.append(Row("", "Interest", None, posted, other=amount, version=0))


def _no_number(month: Month, dice: random.Random) -> None:
    number = month.ledger[_pick(month, dice)].number
    month.statement = [
        replace(row, number="", version=0) if row.number == number else row
        for row in month.statement
    ]


_MISHAPS = (
    _not_filed,
    _another_broker,
    _another_broker,
    _swapped_digits,
    _corrected,
    _billed_twice,
    _late,
    _interest,
    _no_number,
)

_ENGLISH = ("Transaction number", "Version", "Transaction type", "Release date", "Posting date",
            "Reference", "Customs duties", "Surtax", "GST", "Amount")  # fmt: skip
_FRENCH = ("Numéro de transaction", "Version", "Type de transaction", "Date de la mainlevée",
           "Date de comptabilisation", "Référence", "Droits de douane", "Surtaxe", "TPS",
           "Montant")  # fmt: skip
_FRENCH_KINDS = {
    "CAD": "DDC",
    "CAD correction": "Correction de DDC",
    "Payment": "Paiement",
    "Interest": "Intérêts",
    "LAP": "LAP",
}


def statement_file(client: Client, month: Month, bn15: str) -> bytes:
    """The portal's export, in the client's language."""
    if client.language == "fr":
        return _french(month.statement)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([f"Transaction history {bn15}"])
    writer.writerow(_ENGLISH)
    for row in month.statement:
        writer.writerow(_cells(row, row.kind))
    writer.writerow(["Total", *[""] * 8, f"{month.activity:.2f}"])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _cells(row: Row, kind: str) -> list[str]:
    split = [f"{part:.2f}" if row.released else "" for part in (row.duty, row.surtax, row.gst)]
    version = str(row.version) if row.version else ""
    days = [row.released.isoformat() if row.released else "", row.posted.isoformat()]
    return [row.number, version, kind, *days, row.reference, *split, f"{row.amount:.2f}"]


def _french(rows: list[Row]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(_FRENCH)
    for row in rows:
        cells = _cells(row, _FRENCH_KINDS[row.kind])
        writer.writerow([*cells[:6], *(cell.replace(".", ",") for cell in cells[6:])])
    return out.getvalue().encode("cp1252")


_LEDGER = ("Importer BN15", "Transaction No", "Version", "Type", "Release date", "Accounting date",
           "Payment reference", "Duty", "Surtax", "GST", "Total", "Job No")  # fmt: skip


def ledger_file(rows: Iterator[tuple[str, Row]]) -> bytes:
    """The broker's listing of what it filed and what was paid, account by account."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_LEDGER)
    for bn15, row in rows:
        cells = _cells(row, "Payment" if row.kind == "Payment" else "CAD")
        job = f"J{row.number[5:11]}" if row.number else ""
        writer.writerow([bn15, *cells, job])
    return out.getvalue().encode()
