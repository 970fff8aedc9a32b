"""Reads of the statements room."""

from datetime import date
from decimal import Decimal
from typing import Any

from carmsvc.platform.work import WorkRow
from statements.models import LedgerFile, RowProblem, Statement, StatementFile
from statements.rules.billing import period_ending


def files_waiting(model: type[StatementFile] | type[LedgerFile]) -> list[tuple[int, int]]:
    """(importer, file) of each file that waits at the door or whose worker died."""
    assert issubclass(model, WorkRow)
    waiting = model.objects.filter(model.is_waiting()).order_by("id")
    return list(waiting.values_list("importer_id", "id"))


def problems_of(file: StatementFile | LedgerFile, severity: str) -> Any:
    """What is wrong or odd in a file, in the order of its rows."""
    owner = {"statement_file": file} if isinstance(file, StatementFile) else {"ledger_file": file}
    return RowProblem.objects.filter(severity=severity, **owner).order_by("row_no", "id")


def previous_total_payable(program_account_id: int, period_end: date) -> Decimal | None:
    """The total payable (CAD) of the statement of the period just before, if it was loaded."""
    before = period_ending(period_end).first.replace(day=17)
    found: Decimal | None = (
        Statement.objects.filter(
            program_account_id=program_account_id, period_end=before, superseded_by=None
        )
        .values_list("total_payable", flat=True)
        .first()
    )
    return found


def current_statement(program_account_id: int, period_end: date) -> Statement | None:
    """The statement that stands for an account and period."""
    found: Statement | None = Statement.objects.filter(
        program_account_id=program_account_id, period_end=period_end, superseded_by=None
    ).first()
    return found
