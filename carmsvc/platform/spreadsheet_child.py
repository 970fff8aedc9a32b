"""The child process that reads one sheet of a workbook and writes it as comma separated text.

Run by `spreadsheets.py` as a script: it imports neither Django nor carmsvc, takes its task as
JSON in the first argument, writes rows to standard output and its answer to standard error.
Values only: no formulas, no macros. Dates come out as YYYY-MM-DD and numbers as exact text.
"""

import csv
import io
import json
import re
import resource
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import IO, Any, NoReturn

_REFUSED, _NO_SUCH_SHEET = 3, 4
_BLOCK = 2**18
_LONGEST_TEXT = 2**20  # bytes of one string before we stop looking for its end
_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 1
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_ENCODING = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([^"']*)""")
_OTHER_WIDTHS = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<", b"\x00\x00")
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_PLAIN_REF = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"')
_ROW_OR_CELL = re.compile(rb"<(?:\w+:)?(row|c)(?=[\s/>])([^>]*)")
_REF = re.compile(rb"""\br\s*=\s*["']\s*([A-Z]{0,3})(\d{1,7})""")
_HOLDS_CELLS = re.compile(r"xl/(worksheets/|sharedStrings)", re.IGNORECASE)


class Refused(Exception):
    """The workbook is not read; becomes the parent's `FileRefused`."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params


class Extent:
    """How far the cells of one sheet reach, seen from its XML as it goes by."""

    def __init__(self, max_cells: int) -> None:
        self.max_cells = max_cells
        self.cells = self.rows = self.columns = 0
        self.row = self.column = 0  # of the last cell seen

    def see(self, xml: bytes) -> None:
        """Take in a stretch of XML that ends between two tags; raises `Refused`."""
        refs = _PLAIN_REF.findall(xml)
        if len(_CELL.findall(xml)) == len(refs):
            self._see_refs(refs)
        else:
            self._see_tags(xml)
        if max(self.cells, self.rows * self.columns) > self.max_cells:
            raise Refused(
                "spreadsheet_too_large",
                rows=self.rows,
                columns=self.columns,
                limit=self.max_cells,
            )

    def _see_refs(self, refs: list[tuple[bytes, bytes]]) -> None:
        if not refs:
            return
        self.cells += len(refs)
        self.columns = max(self.columns, *map(_column_no, {letters for letters, _ in refs}))
        self.rows = max(self.rows, *map(int, {digits for _, digits in refs}))
        self.column, self.row = _column_no(refs[-1][0]), int(refs[-1][1])

    def _see_tags(self, xml: bytes) -> None:
        """Cells without a reference stand beside the one before, as the readers count them."""
        for tag, attributes in _ROW_OR_CELL.findall(xml):
            ref = _REF.search(attributes)
            if tag == b"row":
                self.row, self.column = int(ref[2]) if ref else self.row + 1, 0
            else:
                self.cells += 1
                self.column = _column_no(ref[1]) if ref else self.column + 1
                self.row = int(ref[2]) if ref else self.row
            self.rows, self.columns = max(self.rows, self.row), max(self.columns, self.column)


def _column_no(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def scan(path: str, limits: dict[str, int]) -> None:
    """Inflate every part once and look at what it would cost; raises `Refused`."""
    left = limits["max_unpacked_bytes"]
    with zipfile.ZipFile(path) as archive, open(path, "rb") as file:
        parts = archive.infolist()
        _check_directory(parts)
        for part in parts:
            left -= _scan_part(file, part, left, limits)


def _check_directory(parts: list[zipfile.ZipInfo]) -> None:
    names = [part.filename for part in parts]
    if "xl/workbook.xml" not in names:
        raise Refused("not_a_spreadsheet")
    if len({name.casefold() for name in names}) != len(names):
        raise Refused("unsafe_spreadsheet", reason="duplicate part")
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise Refused("unsafe_spreadsheet", reason="encrypted part")
    if any(part.compress_type not in (_STORED, _DEFLATED) for part in parts):
        raise Refused("unsafe_spreadsheet", reason="compression method")


def _scan_part(file: IO[bytes], part: zipfile.ZipInfo, left: int, limits: dict[str, int]) -> int:
    """Look at one part; returns its real size in bytes."""
    size = checksum = 0
    is_xml = part.filename.lower().endswith((".xml", ".rels", ".vml"))
    holds_cells = bool(_HOLDS_CELLS.match(part.filename))
    extent = Extent(limits["max_cells"])
    carry = b""
    for block in _inflated(file, part):
        size += len(block)
        checksum = zlib.crc32(block, checksum)
        if size > left:
            raise Refused("spreadsheet_too_large", limit_bytes=limits["max_unpacked_bytes"])
        if not is_xml:
            continue
        if size == len(block):
            _check_encoding(block)
        seen, carry = _cut_between_tags(carry + block)
        _refuse_doctype(seen)
        if holds_cells and len(carry) > _LONGEST_TEXT:
            raise Refused("text_too_long", limit=limits["max_cell_length"])
        extent.see(seen)
    _refuse_doctype(carry)
    extent.see(carry)
    if checksum != part.CRC:
        raise Refused("truncated_archive")
    return size


def _cut_between_tags(xml: bytes) -> tuple[bytes, bytes]:
    cut = xml.rfind(b"<")
    if cut < 0:
        return xml, b""
    return xml[:cut], xml[cut:]


def _inflated(file: IO[bytes], part: zipfile.ZipInfo) -> Iterator[bytes]:
    """What really is inside a part, whatever the headers say; raises `Refused`."""
    file.seek(part.header_offset)
    header = file.read(_LOCAL_HEADER.size)
    if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
        raise Refused("truncated_archive")
    _, name_length, extra_length = _LOCAL_HEADER.unpack(header)
    file.seek(name_length + extra_length, io.SEEK_CUR)
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    left = part.compress_size
    while left > 0 and (packed := file.read(min(_BLOCK, left))):
        left -= len(packed)
        if part.compress_type == _STORED:
            yield packed
            continue
        while packed and not inflate.eof:
            yield inflate.decompress(packed, _BLOCK)
            packed = inflate.unconsumed_tail
    if left > 0 or (part.compress_type == _DEFLATED and not inflate.eof):
        raise Refused("truncated_archive")


def _check_encoding(head: bytes) -> None:
    """Only UTF-8, so that what we look for cannot hide in another encoding."""
    declared = _ENCODING.search(head[:200])
    named = declared[1].lower() if declared else b"utf-8"
    if head.startswith(_OTHER_WIDTHS) or named not in (b"utf-8", b"us-ascii"):
        raise Refused("unsafe_spreadsheet", reason="encoding")


def _refuse_doctype(xml: bytes) -> None:
    if _DOCTYPE.search(xml):
        raise Refused("unsafe_spreadsheet", reason="document type definition")


def write_rows(path: str, index: int, limits: dict[str, int], out: IO[str]) -> str:
    """Write the rows of the index-th visible sheet; returns the sheet's name."""
    import python_calamine  # after the limits are set and the scan has passed

    try:
        workbook = python_calamine.CalamineWorkbook.from_path(path)
    except (python_calamine.CalamineError, OSError):
        raise Refused("not_a_spreadsheet") from None
    names = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
        and sheet.visible == python_calamine.SheetVisibleEnum.Visible
    ]
    if index >= len(names):
        sys.exit(_NO_SUCH_SHEET)
    try:
        sheet = workbook.get_sheet_by_name(names[index])
    except (python_calamine.CalamineError, OSError):
        raise Refused("not_a_spreadsheet") from None
    writer = csv.writer(out, lineterminator="\n")
    for row_no, values in enumerate(sheet.iter_rows() if sheet.start else (), 1):
        writer.writerow(_cells(row_no, values, limits["max_cell_length"]))
    return names[index]


