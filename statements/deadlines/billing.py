"""Statements to get, payments and declarations, on the days of the rulebook in force."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Sum
from django.utils.translation import gettext_lazy as _

from carmsvc.platform.dates import toronto_day
from carmsvc.platform.money import ZERO, plain
from carmsvc.platform.tenancy import of_importers
from clients.deadlines import Deadline
from clients.models import Importer, ProgramAccount
from clients.overview import address_of
from statements.explanations import sentences
from statements.models import LedgerEntry, LedgerFile, Statement, StatementLine
from statements.queries.payments import Billed, paid_since
from statements.queries.rulebook import rulebook_in_force
from statements.rules.billing import BillingPeriod, period_end, period_ending, statement_on
from statements.rules.streams import PaymentDays, cad_due_on, payment_days

# five business days, a long weekend, and the holidays of the turn of the year
LONGEST_TO_ACCOUNT = timedelta(days=15)
Key = tuple[int, date]  # program account, last day of a billing period
_ISSUED = _("The CBSA issues the statement of account on the 25th.")


def _periods(first: date, last: date) -> list[BillingPeriod]:
    """The billing periods whose statement or payment day may lie between two days."""
    period = period_ending(period_end(first - timedelta(days=62)))
    found = []
    while period.last <= last:
        found.append(period)
        period = period_ending(period_end(period.last + timedelta(days=1)))
    return found


class Account(NamedTuple):
    """Of a program account what its deadlines tell."""

    pk: int
    importer_id: int
    bn15: str


def _accounts(importers: Collection[int]) -> list[Account]:
    rows = ProgramAccount.objects.filter(of_importers(importers)).order_by("id")
    return [Account(*row) for row in rows.values_list("pk", "importer_id", "bn15")]


def _statements(importers: Collection[int], periods: list[BillingPeriod]) -> dict[Key, Billed]:
    rows = Statement.objects.filter(
        of_importers(importers),
        period_end__in=[period.last for period in periods],
        superseded_by=None,
    )
    told = rows.values_list("pk", "program_account_id", "period_end", "total_payable")
    return {(row[1], row[2]): Billed(*row) for row in told}


def _since(importers: Collection[int]) -> dict[int, date]:
    """The day from which we look after each importer."""
    rows = Importer.objects.filter(of_importers(importers, "pk")).values_list("pk", "created_at")
    return {pk: toronto_day(created_at) for pk, created_at in rows}


def statements_expected(
    importers: Collection[int], first: date, last: date, *, only_open: bool = False
) -> Iterator[Deadline]:
    """On the 25th the CBSA issues each account's statement; it is done once it is loaded."""
    periods = [one for one in _periods(first, last) if first <= statement_on(one) <= last]
    loaded, since = _statements(importers, periods), _since(importers)
    days = [(one, statement_on(one), (_ISSUED, _period_reason(one))) for one in periods]
    for account in _accounts(importers):
        for period, due_on, why in days:
            statement = loaded.get((account.pk, period.last))
            is_done = statement is not None
            if only_open if is_done else due_on < since[account.importer_id]:
                continue
            yield Deadline(
                kind="statement_expected",
                key=f"statement-expected/{account.bn15}/{period.last}",
                importer_id=account.importer_id,
                due_on=due_on,
                subject=account.bn15,
                address=_page_of(statement, account),
                is_done=is_done,
                reasons=why,
            )


def payments_due(
    importers: Collection[int], first: date, last: date, *, only_open: bool = False
) -> Iterator[Deadline]:
    """What each account must pay by the 10th weekday after the 17th, once known with its amount.

    It is done when nothing is payable, or when it is paid: the next statement shows it, or a
    payment is recorded. A part that was paid is taken off the amount.
    """
    days = _payment_days(first, last)
    loaded, since = _statements(importers, list(days)), _since(importers)
    paid = paid_since(loaded.values(), importers)
    why = {one: (*sentences(told.steps), _period_reason(one)) for one, told in days.items()}
    for account in _accounts(importers):
        for period, told in days.items():
            statement = loaded.get((account.pk, period.last))
            if statement is None and told.due_on < since[account.importer_id]:
                continue
            if only_open and statement and paid[statement.pk] >= statement.total_payable:
                continue
            yield _payment_due(account, period, told, statement, paid, why[period])


