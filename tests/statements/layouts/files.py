"""How these tests read a file: from a text or a path to a proposal and a reading."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from carmsvc.platform.tables import Limits, open_table
from statements.layouts.profiles import MappingProfile, Proposal, propose
from statements.layouts.reading import FileKind, Reading, ReadingContext, is_header, read_table

FILES = Path(__file__).parents[2] / "files"
ACCOUNT = "123456782RM0001"
OTHER_ACCOUNT = "123456782RM0002"
HEADER = "Transaction number,Transaction type,Posting date,Amount"


@dataclass(frozen=True)
class Read:
    """A reading with its spool taken apart."""

    proposal: Proposal
    reading: Reading
    rows: list[dict[str, str]]

    def column(self, name: str) -> list[str]:
        return [row[name] for row in self.rows]

    @property
    def errors(self) -> list[tuple[int, str, str | None]]:
        return [(error.row, error.code, error.suggestion) for error in self.reading.errors]

    @property
    def warnings(self) -> list[tuple[int, str]]:
        return [(warning.row, warning.code) for warning in self.reading.warnings]


def context(**known: Any) -> ReadingContext:
    """An importer with two program accounts, on a day in November 2026."""
    defaults: dict[str, Any] = {
        "program_account": ACCOUNT,
        "program_accounts": frozenset({ACCOUNT, OTHER_ACCOUNT}),
        "read_on": date(2026, 11, 26),
    }
    return ReadingContext(**(defaults | known))


def proposed(
    path: Path,
    kind: FileKind = FileKind.STATEMENT,
    known: Sequence[MappingProfile] = (),
    **facts: Any,
) -> Proposal:
    with open_table(path, path.name, Limits(), is_header(kind)) as table:
        return propose(table, kind, known, context(**facts))


def read_file(
    path: Path,
    kind: FileKind = FileKind.STATEMENT,
    profile: MappingProfile | None = None,
    **facts: Any,
) -> Read:
    """Read by the profile, else by what is proposed."""
    known = context(**facts)
    spool = io.BytesIO()
    with open_table(path, path.name, Limits(), is_header(kind)) as table:
        proposal = propose(table, kind, (), known)
        reading = read_table(table, profile or proposal.profile, known, spool, lambda rows: None)
    lines = spool.getvalue().decode().split("\n")[:-1]
    rows = [dict(zip(reading.columns, line.split("\t"), strict=True)) for line in lines]
    return Read(proposal, reading, rows)


def write(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "file.csv"
    path.write_bytes(text.encode(encoding))
    return path


def statement(tmp_path: Path, *rows: str, header: str = HEADER) -> Path:
    """A small statement file."""
    return write(tmp_path, "\n".join((header, *rows)) + "\n")
