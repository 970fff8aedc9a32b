"""The deadlines registry: each room registers how to list its own; pages and feeds ask here.

As with Django's system checks, a room registers a provider when its app is ready, so that what
many rooms know is collected here and imported nowhere. A deadline is computed from the facts
each time it is asked for: it cannot go stale, and it is done when the facts say so.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from typing import Any


class DeadlineState(StrEnum):
    """Where a deadline stands on a day."""

    OVERDUE = "overdue"
    DUE_TODAY = "due_today"
    UPCOMING = "upcoming"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Deadline:
    """One thing that must be done by a day.

    `key` names it for ever, whatever is recomputed: reminders and calendars go by it. `subject`
    says what it is about (a program account, a case), `amount` what is at stake in CAD, `reasons`
    why it is this day, in sentences. `last_lawful_on` is a later day on which the law still takes
    it (Interpretation Act, s. 26); people are reminded of `due_on`. `owner` and `owner_id` name the
    person it was given to; without one it is the importer's lead's. Of what `is_quiet` nobody is
    told: something else comes first.
    """

    kind: str
    key: str
    importer_id: int
    due_on: date
    subject: Any  # in the reader's language when it is read
    address: str
    is_done: bool = False
    owner: str = ""
    owner_id: int | None = None
    is_quiet: bool = False
    amount: Decimal | None = None
    last_lawful_on: date | None = None
    reasons: tuple[Any, ...] = field(default=(), compare=False)

    @property
    def order(self) -> tuple[date, int, str]:
        """The most urgent first; the same every time."""
        return self.due_on, self.importer_id, self.key

    def state_on(self, day: date) -> DeadlineState:
        """Where it stands on a day."""
        if self.is_done:
            return DeadlineState.DONE
        if self.due_on < day:
            return DeadlineState.OVERDUE
        return DeadlineState.DUE_TODAY if self.due_on == day else DeadlineState.UPCOMING


# (importers, first day, last day) -> what is due from the first day to the last, both included
Provider = Callable[[Collection[int], date, date], Iterable[Deadline]]


@dataclass(frozen=True)
class Kind:
    """A kind of deadline: its word for people, who lists it, whom it is told to and when.

    `thresholds` are days before the due date at which people are told (negative: days after);
    from `escalates_at` on, whoever else of the staff looks after the importer is told too.
    `audience` are the importer's roles that are told, beside the brokerage's staff. What is
    `is_for_staff` the importer's people neither hear of nor see. Where most is done soon, an
    `open_provider` lists what is not done without looking at the rest.
    """

    name: str
    label: Any
    provider: Provider
    thresholds: tuple[int, ...] = (7, 2, 0, -1)
    escalates_at: int = -1
    audience: frozenset[str] = frozenset()
    is_for_staff: bool = False
    open_provider: Provider | None = None


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Add a kind of deadline; a name is registered once."""
    known = _kinds.get(kind.name)
    if known and known.provider is not kind.provider:
        raise ValueError(f"Deadlines of kind {kind.name!r} are already listed: {known.provider}.")
    _kinds[kind.name] = kind


def kinds() -> list[Kind]:
    """Every kind of deadline, by name."""
    return [_kinds[name] for name in sorted(_kinds)]


def kind_of(name: str) -> Kind:
    """The kind of deadline of this name."""
    return _kinds[name]


def label_of(name: str) -> Any:
    """The word for a kind of deadline; the name itself for one that is listed no more."""
    return _kinds[name].label if name in _kinds else name


def deadlines(
    importers: Collection[int],
    first: date,
    last: date,
    kind: str = "",
    *,
    is_staff: bool = True,
    only_open: bool = False,
) -> list[Deadline]:
    """What is due at these importers from a day to a day, the most urgent first.

    The importers must be in the open scope. An unknown kind has no deadlines; what is for our
    staff is left out for everybody else; `only_open` leaves out what is done.
    """
    if last < first:
        return []
    found = _collected(importers, first, last, kind, is_staff, only_open)
    return sorted(found, key=attrgetter("due_on", "importer_id", "key"))


def _collected(
    importers: Collection[int],
    first: date,
    last: date,
    kind: str,
    is_staff: bool,
    only_open: bool,
) -> Iterator[Deadline]:
    seen = [one for one in kinds() if is_staff or not one.is_for_staff]
    wanted = [one for one in seen if kind in ("", one.name)]
    for one in wanted:
        provider = (one.open_provider if only_open else None) or one.provider
        for found in provider(importers, first, last):
            if found.kind != one.name or not first <= found.due_on <= last:
                raise ValueError(f"{one.name}: {found.key} was not asked for")
            if not (only_open and found.is_done):
                yield found
