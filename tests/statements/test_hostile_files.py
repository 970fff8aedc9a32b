"""Files nobody should send: a clear refusal or named rows, and nothing is ever saved of them."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from clients.models import ProgramAccount
from statements.messages import FILE_REFUSALS
from statements.models import LedgerEntry, Statement, StatementFile, StatementLine
from tests.statements.door import (
    LEDGER,
    STATEMENT,
    bring_ledger,
    bring_statement,
    entry,
    line,
    problems,
    read,
    text,
    workbook,
)

KEPT = sorted((Path(__file__).parents[1] / "files" / "hostile").iterdir())
GOOD = text([line("1", "1.00"), line("2", "2.00")])


def taken_in(account: ProgramAccount, content: str | bytes, name: str = "soa.csv") -> StatementFile:
    file: StatementFile = read(bring_statement(account, content, name=name).file)
    assert file.last_failure == "", "a bad file is refused, never tried again"
    return file


def assert_nothing_saved() -> None:
    for model in (Statement, StatementLine, LedgerEntry):
        assert not model.objects.exists()


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.name)
def test_a_kept_hostile_file_is_refused_in_words(account: ProgramAccount, path: Path) -> None:
    file = taken_in(account, path.read_bytes(), path.name)

    assert file.state == "rejected"
    assert file.refusal["code"] in FILE_REFUSALS
    assert str(FILE_REFUSALS[file.refusal["code"]]) % file.refusal["params"]
    assert_nothing_saved()


def bomb() -> bytes:
    """A spreadsheet of a few kilobytes that unpacks to 90 MB."""
    with zipfile.ZipFile(io.BytesIO(workbook([line("1", "1.00")]))) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b"<sheetData>", b"<sheetData>" + b"<row/>" * 15_000_000, 1)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name, content in parts.items():
            book.writestr(name, content)
    return out.getvalue()


REFUSED: dict[str, tuple[str | bytes, str]] = {
    "nothing": ("", "empty_file"),
    "only blanks": (" \n\n \n", "empty_file"),
    "headings only": (STATEMENT + "\n", "header_only"),
    "no headings": ("Dear client,\nplease find enclosed\n", "has_no_header"),
    "a web page": ("<!DOCTYPE html><html><table></table></html>", "web_page_or_xml"),
    "a PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "pdf_file"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old_excel_format"),
    "a NUL": (GOOD.replace("2.00", "2.\x0000"), "nul_byte"),
    "an archive": (b"PK\x03\x04" + bytes(200), "truncated_archive"),
    "a quotation mark that is never closed": (
        STATEMENT + '\n12345000000018,"CAD,2026-10-05,2026-10-05,,1.00\n' + "x,y\n" * 400,
        "quotation_mark_not_closed",
    ),
}


@pytest.mark.parametrize(("content", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_a_file_that_is_no_table_is_refused_and_says_why(
    account: ProgramAccount, content: str | bytes, code: str
) -> None:
    file = taken_in(account, content)

    assert (file.state, file.refusal["code"]) == ("rejected", code)
    assert_nothing_saved()


def test_a_spreadsheet_that_unpacks_to_too_much_is_refused(
    account: ProgramAccount, settings: Any
) -> None:
    settings.UPLOAD_MAX_UNPACKED_BYTES = 50 * 2**20

    file = taken_in(account, bomb(), "soa.xlsx")

    assert (file.state, file.refusal["code"]) == ("rejected", "spreadsheet_too_large")
    assert_nothing_saved()


@pytest.mark.parametrize(
    ("limit", "most", "code"),
    [
        ("UPLOAD_MAX_ROWS", 1, "too_many_rows"),
        ("UPLOAD_MAX_COLUMNS", 5, "too_many_columns"),
        ("UPLOAD_MAX_CELLS", 11, "too_many_cells_in_file"),
        ("UPLOAD_MAX_BYTES", 100, "file_too_large"),
    ],
)
def test_a_file_beyond_a_limit_is_refused(
    account: ProgramAccount, settings: Any, limit: str, most: int, code: str
) -> None:
    setattr(settings, limit, most)

    file = taken_in(account, GOOD)

    assert (file.state, file.refusal["code"]) == ("rejected", code)
    assert_nothing_saved()


WRONG_CELLS: dict[str, str] = {
    "a formula": line("1", "=1+1"),
    "a command": line("1", "=cmd|' /C calc'!A0"),
    "not a number": line("1", "NaN"),
    "infinity": line("1", "Infinity"),
    "an exponent": line("1", "1E+3"),
    "other digits": line("1", "١٢٣.٤٥"),
    "three decimals": line("1", "1.005"),
    "too large": line("1", "9999999999999.99"),
    "two points": line("1", "1.2.3"),
    "no such day": line("1", "1.00", released="2026-02-30"),
    "a day long gone": line("1", "1.00", released="0001-01-01"),
    "a number that Excel ate": line("1", "1.00").replace("12345000000001", "1.2345E+13"),
    "a number too long": line("1", "1.00").replace("12345000000001", "123450000000011"),
    "SQL": line("1", "1.00").replace("12345000000001", "1'; DROP TABLE x;--"),
}


@pytest.mark.parametrize("row", WRONG_CELLS.values(), ids=WRONG_CELLS.keys())
def test_a_cell_that_cannot_be_is_named_and_nothing_is_saved(
    account: ProgramAccount, row: str
) -> None:
    file = taken_in(account, text([line("7", "1.00"), row]))

    assert file.state == "rejected"
    assert file.refusal is None
    assert {row_no for row_no, *_ in problems(file)} == {3}
    assert_nothing_saved()


def test_a_cut_off_file_is_not_half_a_statement(account: ProgramAccount) -> None:
    file = taken_in(account, GOOD[:-20])

    assert file.state == "rejected"
    assert problems(file)
    assert_nothing_saved()


def test_a_row_with_too_many_cells_is_named(account: ProgramAccount) -> None:
    file = taken_in(account, text([line("1", "1.00"), line("2", "1.00") + ",5.00"]))

    assert (file.state, problems(file)[0][0]) == ("rejected", 3)
    assert_nothing_saved()


def test_entries_of_an_account_that_is_not_the_importers_are_named(
    account: ProgramAccount,
) -> None:
    rows = [entry("1", "1.00"), entry("2", "1.00", account="100000009RM0001")]

    file = read(bring_ledger(account, text(rows, LEDGER)).file)

    assert file.state == "rejected"
    assert [problem[:3] for problem in problems(file)] == [(3, "Importer BN15", "100000009RM0001")]
    assert_nothing_saved()


def test_a_formula_in_a_text_is_kept_as_text(account: ProgramAccount) -> None:
    """It is harmless here; whoever writes it to a spreadsheet guards it."""
    file = taken_in(account, text([line("1", "1.00", reference="=cmd|' /C calc'!A0")]))

    assert file.state == "loaded"
    assert StatementLine.objects.get().reference == "=cmd|' /C calc'!A0"
