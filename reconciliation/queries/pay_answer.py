"""The pay answer of program accounts: facts gathered, the rule asked, ways to pay beside it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, OuterRef, Q, Sum, TextField, Value
from django.db.models.functions import Coalesce

from carmsvc.platform.money import ZERO
from clients.models import ProgramAccount
from reconciliation.models import Placement
from reconciliation.rules.pay_answer import (
    BY_TRANSACTION,
    Answer,
    Charges,
    Facts,
    Made,
    Part,
    pay_answer,
)
from statements.explanations import sentences
from statements.models import LedgerEntry, Payment, Statement, StatementLine, TransactionType
from statements.queries.payments import as_paid, as_shown, cards_used, payment_lines, recorded
from statements.queries.rulebook import rulebook_in_force
from statements.rules.billing import period_ending
from statements.rules.payments import Way, card_left, shown_payments, ways_to_pay
from statements.rules.streams import PaymentDays, payment_days

LOOKS_BACK = timedelta(days=100)  # for payments that a statement might show
SETTLING = (TransactionType.PAYMENT, TransactionType.DISBURSEMENT)


@dataclass(frozen=True)
class PayAnswer:
    """What to pay on an account: its statement, the rule's answer, and how the client may pay.

    `days` is when and why by the rulebook. Without a statement there is no answer.
    `expected_credit` (CAD, above zero) is what our book expects and the statement does not show:
    never taken off.
    """

    account: ProgramAccount
    statement: Statement | None
    answer: Answer | None
    ways: tuple[Way, ...] = ()
    payments: tuple[Payment, ...] = ()
    expected_credit: Decimal = ZERO
    newer: Statement | None = None
    days: PaymentDays | None = None

    @property
    def last_lawful_on(self) -> date | None:
        """A later day on which the law still takes it (Interpretation Act, s. 26), or None."""
        if self.statement is None or self.days is None:
            return None
        lawful = self.days.last_lawful_on
        return lawful if lawful != self.statement.payment_due_on else None

    @property
    def why_due(self) -> list[str]:
        """Why it is due on its day, in sentences of the reader's language."""
        return sentences(self.days.steps) if self.days else []

    def paid_by(self, key: int | None) -> Payment | None:
        """The recorded payment of this id, if it is one of those looked at."""
        return next((one for one in self.payments if one.pk == key), None)


def answers_for(accounts: Iterable[ProgramAccount], today: date) -> list[PayAnswer]:
    """The pay answer of each account by its newest statement; few queries however many."""
    wanted = list(accounts)
    newest = _newest(wanted)
    return _answers([(one, newest.get(one.pk)) for one in wanted], newest, today)


def answers_with_statement(accounts: Iterable[ProgramAccount], today: date) -> list[PayAnswer]:
    """The pay answers of those accounts that have a statement."""
    return [one for one in answers_for(accounts, today) if one.answer]


def answer_for(statement: Statement, today: date) -> PayAnswer:
    """The pay answer of one statement; of an older one: where its balance went."""
    account = statement.program_account
    return _answers([(account, statement)], _newest([account]), today)[0]


def _newest(accounts: Iterable[ProgramAccount]) -> dict[int, Statement]:
    rows = Statement.objects.filter(program_account__in=accounts, superseded_by=None)
    rows = rows.order_by("program_account_id", "-period_end").distinct("program_account_id")
    return {row.program_account_id: row for row in rows}


def _answers(
    pairs: list[tuple[ProgramAccount, Statement | None]],
    newest: dict[int, Statement],
    today: date,
) -> list[PayAnswer]:
    told = [statement for _account, statement in pairs if statement]
    if not told:
        return [PayAnswer(account, None, None) for account, _none in pairs]
    gathered = _Gathered(pairs, told, today)
    return [_answer(account, statement, newest, gathered, today) for account, statement in pairs]


class _Gathered:
    """What the answers of some statements need, asked for together."""

    def __init__(self, pairs: Any, statements: list[Statement], today: date) -> None:
        accounts = [one.program_account_id for one in statements]
        since = min(one.period_end for one in statements) - LOOKS_BACK
        self.previous = _previous_totals(statements)
        self.charges, self.settled = _charges(pairs)
        self.lines: dict[int, list[StatementLine]] = defaultdict(list)
        for line in payment_lines(accounts, since):
            self.lines[line.statement.program_account_id].append(line)
        self.payments: dict[int, list[Payment]] = defaultdict(list)
        for payment in recorded(accounts, since):
            self.payments[payment.program_account_id].append(payment)
        self.book = rulebook_in_force()
        self.card_used = cards_used(accounts, today)
        self.credits = _expected_credits(statements)


