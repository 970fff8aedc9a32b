"""An uploaded table as text columns: encoding, separator, header row and limits are found here.

Nothing here knows what the columns mean. Comma, semicolon and tab separated text, and XLSX, which
a guarded child process turns into text first (`spreadsheets.py`). Content decides the format,
never the file's name.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from carmsvc.platform.file_limits import MEBIBYTE, FileRefused, Limits
from carmsvc.platform.spreadsheets import SheetText, is_spreadsheet, sheets_as_text
from carmsvc.platform.text_files import TextFile, examine

__all__ = ["Chunk", "FileRefused", "IsHeader", "Limits", "Table", "open_table"]

CHUNK_ROWS = 500  # small enough for the processor's cache: 20,000 take three times as long
HEAD_ROWS = 60  # the header stands in one of these
_SEPARATORS = (",", ";", "\t")
_NOTHING = " ,;\t\r\n"
_MIN_HEADER_CELLS = 3
_MAX_SHEETS = 20
_TRY_NEXT_SHEET = ("header_only", "has_no_header", "empty_file")  # most telling first

IsHeader = Callable[[Sequence[str]], bool]
Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Chunk:
    """Some rows below the header, each as long as the header; blank rows are left out."""

    row_numbers: Sequence[int]  # as Excel shows them
    rows: list[list[str]]
    too_many_cells: dict[int, str] = field(default_factory=dict)  # row -> first cell too many


@dataclass
class Table:
    """An open table. A context manager; `chunks` may be called more than once."""

    encoding: str
    separator: str
    sheet_name: str | None
    header: list[str]
    header_row_no: int  # 1-based, as Excel shows it
    preamble: list[Row]  # the title rows above the header, without blank ones
    _text: TextFile
    _limits: Limits
    _temporary: AbstractContextManager[object] = field(default_factory=nullcontext)
    cut_off_row_no: int | None = None  # a short last row without a line end; known after reading

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove the temporary files, if there are any."""
        self._temporary.__exit__(None, None, None)

    def chunks(self) -> Iterator[Chunk]:
        """The rows below the header, some hundreds at a time; raises `FileRefused`."""
        source = _Rows(self._text, self.separator)
        source.take(self.header_row_no)
        first, line_no = source.row_no + 1, source.line_no
        while rows := source.take(CHUNK_ROWS):
            self._check_size(source.row_no)
            one_line_each = source.line_no - line_no == len(rows)
            self._check_cells(rows, first, one_line_each)
            line_no = source.line_no
            self._note_cut_off(source, rows[-1])
            yield self._chunk(rows, first)
            first = source.row_no + 1

    def _note_cut_off(self, source: "_Rows", last: list[str]) -> None:
        is_short = bool(last) and len(last) < len(self.header)
        if is_short and not self._text.ends_with_newline and source.is_at_end():
            self.cut_off_row_no = source.row_no

    def _check_size(self, row_no: int) -> None:
        rows = row_no - self.header_row_no
        if rows > self._limits.max_rows:
            raise FileRefused("too_many_rows", limit=self._limits.max_rows)
        if rows * len(self.header) > self._limits.max_cells:
            raise FileRefused("too_many_cells_in_file", limit=self._limits.max_cells)

    def _check_cells(self, rows: list[list[str]], first: int, one_line_each: bool) -> None:
        """Refuse long cells and wide rows; free of charge where no line could hold one."""
        limits = self._limits
        if max(map(len, rows)) > limits.max_columns:
            at = next(i for i, row in enumerate(rows) if len(row) > limits.max_columns)
            _refuse_width(first + at, limits)
        if self._text.longest_line > limits.max_cell_length or not one_line_each:
            for row_no, row in enumerate(rows, first):
                _refuse_long_cell(row_no, row, limits)

    def _chunk(self, rows: list[list[str]], first: int) -> Chunk:
        width = len(self.header)
        numbers: Sequence[int] = range(first, first + len(rows))
        blank = {i for i, row in enumerate(rows) if not (row and row[0].strip()) and _is_blank(row)}
        if blank:
            numbers = [first + i for i in range(len(rows)) if i not in blank]
            rows = [row for i, row in enumerate(rows) if i not in blank]
        if set(map(len, rows)) <= {width}:
            return Chunk(numbers, rows)
        extra = {
            row_no: next(filter(str.strip, row[width:]))
            for row_no, row in zip(numbers, rows, strict=True)
            if len(row) > width and not _is_blank(row[width:])
        }
        padding = [""] * width
        return Chunk(numbers, [(row + padding)[:width] for row in rows], extra)


