"""The text of PDF files and pictures of their pages, read in a child process with limits.

A file may lie about what it is, unpack to gigabytes or never end. Whatever happens to the child,
the answer is text, a picture, or `Unreadable` with a word for why.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_CHILD = Path(__file__).with_name("pdf_child.py")
_REFUSED = 3  # exit code of the child
MEMORY_BYTES = 768 * 2**20
TEXT_SECONDS, DRAW_SECONDS = 60, 15
MOST_PAGES = 2_000
MOST_CHARACTERS = 1_000_000
MOST_PIXELS = 60_000_000
LONGEST_SIDE = 1_600  # pixels of what is drawn


class Unreadable(Exception):
    """Nothing could be had of a file; `code`: `damaged`, `too_slow` or `too_large`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class PdfText:
    """How many pages a PDF has, and its text."""

    pages: int
    text: str


def pdf_text(path: Path) -> PdfText:
    """The text of a PDF; raises `Unreadable`. A scan has none, and that is no error."""
    limits = {"max_pages": MOST_PAGES, "max_characters": MOST_CHARACTERS}
    told = json.loads(_child("text", path, TEXT_SECONDS, **limits))
    return PdfText(int(told["pages"]), str(told["text"]))


def pdf_page(path: Path, index: int) -> bytes:
    """A page of a PDF, the first is 0, drawn as a PNG; raises `Unreadable`."""
    return _child("page", path, DRAW_SECONDS, index=index, max_side=LONGEST_SIDE)


def redrawn(path: Path) -> bytes:
    """A PNG or JPEG picture drawn anew as a PNG; raises `Unreadable`."""
    return _child("picture", path, DRAW_SECONDS, max_side=LONGEST_SIDE, max_pixels=MOST_PIXELS)


def _child(do: str, path: Path, seconds: int, **limits: Any) -> bytes:
    task = {"do": do, "path": str(path), "seconds": seconds, "memory_bytes": MEMORY_BYTES}
    try:
        child = subprocess.run(
            [sys.executable, "-I", str(_CHILD), json.dumps(task | limits)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unreadable("too_slow") from None
    if child.returncode == 0:
        return child.stdout
    raise Unreadable("damaged" if child.returncode == _REFUSED else "too_large")
