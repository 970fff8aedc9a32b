"""Files brought to the door in a test: received as a person sends them, read as a worker does."""

import io
from collections.abc import Iterable
from datetime import date
from typing import Any

import openpyxl
from django.core.files.base import ContentFile

from clients.models import ProgramAccount, User
from statements.actions import (
    Received,
    receive_ledger_file,
    receive_statement_file,
    take_in_ledger_file,
    take_in_statement_file,
)
from statements.models import LedgerFile, Statement, StatementFile
from statements.queries import statement_of
from tests.books import PERIOD_END, number

STATEMENT = "Transaction number,Transaction type,Release date,Posting date,Reference,Amount"
LEDGER = "Importer BN15,Transaction No,Type,Release date,Accounting date,Payment reference,Total"


def line(serial: int | str | None, amount: str, **told: str) -> str:
    """One row of a statement; the kind is CAD and the day 5 October unless told otherwise."""
    day = told.get("released", "2026-10-05")
    kind, reference = told.get("type", "CAD"), told.get("reference", "")
    return f"{number(serial) or ''},{kind},{day},{day},{reference},{amount}"


def entry(serial: int | str | None, amount: str, **told: str) -> str:
    """One row of a ledger."""
    account, day = told.get("account", "123456782RM0001"), told.get("released", "2026-10-05")
    kind, reference = told.get("type", "CAD"), told.get("reference", "")
    return f"{account},{number(serial) or ''},{kind},{day},{day},{reference},{amount}"


def text(rows: Iterable[str], header: str = STATEMENT) -> str:
    """A file with this header."""
    return "\n".join((header, *rows)) + "\n"


def workbook(rows: Iterable[str], header: str = STATEMENT) -> bytes:
    """The same as a spreadsheet, every cell as text."""
    book = openpyxl.Workbook()
    for row in (header, *rows):
        book.active.append([cell or None for cell in row.split(",")])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def bring_statement(
    account: ProgramAccount,
    content: str | bytes,
    *,
    last: date = PERIOD_END,
    name: str = "soa.csv",
    by: User | None = None,
    **told: Any,
) -> Received:
    """Leave a statement's file at the door."""
    return receive_statement_file(
        importer_id=account.importer_id,
        program_account=account,
        period_end=last,
        content=_content(content, name),
        file_name=name,
        by=by,
        **told,
    )


def bring_ledger(
    account: ProgramAccount, content: str | bytes, *, name: str = "ledger.csv", **told: Any
) -> Received:
    """Leave a ledger's file at the door."""
    return receive_ledger_file(
        importer_id=account.importer_id,
        content=_content(content, name),
        file_name=name,
        **{"by": None, **told},
    )


def _content(content: str | bytes, name: str) -> "ContentFile[bytes]":
    return ContentFile(content.encode() if isinstance(content, str) else content, name)


def read(file: StatementFile | LedgerFile) -> Any:
    """Take a file in as a worker does; returns it as it is now."""
    is_statement = isinstance(file, StatementFile)
    take_in = take_in_statement_file if is_statement else take_in_ledger_file
    take_in(importer_id=file.importer_id, file_id=file.pk)
    return type(file).objects.get(pk=file.pk)


def statement_file(account: ProgramAccount, *rows: str, **told: Any) -> StatementFile:
    """A statement's file of these rows, received and read."""
    file: StatementFile = read(bring_statement(account, text(rows), **told).file)
    return file


def statement(account: ProgramAccount, *rows: str, **told: Any) -> Statement:
    """The statement that these rows become."""
    file = statement_file(account, *rows, **told)
    found = statement_of(file)
    assert found, (file.state, file.refusal, problems(file), file.last_failure)
    return found


def ledger_file(account: ProgramAccount, *rows: str, **told: Any) -> LedgerFile:
    """A ledger's file of these rows, received, read and loaded."""
    file: LedgerFile = read(bring_ledger(account, text(rows, LEDGER), **told).file)
    assert file.state == "loaded", (file.state, file.refusal, problems(file), file.last_failure)
    return file


def problems(file: StatementFile | LedgerFile, severity: str = "error") -> list[tuple[Any, ...]]:
    """(row, column, value, code) of everything wrong in a file."""
    rows = file.problems.filter(severity=severity).order_by("row_no", "id")
    return list(rows.values_list("row_no", "column", "value", "code"))
