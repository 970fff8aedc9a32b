"""Spreadsheets: exact text out of good ones, a clear refusal of bad ones, and never a crash."""

import io
import time
import zipfile
import zlib
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from carmsvc.platform import spreadsheets
from carmsvc.platform.spreadsheet_child import text_of
from carmsvc.platform.tables import FileRefused, Limits, Table, open_table

HEADER = ["Number", "Type", "Amount", "Day"]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" '
    'ContentType="application/xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
    '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    "</Relationships>",
}
HEADER_ROW = "<row r='1'>" + "".join(
    f'<c r="{letter}1" t="inlineStr"><is><t>{name}</t></is></c>'
    for letter, name in zip("ABCD", HEADER, strict=True)
)
GOOD_ROW = '<row r="2"><c r="A2"><v>1</v></c><c r="C2"><v>5</v></c></row>'


def is_header(cells):
    return "Number" in cells


def opened(content: bytes, tmp_path: Path, **limits: Any) -> Table:
    path = tmp_path / "statement.csv"  # the name decides nothing
    path.write_bytes(content)
    return open_table(path, path.name, Limits(**limits), is_header)


def rows_of(table: Table) -> list[tuple[int, list[str]]]:
    return [
        pair for chunk in table.chunks() for pair in zip(chunk.row_numbers, chunk.rows, strict=True)
    ]


def refusal(content: bytes, tmp_path: Path, **limits: Any) -> FileRefused:
    with pytest.raises(FileRefused) as refused:
        opened(content, tmp_path, **limits)
    return refused.value


def workbook(*rows: list[Any], title: str = "Sheet") -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    return book


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(parts: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def sheet_of(rows: str, before: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    """A workbook whose only sheet holds this XML."""
    xml = f'{before}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    return zipped({**PARTS, "xl/worksheets/sheet1.xml": xml})


# good ones


def test_cells_come_out_as_exact_text(tmp_path):
    row = [12345678901234, "CAD", 1240.1, date(2026, 11, 5)]
    with opened(saved(workbook(HEADER, row)), tmp_path) as table:
        assert rows_of(table) == [(2, ["12345678901234", "CAD", "1240.1", "2026-11-05"])]
        assert (table.encoding, table.sheet_name, table.header) == ("xlsx", "Sheet", HEADER)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12345678901234.0, "12345678901234"),
        (0.1 + 0.2, "0.3"),
        (1240.1, "1240.1"),
        (-1000.0, "-1000"),
        (-0.0, "0"),
        (1e-7, "0.0000001"),
        (1.005, "1.005"),
        (1e22, "10000000000000000000000"),
        (float("inf"), "inf"),
        (1e300, "1e+300"),
        (True, "TRUE"),
        (datetime(2026, 11, 5), "2026-11-05"),
        (datetime(2026, 11, 5, 14, 30), "2026-11-05 14:30:00"),
        (date(2026, 11, 5), "2026-11-05"),
    ],
)
def test_numbers_and_days_as_text(value, text):
    assert text_of(value) == text


def test_a_formula_counts_with_the_value_that_was_saved(tmp_path):
    cells = '<c r="A2"><v>1</v></c><c r="C2"><f>1+1</f><v>2.5</v></c><c r="D2"><f>NOW()</f></c>'
    content = sheet_of(f'{HEADER_ROW}</row><row r="2">{cells}</row>')

    assert rows_of(opened(content, tmp_path)) == [(2, ["1", "", "2.5", ""])]


def test_rows_keep_their_numbers_when_some_are_empty(tmp_path):
    book = workbook(["Statement of account"], [], HEADER, [1, "a", 5], [], [2, "b", 6])
    with opened(saved(book), tmp_path) as table:
        assert table.header_row_no == 3
        assert [number for number, _ in rows_of(table)] == [4, 6]
        assert table.preamble[0] == (1, ["Statement of account"])


