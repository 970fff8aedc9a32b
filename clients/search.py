"""The search registry: each room registers how its own things are found; one box asks them all.

Every provider looks in the open scope only, over all importers in it at once, in a bounded number
of queries. What is found leads to a page that asks for itself whether it may be seen.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

LEAST_LETTERS = 2
# the lowest and highest number of a kind; ranges of digits sort alike in every collation, and the
# wall lets an index answer them, which it does not for LIKE
BN9_RANGE = ("0" * 9, "9" * 9)
BN15_RANGE = ("000000000RM0000", "999999999RM9999")
TRANSACTION_RANGE = ("0" * 14, "9" * 14)
LEAST_DIGITS = 5  # of a transaction number: the first five say whose it is


def folded(text: str) -> str:
    """Lower case, without accents and punctuation, hyphens as spaces: how names are compared.

    `clients.models.importers.Folded` is the same in PostgreSQL.
    """
    plain = unicodedata.normalize("NFKD", text).lower().replace("œ", "oe").replace("æ", "ae")
    return " ".join(re.sub(r"[-–—/\s]+", " ", re.sub(r"[^-–—/a-z0-9\s]", "", plain)).split())


def number_range(number: str, ends: tuple[str, str]) -> tuple[str, str] | None:
    """From which to which number those lie that begin so; None where none can.

    `number_range("1234", BN9_RANGE)` is `("123400000", "123499999")`.
    """
    lowest, highest = ends
    at = len(number)
    fits = 0 < at <= len(lowest) and all(
        one.isdecimal() if low.isdecimal() else one == low
        for one, low in zip(number, lowest, strict=False)
    )
    return (number + lowest[at:], number + highest[at:]) if fits else None


@dataclass(frozen=True)
class Sought:
    """What somebody typed: as it is, folded, and as a number without spaces and dashes."""

    words: str

    @property
    def folded(self) -> str:
        return folded(self.words)

    @property
    def number(self) -> str:
        """The words as one number in capitals: `123456782RM0001`; empty where no digit is."""
        text = re.sub(r"[\s.-]", "", self.words).upper()
        return text if re.fullmatch(r"[0-9A-Z]*[0-9][0-9A-Z]*", text) else ""

    @property
    def transaction_range(self) -> tuple[str, str] | None:
        """From which to which transaction number is looked for; None for too few digits."""
        number = self.number
        return number_range(number, TRANSACTION_RANGE) if len(number) >= LEAST_DIGITS else None

    @property
    def is_enough(self) -> bool:
        """Whether there is enough to look for."""
        return len(self.folded) >= LEAST_LETTERS


@dataclass(frozen=True)
class Found:
    """One thing that was found: its name, what tells it from others, its page, whose it is."""

    title: Any
    address: str
    detail: Any = ""
    importer_id: int | None = None
    importer: Any = ""
    pk: int | None = None


# (what is sought, who asks, at most so many) -> what is found in the open scope, the best first
Provider = Callable[[Sought, Any, int], Iterable[Found]]


@dataclass(frozen=True)
class Kind:
    """A kind of thing that can be found, under its own heading, at a place (the smallest first).

    `resource` is the part of the API it belongs to: a key finds what it may read there.
    """

    name: str
    label: Any
    provider: Provider
    place: int
    resource: str
    is_for_staff: bool = False


@dataclass(frozen=True)
class Group:
    """What was found of one kind, and whether there is more of it."""

    kind: Kind
    found: Sequence[Found]
    has_more: bool


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Add a kind of thing that can be found; called when an app is ready."""
    _kinds[kind.name] = kind


def kinds_for(user: Any) -> list[Kind]:
    """The kinds that somebody may look for, in order of place."""
    seen = [one for one in _kinds.values() if user.is_staff_member or not one.is_for_staff]
    return sorted(seen, key=lambda one: one.place)


def search(sought: Sought, user: Any, kinds: Iterable[Kind], limit: int) -> list[Group]:
    """At most `limit` things of each of these kinds; kinds of which nothing is found are left out.

    Too short a word finds nothing.
    """
    if not sought.is_enough:
        return []
    groups = (_group(kind, list(kind.provider(sought, user, limit + 1)), limit) for kind in kinds)
    return [group for group in groups if group.found]


def _group(kind: Kind, found: list[Found], limit: int) -> Group:
    return Group(kind, found[:limit], len(found) > limit)
