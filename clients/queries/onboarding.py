"""An importer's onboarding as people see it: our staff all of it, its own people their steps."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db.models import Q
from django.utils.translation import get_language

from carmsvc.platform.tenancy import importers_in_scope, of_importers
from clients.models import (
    Importer,
    Membership,
    Onboarding,
    OnboardingComment,
    OnboardingEvent,
    OnboardingStep,
    User,
)
from clients.models.onboarding import CLOSED_STATES, PARTIES, PHASES, SOURCE_KINDS, STEP_WISHES
from clients.queries.onboarding_checklists import checklists, newest_published
from clients.queries.staff import assignable_staff
from clients.rules.onboarding import (
    CLOSED,
    GOES_ON,
    Progress,
    StepState,
    StepWish,
    ball,
    is_stale,
    may_skip,
    possible,
    progress,
    waits_for,
)
from clients.rules.onboarding_checklist import Party, Step, Words


def said(words: Words) -> str:
    """Words of a checklist in the reader's language."""
    return words.get(get_language() or "en") or words.get("en", "")


@dataclass(frozen=True)
class StepView:
    """A step with its words, for one reader."""

    row: OnboardingStep
    step: Step
    waits_for: tuple[str, ...]
    is_stale: bool
    is_staff: bool

    @property
    def title(self) -> str:
        return said(self.step.title)

    @property
    def task(self) -> str:
        return said(self.step.task)

    @property
    def why(self) -> str:
        return said(self.step.why)

    @property
    def evidence_asked(self) -> str:
        return said(self.step.evidence)

    @property
    def only_if(self) -> str:
        return said(self.step.only_if)

    @property
    def parties(self) -> list[Any]:
        return [PARTIES[one] for one in self.step.parties]

    @property
    def source_word(self) -> Any:
        return SOURCE_KINDS[self.step.source_kind]

    @property
    def ball(self) -> Party | None:
        return ball(self.step, self.row.standing, self.row.waiting_for)

    @property
    def ball_word(self) -> Any:
        return PARTIES[self.ball] if self.ball else ""

    @property
    def wishes(self) -> list[tuple[StepWish, Any]]:
        """What the reader may ask of the step now, with the words for it."""
        return [
            (wish, STEP_WISHES[wish])
            for wish in possible(self.row.standing)
            if not (wish in GOES_ON and self.waits_for)
            and (wish is not StepWish.SKIP or may_skip(self.step, is_staff=self.is_staff))
        ]


@dataclass(frozen=True)
class OnboardingView:
    """An onboarding with its steps, for one reader."""

    row: Onboarding
    steps: list[StepView]
    hidden: Progress  # the steps that are not the reader's
    newest_version: int

    @property
    def progress(self) -> Progress:
        """How far all of it is, the reader's steps and the others."""
        own = progress(one.row.state for one in self.steps)
        return Progress(own.done + self.hidden.done, own.total + self.hidden.total)

    @property
    def next_step(self) -> StepView | None:
        """What is next: of the steps that can go on, the one that is due first."""
        able = [one for one in self.steps if one.row.is_ready]
        return min(able, key=lambda one: (one.row.due_on, one.row.position), default=None)

    @property
    def phases(self) -> list[tuple[Any, list[StepView], Progress]]:
        """The steps by phase, each with its word and how far it is."""
        groups = groupby(self.steps, key=lambda one: one.step.phase)
        found = [(PHASES[phase], list(steps)) for phase, steps in groups]
        return [(word, steps, progress(one.row.state for one in steps)) for word, steps in found]

    @property
    def balls(self) -> list[tuple[Any, int]]:
        """Who has the ball, and at how many steps that can go on."""
        held: dict[Party, int] = defaultdict(int)
        for one in self.steps:
            if one.row.is_ready and one.ball:
                held[one.ball] += 1
        return [(word, held[party]) for party, word in PARTIES.items() if held[party]]

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do."""
        return self.hidden.done == self.hidden.total and all(
            one.row.is_closed for one in self.steps
        )

    @property
    def stale(self) -> list[StepView]:
        return [one for one in self.steps if one.is_stale]


def onboardings() -> Any:
    """Onboardings of the open scope, the newest first."""
    rows = Onboarding.objects.filter(of_importers(importers_in_scope()))
    return rows.select_related("importer", "lead", "started_by", "ended_by").order_by("-id")


def onboarding_numbered(onboarding_id: int) -> Onboarding | None:
    """One of the open scope; None if it is not there."""
    found: Onboarding | None = onboardings().filter(pk=onboarding_id).first()
    return found


def newest_onboarding(importer_id: int) -> Onboarding | None:
    """An importer's running onboarding, or its last one."""
    found: Onboarding | None = onboardings().filter(importer=importer_id).first()
    return found


def steps_seen_by(reader: User) -> Any:
    """The steps of the open scope that a person may see: of an importer's people, their own."""
    rows = OnboardingStep.objects.filter(of_importers(importers_in_scope()))
    rows = rows if reader.is_staff_member else rows.filter(is_for_importer=True)
    people = ("assignee", "done_by", "evidence_document")
    return rows.select_related("onboarding__importer", *people)


def step_numbered(step_id: int, reader: User) -> OnboardingStep | None:
    """One step that a person may see; None if there is none."""
    found: OnboardingStep | None = steps_seen_by(reader).filter(pk=step_id).first()
    return found