def test_the_first_visible_sheet_with_a_header_is_read(tmp_path):
    book = workbook(["Cover page"], ["of", "the", "export"])
    hidden = book.create_sheet("Old")
    hidden.append(HEADER)
    hidden.append([0, "old", 0])
    hidden.sheet_state = "hidden"
    found = book.create_sheet("Lines")
    found.append(HEADER)
    found.append([1, "a, b", 5])
    with opened(saved(book), tmp_path) as table:
        assert table.sheet_name == "Lines"
        assert rows_of(table) == [(2, ["1", "a, b", "5", ""])]


def test_headings_nobody_knows_are_taken_from_the_first_sheet_that_has_some(tmp_path):
    book = workbook(["Zahl", "Art", "Betrag"], [1, "a", 5])

    assert opened(saved(book), tmp_path).header == ["Zahl", "Art", "Betrag"]


def test_texts_with_separators_quotes_and_line_breaks(tmp_path):
    row = ["00012", 'say "hi", twice\nplease', None, "=1+1"[1:]]

    assert rows_of(opened(saved(workbook(HEADER, row)), tmp_path)) == [
        (2, ["00012", 'say "hi", twice\nplease', "", "1+1"])
    ]


def test_temporary_files_go_with_the_table(tmp_path):
    with opened(saved(workbook(HEADER, [1])), tmp_path) as table:
        path = table._text.path
        assert path.exists()
    assert not path.parent.exists()


# bad ones


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "empty_file"),
        ([HEADER], "header_only"),
        ([[1, 2, 3], [4, 5, 6]], "has_no_header"),
        ([HEADER, ["x" * 1001]], "cell_too_long"),
        ([HEADER + list(range(200)), [1]], "too_many_columns"),
    ],
)
def test_workbooks_that_hold_no_table(tmp_path, rows, code):
    assert refusal(saved(workbook(*rows)), tmp_path).code == code


def test_too_many_rows(tmp_path):
    with opened(saved(workbook(HEADER, [1], [2], [3])), tmp_path, max_rows=3) as table:
        assert len(rows_of(table)) == 3
    assert (
        refusal(saved(workbook(HEADER, [1], [2], [3])), tmp_path, max_rows=2).code
        == "too_many_rows"
    )


@pytest.mark.parametrize(
    "cells",
    [
        '<c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        "<c r='A1'><v>1</v></c></row><row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
        '<c r="A1"><v>1</v></c></row><row r="1048576"><c s="0" r="XFD1048576"><v>1</v></c></row>',
        '<c r="ZZ1"><v>1</v></c></row><row r="1048576"><c><v>1</v></c></row>',
    ],
    ids=["plain", "single quotes", "other attributes", "no reference"],
)
def test_two_cells_in_far_corners_are_refused_before_anything_is_read(tmp_path, cells):
    content = sheet_of(f'<row r="1">{cells}')
    started = time.monotonic()

    assert len(content) < 2_000
    assert refusal(content, tmp_path).code == "spreadsheet_too_large"
    assert time.monotonic() - started < 5


def test_far_corners_that_our_scan_does_not_see_only_kill_the_child(tmp_path):
    hidden = '<row r="1048576"><c x=">" r="XFD1048576"><v>1</v></c></row>'
    content = sheet_of(f"{HEADER_ROW}</row>{GOOD_ROW}{hidden}")

    assert refusal(content, tmp_path).code in {"spreadsheet_reader_died", "spreadsheet_too_large"}


def test_a_zip_bomb_is_refused_by_what_it_really_unpacks_to(tmp_path):
    bomb = sheet_of("<row/>" * 4_000_000)

    assert len(bomb) < 100_000
    assert refusal(bomb, tmp_path, max_unpacked_bytes=10_000_000).code == "spreadsheet_too_large"


