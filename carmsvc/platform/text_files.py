"""The text of an uploaded file: which encoding it is in, and its lines, in bounded memory."""

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import StringIO
from itertools import chain
from pathlib import Path

from carmsvc.platform.file_limits import FileRefused, Limits

_BLOCK_BYTES = 2**18
_HEAD_BYTES = 2**13
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_C1_CONTROL = re.compile(r"[\x80-\x9f]")
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MARKUP = re.compile(rb"\s*(<!doctype|<html|<table|<\?xml)", re.IGNORECASE)
_UTF8_LATIN = re.compile(rb"\xc3[\x80-\xbf]|\xc2[\xa0-\xbf]|\xe2\x80[\x80-\xbf]")
_SEPARATORS = ",;\t"


@dataclass(frozen=True)
class TextFile:
    """A text file whose every byte was decoded once."""

    path: Path
    encoding: str
    longest_line: int  # characters
    ends_with_newline: bool
    old_mac_lines: bool = False  # lines end with a carriage return alone

    def lines(self) -> Iterator[str]:
        """The lines with their ends, as the csv module wants them."""
        return chain.from_iterable(self._blocks_of_lines())

    def _blocks_of_lines(self) -> Iterator[Iterable[str]]:
        newline = "\r" if self.old_mac_lines else "\n"
        left = ""
        for block in _decoded(self.path, self.encoding):
            text = left + block
            cut = text.rfind(newline) + 1
            left = text[cut:]
            yield StringIO(text[:cut], newline="")
        if left:
            yield [left]


class _NotInEncoding(Exception):
    """A byte that does not belong to the encoding; `row` counts lines from 1."""

    def __init__(self, row: int) -> None:
        super().__init__(row)
        self.row = row


def examine(path: Path, limits: Limits) -> TextFile:
    """Find the encoding by decoding the whole file; raises `FileRefused`.

    A byte order mark decides; else strict UTF-8, else Windows-1252.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    _refuse_what_is_no_table(head)
    for mark, encoding in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return _examined_strictly(path, encoding, limits)
    try:
        return _examined(path, "utf-8", limits)
    except _NotInEncoding as not_utf8:
        _refuse_mixed(path, not_utf8.row)
    return _examined_strictly(path, "cp1252", limits)


def _refuse_what_is_no_table(head: bytes) -> None:
    if _MARKUP.match(head.removeprefix(codecs.BOM_UTF8)):
        raise FileRefused("web_page_or_xml")
    is_utf16 = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not is_utf16 and len(_BINARY.findall(head)) * 10 > len(head):
        raise FileRefused("not_text")


def _examined_strictly(path: Path, encoding: str, limits: Limits) -> TextFile:
    try:
        return _examined(path, encoding, limits)
    except _NotInEncoding as failure:
        code = "mixed_encoding" if encoding == "cp1252" else "not_text"
        raise FileRefused(code, row=failure.row) from None


def _refuse_mixed(path: Path, first_row: int) -> None:
    """Refuse a file that holds both UTF-8 and other accented letters.

    Read as Windows-1252, its UTF-8 half would turn into nonsense without a word.
    """
    with path.open("rb") as file:
        left = b""
        while block := file.read(_BLOCK_BYTES):
            if _UTF8_LATIN.search(left + block):
                raise FileRefused("mixed_encoding", row=first_row)
            left = block[-2:]


def _decoded(path: Path, encoding: str) -> Iterator[str]:
    """The text block by block; raises `UnicodeDecodeError`."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            yield decoder.decode(block)
        yield decoder.decode(b"", final=True)


def _examined(path: Path, encoding: str, limits: Limits) -> TextFile:
    """Decode every byte once; raises `_NotInEncoding` and `FileRefused`."""
    line_no, left, longest, newlines, returns = 1, "", 0, 0, 0
    blocks = _decoded(path, encoding)
    while True:
        try:
            text = next(blocks, None)
        except UnicodeDecodeError as error:
            valid = bytes(error.object[: error.start])
            raise _NotInEncoding(line_no + valid.count(b"\n")) from None
        if text is None:
            break
        _refuse_controls(text, line_no)
        newlines += text.count("\n")
        returns += text.count("\r")
        lines = (left + text).split("\n" if newlines else "\r")
        left = lines[-1]
        longest = max(longest, len(max(lines, key=len)))
        if longest > limits.max_line_length:
            _refuse_long_line(lines, line_no, limits)
        line_no += len(lines) - 1
    return TextFile(path, encoding, longest, not left, not newlines and returns > 0)


def _refuse_controls(text: str, line_no: int) -> None:
    if (at := text.find("\0")) >= 0:
        raise FileRefused("nul_byte", row=line_no + text.count("\n", 0, at))
    if not text.isascii() and (found := _C1_CONTROL.search(text)):
        raise FileRefused("mixed_encoding", row=line_no + text.count("\n", 0, found.start()))


def _refuse_long_line(lines: list[str], line_no: int, limits: Limits) -> None:
    """Say whether a line has too many columns or one cell that is too long."""
    offset = next(i for i, line in enumerate(lines) if len(line) > limits.max_line_length)
    columns = max(lines[offset].count(separator) for separator in _SEPARATORS) + 1
    row = line_no + offset
    if columns > limits.max_columns:
        raise FileRefused("too_many_columns", limit=limits.max_columns, found_at_row=row)
    raise FileRefused("cell_too_long", limit=limits.max_cell_length, row=row, column=columns)
