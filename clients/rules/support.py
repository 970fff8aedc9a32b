"""The states of a request for help and the steps between them.

Staff and the importer's people take different steps; what a message does to the state is decided
here too, so that a page, the API and a letter that came in all mean the same.
"""

from datetime import datetime, timedelta
from enum import StrEnum


class State(StrEnum):
    """Where a request stands."""

    NEW = "new"
    OPEN = "open"
    WAITING_CLIENT = "waiting_client"
    WAITING_CBSA = "waiting_cbsa"
    SOLVED = "solved"
    CLOSED = "closed"
    REOPENED = "reopened"


class Wish(StrEnum):
    """A step somebody wants a request to take."""

    TAKE = "take"
    ASK_CLIENT = "ask_client"
    SEND_TO_CBSA = "send_to_cbsa"
    RESUME = "resume"
    SOLVE = "solve"
    CLOSE = "close"
    REOPEN = "reopen"


OVER = frozenset({State.SOLVED, State.CLOSED})
# nothing is promised while the other side has the word, nor once it is over
CLOCK_STANDS = OVER | {State.WAITING_CLIENT}
PAUSED = frozenset({State.WAITING_CLIENT})
UNTOUCHED = frozenset({State.NEW, State.REOPENED})
UNDER_WAY = frozenset(State) - OVER
# the importer has the word; where nobody takes it, the request closes by itself
LAPSING = frozenset({State.WAITING_CLIENT, State.SOLVED})
# what an importer's own people may wish; the rest is the staff's
OF_CLIENT = frozenset({Wish.SOLVE, Wish.REOPEN})
NEEDS_WORDS = frozenset({Wish.ASK_CLIENT, Wish.REOPEN})

_Steps = dict[Wish, State]
_TO_OTHERS: _Steps = {
    Wish.ASK_CLIENT: State.WAITING_CLIENT,
    Wish.SEND_TO_CBSA: State.WAITING_CBSA,
    Wish.SOLVE: State.SOLVED,
}
_UNTOUCHED: _Steps = {Wish.TAKE: State.OPEN, **_TO_OTHERS}
_WAITING: _Steps = {Wish.RESUME: State.OPEN, **_TO_OTHERS}
TRANSITIONS: dict[State, _Steps] = {
    State.NEW: _UNTOUCHED,
    State.REOPENED: _UNTOUCHED,
    State.OPEN: _TO_OTHERS,
    State.WAITING_CLIENT: {wish: to for wish, to in _WAITING.items() if wish != Wish.ASK_CLIENT},
    State.WAITING_CBSA: {wish: to for wish, to in _WAITING.items() if wish != Wish.SEND_TO_CBSA},
    State.SOLVED: {Wish.CLOSE: State.CLOSED, Wish.REOPEN: State.REOPENED},
    State.CLOSED: {Wish.REOPEN: State.REOPENED},
}


class IllegalTransition(ValueError):
    """A step that does not lead out of this state for whoever wishes it; says which steps do."""

    def __init__(self, state: State, wish: Wish, *, is_staff: bool) -> None:
        super().__init__(f"{wish} is not possible for a request that is {state}")
        self.state, self.wish = state, wish
        self.possible = possible(state, is_staff=is_staff)


def possible(state: State, *, is_staff: bool) -> tuple[Wish, ...]:
    """The steps that somebody may take out of a state, in their order."""
    return tuple(
        wish for wish in Wish if wish in TRANSITIONS[state] and (is_staff or wish in OF_CLIENT)
    )


def outcome(state: State, wish: Wish, *, is_staff: bool) -> State:
    """The state after a step; raises `IllegalTransition`."""
    if wish not in possible(state, is_staff=is_staff):
        raise IllegalTransition(state, wish, is_staff=is_staff)
    return TRANSITIONS[state][wish]


def after_message(
    state: State, *, is_staff: bool, is_staff_only: bool, has_lapsed: bool = False
) -> State | None:
    """The state after somebody wrote; None where nobody can write any more.

    A note among the staff changes nothing. An answer takes up what nobody had touched; the
    importer's word ends the waiting for it and opens again what was thought solved, or what
    closed by itself (`has_lapsed`).
    """
    if is_staff_only:
        return state
    if state is State.CLOSED:
        return State.REOPENED if has_lapsed and not is_staff else None
    if is_staff:
        return State.OPEN if state in UNTOUCHED else state
    led = {State.WAITING_CLIENT: State.OPEN, State.SOLVED: State.REOPENED}
    return led.get(state, state)


class Lapse(StrEnum):
    """What falls due on a request on which the importer says nothing."""

    WARN = "warn"
    CLOSE = "close"


def lapse(
    quiet_since: datetime,
    warned_at: datetime | None,
    now: datetime,
    after: timedelta,
    notice: timedelta,
) -> Lapse | None:
    """What falls due by now, `after` which silence a request closes; None for nothing.

    A warning comes first, `notice` before the end; a late one puts the end off, so that the
    importer always has the whole notice.
    """
    if warned_at is None:
        return Lapse.WARN if now >= quiet_since + after - notice else None
    return Lapse.CLOSE if now >= warned_at + notice else None
