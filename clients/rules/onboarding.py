"""The states of an onboarding step, what leads from one to another, and who has the ball."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from clients.rules.onboarding_checklist import Party, Step


class StepState(StrEnum):
    """Where a step stands."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"  # for somebody's answer: mostly the CRA's or the CBSA's
    BLOCKED = "blocked"  # something is wrong, and is said
    DONE = "done"
    NOT_APPLICABLE = "not_applicable"


class StepWish(StrEnum):
    """What somebody wants of a step."""

    START = "start"
    WAIT = "wait"
    BLOCK = "block"
    RESUME = "resume"
    FINISH = "finish"
    SKIP = "skip"
    REOPEN = "reopen"


CLOSED = frozenset({StepState.DONE, StepState.NOT_APPLICABLE})
NEEDS_REASON = frozenset({StepWish.BLOCK, StepWish.SKIP, StepWish.REOPEN})
# a step is begun only once those before it are over; to stop, skip or reopen one needs nothing
GOES_ON = frozenset({StepWish.START, StepWish.WAIT, StepWish.RESUME, StepWish.FINISH})

_BEGUN = {
    StepWish.BLOCK: StepState.BLOCKED,
    StepWish.FINISH: StepState.DONE,
    StepWish.SKIP: StepState.NOT_APPLICABLE,
}
TRANSITIONS: dict[StepState, dict[StepWish, StepState]] = {
    StepState.NOT_STARTED: {
        StepWish.START: StepState.IN_PROGRESS,
        StepWish.WAIT: StepState.WAITING,
        **_BEGUN,
    },
    StepState.IN_PROGRESS: {StepWish.WAIT: StepState.WAITING, **_BEGUN},
    StepState.WAITING: {StepWish.RESUME: StepState.IN_PROGRESS, **_BEGUN},
    StepState.BLOCKED: {
        StepWish.RESUME: StepState.IN_PROGRESS,
        StepWish.SKIP: StepState.NOT_APPLICABLE,
    },
    StepState.DONE: {StepWish.REOPEN: StepState.IN_PROGRESS},
    StepState.NOT_APPLICABLE: {StepWish.REOPEN: StepState.NOT_STARTED},
}


class IllegalStep(ValueError):
    """A wish that a step in this state cannot grant."""

    def __init__(self, state: StepState, wish: StepWish) -> None:
        super().__init__(f"{wish} is not possible for a step that is {state}")
        self.state, self.wish, self.possible = state, wish, possible(state)


def possible(state: StepState) -> tuple[StepWish, ...]:
    """What may be asked of a step in this state, in order."""
    return tuple(wish for wish in StepWish if wish in TRANSITIONS[state])


def outcome(state: StepState, wish: StepWish) -> StepState:
    """The state after a wish; raises `IllegalStep`."""
    if wish not in TRANSITIONS[state]:
        raise IllegalStep(state, wish)
    return TRANSITIONS[state][wish]


States = Mapping[str, StepState]  # code -> state


def waits_for(step: Step, states: States) -> tuple[str, ...]:
    """The steps that must be over before this one may go on; those of other variants never."""
    return tuple(code for code in step.after if code in states and states[code] not in CLOSED)


def ready(steps: Iterable[Step], states: States) -> frozenset[str]:
    """The open steps that wait for no other."""
    return frozenset(
        step.code
        for step in steps
        if step.code in states and states[step.code] not in CLOSED and not waits_for(step, states)
    )


def may_skip(step: Step, *, is_staff: bool) -> bool:
    """Our staff decide what does not apply; of a conditional step its own people may say so."""
    return is_staff or step.is_conditional


def ball(step: Step, state: StepState, waiting_for: str) -> Party | None:
    """Who has to move next; nobody once the step is over."""
    if state in CLOSED:
        return None
    if state is StepState.WAITING and waiting_for:
        return Party(waiting_for)
    return step.parties[0]


@dataclass(frozen=True)
class Progress:
    """How far an onboarding is; what does not apply counts neither way."""

    done: int
    total: int

    @property
    def percent(self) -> int:
        """Whole percents, rounded down: 100 only when everything is done."""
        return 100 * self.done // self.total if self.total else 100


def progress(states: Iterable[str]) -> Progress:
    """How far these steps are."""
    counted = [one for one in states if one != StepState.NOT_APPLICABLE]
    return Progress(sum(one == StepState.DONE for one in counted), len(counted))


def is_stale(moved_at: datetime, now: datetime, stale_days: int) -> bool:
    """Whether a step that could go on has not moved for so many days."""
    return now - moved_at >= timedelta(days=stale_days)


def carried_over(held: States, steps: Iterable[Step]) -> tuple[frozenset[str], frozenset[str]]:
    """(steps that are new, steps that go) when an onboarding moves to a newer checklist.

    What has been done stays, whether the new checklist still asks for it or not.
    """
    wanted = {step.code for step in steps}
    gone = {code for code in set(held) - wanted if held[code] is StepState.NOT_STARTED}
    return frozenset(wanted - set(held)), frozenset(gone)
