"""Months of some thousand rows, brought to the door, and what must have become of them."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

from carmsvc.platform.audit_chain import broken_links
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, ProgramAccount, User
from reconciliation.models import MatchRun
from statements.models import LedgerEntry, LedgerFile, Statement, StatementFile, StatementLine
from statements.rules.billing import period_ending
from tests.statements.door import LEDGER, bring_ledger, bring_statement, entry, line, text

PERIODS = tuple(date(2026, month, 17) for month in (5, 6, 7, 8, 9, 10))


def rows_of(bn15: str, last: date, count: int) -> list[tuple[int, str, str]]:
    """(number, amount, day) of each declaration of an account's month."""
    first, serial = period_ending(last).first, (int(bn15[-4:]) * 100 + last.month) * 100_000
    return [
        (serial + at, f"{(at * 37) % 90_000 / 100 + 1:.2f}", first.isoformat())
        for at in range(count)
    ]


def bring_month(
    account: ProgramAccount, last: date, count: int, by: User | None = None
) -> tuple[StatementFile, LedgerFile]:
    """Both books of a month; every hundredth declaration is missing from the ledger."""
    rows = rows_of(account.bn15, last, count)
    lines = [line(no, amount, released=day) for no, amount, day in rows]
    entries = [
        entry(no, amount, released=day, account=account.bn15)
        for at, (no, amount, day) in enumerate(rows)
        if at % 100
    ]
    with importer_scope(account.importer_id):
        statement = bring_statement(account, text(lines), last=last, by=by).file
        ledger = bring_ledger(account, text(entries, LEDGER), by=by).file
    return statement, ledger


def is_settled(importer: Importer) -> bool:
    """Whether nothing waits any more: every file loaded and collected, no run under way."""
    with importer_scope(importer.pk):
        for model in (StatementFile, LedgerFile):
            if model.objects.exclude(state="loaded", collected_at__isnull=False).exists():
                return False
        return not MatchRun.objects.filter(state__in=["requested", "running"]).exists()


def assert_whole(importer: Importer, months: dict[tuple[str, date], int]) -> None:
    """One statement per file, one run per statement, every row once, to the cent."""
    with importer_scope(importer.pk):
        statements = Statement.objects.select_related("program_account")
        found = {(one.program_account.bn15, one.period_end): one for one in statements}
        assert found.keys() == months.keys()
        assert Statement.objects.count() == StatementFile.objects.count() == len(months)
        for key, count in months.items():
            _assert_month(found[key], count)
        entries = Counter(LedgerEntry.objects.values_list("transaction_no", flat=True))
        assert set(entries.values()) == {1}
        assert entries.total() == sum(count - -(-count // 100) for count in months.values())
        assert not LedgerEntry.objects.exclude(superseded_by=None).exists()
        assert broken_links(importer.pk) == []


def _assert_month(statement: Statement, count: int) -> None:
    rows = rows_of(statement.program_account.bn15, statement.period_end, count)
    expected = [Decimal(amount) for _, amount, _ in rows]
    lines = StatementLine.objects.filter(statement=statement).order_by("row_no")
    assert list(lines.values_list("amount", flat=True)) == expected
    assert statement.activity == sum(expected)
    (run,) = MatchRun.objects.filter(statement=statement, state="finished", superseded_by=None)
    assert run.residual == 0
    assert _counts(run) == {
        "010_exact": count - -(-count // 100),
        "not_in_ledger": -(-count // 100),
    }


def _counts(run: MatchRun) -> dict[str, int]:
    totals: Any = run.totals["matched"] | run.totals["variances"]
    return {name: total["count"] for name, total in totals.items()}
