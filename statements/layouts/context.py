"""What is known about a file before it is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class ReadingContext:
    """The importer's program accounts, the day, and what a person has confirmed."""

    program_account: str | None  # the BN15 given at upload
    program_accounts: frozenset[str]  # every BN15 of the importer
    read_on: date
    repairs: Mapping[tuple[int, str], str] = field(default_factory=dict)  # (row, column) -> value
    max_errors: int = 100_000  # errors listed, and warnings; all of them are counted

    @property
    def default_account(self) -> str | None:
        """The account of a row that names none: the given one, else the importer's only one."""
        if self.program_account or len(self.program_accounts) != 1:
            return self.program_account
        return next(iter(self.program_accounts))
