"""Deadlines with whose they are: of one importer, and across the importers in scope."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from clients.deadlines import Deadline, DeadlineState, deadlines, label_of
from clients.models import Importer
from clients.queries.importers import with_leads

# a day outside is nobody's deadline, and days could not be counted from it
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
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


def listed(
    importers: Collection[int],
    today: date,
    *,
    first: date | None = None,
    last: date | None = None,
    kind: str = "",
    state: str = "",
    is_staff: bool = True,
) -> list[Owned]:
    """What is due in a range of days, the most urgent first.

    Without a range: what is overdue since at most 120 days and what comes in the next 60; what
    is done is left out unless it is asked for.
    """
    days = first or today - LOOKS_BACK, last or today + LOOKS_AHEAD
    found = deadlines(importers, *days, kind, is_staff=is_staff)
    shown = [one for one in found if _is_asked_for(one.state_on(today), state, first is None)]
    return list(_owned(shown, today))


def _is_asked_for(state: DeadlineState, wanted: str, hides_done: bool) -> bool:
    if wanted:
        return state == wanted
    return not (hides_done and state == DeadlineState.DONE)


def _owned(found: Iterable[Deadline], today: date) -> Iterable[Owned]:
    wanted = {one.importer_id: None for one in found}
    rows = with_leads(Importer.objects.filter(pk__in=wanted))
    names = {row.pk: (row.legal_name, row.lead_name or "") for row in rows}
    for one in found:
        importer, owner = names[one.importer_id]
        yield Owned(one, importer, one.owner or owner, one.state_on(today))


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
    due: list[Owned]

    @property
    def together(self) -> list[Together]:
        """What is due, one line for what is alike at many importers."""
        alike = sorted(self.due, key=_kind_and_state)
        groups = [list(group) for _key, group in groupby(alike, _kind_and_state)]
        return [Together(group[0], len(group)) for group in groups]


def _kind_and_state(one: Owned) -> tuple[str, str]:
    return one.deadline.kind, one.state


def month(
    importers: Collection[int], month_of: date, today: date, *, is_staff: bool = True
) -> list[list[Day]]:
    """A month as weeks from Monday to Sunday, with what is due each day, done or not."""
    first = month_of.replace(day=1)
    start = first - timedelta(days=first.weekday())
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    end = last + timedelta(days=6 - last.weekday())
    due = listed(importers, today, first=start, last=end, is_staff=is_staff)
    by_day = {day: list(group) for day, group in groupby(due, lambda one: one.deadline.due_on)}
    days = [start + timedelta(days=at) for at in range((end - start).days + 1)]
    squares = [
        Day(day, day.month == first.month, day == today, by_day.get(day, [])) for day in days
    ]
    return [squares[at : at + 7] for at in range(0, len(squares), 7)]
