"""Spreadsheets, read in a child process with memory, processor and time limits.

A 1.4 kB workbook can abort the process that reads it, so ours never reads one: whatever happens
to the child, the answer is a table or `FileRefused`.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType

from carmsvc.platform.file_limits import FileRefused, Limits

_CHILD = Path(__file__).with_name("spreadsheet_child.py")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_REFUSED, _NO_SUCH_SHEET = 3, 4  # exit codes of the child


@dataclass(frozen=True)
class SheetText(AbstractContextManager["SheetText"]):
    """One sheet as comma separated UTF-8 text in a temporary file, row for row."""

    name: str
    path: Path
    directory: "tempfile.TemporaryDirectory[str]"

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self.directory.cleanup()


def is_spreadsheet(path: Path) -> bool:
    """Whether the content is a ZIP archive; raises `FileRefused` for PDF and old Excel files."""
    with path.open("rb") as file:
        head = file.read(1024)
    if head.startswith(_OLD_EXCEL):
        raise FileRefused("old_excel_format")
    if b"%PDF-" in head:
        raise FileRefused("pdf_file")
    return head.startswith(b"PK")


def sheets_as_text(path: Path, limits: Limits) -> Iterator[SheetText]:
    """The visible sheets of a workbook one after the other; raises `FileRefused`.

    The caller closes each sheet. All sheets together may take the time limit once.
    """
    deadline = time.monotonic() + limits.child_seconds
    index = 0
    while sheet := _sheet_as_text(path, limits, index, deadline - time.monotonic()):
        yield sheet
        index += 1


def _sheet_as_text(path: Path, limits: Limits, index: int, seconds: float) -> SheetText | None:
    directory = tempfile.TemporaryDirectory(prefix="sheet-")
    try:
        name = _run_child(path, limits, index, seconds, Path(directory.name))
    except BaseException:
        directory.cleanup()
        raise
    if name is None:
        directory.cleanup()
        return None
    return SheetText(name, Path(directory.name, "rows.csv"), directory)


def _run_child(
    path: Path, limits: Limits, index: int, seconds: float, directory: Path
) -> str | None:
    """Let the child write `rows.csv`; returns the sheet's name, None if there is no such sheet."""
    book = directory / "book.xlsx"  # the reader goes by the extension
    book.symlink_to(path.resolve())
    task = json.dumps({"path": str(book), "sheet": index, "limits": asdict(limits)})
    with (directory / "rows.csv").open("wb") as rows:
        try:
            child = subprocess.run(
                [sys.executable, "-I", str(_CHILD), task],
                stdin=subprocess.DEVNULL,
                stdout=rows,
                stderr=subprocess.PIPE,
                timeout=max(seconds, 0.1),
                env={},
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise FileRefused(
                "spreadsheet_reader_died", reason="time", seconds=limits.child_seconds
            ) from None
    return _answer(child.returncode, child.stderr)


def _answer(exit_code: int, said: bytes) -> str | None:
    if exit_code == _NO_SUCH_SHEET:
        return None
    try:
        answer = json.loads(said.splitlines()[-1])
    except (IndexError, ValueError):  # it did not live to give one
        answer = None
    if isinstance(answer, dict) and exit_code == 0:
        return str(answer["sheet"])
    if isinstance(answer, dict) and exit_code == _REFUSED:
        raise FileRefused(answer["code"], **answer["params"])
    raise FileRefused("spreadsheet_reader_died", reason="stopped", exit_code=exit_code)