def _payment_days(first: date, last: date) -> dict[BillingPeriod, PaymentDays]:
    """The periods that are to be paid from a day to a day, as the rulebook in force has it."""
    book = rulebook_in_force()
    told = {one: payment_days(one, book) for one in _periods(first, last)}
    return {one: days for one, days in told.items() if first <= days.due_on <= last}


def _payment_due(
    account: Account,
    period: BillingPeriod,
    days: PaymentDays,
    statement: Billed | None,
    paid: dict[int, Decimal],
    why: tuple[Any, ...],
) -> Deadline:
    payable = statement.total_payable if statement else None
    covered = paid[statement.pk] if statement else ZERO
    settled = payable is not None and covered >= payable
    return Deadline(
        kind="payment_due",
        key=f"payment-due/{account.bn15}/{period.last}",
        importer_id=account.importer_id,
        due_on=days.due_on,
        subject=account.bn15,
        address=_page_of(statement, account),
        is_done=settled,
        amount=_left(payable, covered),
        last_lawful_on=days.last_lawful_on if days.last_lawful_on != days.due_on else None,
        reasons=(*why, *_paid_reason(payable, covered)),
    )


def _left(payable: Decimal | None, covered: Decimal) -> Decimal | None:
    """What is left to pay; of what is paid in full, what was payable. None while not known."""
    if payable is None:
        return None
    return max(payable - covered if ZERO < covered < payable else payable, ZERO)


def _paid_reason(payable: Decimal | None, covered: Decimal) -> Iterator[Any]:
    if payable is not None and ZERO < covered < payable:
        words = {"paid": plain(covered), "payable": plain(payable)}
        yield _("%(paid)s of %(payable)s is paid; this is what is left.") % words


def declarations_due(importers: Collection[int], first: date, last: date) -> Iterator[Deadline]:
    """Releases whose accounting declaration (CAD) is not accepted yet, together for each day.

    Only ledgers that state an accounting date can tell; a transaction that a statement already
    shows has been accounted for.
    """
    grouped: dict[Any, list[Any]] = defaultdict(list)
    book = rulebook_in_force()
    waiting = _not_accounted(importers, first - LONGEST_TO_ACCOUNT, last)
    for importer_id, account_id, bn15, released_on, count, total in waiting:
        due_on = cad_due_on(released_on, book)
        if first <= due_on <= last:
            grouped[importer_id, account_id, bn15, due_on].append((count, total))
    for (importer_id, _account, bn15, due_on), parts in grouped.items():
        count = sum(part[0] for part in parts)
        yield Deadline(
            kind="cad_due",
            key=f"cad-due/{bn15}/{due_on}",
            importer_id=importer_id,
            due_on=due_on,
            subject=f"{bn15} × {count}",
            address=address_of("importer", importer_id),
            amount=sum((part[1] for part in parts), ZERO),
            reasons=(_("Five business days after release (SOR/86-1062, s. 10)."),),
        )


def _not_accounted(importers: Collection[int], first: date, last: date) -> Any:
    """Entries released from a day to a day and not accounted for, counted for each day."""
    files = LedgerFile.objects.filter(
        of_importers(importers), profile__mapping__column_map__has_key="accounted_on"
    )
    billed = StatementLine.objects.filter(
        importer=OuterRef("importer"), transaction_no=OuterRef("transaction_no")
    )
    entries = LedgerEntry.objects.filter(
        of_importers(importers),
        period_end__in={period_end(first), period_end(last)} | _ends_between(first, last),
        file__in=files,
        superseded_by=None,
        accounted_on=None,
        released_on__range=(first, last),
    )
    return (
        entries.filter(~Exists(billed))
        .order_by()
        .values_list("importer_id", "program_account_id", "program_account__bn15", "released_on")
        .annotate(count=Count("id"), total=Sum("amount"))
    )


def _ends_between(first: date, last: date) -> set[date]:
    return {period.last for period in _periods(first, last) if first <= period.last <= last}


def _page_of(statement: Billed | None, account: Account) -> str:
    if statement:
        return address_of("statement", statement.pk)
    return address_of("importer", account.importer_id)


def _period_reason(period: BillingPeriod) -> Any:
    words = {"first": period.first.isoformat(), "last": period.last.isoformat()}
    return _("For goods released from %(first)s to %(last)s.") % words
