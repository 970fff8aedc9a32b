"""Payments as they were recorded, what statements show of them, and what is left to pay."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce, TruncMonth

from carmsvc.platform.money import ZERO
from carmsvc.platform.tenancy import MANY, of_importers
from statements.models import Payment, Statement, StatementLine, TransactionType
from statements.rules.billing import period_end
from statements.rules.payments import (
    Paid,
    Shown,
    card_cycle,
    may_still_come,
    shown_payments,
)

MONTHS_CHARTED = 12


def cards_used(program_accounts: Iterable[int], on: date) -> dict[int, Decimal]:
    """What was paid by credit card (CAD) on each of these accounts in the cycle of a day."""
    cycle = card_cycle(on)
    rows = Payment.objects.filter(
        program_account__in=program_accounts,
        method=Payment.Method.CREDIT_CARD,
        voided_at=None,
        paid_on__range=(cycle.first, cycle.last),
    )
    sums = rows.order_by().values_list("program_account").annotate(total=Sum("amount"))
    return dict(sums)


@dataclass(frozen=True)
class PaymentSearch:
    """Which payments are asked for; nothing said is every payment of the open scope."""

    importer_id: int | None = None
    program_account: str = ""
    method: str = ""
    payer: str = ""
    state: str = ""  # "standing" or "voided"
    first: date | None = None
    last: date | None = None
    words: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether anything is said beside the importer."""
        return self != PaymentSearch(importer_id=self.importer_id)


