"""Service levels: how soon we answer and solve, counted in our business hours.

Business days are those of the regulations (no Saturday, no holiday: SOR/86-1062, s. 2) with the
public holidays of the province the office is in; hours are Toronto's. The clock stands still
while we wait for the client.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from carmsvc.platform.dates import TORONTO, is_business_day

_HOURS = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})")
_TARGET = re.compile(r"(?:([a-z_]+)\.)?([a-z]+)=(\d+)/(\d+)")
NOTHING = timedelta(0)


class BadServiceLevels(ValueError):
    """A setting that says no hours or no targets; says which part of it."""


@dataclass(frozen=True)
class OfficeHours:
    """From when to when the office works on a business day, and in which province it is."""

    opens: time = time(8, 30)
    closes: time = time(17)
    province: str = ""

    @property
    def length(self) -> timedelta:
        """Of one business day."""
        return _since_midnight(self.closes) - _since_midnight(self.opens)

    def works_on(self, day: date) -> bool:
        """Whether the office works on a day."""
        return is_business_day(day, self.province)


@dataclass(frozen=True)
class Target:
    """How soon: the first answer, and the end."""

    answer: timedelta
    resolution: timedelta


@dataclass(frozen=True)
class ServiceLevels:
    """The office's hours, and the targets by (category, priority); "" is every category."""

    hours: OfficeHours
    targets: dict[tuple[str, str], Target]

    def target(self, category: str, priority: str) -> Target:
        """The target of a category and a priority."""
        own = self.targets.get((category, priority))
        return own or self.targets[("", priority)]


class ClockState(StrEnum):
    """How a promise stands."""

    STANDS = "stands"
    RUNS = "runs"
    NEAR = "near"
    BREACHED = "breached"


def hours_from(text: str, province: str = "") -> OfficeHours:
    """The hours of a setting such as `08:30-17:00`. Raises `BadServiceLevels`."""
    found = _HOURS.fullmatch(text.strip())
    try:
        first, last = (time(int(hour), int(minute)) for hour, minute in _pairs(found))
    except (TypeError, ValueError):
        raise BadServiceLevels(f"{text!r} is not such as 08:30-17:00") from None
    if last <= first:
        raise BadServiceLevels(f"{text!r} ends before it begins")
    return OfficeHours(first, last, province)


def _pairs(found: "re.Match[str] | None") -> list[tuple[str, str]]:
    if found is None:
        raise ValueError
    return [(found[1], found[2]), (found[3], found[4])]


def targets_from(
    text: str, categories: frozenset[str], priorities: frozenset[str]
) -> dict[tuple[str, str], Target]:
    """The targets of a setting such as `normal=8/40 payment.urgent=1/4`, in business hours.

    Each priority needs one for every category. Raises `BadServiceLevels`.
    """
    targets = {}
    for word in text.split():
        found = _TARGET.fullmatch(word)
        category, priority = (found[1] or "", found[2]) if found else ("", "")
        if not found or priority not in priorities or category not in categories | {""}:
            raise BadServiceLevels(f"{word!r} is not such as normal=8/40 or payment.urgent=1/4")
        answer, resolution = timedelta(hours=int(found[3])), timedelta(hours=int(found[4]))
        if not NOTHING < answer <= resolution:
            raise BadServiceLevels(f"{word!r}: an answer comes first, and takes some time")
        targets[category, priority] = Target(answer, resolution)
    missing = sorted(one for one in priorities if ("", one) not in targets)
    if missing:
        raise BadServiceLevels(f"no target for {', '.join(missing)}")
    return targets


def business_time_after(start: datetime, span: timedelta, hours: OfficeHours) -> datetime:
    """The instant at which so much business time has passed since another (aware)."""
    at = _opened(start.astimezone(TORONTO), hours)
    while span > (left := _until_closing(at, hours)):
        span -= left
        at = _opened(_at(at.date() + timedelta(days=1), hours.opens), hours)
    return at + span


def business_time_between(first: datetime, last: datetime, hours: OfficeHours) -> timedelta:
    """How much business time lies between two instants; none if the last is the earlier."""
    at, end = first.astimezone(TORONTO), last.astimezone(TORONTO)
    passed, day = NOTHING, at.date()
    while day <= end.date():
        if hours.works_on(day):
            opens, closes = _at(day, hours.opens), _at(day, hours.closes)
            passed += max(min(closes, end) - max(opens, at), NOTHING)
        day += timedelta(days=1)
    return passed


def due_after_pause(
    due: datetime, paused_at: datetime, resumed_at: datetime, hours: OfficeHours
) -> datetime:
    """When something is due after the clock stood still: what was left is left again.

    What was over before the pause stays over.
    """
    if due <= paused_at:
        return due
    return business_time_after(resumed_at, business_time_between(paused_at, due, hours), hours)


def due_with_target(
    due: datetime, at: datetime, earlier: timedelta, target: timedelta, hours: OfficeHours
) -> datetime:
    """When something is due once another target counts, at an instant.

    The time that was used stays used; where the new target is used up, it is due at once.
    """
    if target == earlier:
        return due
    if target > earlier:
        return business_time_after(due, target - earlier, hours)
    used = earlier - business_time_between(at, due, hours)
    return business_time_after(at, target - used, hours) if target > used else min(due, at)


def clock_state(
    due: datetime | None, now: datetime, near: timedelta, hours: OfficeHours
) -> ClockState:
    """How a promise stands: it stands still without an instant at which it is due."""
    if due is None:
        return ClockState.STANDS
    if due < now:
        return ClockState.BREACHED
    return ClockState.NEAR if due <= business_time_after(now, near, hours) else ClockState.RUNS


def _opened(at: datetime, hours: OfficeHours) -> datetime:
    """The first moment from one on at which the office works."""
    if hours.works_on(at.date()):
        if at.timetz().replace(tzinfo=None) < hours.opens:
            return _at(at.date(), hours.opens)
        if at.timetz().replace(tzinfo=None) < hours.closes:
            return at
    day = at.date() + timedelta(days=1)
    while not hours.works_on(day):
        day += timedelta(days=1)
    return _at(day, hours.opens)


def _until_closing(at: datetime, hours: OfficeHours) -> timedelta:
    return _at(at.date(), hours.closes) - at


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, TORONTO)


def _since_midnight(hour: time) -> timedelta:
    return timedelta(hours=hour.hour, minutes=hour.minute)
