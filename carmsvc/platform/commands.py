"""What our commands have in common: one answer, as a table or as one JSON document.

Exit code 0: done; 1: refused, with reasons; 2: wrong usage. Only the answer goes to standard
output; log lines and complaints go to standard error.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from carmsvc.platform.refusals import Refused

DONE, REFUSED, WRONG_USAGE = 0, 1, 2
MOST_DIGITS = 12


class DoorCommand(BaseCommand):
    """A command that answers with one document."""

    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="answer with one JSON document")

    def answer(self, **options: Any) -> dict[str, Any]:
        """The document; raises `Refused` with every reason."""
        raise NotImplementedError

    def is_done(self, document: Mapping[str, Any]) -> bool:
        """Whether the document says that the wish was granted."""
        return True

    def refusal(self, reasons: list[str]) -> dict[str, Any]:
        """What to answer when nothing could be done."""
        return {"errors": reasons}

    def handle(self, *_args: Any, json: bool, **options: Any) -> None:
        try:
            document = self.answer(**options)
            is_done = self.is_done(document)
        except Refused as refused:
            document, is_done = self.refusal(refused.reasons), False
        self.stdout.write(as_json(document) if json else as_text(document))
        if not is_done:
            self.stdout.flush()
            sys.exit(REFUSED)


def as_json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2, default=str)


def as_text(document: Mapping[str, Any]) -> str:
    """A document for people: facts one a line, lists of rows as tables."""
    return "\n".join(_text_lines(document, ""))


def _text_lines(document: Mapping[str, Any], indent: str) -> Iterator[str]:
    width = max(map(len, map(str, document)), default=0)
    for key, value in document.items():
        if isinstance(value, Mapping) and value:
            yield f"{indent}{key}:"
            if all(isinstance(one, Mapping) and one for one in value.values()):
                rows = [{"": name, **one} for name, one in value.items()]
                yield from (f"{indent}  {line}" for line in _table(rows))
            else:
                yield from _text_lines(value, indent + "  ")
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            yield f"{indent}{key}:"
            yield from (f"{indent}  {line}" for line in _table(value))
        else:
            yield f"{indent}{key!s:<{width}}  {_cell(value)}".rstrip()


def _table(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    cells = [columns] + [[_cell(row.get(column)) for column in columns] for row in rows]
    widths = [max(len(row[place]) for row in cells) for place in range(len(columns))]
    for row in cells:
        padded = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        yield "  ".join(padded).rstrip()


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_cell(one)}" for key, one in value.items())
    if isinstance(value, list):
        return ", ".join(map(_cell, value)) or "-"
    return str(value)


def amount(text: str) -> Decimal:
    """An argument that is an amount in CAD, exact to the cent: `-1234.50`."""
    try:
        value = Decimal(text)
        cents = value.quantize(Decimal("0.01"))
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"{text!r} is not an amount such as 1234.50") from None
    if not value.is_finite() or cents != value or cents.adjusted() >= MOST_DIGITS:
        raise argparse.ArgumentTypeError(f"{text!r} is not an amount exact to the cent")
    return cents


def day(text: str) -> date:
    """An argument that is a day: `2026-10-17`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is not a day such as 2026-10-17"
        raise argparse.ArgumentTypeError(message) from None


def readable_file(text: str) -> Path:
    """An argument that is a file we can read."""
    path = Path(text)
    try:
        path.open("rb").close()
    except OSError as error:
        raise argparse.ArgumentTypeError(f"cannot read {text!r}: {error.strerror}") from None
    return path