def _cells(row_no: int, values: list[Any], max_length: int) -> list[str]:
    """The cells of a row as text, without the empty ones at its end; raises `Refused`."""
    cells = [value if type(value) is str else text_of(value) for value in values]
    while cells and not cells[-1]:
        cells.pop()
    for column, cell in enumerate(cells, 1):
        if len(cell) > max_length:
            raise Refused("cell_too_long", limit=max_length, row=row_no, column=column)
        if "\0" in cell:
            raise Refused("nul_byte", row=row_no)
    return cells


def text_of(value: object) -> str:
    """A cell's value as text: what a person sees, without the noise of binary fractions."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number_text(value)
    if isinstance(value, datetime):
        is_day = value.time() == time.min
        return value.date().isoformat() if is_day else value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _number_text(value: float) -> str:
    """Fifteen significant digits, as Excel itself shows at most: 0.1 + 0.2 is 0.3.

    Whole numbers that a double holds exactly keep all their digits.
    """
    if value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    text = format(value, ".15g")
    if "n" in text:  # nan, inf
        return text
    return format(Decimal(text), "f") if abs(Decimal(text).adjusted()) < 40 else text


def _limit_self(limits: dict[str, int]) -> None:
    for what, amount in (
        (resource.RLIMIT_AS, limits["child_memory_bytes"]),
        (resource.RLIMIT_CPU, limits["child_seconds"]),
        (resource.RLIMIT_FSIZE, limits["max_unpacked_bytes"]),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (amount, amount))


def _say(answer: dict[str, object]) -> None:
    sys.stderr.write("\n" + json.dumps(answer) + "\n")


def _refuse(code: str, params: dict[str, object]) -> NoReturn:
    _say({"code": code, "params": params})
    sys.exit(_REFUSED)


def main() -> None:
    """Do the task in the first argument."""
    task = json.loads(sys.argv[1])
    limits = task["limits"]
    _limit_self(limits)
    try:
        if task["sheet"] == 0:
            scan(task["path"], limits)
        with open(1, "w", encoding="utf-8", newline="", closefd=False) as out:
            name = write_rows(task["path"], task["sheet"], limits, out)
    except Refused as refused:
        _refuse(refused.code, refused.params)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError):
        _refuse("truncated_archive", {})
    except MemoryError:
        _refuse("spreadsheet_too_large", {"limit_bytes": limits["child_memory_bytes"]})
    _say({"sheet": name})


if __name__ == "__main__":
    main()