def views_of(rows: list[OnboardingStep], reader: User, now: datetime) -> list[StepView]:
    """Steps with their words; of whole onboardings, so that what they wait for is among them."""
    known = checklists({one.version for one in rows})
    states: dict[int, dict[str, StepState]] = defaultdict(dict)
    for one in rows:
        states[one.onboarding_id][one.code] = one.standing
    return [_view(one, known[one.version].step(one.code), states, reader, now) for one in rows]


def _view(row: OnboardingStep, step: Any, states: Any, reader: User, now: datetime) -> StepView:
    waiting = waits_for(step, states[row.onboarding_id]) if row.standing not in CLOSED else ()
    stale_days, running = row.onboarding.stale_days, row.onboarding.is_running
    stale = running and row.is_ready and is_stale(row.moved_at, now, stale_days)
    return StepView(row, step, waiting, stale, reader.is_staff_member)


def onboarding_view(onboarding: Onboarding, reader: User, now: datetime) -> OnboardingView:
    """An onboarding as a person sees it, in a bounded number of queries."""
    rows = list(
        OnboardingStep.objects.filter(importer=onboarding.importer_id, onboarding=onboarding)
        .select_related("onboarding", "assignee", "done_by", "evidence_document")
        .order_by("position", "id")
    )
    every = views_of(rows, reader, now)
    seen = [one for one in every if reader.is_staff_member or one.row.is_for_importer]
    hidden = progress(one.row.state for one in every if one not in seen)
    return OnboardingView(onboarding, seen, hidden, newest_published())


def step_view(row: OnboardingStep, reader: User, now: datetime) -> StepView:
    """One step as a person sees it; it knows what it waits for."""
    rows = OnboardingStep.objects.filter(importer=row.importer_id, onboarding=row.onboarding_id)
    states = {row.onboarding_id: {one.code: one.standing for one in rows.only("code", "state")}}
    step = checklists({row.version})[row.version].step(row.code)
    return _view(row, step, states, reader, now)


def events_of(row: OnboardingStep) -> Any:
    """What happened to a step, the newest first."""
    rows = OnboardingEvent.objects.filter(importer=row.importer_id, step=row)
    return rows.select_related("recorded_by").order_by("-id")


def comments_of(row: OnboardingStep, reader: User) -> Any:
    """What was said at a step, the oldest first; our own notes to our staff only."""
    rows = OnboardingComment.objects.filter(importer=row.importer_id, step=row)
    rows = rows if reader.is_staff_member else rows.filter(is_for_staff=False)
    return rows.select_related("written_by").order_by("id")


def people_for(row: OnboardingStep) -> Any:
    """Who may see to a step: our staff, and of an importer's step its own people too."""
    wanted = Q(pk__in=assignable_staff().values("pk"))
    if row.is_for_importer:
        members = Membership.objects.filter(importer=row.importer_id)
        wanted |= Q(pk__in=members.values("user_id"), is_active=True)
    return User.objects.filter(wanted).order_by("full_name", "id")


def steps_to_do(importer_id: int, reader: User, now: datetime) -> list[StepView]:
    """What an importer's own people have to do now, the most urgent first."""
    running = Onboarding.objects.filter(importer=importer_id, state="running").first()
    if running is None:
        return []
    found = onboarding_view(running, reader, now)
    mine = [one for one in found.steps if one.row.is_ready and one.ball is Party.IMPORTER]
    return sorted(mine, key=lambda one: (one.row.due_on, one.row.position))


def steps_due(
    importers: Collection[int], first: date, last: date, *, only_open: bool = False
) -> Any:
    """Steps due in a range of days, done ones too; not what does not apply or was given up."""
    rows = OnboardingStep.objects.filter(of_importers(importers), due_on__range=(first, last))
    rows = rows.exclude(state=StepState.NOT_APPLICABLE.value)
    rows = rows.exclude(state__in=CLOSED_STATES) if only_open else rows
    given_up = Onboarding.objects.filter(state=Onboarding.State.CANCELLED)
    return rows.exclude(onboarding__in=given_up.values("pk"))


def steps_in_hand(importers: Collection[int]) -> list[OnboardingStep]:
    """The steps of running onboardings that can go on, those that moved first before the rest.

    The two tables are asked one by one: joined across a large brokerage they may be slow.
    """
    running = Onboarding.objects.filter(of_importers(importers), state=Onboarding.State.RUNNING)
    known = running.in_bulk()
    rows = OnboardingStep.objects.filter(of_importers(importers), is_ready=True)
    found = [one for one in rows.order_by("moved_at", "position") if one.onboarding_id in known]
    for one in found:
        one.onboarding = known[one.onboarding_id]
    return found


def steps_without_movement(importers: Collection[int]) -> list[OnboardingStep]:
    """Of each running onboarding the step that can go on and has not moved for longest."""
    found: dict[int, OnboardingStep] = {}
    for one in steps_in_hand(importers):
        found.setdefault(one.onboarding_id, one)
    return [found[pk] for pk in sorted(found)]


def evidence_expiring(importers: Collection[int], first: date, last: date) -> Any:
    """Steps whose evidence ends in a range of days."""
    rows = OnboardingStep.objects.filter(
        of_importers(importers), evidence_expires_on__range=(first, last)
    )
    return rows.exclude(onboarding__state=Onboarding.State.CANCELLED)


def importers_to_onboard() -> Any:
    """Importers of the open scope that never began."""
    begun = Onboarding.objects.filter(of_importers(importers_in_scope()))
    rows = Importer.objects.filter(of_importers(importers_in_scope(), "pk"))
    return rows.exclude(pk__in=begun.values("importer_id"))