def _answer(
    account: ProgramAccount,
    statement: Statement | None,
    newest: dict[int, Statement],
    gathered: _Gathered,
    today: date,
) -> PayAnswer:
    if statement is None:
        return PayAnswer(account, None, None)
    latest = newest.get(account.pk)
    newer = latest if latest and latest.period_end > statement.period_end else None
    payments = gathered.payments[account.pk]
    facts = Facts(
        opening_balance=statement.opening_balance,
        payments_shown=gathered.settled.get(statement.pk, ZERO),
        charges=tuple(gathered.charges[statement.pk]),
        period_end=statement.period_end,
        due_on=statement.payment_due_on,
        today=today,
        payer=account.payer,
        pays_by_debit=account.pays_by_debit,
        made=_made(payments, gathered.lines[account.pk], statement.period_end),
        previous_total=gathered.previous.get(statement.pk),
        is_superseded=statement.superseded_by_id is not None,
        newer=newer.period_end if newer else None,
    )
    answer = pay_answer(facts)
    ways = _ways(account, statement, answer[Part.CLIENT] + answer[Part.UNSURE], gathered, today)
    credit = gathered.credits.get(statement.pk, ZERO)
    days = payment_days(period_ending(statement.period_end), gathered.book)
    return PayAnswer(account, statement, answer, tuple(ways), tuple(payments), credit, newer, days)


def _ways(
    account: ProgramAccount, statement: Statement, amount: Decimal, gathered: _Gathered, today: date
) -> list[Way]:
    """How the importer may pay an amount; nothing to pay needs no way."""
    if not amount:
        return []
    return ways_to_pay(
        gathered.book,
        amount,
        on=today,
        due_on=statement.payment_due_on,
        card=card_left(gathered.book, today, gathered.card_used.get(account.pk, ZERO)),
        pays_by_debit=account.pays_by_debit,
    )


def _made(
    payments: list[Payment], lines: list[StatementLine], period_end: date
) -> tuple[Made, ...]:
    lines = [line for line in lines if line.statement.period_end <= period_end]
    shown = {line.pk: -line.amount for line in lines}
    found = shown_payments(map(as_paid, payments), [as_shown(line) for line in lines])
    return tuple(
        Made(one.pk, one.paid_on, one.amount, one.payer, shown.get(found.get(one.pk, 0)))
        for one in payments
    )


def _previous_totals(statements: list[Statement]) -> dict[int, Decimal]:
    """The total payable of the statement just before each of these, where it was loaded."""
    before = {
        one.pk: (one.program_account_id, period_ending(one.period_end).first.replace(day=17))
        for one in statements
    }
    rows = Statement.objects.filter(
        program_account__in={account for account, _last in before.values()},
        period_end__in={last for _account, last in before.values()},
        superseded_by=None,
    ).values_list("program_account_id", "period_end", "total_payable")
    totals = {(account, last): total for account, last, total in rows}
    return {pk: totals[key] for pk, key in before.items() if key in totals}


def _charges(
    pairs: Iterable[tuple[ProgramAccount, Statement | None]],
) -> tuple[dict[int, list[Charges]], dict[int, Decimal]]:
    """Each statement's lines summed by what decides who pays; payments and refunds apart."""
    plain = [one.pk for account, one in pairs if one and account.payer != BY_TRANSACTION]
    told = [one.pk for account, one in pairs if one and account.payer == BY_TRANSACTION]
    charges: dict[int, list[Charges]] = defaultdict(list)
    settled: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for statements, by_word in ((plain, False), (told, True)):
        for row in _sums(statements, by_word) if statements else ():
            if row["settles"]:
                settled[row["statement"]] += row["total"]
                continue
            words = _plain_words(row["words"]) if by_word else None
            charges[row["statement"]].append(
                Charges(row["total"], row["count"], words, row["said"])
            )
    return charges, settled


def _plain_words(words: list[str | None]) -> tuple[str, ...]:
    return tuple(sorted({(word or "").strip() for word in words}))


def _sums(statements: list[int], by_word: bool) -> Any:
    keys = ["statement", "said", "settles", *(["words"] if by_word else [])]
    rows = StatementLine.objects.filter(statement__in=statements)
    rows = rows.annotate(
        said=Coalesce("status", Value("", TextField())), settles=Q(transaction_type__in=SETTLING)
    )
    rows = rows.annotate(words=_words()) if by_word else rows
    sums = rows.order_by().values(*keys).annotate(total=Sum("amount"), count=Count("id"))
    return sums.order_by(*keys)


def _words() -> Any:
    """The payers that our ledger's current entries name for a line's transaction."""
    entries = LedgerEntry.objects.filter(
        importer=OuterRef("importer"),
        program_account=OuterRef("statement__program_account"),
        transaction_no=OuterRef("transaction_no"),
        superseded_by=None,
    )
    return ArraySubquery(entries.order_by("payer").values("payer").distinct())


def _expected_credits(statements: list[Statement]) -> dict[int, Decimal]:
    """Credits that our book has and a statement does not show (CAD, above zero)."""
    rows = (
        Placement.objects.filter(
            Q(place=Placement.Place.EXPECTED) | Q(reason="not_on_statement"),
            run__statement__in=statements,
            run__superseded_by=None,
            run__state="finished",
            entry_amount__lt=0,
        )
        .exclude(entry__transaction_type__in=SETTLING)
        .order_by()
        .values(statement=F("run__statement"))
        .annotate(total=Sum("entry_amount"))
    )
    return {row["statement"]: -row["total"] for row in rows}