def open_table(path: Path, file_name: str, limits: Limits, is_header: IsHeader) -> Table:
    """Open an uploaded file and find its header row; raises `FileRefused`.

    `is_header` says whether a row's cells are the headings we know. Where no row is known, the
    first row that looks like headings is taken, so that a person can be asked what they mean.
    `file_name` only helps a reader of logs: the content decides the format.
    """
    size = path.stat().st_size
    if size == 0:
        raise FileRefused("empty_file", file_name=file_name)
    if size > limits.max_bytes:
        raise FileRefused("file_too_large", limit_mib=limits.max_bytes // MEBIBYTE, size=size)
    if is_spreadsheet(path):
        return _open_spreadsheet(path, limits, is_header)
    return _open_text(examine(path, limits), _SEPARATORS, limits, is_header)


def _open_text(
    text: TextFile, separators: Sequence[str], limits: Limits, is_header: IsHeader
) -> Table:
    heads = {separator: _head(text, separator) for separator in separators}
    if not any(cell.strip(_NOTHING) for rows in heads.values() for row in rows for cell in row):
        raise FileRefused("empty_file")
    for test in (is_header, looks_like_header):
        found = [(sep, at) for sep in separators if (at := _first(heads[sep], test)) is not None]
        if found:
            separator, at = max(found, key=lambda one: len(heads[one[0]][one[1]]))
            return _table(text, separator, heads[separator], at, limits)
    _refuse_headless(text, heads, limits)
    raise FileRefused("has_no_header", rows=HEAD_ROWS)


def _refuse_headless(text: TextFile, heads: dict[str, list[list[str]]], limits: Limits) -> None:
    """Where no header was found because a row is malformed, say that instead."""
    separator, rows = max(heads.items(), key=lambda one: max(map(len, one[1]), default=0))
    for row_no, row in enumerate(rows, 1):
        if len(row) > limits.max_columns:
            _refuse_width(row_no, limits)
    _Rows(text, separator).take(HEAD_ROWS)


def _table(text: TextFile, separator: str, head: list[list[str]], at: int, limits: Limits) -> Table:
    header = [cell.strip() for cell in head[at]]
    while header and not header[-1]:
        header.pop()
    if len(header) > limits.max_columns:
        _refuse_width(at + 1, limits)
    preamble = [(no, row) for no, row in enumerate(head[:at], 1) if not _is_blank(row)]
    table = Table(text.encoding, separator, None, header, at + 1, preamble, text, limits)
    if not any(chunk.rows for chunk in table.chunks()):
        raise FileRefused("header_only", row=at + 1)
    return table


def _open_spreadsheet(path: Path, limits: Limits, is_header: IsHeader) -> Table:
    """The first visible sheet with a header we know, else the first that looks like a table."""
    refusals = {"empty_file": FileRefused("empty_file")}
    for test in (is_header, looks_like_header):
        for sheet in islice(sheets_as_text(path, limits), _MAX_SHEETS):
            try:
                return _open_sheet(sheet, limits, test)
            except FileRefused as refusal:
                sheet.close()
                if refusal.code not in _TRY_NEXT_SHEET:
                    raise
                refusals[refusal.code] = refusal
        if "header_only" in refusals or "has_no_header" not in refusals:
            break
    raise next(refusals[code] for code in _TRY_NEXT_SHEET if code in refusals)


def _open_sheet(sheet: SheetText, limits: Limits, is_header: IsHeader) -> Table:
    text = _sheet_text(sheet, limits)
    head = _head(text, ",")
    at = _first(head, is_header)
    if at is None:
        raise FileRefused("has_no_header" if head else "empty_file", rows=HEAD_ROWS)
    table = _table(text, ",", head, at, limits)
    table.encoding, table.separator, table.sheet_name = "xlsx", "", sheet.name
    table._temporary = sheet
    return table


def _sheet_text(sheet: SheetText, limits: Limits) -> TextFile:
    """A sheet's text is ours: UTF-8, and its cells were measured by the child."""
    return TextFile(sheet.path, "utf-8", limits.max_cell_length, ends_with_newline=True)


class _Rows:
    """The rows of a text file, counted as Excel counts them."""

    def __init__(self, text: TextFile, separator: str) -> None:
        self._reader = csv.reader(text.lines(), delimiter=separator or ",", strict=True)
        self.row_no = 0  # of the last row taken
        self._ahead: list[list[str]] = []  # read, and not taken yet

    @property
    def line_no(self) -> int:
        """The last line taken; more than rows where a cell holds a line break."""
        return self._reader.line_num

    def take(self, count: int) -> list[list[str]]:
        """The next rows; raises `FileRefused` where the quoting is broken."""
        rows, self._ahead = self._ahead, []
        try:
            rows.extend(islice(self._reader, count - len(rows)))
        except csv.Error as error:
            row = self.row_no + len(rows) + 1
            if "field larger" in str(error):
                raise FileRefused("cell_too_long", limit=csv.field_size_limit(), row=row) from None
            raise FileRefused("quotation_mark_not_closed", row=row) from None
        self.row_no += len(rows)
        return rows

    def is_at_end(self) -> bool:
        """Whether no row follows; looks one row ahead."""
        self._ahead = self.take(1)
        self.row_no -= len(self._ahead)
        return not self._ahead


def _head(text: TextFile, separator: str) -> list[list[str]]:
    """The first rows, up to where the quoting breaks."""
    rows: list[list[str]] = []
    with suppress(csv.Error):
        rows.extend(islice(csv.reader(text.lines(), delimiter=separator, strict=True), HEAD_ROWS))
    return rows


def _first(rows: list[list[str]], test: IsHeader) -> int | None:
    return next((at for at, row in enumerate(rows) if test(row)), None)


def looks_like_header(cells: Sequence[str]) -> bool:
    """At least three cells, all different, each more letters than digits."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    wordy = all(sum(map(str.isalpha, cell)) > sum(map(str.isdigit, cell)) for cell in filled)
    return len(filled) >= _MIN_HEADER_CELLS and len(set(filled)) == len(filled) and wordy


def _is_blank(row: Sequence[str]) -> bool:
    return not any(map(str.strip, row))


def _refuse_long_cell(row_no: int, row: list[str], limits: Limits) -> None:
    limit = limits.max_cell_length
    if max(map(len, row), default=0) > limit:
        column = 1 + next(i for i, cell in enumerate(row) if len(cell) > limit)
        raise FileRefused("cell_too_long", limit=limit, row=row_no, column=column)


def _refuse_width(row_no: int, limits: Limits) -> None:
    raise FileRefused("too_many_columns", limit=limits.max_columns, found_at_row=row_no)
