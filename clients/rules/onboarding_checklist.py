"""The onboarding checklist: its steps, in order, in two languages, as one versioned document.

Version 1 ships with the product (`onboarding_steps.toml`); a brokerage's own versions are rows.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

SHIPPED_VERSION = 1
LANGUAGES = ("en", "fr")
LONGEST_TEXT = 600
MOST_DAYS, MOST_STEPS = 365, 60
_CODE = re.compile(r"[A-Z]{1,3}[0-9]{1,3}")


class Party(StrEnum):
    """Who does a step."""

    IMPORTER = "importer"
    BROKER = "broker"
    CRA = "cra"
    CBSA = "cbsa"


class Variant(StrEnum):
    """The way an importer comes into the portal."""

    RESIDENT = "resident"
    NON_RESIDENT = "non_resident"
    EMPLOYEE_ACCESS = "employee_access"
    MANUAL_REGISTRATION = "manual_registration"


class Phase(StrEnum):
    """What belongs together, in its order."""

    NUMBER = "number"
    SIGN_IN = "sign_in"
    REGISTRATION = "registration"
    PEOPLE = "people"
    MONEY = "money"
    RUNNING = "running"


class SourceKind(StrEnum):
    """How far a step can be relied on."""

    OFFICIAL = "official"
    OFFICIAL_OLD = "official_old"  # the CBSA's, from before CARM became the system of record
    SECONDARY = "secondary"
    OUR_PRACTICE = "our_practice"


Words = dict[str, str]  # language -> text


@dataclass(frozen=True)
class Step:
    """One thing to do. `days` count from when the steps in `after` are over.

    `only_if` says when a step applies that does not always; its own people may then say that it
    does not. `needs_evidence`: it is not done until something is kept that proves it.
    """

    code: str
    phase: Phase
    parties: tuple[Party, ...]
    variants: frozenset[Variant]
    title: Words
    task: Words
    why: Words
    evidence: Words
    needs_evidence: bool
    source: str
    source_kind: SourceKind
    days: int
    after: tuple[str, ...] = ()
    only_if: Words = field(default_factory=dict)

    @property
    def is_conditional(self) -> bool:
        return any(self.only_if.values())

    @property
    def is_for_importer(self) -> bool:
        return Party.IMPORTER in self.parties

    def told(self) -> dict[str, Any]:
        """As it is written in a document."""
        return {
            **{name: getattr(self, name) for name in ("code", "title", "task", "why", "evidence")},
            **{name: getattr(self, name) for name in ("needs_evidence", "source", "days")},
            "phase": self.phase.value,
            "parties": [one.value for one in self.parties],
            "variants": sorted(one.value for one in self.variants),
            "source_kind": self.source_kind.value,
            "after": list(self.after),
            "only_if": self.only_if,
        }


@dataclass(frozen=True)
class Checklist:
    """A version: its steps in their order, and after how many days without movement it is stale."""

    version: int
    stale_days: int
    steps: tuple[Step, ...]

    def step(self, code: str) -> Step | None:
        return next((one for one in self.steps if one.code == code), None)

    def of(self, variant: str) -> tuple[Step, ...]:
        """The steps of a variant, in order."""
        return tuple(one for one in self.steps if variant in one.variants)

    def told(self) -> dict[str, Any]:
        """As it is written in a document."""
        return {"stale_days": self.stale_days, "steps": [one.told() for one in self.steps]}


def step_from(told: dict[str, Any]) -> Step:
    """A step as it is written in a document."""
    return Step(
        **{name: told[name] for name in ("code", "title", "task", "why", "evidence", "source")},
        phase=Phase(told["phase"]),
        parties=tuple(Party(one) for one in told["parties"]),
        variants=frozenset(Variant(one) for one in told["variants"]),
        needs_evidence=bool(told["needs_evidence"]),
        source_kind=SourceKind(told["source_kind"]),
        days=int(told["days"]),
        after=tuple(told.get("after", ())),
        only_if=told.get("only_if", {}),
    )


def checklist_from(version: int, told: dict[str, Any]) -> Checklist:
    """A version as its document has it."""
    steps = tuple(step_from(one) for one in told["steps"])
    return Checklist(version, int(told["stale_days"]), steps)


@cache
def shipped() -> Checklist:
    """The checklist that the product ships with."""
    path = Path(__file__).with_name("onboarding_steps.toml")
    return checklist_from(SHIPPED_VERSION, tomllib.loads(path.read_text("utf-8")))


class Flaw(StrEnum):
    """Why a checklist cannot be published as it is."""

    NO_STEPS = "no_steps"
    TOO_MANY_STEPS = "too_many_steps"
    STALE_DAYS = "stale_days"
    BAD_CODE = "bad_code"
    SAME_CODE = "same_code"
    NO_WORDS = "no_words"
    WORDS_TOO_LONG = "words_too_long"
    NO_PARTY = "no_party"
    NO_VARIANT = "no_variant"
    NO_SOURCE = "no_source"
    BAD_DAYS = "bad_days"
    AFTER_WHAT = "after_what"  # comes after a step that is not above it
    EMPTY_VARIANT = "empty_variant"


Flaws = Iterator[tuple[Flaw, str]]


def flaws(checklist: Checklist) -> list[tuple[Flaw, str]]:
    """What is wrong with a checklist: (what, at which step, variant or nothing)."""
    return list(_flaws(checklist))


def _flaws(checklist: Checklist) -> Flaws:
    if not checklist.steps:
        yield Flaw.NO_STEPS, ""
    if len(checklist.steps) > MOST_STEPS:
        yield Flaw.TOO_MANY_STEPS, ""
    if not 1 <= checklist.stale_days <= MOST_DAYS:
        yield Flaw.STALE_DAYS, ""
    above: set[str] = set()
    for step in checklist.steps:
        yield from _flaws_of(step, above)
        above.add(step.code)
    for variant in Variant:
        if checklist.steps and not checklist.of(variant):
            yield Flaw.EMPTY_VARIANT, variant.value


def _flaws_of(step: Step, above: set[str]) -> Flaws:
    texts = [words.get(one, "") for words in (step.title, step.task, step.why) for one in LANGUAGES]
    if not _CODE.fullmatch(step.code):
        yield Flaw.BAD_CODE, step.code
    if step.code in above:
        yield Flaw.SAME_CODE, step.code
    if not all(text.strip() for text in texts):
        yield Flaw.NO_WORDS, step.code
    if any(len(text) > LONGEST_TEXT for text in (*texts, *step.evidence.values(), step.source)):
        yield Flaw.WORDS_TOO_LONG, step.code
    if not step.parties:
        yield Flaw.NO_PARTY, step.code
    if not step.variants:
        yield Flaw.NO_VARIANT, step.code
    if not step.source.strip():
        yield Flaw.NO_SOURCE, step.code
    if not 0 <= step.days <= MOST_DAYS:
        yield Flaw.BAD_DAYS, step.code
    if set(step.after) - above:
        yield Flaw.AFTER_WHAT, step.code


def planned_days(
    steps: Iterable[Step], started_on: date, target_on: date | None = None
) -> dict[str, date]:
    """By when each step is to be done, none on a weekend; our own days, of no law.

    A step is due its days after the last of those it waits for. With a target the whole plan is
    stretched or pressed so that its last step is due on the target.
    """
    reach: dict[str, int] = {}
    for step in steps:
        reach[step.code] = step.days + max((reach.get(one, 0) for one in step.after), default=0)
    longest = max(reach.values(), default=0)
    room = (target_on - started_on).days if target_on else longest
    return {
        code: _weekday(started_on + timedelta(days=_share(days, longest, room)), target_on)
        for code, days in reach.items()
    }


def _share(days: int, longest: int, room: int) -> int:
    return -(-days * room // longest) if longest else 0


def _weekday(day: date, target_on: date | None) -> date:
    """The next weekday; the target's own day stays as it was said."""
    if day == target_on:
        return day
    later = day + timedelta(days=(0, 0, 0, 0, 0, 2, 1)[day.weekday()])
    return min(later, target_on) if target_on else later
