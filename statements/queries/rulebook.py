"""The rulebook in force: what is written in it, and what the brokerage has added."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from statements.explanations import sentences
from statements.models import RulebookEntry, Statement
from statements.rules.billing import period_ending
from statements.rules.rulebook import KINDS, DatedValue, Rulebook
from statements.rules.rulebook_values import STARTING_VALUES
from statements.rules.streams import payment_days

IN_FORCE = RulebookEntry.State.APPROVED


def rulebook_in_force() -> Rulebook:
    """Everything verified at the start, and the brokerage's approved entries before it."""
    return Rulebook.starting(map(_as_value, _approved()))


def _approved() -> Any:
    return RulebookEntry.objects.filter(state=IN_FORCE).order_by("decided_at", "id")


def _as_value(entry: RulebookEntry) -> DatedValue:
    return DatedValue(entry.name, entry.key, entry.value, entry.from_on, entry.to_on, entry.source)


def why_due(statement: Statement) -> list[str]:
    """Why a statement is due on its day, in sentences of the reader's language."""
    days = payment_days(period_ending(statement.period_end), rulebook_in_force())
    return sentences(days.steps)


@dataclass(frozen=True)
class Line:
    """A value of the rulebook on a page: whether it holds today, and who wrote it if we did."""

    value: DatedValue
    holds: bool
    entry: RulebookEntry | None


def lines_of(name: str, today: date) -> list[Line]:
    """Every value of a kind, the newest first, ours with their history; proposed ones too."""
    entries = RulebookEntry.objects.filter(name=name).select_related("proposed_by", "decided_by")
    book = rulebook_in_force()
    found = list(_lines(name, list(entries), book, today))
    return sorted(found, key=lambda one: (one.value.key, one.value.from_on), reverse=True)


def every_line(on: date, name: str = "") -> list[Line]:
    """Every value of all times, of one name if it is said, in the order of names, keys and days."""
    rows = RulebookEntry.objects.filter(name=name) if name else RulebookEntry.objects.all()
    entries, book = list(rows.order_by("id")), rulebook_in_force()
    found = [
        line
        for kind in ([name] if name else KINDS)
        for line in _lines(kind, [one for one in entries if one.name == kind], book, on)
    ]
    return sorted(found, key=lambda one: (one.value.name, one.value.key, one.value.from_on))


def _lines(name: str, entries: list[RulebookEntry], book: Rulebook, today: date) -> Iterator[Line]:
    for value in STARTING_VALUES:
        if value.name == name:
            yield Line(value, book.find(name, today, value.key) == value, None)
    for entry in entries:
        value = _as_value(entry)
        in_force = entry.state == IN_FORCE and book.find(name, today, value.key) == value
        yield Line(value, in_force, entry)


def overview(today: date) -> list[tuple[str, list[DatedValue], int]]:
    """Each kind with what is in force today, and how many proposals wait."""
    book = rulebook_in_force()
    waiting: dict[str, int] = {}
    for name in RulebookEntry.objects.filter(state="proposed").values_list("name", flat=True):
        waiting[name] = waiting.get(name, 0) + 1
    return [(name, book.in_force(name, today), waiting.get(name, 0)) for name in KINDS]