def test_a_bomb_that_lies_about_its_size_is_refused_too(tmp_path):
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    size = len(packer.compress(b" " * 20_000_000) + packer.flush())
    content = zipped({**PARTS, "xl/worksheets/sheet1.xml": " " * 20_000_000})
    lying = content.replace((20_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little"))

    assert size < 50_000
    assert lying != content
    assert refusal(lying, tmp_path, max_unpacked_bytes=10_000_000).code == "spreadsheet_too_large"


def test_more_cells_than_the_limit(tmp_path):
    rows = "".join(f'<row r="{n}">' + f'<c r="A{n}"/>' * 50 + "</row>" for n in range(1, 300))

    assert refusal(sheet_of(rows), tmp_path, max_cells=10_000).code == "spreadsheet_too_large"


@pytest.mark.parametrize(
    "before",
    [
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<?xml version="1.0" encoding="utf-7"?>',
    ],
)
def test_entities_and_other_encodings_are_refused(tmp_path, before):
    cell = '<c r="D1" t="inlineStr"><is><t>&e;</t></is></c></row>'
    content = sheet_of(f"{HEADER_ROW}{cell}", before)

    assert refusal(content, tmp_path).code == "unsafe_spreadsheet"


def test_a_sheet_in_utf_16_cannot_hide_what_it_holds(tmp_path):
    xml = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x []><worksheet/>'.encode("utf-16")
    content = zipped({**PARTS, "xl/worksheets/sheet1.xml": xml})

    assert refusal(content, tmp_path).code == "unsafe_spreadsheet"


def test_a_ten_megabyte_cell(tmp_path):
    content = sheet_of(f'<row r="1"><c r="A1" t="str"><v>{"x" * 10_000_000}</v></c></row>')

    assert refusal(content, tmp_path).code == "text_too_long"


@pytest.mark.parametrize("kept", [30, 500, 4_000, -1, -30])
def test_a_workbook_that_was_cut_off(tmp_path, kept):
    content = saved(workbook(HEADER, *([n, "CAD", n, "x"] for n in range(300))))

    assert refusal(content[:kept], tmp_path).code == "truncated_archive"


def test_a_flipped_byte_is_found(tmp_path):
    content = bytearray(saved(workbook(HEADER, *([n, "CAD", n, "x"] for n in range(300)))))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
    content[part.header_offset + 30 + len(part.filename) + part.compress_size // 2] ^= 0xFF

    assert refusal(bytes(content), tmp_path).code == "truncated_archive"


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"readme.txt": "hello"}, "not_a_spreadsheet"),
        ({**PARTS, "xl/workbook.xml": "<workbook"}, "not_a_spreadsheet"),
        ({**PARTS, "XL/workbook.xml": "<workbook/>"}, "unsafe_spreadsheet"),
        (PARTS, "not_a_spreadsheet"),
    ],
)
def test_archives_that_are_no_workbook(tmp_path, parts, code):
    assert refusal(zipped(parts), tmp_path).code == code


def test_a_reader_that_takes_too_long_is_stopped(tmp_path, monkeypatch):
    sleeper = tmp_path / "sleeper.py"
    sleeper.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(spreadsheets, "_CHILD", sleeper)
    started = time.monotonic()
    refused = refusal(saved(workbook(HEADER, [1])), tmp_path, child_seconds=1)

    assert (refused.code, refused.params["reason"]) == ("spreadsheet_reader_died", "time")
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("last_words", ["import os; os.abort()", "1/0", "raise SystemExit(3)", ""])
def test_a_reader_that_dies_is_a_refused_file(tmp_path, monkeypatch, last_words):
    child = tmp_path / "child.py"
    child.write_text(last_words)
    monkeypatch.setattr(spreadsheets, "_CHILD", child)

    assert refusal(saved(workbook(HEADER, [1])), tmp_path).code == "spreadsheet_reader_died"


def test_a_reader_without_enough_memory_is_a_refused_file(tmp_path):
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="CV{n}"><v>1</v></c></row>'
        for n in range(1, 20_000)
    )
    refused = refusal(sheet_of(rows), tmp_path, child_memory_bytes=60_000_000)

    assert refused.code in {"spreadsheet_reader_died", "spreadsheet_too_large"}


def test_a_refused_workbook_leaves_no_files(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    refusal(saved(workbook(HEADER)), tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["statement.csv"]
