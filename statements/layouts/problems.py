"""What can be wrong or odd in a row, as values; a bad row never stops the reading."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class RowError:
    """One cell that keeps its file from being loaded."""

    row: int  # as Excel shows it
    column: str  # the header text in the file; "" when the row as a whole is meant
    value: str  # as it stands in the file
    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    suggestion: str | None = None  # the repaired text, if it can be deduced; a person confirms it


@dataclass(frozen=True)
class RowWarning:
    """One cell that is odd and is loaded all the same."""

    row: int
    column: str
    value: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)


class CellError(ValueError):
    """A cell's text that cannot be read as what its column holds."""

    def __init__(self, code: str, suggestion: str | None = None, **params: object) -> None:
        super().__init__(code)
        self.code, self.suggestion, self.params = code, suggestion, params
