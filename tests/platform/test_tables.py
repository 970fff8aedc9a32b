"""Text files as tables: encodings, separators, the header row, row numbers, and refusals."""

import codecs
import subprocess
import sys
from pathlib import Path

import pytest

from carmsvc.platform.tables import FileRefused, Limits, Table, open_table

HEADER = "Number,Type,Amount"
HOSTILE = Path(__file__).parents[1] / "files" / "hostile"


def is_header(cells):
    return "Number" in cells


def opened(tmp_path: Path, content: str | bytes, **limits: int) -> Table:
    path = tmp_path / "any name.xlsx"  # the name decides nothing
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return open_table(path, path.name, Limits(**limits), is_header)


def rows_of(table: Table) -> list[tuple[int, list[str]]]:
    return [
        (number, row)
        for chunk in table.chunks()
        for number, row in zip(chunk.row_numbers, chunk.rows, strict=True)
    ]


def refusal(tmp_path: Path, content: str | bytes, **limits: int) -> FileRefused:
    with pytest.raises(FileRefused) as refused:
        rows_of(opened(tmp_path, content, **limits))
    return refused.value


# reading


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_found(tmp_path, separator):
    table = opened(tmp_path, f"{HEADER}\n1,CAD,5\n".replace(",", separator))

    assert table.separator == separator
    assert rows_of(table) == [(2, ["1", "CAD", "5"])]


def test_a_decimal_comma_is_no_separator(tmp_path):
    table = opened(tmp_path, "Number;Type;Amount\n1;CAD;5,00\n2;CAD;6,00\n")

    assert rows_of(table)[0] == (2, ["1", "CAD", "5,00"])


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("cp1252", "cp1252"),
    ],
)
def test_the_encoding_is_found(tmp_path, encoding, found):
    table = opened(tmp_path, f"{HEADER}\n1,Pénalité “€”,5\n".encode(encoding))

    assert table.encoding == found
    assert table.header == ["Number", "Type", "Amount"]
    assert rows_of(table) == [(2, ["1", "Pénalité “€”", "5"])]


def test_utf_16_of_either_byte_order(tmp_path):
    big = codecs.BOM_UTF16_BE + f"{HEADER}\n1,é,5\n".encode("utf-16-be")

    assert rows_of(opened(tmp_path, big)) == [(2, ["1", "é", "5"])]


def test_rows_are_numbered_as_excel_shows_them(tmp_path):
    text = f'Title\n\n{HEADER}\n"1","a\nb",5\n\n , ,\n2,c,6\r\n3,d,7\n'
    table = opened(tmp_path, text)

    assert table.header_row_no == 3
    assert table.preamble == [(1, ["Title"])]
    assert [number for number, _ in rows_of(table)] == [4, 7, 8]
    assert rows_of(table)[0][1] == ["1", "a\nb", "5"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_in_any_of_three_ways(tmp_path, end):
    table = opened(tmp_path, end.join((HEADER, "1,a,5", "2,b,6")))

    assert [row for _, row in rows_of(table)] == [["1", "a", "5"], ["2", "b", "6"]]


def test_unusual_line_separators_inside_a_cell_are_no_line_ends(tmp_path):
    cell = "a\u2028b\x0cc"

    assert rows_of(opened(tmp_path, f"{HEADER}\n1,{cell},5\n")) == [(2, ["1", cell, "5"])]


def test_short_rows_are_filled_and_long_ones_told(tmp_path):
    table = opened(tmp_path, f"{HEADER}\n1\n2,a,5,,\n3,b,6,,x\n")
    (chunk,) = table.chunks()

    assert chunk.rows == [["1", "", ""], ["2", "a", "5"], ["3", "b", "6"]]
    assert chunk.too_many_cells == {4: "x"}


def test_empty_headings_at_the_end_are_no_columns(tmp_path):
    table = opened(tmp_path, f"{HEADER},,\n1,a,5,,\n2,b,6,,x\n")

    assert table.header == ["Number", "Type", "Amount"]
    assert [chunk.too_many_cells for chunk in table.chunks()] == [{3: "x"}]


def test_chunks_can_be_read_twice_and_hold_every_row_once(tmp_path):
    lines = [f"{number},CAD,5" for number in range(10_001)]
    table = opened(tmp_path, "\n".join((HEADER, *lines)) + "\n")

    assert rows_of(table) == rows_of(table)
    assert [(no, row[0]) for no, row in rows_of(table)] == [(n + 2, str(n)) for n in range(10_001)]


def test_a_text_across_a_block_of_reading_is_whole(tmp_path):
    lines = [f"{number},{'é€' * (number % 7)},5" for number in range(60_000)]
    table = opened(tmp_path, "\n".join((HEADER, *lines)))

    assert [",".join(row) for _, row in rows_of(table)] == lines


def test_headings_nobody_knows_are_taken_where_nothing_is_known(tmp_path):
    table = opened(tmp_path, "My file\nZahl;Art;Betrag\n1;a;5\n")

    assert (table.header, table.header_row_no) == (["Zahl", "Art", "Betrag"], 2)


# refusals


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\n\n , ,\n", "empty_file"),
        (codecs.BOM_UTF8, "empty_file"),
        (HEADER.encode(), "header_only"),
        (f"{HEADER}\n,,\n\n".encode(), "header_only"),
        (b"1,2,3\n4,5,6\n", "has_no_header"),
        (b"just some words\n", "has_no_header"),
        (b"%PDF-1.7\n%\xe2\xe3\n1 0 obj", "pdf_file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old_excel_format"),
        (b"PK\x03\x04 and no more", "truncated_archive"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(32)) * 9, "not_text"),
        (b"<html><table><tr><td>Number</td></tr></table>", "web_page_or_xml"),
        (b'<?xml version="1.0"?><Workbook/>', "web_page_or_xml"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8\x41\x00", "not_text"),
    ],
)
def test_what_is_no_table(tmp_path, content, code):
    assert refusal(tmp_path, content).code == code