def payments(search: PaymentSearch) -> Any:
    """Recorded payments that fit, the newest first."""
    rows = Payment.objects.select_related(
        "importer", "program_account", "recorded_by", "voided_by"
    ).order_by("-paid_on", "-id")
    wanted: dict[str, Any] = {
        "importer_id": search.importer_id,
        "program_account__bn15": search.program_account,
        "method": search.method,
        "payer": search.payer,
        "paid_on__gte": search.first,
        "paid_on__lte": search.last,
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    if search.state:
        rows = rows.filter(voided_at__isnull=search.state == "standing")
    if search.words:
        rows = rows.filter(_says(search.words))
    return rows


def _says(words: str) -> Q:
    return (
        Q(reference__icontains=words)
        | Q(note__icontains=words)
        | Q(directed_to__startswith=words)
        | Q(program_account__bn15__startswith=words.upper())
    )


def sum_of(rows: Any) -> Decimal:
    """The sum (CAD) of payments that are not voided."""
    total: Decimal = rows.filter(voided_at=None).aggregate(total=Coalesce(Sum("amount"), ZERO))[
        "total"
    ]
    return total


@dataclass(frozen=True)
class MonthPaid:
    """What was paid in a calendar month (CAD), by whom."""

    month: date
    by_importer: Decimal
    by_broker: Decimal

    @property
    def total(self) -> Decimal:
        return self.by_importer + self.by_broker


def paid_per_month(importer_id: int, today: date) -> list[MonthPaid]:
    """The last twelve months of an importer, this one included, oldest first."""
    months = [_months_before(today, back) for back in range(MONTHS_CHARTED)][::-1]
    sums = (
        Payment.objects.filter(importer_id=importer_id, voided_at=None, paid_on__gte=months[0])
        .order_by()
        .values(month=TruncMonth("paid_on"))
        .annotate(
            importer_paid=Coalesce(Sum("amount", filter=Q(payer="importer")), ZERO),
            broker_paid=Coalesce(Sum("amount", filter=Q(payer="broker")), ZERO),
        )
    )
    found = {row["month"]: row for row in sums}
    return [
        MonthPaid(
            month,
            found[month]["importer_paid"] if month in found else ZERO,
            found[month]["broker_paid"] if month in found else ZERO,
        )
        for month in months
    ]


def _months_before(day: date, count: int) -> date:
    months = day.year * 12 + day.month - 1 - count
    return date(months // 12, months % 12 + 1, 1)


def recorded(program_accounts: Iterable[int], since: date | None = None) -> list[Payment]:
    """Payments on these accounts that are not voided, as they were made."""
    rows = Payment.objects.filter(program_account__in=program_accounts, voided_at=None)
    rows = rows.filter(paid_on__gte=since) if since else rows
    return list(rows.order_by("paid_on", "id"))


def payment_lines(
    program_accounts: Iterable[int] | None, since: date | None = None
) -> list[StatementLine]:
    """Payment lines of the statements that stand for these accounts, statement by statement;
    None: for every account of the open scope.

    Since a day: of statements whose billing period ended on it or later.
    """
    rows = StatementLine.objects.filter(
        statement__superseded_by=None, transaction_type=TransactionType.PAYMENT, amount__lt=0
    )
    if program_accounts is not None:
        rows = rows.filter(statement__program_account__in=program_accounts)
    rows = rows.filter(statement__period_end__gte=since) if since else rows
    return list(rows.select_related("statement").order_by("statement__period_end", "row_no", "id"))


def as_paid(payment: Payment) -> Paid:
    """A payment as the rules take it."""
    return Paid(payment.pk, payment.paid_on, payment.amount, payment.reference)


def as_shown(line: StatementLine) -> Shown:
    """A payment line as the rules take it; without a day of its own it has its statement's."""
    day = line.posted_on or line.released_on or line.statement.period_end
    return Shown(line.pk, day, -line.amount, line.reference or "")


def line_of(payment: Payment) -> StatementLine | None:
    """The payment line that shows a payment, if a statement does; None for a voided one."""
    accounts = [payment.program_account_id]
    lines = {line.pk: line for line in payment_lines(accounts)}
    found = shown_payments(
        map(as_paid, recorded(accounts)), [as_shown(line) for line in lines.values()]
    )
    return lines.get(found.get(payment.pk, 0))


class Billed(NamedTuple):
    """Of a statement what says whether it is paid."""

    pk: int
    program_account_id: int
    period_end: date
    total_payable: Decimal


def paid_since(
    statements: Iterable[Statement | Billed], importers: Collection[int] | None = None
) -> dict[int, Decimal]:
    """What was paid (CAD) after each of these statements, by its id: what the statement after it
    shows as paid, and recorded payments that none shows yet, each once.

    `importers`: whose statements these are, where they are many; their accounts are not named then.
    """
    told = list(statements)
    if not told:
        return {}
    accounts = {one.program_account_id for one in told}
    first = min(one.period_end for one in told)
    lines, made = _lines_by_account(accounts, importers, first), _made(accounts, importers)
    paid: dict[int, Decimal] = {}
    every = sorted(told, key=attrgetter("program_account_id"))
    for account, rows in groupby(every, attrgetter("program_account_id")):
        paid |= _paid_after(list(rows), lines[account], made[account])
    return paid


def _made(accounts: Collection[int], importers: Collection[int] | None) -> dict[int, list[Paid]]:
    """Recorded payments that are not voided, as they were made."""
    whose = Q(program_account__in=accounts) if importers is None else of_importers(importers)
    rows = Payment.objects.filter(whose, voided_at=None).order_by("paid_on", "id")
    found: dict[int, list[Paid]] = defaultdict(list)
    for account, *told in rows.values_list(
        "program_account_id", "pk", "paid_on", "amount", "reference"
    ):
        found[account].append(Paid(*told))
    return found


def _lines_by_account(
    accounts: Collection[int], importers: Collection[int] | None, since: date
) -> dict[int, list[StatementLine]]:
    many = importers is not None and len(accounts) >= MANY
    found: dict[int, list[StatementLine]] = defaultdict(list)
    for line in payment_lines(None if many else accounts, since):
        found[line.statement.program_account_id].append(line)
    return found


def _paid_after(
    statements: list[Statement | Billed], lines: list[StatementLine], payments: list[Paid]
) -> dict[int, Decimal]:
    """What was paid after each of an account's statements."""
    found = shown_payments(payments, map(as_shown, lines)) if lines else {}
    missing = [one for one in payments if one.key not in found]
    paid = {}
    for statement in statements:
        following = period_end(statement.period_end + timedelta(days=1))
        shown = [line.amount for line in lines if line.statement.period_end == following]
        coming = [
            one.amount
            for one in missing
            if one.paid_on <= following and may_still_come(one.paid_on, statement.period_end)
        ]
        paid[statement.pk] = sum(coming, ZERO) - sum(shown, ZERO)
    return paid
