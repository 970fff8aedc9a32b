"""The overview registry: what each room knows about whether an importer is fine, and what is next.

A room registers when its app is ready, as with deadlines, so that the overview page, the register
of importers and the API collect what many rooms know and import none of them:

- concerns: why an importer is not fine, for many importers at once, in a bounded number of queries;
- facts: lines of the page's summary (`Delegation: in force`), for one importer;
- sections: parts of the page with a template of their own, for one importer.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Level(IntEnum):
    """How an importer stands, or what a concern makes of it; the highest wins."""

    FINE = 0
    AT_RISK = 1
    STOPPED = 2


LEVEL_WORDS: dict[Level, Any] = {
    Level.FINE: pgettext_lazy("importer", "Fine"),
    Level.AT_RISK: _("At risk"),
    Level.STOPPED: _("Stopped"),
}


@dataclass(frozen=True)
class Concern:
    """A reason why an importer is not fine, in a sentence, and the page where it is put right."""

    importer_id: int
    level: Level
    sentence: Any  # in the reader's language when it is read
    address: str = ""


@dataclass(frozen=True)
class Asked:
    """Who looks at which importer on which day, and what they may do there (`may["upload"]`)."""

    importer: Any
    user: Any
    may: Mapping[str, bool]
    today: date

    @property
    def is_staff(self) -> bool:
        """Whether it is the brokerage's staff who look."""
        return bool(self.user.is_staff_member)


@dataclass(frozen=True)
class Fact:
    """One line of the summary: `label`: `words`, the page behind it, and a note in small print."""

    label: Any
    words: Any
    address: str = ""
    note: Any = ""
    level: Level = Level.FINE


# (importers of the open scope, today) -> what is not fine with each
Concerns = Callable[[Collection[int], date], Iterable[Concern]]
Facts = Callable[[Asked], Iterable[Fact]]
# what the section's template needs beside `asked`; None when there is nothing to show
Fills = Callable[[Asked], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Section:
    """A part of the page: its template, what fills it, and its place (the smallest first).

    What stands `beside` is in the narrow column, on a phone below the rest.
    """

    name: str
    template: str
    fills: Fills
    place: int
    is_for_staff: bool = False
    is_beside: bool = False


@dataclass(frozen=True)
class _Registry:
    concerns: dict[str, tuple[Concerns, bool, bool]] = field(default_factory=dict)
    facts: dict[str, tuple[Facts, int]] = field(default_factory=dict)
    sections: dict[str, Section] = field(default_factory=dict)


_registry = _Registry()


def register_concerns(
    name: str, provider: Concerns, *, is_for_staff: bool = False, may_stop: bool = False
) -> None:
    """Add what a room finds wrong; what `is_for_staff` the importer's people are not shown. Only
    what `may_stop` tells of concerns that stop an importer.
    """
    _registry.concerns[name] = provider, is_for_staff, may_stop


def register_facts(name: str, provider: Facts, *, place: int) -> None:
    """Add a room's lines of the summary, at a place (the smallest first)."""
    _registry.facts[name] = provider, place


def register_section(section: Section) -> None:
    """Add a part of the page."""
    _registry.sections[section.name] = section


def concerns_of(
    importers: Collection[int], today: date, *, is_staff: bool = True, only_stops: bool = False
) -> dict[int, list[Concern]]:
    """What is not fine with each of these importers of the open scope, the worst first.

    Importers that are fine are not in the answer. Each room asks its own bounded number of
    queries, whatever the number of importers. `only_stops`: only rooms that may stop one.
    """
    found: dict[int, list[Concern]] = {}
    for name, (provider, is_for_staff, may_stop) in sorted(_registry.concerns.items()):
        if (is_staff or not is_for_staff) and (may_stop or not only_stops):
            for concern in provider(importers, today):
                if concern.level is Level.STOPPED and not may_stop:
                    raise ValueError(f"{name} was not to stop anybody: {concern.sentence}")
                found.setdefault(concern.importer_id, []).append(concern)
    return {one: sorted(rows, key=lambda row: -row.level) for one, rows in found.items()}


def address_of(page: str, importer_id: int) -> str:
    """The address of a page of an importer; quick enough to be asked for thousands of them."""
    return _pattern(page).replace("/0/", f"/{importer_id}/", 1)


@cache
def _pattern(page: str) -> str:
    return reverse(page, args=[0])


def level_of(concerns: Iterable[Concern]) -> Level:
    """How somebody with these concerns stands."""
    return max((one.level for one in concerns), default=Level.FINE)


def facts_for(asked: Asked) -> list[Fact]:
    """The summary of an importer, in order of place."""
    providers = sorted(_registry.facts.values(), key=lambda one: one[1])
    return [fact for provider, _place in providers for fact in provider(asked)]


def sections_for(asked: Asked) -> list[tuple[Section, Mapping[str, Any]]]:
    """The parts of the page that have something to show, with what fills them."""
    shown = [one for one in _registry.sections.values() if asked.is_staff or not one.is_for_staff]
    filled = [(one, one.fills(asked)) for one in sorted(shown, key=lambda one: one.place)]
    return [(section, told) for section, told in filled if told is not None]
