"""Which payment cleared what on a program account: the books for the replay, and its answer."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from carmsvc.platform.money import ZERO
from statements.models import Payment, Statement, StatementLine, TransactionType
from statements.queries.payments import as_paid, as_shown, payment_lines, recorded
from statements.queries.rulebook import rulebook_in_force
from statements.rules.allocation import Allocation, Credit, Debt, Replay, replay
from statements.rules.billing import LAST_DAY_OF_PERIOD, period_ending
from statements.rules.payments import shown_payments
from statements.rules.streams import payment_days


@dataclass(frozen=True)
class Owed:
    """A debt as the page tells it: what it is, of which statement, how it was cleared.

    `days_late` counts from its due date to the day it was cleared, or to today while it is open.
    """

    debt: Debt
    kind: str  # "charges", "transaction", "opening" or "refund"
    statement: Statement
    cleared_by: tuple[tuple[Allocation, "Source"], ...]
    cleared_on: date | None
    open_amount: Decimal
    days_late: int


@dataclass(frozen=True)
class Source:
    """Where a credit comes from: a recorded payment, a line of a statement, or a balance."""

    credit: Credit
    kind: str  # "payment", "line", "credit" or "opening"
    payment: Payment | None = None
    statement: Statement | None = None
    open_amount: Decimal = ZERO


@dataclass(frozen=True)
class Story:
    """An account's replay: every debt in the order it fell due, every credit, what is left."""

    debts: list[Owed]
    credits: list[Source]
    too_small: list[Source]

    @property
    def open_debt(self) -> Decimal:
        return sum((one.open_amount for one in self.debts), ZERO)

    @property
    def open_credit(self) -> Decimal:
        return sum((one.open_amount for one in self.credits), ZERO)


class _Books:
    """Debts and credits of an account, each with where it comes from."""

    def __init__(self, program_account_id: int) -> None:
        self.debts: dict[str, tuple[Debt, str, Statement]] = {}
        self.credits: dict[str, Source] = {}
        self.book = rulebook_in_force()
        self.payments = recorded([program_account_id])
        self.statements = _statements(program_account_id)
        directed = {one.directed_to for one in self.payments if one.directed_to}
        charges = _charges(self.statements, directed)
        carried: Decimal | None = None
        for order, statement in enumerate(self.statements):
            self._carry(statement, carried, order)
            carried = statement.total_payable
            for (number, kind), amount in sorted(charges[statement.pk].items()):
                self._charge(statement, number, kind, amount, order)
        self._pay(payment_lines([program_account_id]))

    def _carry(self, statement: Statement, carried: Decimal | None, order: int) -> None:
        """What an opening balance says beyond the statement before: due when that one was."""
        difference = statement.opening_balance - (ZERO if carried is None else carried)
        before = statement.period_start.replace(day=LAST_DAY_OF_PERIOD)
        due_on = payment_days(period_ending(before), self.book).due_on
        self._owe(f"opening-{statement.pk}", due_on, difference, order, "opening", statement)

    def _charge(
        self, statement: Statement, number: str, kind: str, amount: Decimal, order: int
    ) -> None:
        key = number or f"{kind}-{statement.pk}"
        if key in self.debts or key in self.credits:
            key = f"{key}-{statement.pk}"
        self._owe(key, statement.payment_due_on, amount, order, kind, statement)

    def _owe(
        self, key: str, day: date, amount: Decimal, order: int, kind: str, statement: Statement
    ) -> None:
        """A debt, or a credit of the same kind where the amount is below zero."""
        if amount > ZERO:
            self.debts[key] = (Debt(key, day, amount, order), kind, statement)
        elif amount < ZERO:
            credit = Credit(key, day, -amount, order=order)
            is_opening = kind == "opening"
            source = Source(credit, "opening" if is_opening else "credit", statement=statement)
            self.credits[key] = source

    def _pay(self, lines: list[StatementLine]) -> None:
        """Payments that statements show, and recorded ones that none shows: each once."""
        found = shown_payments(map(as_paid, self.payments), map(as_shown, lines))
        known = {line: payment for payment, line in found.items()}
        by_key = {one.pk: one for one in self.payments}
        for line in lines:
            payment = by_key.get(known.get(line.pk, 0))
            shown = as_shown(line)
            day = payment.paid_on if payment else shown.posted_on
            to = payment.directed_to or None if payment else None
            credit = Credit(f"line-{line.pk}", day, shown.amount, to)
            self.credits[credit.key] = Source(credit, "line", payment, line.statement)
        for payment in self.payments:
            if payment.pk not in found:
                to = payment.directed_to or None
                credit = Credit(f"payment-{payment.pk}", payment.paid_on, payment.amount, to)
                self.credits[credit.key] = Source(credit, "payment", payment)


def _statements(program_account_id: int) -> list[Statement]:
    rows = Statement.objects.filter(program_account=program_account_id, superseded_by=None)
    return list(rows.order_by("period_end"))


def _charges(
    statements: list[Statement], directed: set[str]
) -> dict[int, dict[tuple[str, str], Decimal]]:
    """Each statement's charges in one sum; refunds, and transactions somebody chose, apart."""
    found: dict[int, dict[tuple[str, str], Decimal]] = defaultdict(dict)
    lines = StatementLine.objects.filter(statement__in=statements)
    lines = lines.exclude(transaction_type=TransactionType.PAYMENT, amount__lt=0)
    refund = Q(transaction_type=TransactionType.DISBURSEMENT)
    chosen = Q(transaction_no__in=directed)
    for kind, rows in (
        ("refund", lines.filter(refund)),
        ("charges", lines.filter(~refund).exclude(chosen & Q(transaction_no__isnull=False))),
    ):
        sums = rows.order_by().values_list("statement").annotate(total=Sum("amount"))
        for statement, total in sums:
            found[statement]["", kind] = total
    own = lines.filter(~refund & chosen).order_by()
    for statement, number, total in own.values_list("statement", "transaction_no").annotate(
        total=Coalesce(Sum("amount"), ZERO)
    ):
        found[statement][number, "transaction"] = total
    return found


def story_of(program_account_id: int, today: date) -> Story:
    """The replay of an account until a day, in few queries however long it is."""
    books = _Books(program_account_id)
    debts = [debt for debt, _kind, _statement in books.debts.values()]
    result = replay(debts, [one.credit for one in books.credits.values()], today)
    owed = [_owed(*told, books, result, today) for told in books.debts.values()]
    return Story(
        sorted(owed, key=lambda one: (one.debt.due_on, one.debt.order, one.debt.key)),
        list(_sources(books, result)),
        [books.credits[key] for key in result.too_small],
    )


def _owed(
    debt: Debt, kind: str, statement: Statement, books: _Books, result: Replay, today: date
) -> Owed:
    cleared = [one for one in result.allocations if one.debt == debt.key]
    cleared_on = result.cleared_on(debt.key)
    late = ((cleared_on or today) - debt.due_on).days
    return Owed(
        debt,
        kind,
        statement,
        tuple((one, books.credits[one.credit]) for one in cleared),
        cleared_on,
        result.open_debts.get(debt.key, ZERO),
        max(late, 0),
    )


def _sources(books: _Books, result: Replay) -> Iterator[Source]:
    for key, one in sorted(books.credits.items(), key=lambda told: _place(told[1])):
        left = result.open_credits.get(key, ZERO)
        yield Source(one.credit, one.kind, one.payment, one.statement, left)


def _place(source: Source) -> Any:
    return source.credit.counts_from, source.credit.key
