"""What each address needs. One table a room, a line an address; `tests/walls/checking.py` tries it.

A new address fails the suite until it stands in its room's table. Most lines say no more than the
permission: who holds it is read from the permission matrix, and the ids in the address are found
by their names in `Tenant.ids`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from clients.rules.permissions import BROKERAGE_WIDE, Permission
from tests.walls.world import Tenant


@dataclass(frozen=True)
class Need:
    """Who may ask this; `refused` is what everybody else is told who sees the importer."""

    any_of: frozenset[Permission] = frozenset()
    refused: int = 403
    is_public: bool = False
    is_for_staff: bool = False
    whose: str = ""  # only the person with this role has it: a session, a passkey
    may_be_missing: bool = False  # of the importers of the story nobody has one

    @property
    def is_brokerage_wide(self) -> bool:
        return bool(self.any_of) and self.any_of <= BROKERAGE_WIDE


PUBLIC = Need(is_public=True)
SIGNED_IN = Need()  # one's own pages
SIGNED_IN_IF_ANY = Need(may_be_missing=True)
OF_ONESELF = Need(refused=404, whose="viewer")
STAFF = Need(is_for_staff=True)


def holders_of(*permissions: Permission, refused: int = 403) -> Need:
    """Whoever holds one of these."""
    return Need(frozenset(permissions), refused)


@dataclass(frozen=True)
class Case:
    """An address: what each of its methods needs, and how it is tried.

    `at`: names in the address that are not in `Tenant.ids` under the same name: the word itself,
    or a function of the importer. `body`: a body that is granted, as a function of the importer;
    with one thing of the other importer's in it, it must be refused.
    """

    get: Need | None = None
    post: Need | None = None
    delete: Need | None = None
    at: Mapping[str, Any] = field(default_factory=dict)
    body: Callable[[Tenant], dict[str, Any]] | None = None

    def need(self, method: str) -> Need | None:
        need: Need | None = getattr(self, method, None)
        return need


Cases = dict[str, Case]


def reads(*permissions: Permission, **told: Any) -> Case:
    """An address to look at."""
    return Case(get=holders_of(*permissions), **told)


def writes(*permissions: Permission, **told: Any) -> Case:
    """An address to post to."""
    return Case(post=holders_of(*permissions), **told)


def asks(*permissions: Permission, **told: Any) -> Case:
    """A form: looked at and sent with the same permission."""
    need = holders_of(*permissions)
    return Case(get=need, post=need, **told)


def every_case() -> Cases:
    """The tables of all rooms. An address stands in one of them only."""
    found: Cases = {}
    for room in iter_modules(__path__, f"{__name__}."):
        module = import_module(room.name)
        for name, case in [*module.CASES.items(), *getattr(module, "API", {}).items()]:
            if found.setdefault(name, case) is not case:
                raise LookupError(f"{name} stands in two tables, the second in {room.name}")
    return found


def cases_of_pages() -> Cases:
    return {name: case for name, case in every_case().items() if not name.startswith("api-")}


def cases_of_api() -> Cases:
    return {name: case for name, case in every_case().items() if name.startswith("api-")}
