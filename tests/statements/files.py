"""Statements that stand, and what they hold."""

from datetime import date

from clients.models import ProgramAccount
from statements.models import Statement, StatementLine

SEPTEMBER = date(2026, 9, 17)
NOVEMBER = date(2026, 11, 17)
MONTHS = (date(2026, 10, 17), NOVEMBER, date(2026, 12, 17))


def amounts(of: Statement) -> list[str]:
    rows = StatementLine.objects.filter(statement=of).order_by("row_no")
    return [f"{amount:.2f}" for amount in rows.values_list("amount", flat=True)]


def standing(account: ProgramAccount) -> list[Statement]:
    return list(Statement.objects.filter(program_account=account, superseded_by=None))
