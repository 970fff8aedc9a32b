"""What an uploaded file may cost us, and the refusal when it would cost more."""

from dataclasses import dataclass

MEBIBYTE = 2**20


@dataclass(frozen=True)
class Limits:
    """How large an uploaded table may be; enforced before the memory is spent."""

    max_bytes: int = 256 * MEBIBYTE
    max_rows: int = 2_000_000
    max_columns: int = 200
    max_cells: int = 60_000_000
    max_cell_length: int = 1_000  # characters
    max_unpacked_bytes: int = 512 * MEBIBYTE  # of a spreadsheet
    child_seconds: int = 120  # of processor and of wall clock, for reading a spreadsheet
    child_memory_bytes: int = 768 * MEBIBYTE

    @property
    def max_line_length(self) -> int:
        """Characters in the longest line that could keep the other limits."""
        return self.max_columns * (self.max_cell_length + 3)


class FileRefused(Exception):
    """A file that is not read at all; `code` and `params` make the sentence a person sees."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: dict[str, object] = params