def test_a_nul_byte_is_found_in_its_row(tmp_path):
    lines = "1,CAD,5\n" * 40_000
    refused = refusal(tmp_path, f"{HEADER}\n{lines}2,C\0D,5\n")

    assert (refused.code, refused.params) == ("nul_byte", {"row": 40_002})


@pytest.mark.parametrize(
    "bad",
    [
        "Pénalité".encode("cp1252") + b",5\n3," + "Pénalité".encode(),
        b"\x81",  # undefined in Windows-1252
        "\x85".encode(),  # a control that only a wrong conversion makes
    ],
)
def test_mixed_encodings_are_found_in_their_row(tmp_path, bad):
    refused = refusal(tmp_path, f"{HEADER}\n1,CAD,5\n2,".encode() + bad + b",5\n")

    assert (refused.code, refused.params) == ("mixed_encoding", {"row": 3})


def test_french_capitals_before_a_no_break_space_are_not_taken_for_utf_8(tmp_path):
    table = opened(tmp_path, f"{HEADER}\n1,PAYÉ\u00a0»,5\n".encode("cp1252"))

    assert rows_of(table) == [(2, ["1", "PAYÉ\u00a0»", "5"])]


@pytest.mark.parametrize("row", ['1,"never closed,5\n2,b,6\n3,c,7', '1,"a"b,5', '1,"a" ,5\n2,"b,6'])
def test_quotation_marks_that_do_not_fit_are_refused(tmp_path, row):
    refused = refusal(tmp_path, f"{HEADER}\n0,ok,1\n{row}\n")

    assert (refused.code, refused.params["row"]) == ("quotation_mark_not_closed", 3)


def test_limits_on_rows_columns_cells_and_bytes(tmp_path):
    text = f"{HEADER}\n" + "1,CAD,5\n" * 10

    assert refusal(tmp_path, text, max_rows=9).code == "too_many_rows"
    assert refusal(tmp_path, text, max_cells=29).code == "too_many_cells_in_file"
    assert refusal(tmp_path, text, max_bytes=50).code == "file_too_large"
    assert refusal(tmp_path, text, max_columns=2).params == {"limit": 2, "found_at_row": 1}
    assert rows_of(opened(tmp_path, text, max_rows=10, max_columns=3, max_cells=30))


def test_a_long_cell_is_found_where_it_is(tmp_path):
    one_line = refusal(tmp_path, f"{HEADER}\n1,CAD,5\n2,{'x' * 1001},5\n")
    many_lines = refusal(tmp_path, f'{HEADER}\n1,CAD,5\n2,"{"x" * 500}\n{"x" * 501}",5\n')

    for refused in (one_line, many_lines):
        assert refused.code == "cell_too_long"
        assert refused.params == {"limit": 1000, "row": 3, "column": 2}
    assert rows_of(opened(tmp_path, f"{HEADER}\n2,{'x' * 1000},5\n"))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("far_corners.xlsx", "spreadsheet_too_large"),
        ("entities.xlsx", "unsafe_spreadsheet"),
        ("nul.csv", "nul_byte"),
        ("mixed_encodings.csv", "mixed_encoding"),
        ("truncated.xlsx", "truncated_archive"),
        ("header_only.csv", "header_only"),
    ],
)
def test_hostile_files(name, code):
    with pytest.raises(FileRefused) as refused:
        open_table(HOSTILE / name, name, Limits(), is_header)

    assert refused.value.code == code


def test_tables_and_layouts_need_no_framework():
    modules = "carmsvc.platform.tables, statements.layouts.reading, statements.layouts.preview"
    program = f"import sys, {modules}; print('django' in sys.modules, 'celery' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)

    assert said.stdout.split() == [b"False", b"False"]


# memory: each file is opened in a process of its own, which tells what it took

MEASURED = """
import resource, sys
from pathlib import Path
from carmsvc.platform.tables import FileRefused, Limits, open_table
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    table = open_table(Path(sys.argv[1]), "x", Limits(), lambda cells: "Number" in cells)
    for chunk in table.chunks():
        pass
    code = "read"
except FileRefused as refused:
    code = refused.code
print(code, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
FEW_MEBIBYTES = 25


def measured(path: Path) -> tuple[str, int]:
    """What became of a file, and the mebibytes it took."""
    said = subprocess.run(
        [sys.executable, "-c", MEASURED, path], capture_output=True, text=True, check=True
    )
    code, mebibytes = said.stdout.split()
    return code, int(mebibytes)


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([HEADER, "1," + "x" * 10_000_000 + ",5"], "cell_too_long"),
        ([HEADER, '1,"' + "x\n" * 5_000_000], "cell_too_long"),
        ([HEADER, "," * 2_000_000], "too_many_columns"),
        (["," * 2_000_000], "too_many_columns"),
        (["x" * 20_000_000], "cell_too_long"),
        ([HEADER, *["1,CAD,5"] * 500_000], "read"),
        ([HEADER, "", *[""] * 3_000_000], "too_many_rows"),
    ],
    ids=["cell", "quoted cell", "separators", "header", "one word", "many rows", "blank rows"],
)
def test_a_large_file_takes_little_memory(tmp_path, lines, code):
    path = tmp_path / "large.csv"
    path.write_text("\n".join(lines))
    found, mebibytes = measured(path)

    assert found == code
    assert mebibytes < FEW_MEBIBYTES
