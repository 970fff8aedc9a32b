"""Rows as PostgreSQL COPY text: tab separated, `\\N` for null, backslash escapes."""

from collections.abc import Iterable, Sequence
from typing import BinaryIO

NULL = r"\N"
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def escaped(text: str) -> str:
    """One text value; the empty text is null."""
    return text.translate(_ESCAPES) if text else NULL


def write_rows(spool: BinaryIO, columns: Sequence[Iterable[str]], skip: Iterable[int] = ()) -> None:
    """Write columns of equal length as rows, without the rows at the positions in `skip`."""
    lines = map("\t".join, zip(*columns, strict=False))
    skipped = frozenset(skip)
    if skipped:
        lines = (line for at, line in enumerate(lines) if at not in skipped)  # type: ignore[assignment]
    text = "\n".join(lines)
    if text:
        spool.write(text.encode())
        spool.write(b"\n")
