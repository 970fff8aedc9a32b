"""Statements and ledgers written down in a test as a person would say them."""

import itertools
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from clients.models import ProgramAccount, User
from reconciliation.actions import confirm_suggestion, request_run, run_match
from reconciliation.models import MatchRun
from reconciliation.queries import current_run, run_document
from statements.models import (
    LedgerEntry,
    LedgerFile,
    MappingProfile,
    Statement,
    StatementFile,
    StatementLine,
)
from statements.rules.billing import payment_due_on, period_end, period_ending, statement_on

PERIOD_END = date(2026, 10, 17)
IN_PERIOD = date(2026, 10, 5)
_unique = itertools.count(1)


@dataclass(frozen=True)
class Line:
    """One line of a statement, or one entry of a ledger, as a test writes it."""

    number: str | None
    amount: str
    type: str | None = "CAD"
    version: int | None = None
    released: date | None = IN_PERIOD
    posted: date | None = None
    reference: str | None = None
    accounted: date | None = None
    parts: tuple[tuple[str, str], ...] = ()
    words: tuple[tuple[str, str], ...] = ()  # other text columns


def number(serial: int | str | None) -> str | None:
    """A 14-digit transaction number for a short name."""
    return None if serial is None else f"12345{serial!s:0>9}"


def _money(line: Line) -> dict[str, Any]:
    return {"amount": Decimal(line.amount)} | {name: Decimal(x) for name, x in line.parts}


def _file(model: Any, account: ProgramAccount, **told: Any) -> Any:
    return model.objects.create(
        importer_id=account.importer_id,
        program_account=account,
        file_name="test.csv",
        original="originals/none",
        size=1,
        sha256=f"{next(_unique):064d}",
        state="loaded",
        **told,
    )


def soa(
    account: ProgramAccount,
    *lines: Line,
    last: date = PERIOD_END,
    opening: str = "0.00",
) -> Statement:
    """A loaded statement with these lines; an older one of the period steps aside."""
    period = period_ending(last)
    file = _file(StatementFile, account, period_end=last)
    activity = sum((Decimal(line.amount) for line in lines), Decimal("0.00"))
    older = Statement.objects.filter(
        program_account=account, period_end=last, superseded_by=None
    ).first()
    if older:
        Statement.objects.filter(pk=older.pk).update(superseded_by=older)
    statement = Statement.objects.create(
        importer_id=account.importer_id,
        program_account=account,
        file=file,
        period_start=period.first,
        period_end=last,
        statement_on=statement_on(period),
        payment_due_on=payment_due_on(period),
        opening_balance=Decimal(opening),
        activity=activity,
        total_payable=Decimal(opening) + activity,
        opening_balance_stated=True,
        line_count=len(lines),
    )
    if older:
        Statement.objects.filter(pk=older.pk).update(superseded_by=statement)
    StatementLine.objects.bulk_create(
        StatementLine(
            importer_id=account.importer_id,
            statement=statement,
            row_no=row,
            transaction_no=number(line.number),
            version=line.version,
            transaction_type=line.type,
            released_on=line.released,
            posted_on=line.posted or line.released,
            reference=line.reference,
            filed_by="ours",
            **_money(line),
            **dict(line.words),
        )
        for row, line in enumerate(lines, start=2)
    )
    return statement


def ledger(
    account: ProgramAccount, *entries: Line, profile: MappingProfile | None = None
) -> LedgerFile:
    """A loaded ledger file with these entries."""
    days = {entry: entry.released or entry.posted or IN_PERIOD for entry in entries}
    first = min((period_end(day) for day in days.values()), default=PERIOD_END)
    file: LedgerFile = _file(
        LedgerFile,
        account,
        periods_changed={str(account.pk): first.isoformat()},
        profile=profile,
    )
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            importer_id=account.importer_id,
            program_account=account,
            file=file,
            row_no=row,
            transaction_no=number(entry.number),
            version=entry.version,
            transaction_type=entry.type,
            released_on=entry.released,
            accounted_on=entry.accounted,
            posted_on=entry.posted,
            reference=entry.reference,
            period_end=period_end(days[entry]),
            **_money(entry),
            **dict(entry.words),
        )
        for row, entry in enumerate(entries, start=2)
    )
    return file


def reconciled(statement: Statement) -> MatchRun:
    """The finished run of a statement."""
    run = request_run(statement=statement, by=None)
    run_match(importer_id=statement.importer_id, run_id=run.pk)
    finished = current_run(statement)
    assert finished is not None, MatchRun.objects.get(pk=run.pk).last_failure
    return finished


def items(run: MatchRun) -> list[tuple[Any, ...]]:
    """(pass or kind, short number, line amounts, entry amounts) of everything in a run."""
    found = []
    for item in run_document(run, items=True)["items"]:
        short = (item["transaction_no"] or "")[5:].lstrip("0") or None
        name = item.get("pass") or item["kind"]
        found.append((name, short, item["line_amounts"], item["entry_amounts"]))
    return found


def effects(run: MatchRun) -> dict[str, str]:
    """Kind of variance -> its effect on the bridge, as text."""
    return {kind: total["effect"] for kind, total in run.totals["variances"].items()}


def placed(run: MatchRun) -> tuple[int, int, Decimal, Decimal]:
    """How many lines and entries a run placed, and their amounts."""
    rows = run.placements.all()
    sums = rows.aggregate(line=Sum("line_amount"), entry=Sum("entry_amount"))
    return (
        rows.exclude(line=None).count(),
        rows.exclude(entry=None).count(),
        sums["line"] or Decimal("0.00"),
        sums["entry"] or Decimal("0.00"),
    )


def decided(run: MatchRun, by: User) -> MatchRun:
    """The run that stands once somebody has confirmed every suggestion."""
    for group_no in run.placements.filter(place="suggestion").values_list("group_no", flat=True):
        following = confirm_suggestion(run=run, group_no=group_no, by=by)
        run_match(importer_id=run.importer_id, run_id=following.pk)
    standing = current_run(run.statement)
    assert standing is not None
    return standing
