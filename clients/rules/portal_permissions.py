"""Who can do what in the CARM Client Portal: a table with a source for every cell.

The table is `portal_permissions.toml`. What no source says is unknown, and is shown as unknown.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from clients.rules.portal import PortalRoleKind

Words = dict[str, str]  # language -> text


class Column(StrEnum):
    """Who: the four roles of the importer's people, and the proxies of those who act for it."""

    BAM = "bam"
    PAM = "pam"
    EDITOR = "editor"
    READER = "reader"
    PBAM = "pbam"
    PPAM = "ppam"
    CONSULTANT = "consultant"


class Cell(StrEnum):
    """What a source says. An inferred answer follows from the role's description only."""

    YES = "yes"
    NO = "no"
    INFERRED_YES = "inferred_yes"
    INFERRED_NO = "inferred_no"
    UNKNOWN = "unknown"


_MARKS = {
    "Y": Cell.YES,
    "N": Cell.NO,
    "y": Cell.INFERRED_YES,
    "n": Cell.INFERRED_NO,
    "?": Cell.UNKNOWN,
}
# the best answer that somebody's roles give, in this order
_BEST = (Cell.YES, Cell.INFERRED_YES, Cell.UNKNOWN, Cell.INFERRED_NO, Cell.NO)


@dataclass(frozen=True)
class Source:
    """Where something is read, and how far it can be relied on."""

    key: str
    number: int
    kind: str  # official, official_old, secondary or practice
    title: str
    address: str


@dataclass(frozen=True)
class Ruling:
    """One cell: the answer, its sources, and the condition it is under."""

    cell: Cell
    sources: tuple[Source, ...]
    note: Words


@dataclass(frozen=True)
class PortalAction:
    """One thing that is done in the portal: a row of the table."""

    code: str
    title: Words
    note: Words
    cells: dict[Column, Ruling]


@dataclass(frozen=True)
class PermissionTable:
    """The table as it was read on a day."""

    read_on: str
    actions: tuple[PortalAction, ...]
    sources: dict[str, Source]

    def action(self, code: str) -> PortalAction | None:
        return next((one for one in self.actions if one.code == code), None)


@cache
def permission_table() -> PermissionTable:
    """The table that the product ships with."""
    text = (Path(__file__).parent / "portal_permissions.toml").read_text(encoding="utf-8")
    return read_table(text)


def read_table(text: str) -> PermissionTable:
    """A table from its TOML; raises KeyError for an unknown mark, column or source."""
    told = tomllib.loads(text)
    sources = {
        key: Source(key, number, **one)
        for number, (key, one) in enumerate(told["sources"].items(), start=1)
    }
    actions = tuple(_action(one, sources) for one in told["actions"])
    return PermissionTable(str(told["read_on"]), actions, sources)


def _action(told: dict[str, object], sources: dict[str, Source]) -> PortalAction:
    cells, notes = dict(told["cells"]), dict(told.get("cell_notes", {}))  # type: ignore[call-overload]
    rulings = {
        column: _ruling(cells[column.value], notes.get(column.value, {}), sources)
        for column in Column
    }
    return PortalAction(str(told["code"]), told["title"], told.get("note", {}), rulings)  # type: ignore[arg-type]


def _ruling(text: str, note: Words, sources: dict[str, Source]) -> Ruling:
    mark, *keys = text.split()
    return Ruling(_MARKS[mark], tuple(sources[key] for key in keys), note)


def best_of(action: PortalAction, roles: Iterable[PortalRoleKind]) -> Cell | None:
    """The best answer that any of somebody's roles gives; None for somebody without a role."""
    found = {action.cells[Column(role.value)].cell for role in roles}
    return next((cell for cell in _BEST if cell in found), None)
