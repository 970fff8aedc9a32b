"""Reads of the statements room."""

from datetime import date
from decimal import Decimal
from typing import Any

from carmsvc.platform.work import WorkRow
from clients.models import ProgramAccount
from statements.models import LedgerFile, RowProblem, Statement, StatementFile
from statements.rules.billing import period_ending


def files_waiting(
    model: type[StatementFile] | type[LedgerFile],
) -> list[tuple[int, int]]:
    """(importer, file) of each file that waits at the door or whose worker died."""
    assert issubclass(model, WorkRow)
    waiting = model.objects.filter(model.is_waiting()).order_by("id")
    return list(waiting.values_list("importer_id", "id"))


def problems_of(file: StatementFile | LedgerFile, severity: str) -> Any:
    """What is wrong or odd in a file, in the order of its rows."""
    owner = (
        {"statement_file": file}
        if isinstance(file, StatementFile)
        else {"ledger_file": file}
    )
    return RowProblem.objects.filter(severity=severity, **owner).order_by(
        "row_no", "id"
    )


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


def accounts_of(importer_id: int) -> Any:
    """An importer's program accounts, in order."""
    return ProgramAccount.objects.filter(importer_id=importer_id)


def is_under_way(file: StatementFile | LedgerFile) -> bool:
    """Whether a worker has a file, or will take it without anybody's help."""
    return (
        file.state in (file.State.RECEIVED, file.State.READING) and not file.parked_at
    )


def statement_of(file: StatementFile | LedgerFile) -> Statement | None:
    """The statement a file became."""
    if not isinstance(file, StatementFile):
        return None
    found: Statement | None = (
        Statement.objects.filter(file=file).order_by("-id").first()
    )
    return found


def problems_page(file: StatementFile | LedgerFile, limit: int) -> dict[str, Any]:
    """The first errors and warnings of a file, and how many errors carry a suggested repair."""
    errors = problems_of(file, RowProblem.Severity.ERROR)
    return {
        "errors": list(errors[:limit]) if file.error_count else [],
        "warnings": list(problems_of(file, "warning")[:limit])
        if file.warning_count
        else [],
        "repair_count": errors.exclude(suggestion=None).count()
        if file.error_count
        else 0,
    }


def recent_files(importer_id: int, limit: int) -> list[StatementFile | LedgerFile]:
    """An importer's newest files of both kinds, newest first."""
    files: list[StatementFile | LedgerFile] = []
    for model in (StatementFile, LedgerFile):
        rows = model.objects.filter(importer_id=importer_id)
        rows = rows.select_related("program_account", "uploaded_by", "parked_for")
        files += rows.order_by("-uploaded_at", "-id")[:limit]
    return sorted(files, key=lambda file: file.uploaded_at, reverse=True)[:limit]
