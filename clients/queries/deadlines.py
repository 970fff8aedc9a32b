"""Deadlines with whose they are: of one importer, and across the importers in scope."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any, overload

from carmsvc.platform.tenancy import of_importers
from clients.deadlines import Deadline, DeadlineState, deadlines, label_of
from clients.models import Importer
from clients.queries.importers import with_leads

# a day outside is nobody's deadline, and days could not be counted from it
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
DAY = timedelta(days=1)
LOOKS_BACK = timedelta(days=120)
LOOKS_AHEAD = timedelta(days=60)


@dataclass(frozen=True)
class Owned:
    """A deadline with its importer, the person of our staff it is named to, and its state."""

    deadline: Deadline
    importer: str
    owner: str
    state: DeadlineState

    @property
    def label(self) -> Any:
        return label_of(self.deadline.kind)


class Listed(Sequence[Owned]):
    """Deadlines in order; whose they are is looked up for those that are taken out only."""

    def __init__(self, found: list[Deadline], today: date) -> None:
        self.found, self.today = found, today

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Iterator[Owned]:
        return iter(owned(self.found, self.today))

    @overload
    def __getitem__(self, at: int) -> Owned: ...
    @overload
    def __getitem__(self, at: slice) -> list[Owned]: ...
    def __getitem__(self, at: int | slice) -> Owned | list[Owned]:
        if isinstance(at, slice):
            return owned(self.found[at], self.today)
        return owned([self.found[at]], self.today)[0]


def listed(importers: Collection[int], today: date, **wish: Any) -> list[Owned]:
    """What is due as `due_list` has it, with whose each is."""
    return list(due_list(importers, today, **wish))


def due_list(
    importers: Collection[int],
    today: date,
    *,
    first: date | None = None,
    last: date | None = None,
    kind: str = "",
    state: str = "",
    is_staff: bool = True,
) -> Listed:
    """What is due in a range of days, the most urgent first.

    Without a range: what is overdue since at most 120 days and what comes in the next 60; what
    is done is left out unless it is asked for.
    """
    days = _narrowed(first or today - LOOKS_BACK, last or today + LOOKS_AHEAD, state, today)
    hides_done = state != DeadlineState.DONE if state else first is None
    found = deadlines(importers, *days, kind, is_staff=is_staff, only_open=hides_done)
    if state == DeadlineState.DONE:
        found = [one for one in found if one.is_done]
    return Listed(found, today)


def _narrowed(first: date, last: date, state: str, today: date) -> tuple[date, date]:
    """The days of the range on which something open can be in a state."""
    if state == DeadlineState.OVERDUE:
        return first, min(last, today - DAY)
    if state == DeadlineState.DUE_TODAY:
        return max(first, today), min(last, today)
    if state == DeadlineState.UPCOMING:
        return max(first, today + DAY), last
    return first, last


def owned(found: Collection[Deadline], today: date) -> list[Owned]:
    """Deadlines with their importers, the persons they are named to, and their states."""
    wanted = {one.importer_id for one in found}
    rows = with_leads(Importer.objects.filter(of_importers(wanted, "pk")))
    told = rows.values_list("pk", "legal_name", "lead_name")
    names = {pk: (name, lead or "") for pk, name, lead in told} if wanted else {}
    return [_owned(one, *names[one.importer_id], today) for one in found]


def _owned(one: Deadline, importer: str, lead: str, today: date) -> Owned:
    return Owned(one, importer, one.owner or lead, one.state_on(today))


@dataclass(frozen=True)
class Together:
    """Deadlines of one kind and state on one day, told in one line."""

    first: Owned
    count: int


@dataclass(frozen=True)
class Day:
    """A square of the month: its day, whether it belongs to the month, what is due."""

    day: date
    is_of_month: bool
    is_today: bool
    due: Listed
    together: list[Together]  # one line for what is alike at many importers


def month(
    importers: Collection[int], month_of: date, today: date, *, is_staff: bool = True
) -> list[list[Day]]:
    """A month as weeks from Monday to Sunday, with what is due each day, done or not."""
    first = month_of.replace(day=1)
    start = first - timedelta(days=first.weekday())
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    end = last + timedelta(days=6 - last.weekday())
    found = deadlines(importers, start, end, is_staff=is_staff)
    together = _together(found, today)
    by_day = {day: list(due) for day, due in groupby(found, attrgetter("due_on"))}
    days = [start + timedelta(days=at) for at in range((end - start).days + 1)]
    squares = [
        Day(
            day,
            is_of_month=day.month == first.month,
            is_today=day == today,
            due=Listed(by_day.get(day, []), today),
            together=together[day],
        )
        for day in days
    ]
    return [squares[at : at + 7] for at in range(0, len(squares), 7)]


def _together(found: list[Deadline], today: date) -> dict[date, list[Together]]:
    """By day, what is alike there: the first of each kind and state, and how many there are."""
    alike: dict[tuple[date, str, DeadlineState], list[Deadline]] = defaultdict(list)
    for one in found:
        alike[one.due_on, one.kind, one.state_on(today)].append(one)
    groups = [alike[key] for key in sorted(alike)]
    by_day: dict[date, list[Together]] = defaultdict(list)
    for group, first in zip(groups, owned([group[0] for group in groups], today), strict=True):
        by_day[first.deadline.due_on].append(Together(first, len(group)))
    return by_day
