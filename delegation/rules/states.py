"""The states of a delegation and the steps between them.

Pending, approved, rejected and removed are seen in the CARM Client Portal (CBSA, portal guide of
2021, business relationships); the other states are our own bookkeeping.
"""

from enum import StrEnum


class State(StrEnum):
    """Where a delegation stands."""

    DRAFT = "draft"
    REQUESTED = "requested"
    REJECTED = "rejected"
    ACTIVE = "active"
    INSUFFICIENT = "insufficient"
    REVOKED = "revoked"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"


class Wish(StrEnum):
    """A step somebody wants a delegation to take."""

    REQUEST = "request"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    REJECT = "reject"
    CHANGE = "change"
    REVOKE = "revoke"
    EXPIRE = "expire"
    SUSPEND = "suspend"
    RESUME = "resume"
    CANCEL = "cancel"


# approved in the portal: what is approved works, even when more was agreed
ACTING = frozenset({State.ACTIVE, State.INSUFFICIENT})
# what the importer does in the portal, and may record here itself
ANSWERS = frozenset({Wish.APPROVE, Wish.REJECT, Wish.CHANGE, Wish.REVOKE})
NEEDS_REASON = frozenset({Wish.WITHDRAW, Wish.REJECT, Wish.REVOKE, Wish.SUSPEND, Wish.CANCEL})

_APPROVED = (State.ACTIVE, State.INSUFFICIENT)  # enough, or less than agreed
_Steps = dict[Wish, tuple[State, ...]]
_ASKED_AGAIN: _Steps = {Wish.REQUEST: (State.REQUESTED,), Wish.CANCEL: (State.CANCELLED,)}
_GRANTED: _Steps = {
    Wish.CHANGE: _APPROVED,
    Wish.REVOKE: (State.REVOKED,),
    Wish.EXPIRE: (State.EXPIRED,),
    Wish.SUSPEND: (State.SUSPENDED,),
    Wish.CANCEL: (State.CANCELLED,),
}
# state -> wish -> where it leads; two states where what is approved decides
TRANSITIONS: dict[State, _Steps] = {
    State.DRAFT: _ASKED_AGAIN,
    State.REQUESTED: {
        Wish.APPROVE: _APPROVED,
        Wish.REJECT: (State.REJECTED,),
        Wish.WITHDRAW: (State.DRAFT,),
        Wish.CANCEL: (State.CANCELLED,),
    },
    State.REJECTED: _ASKED_AGAIN,
    State.ACTIVE: _GRANTED,
    State.INSUFFICIENT: _GRANTED,
    State.REVOKED: _ASKED_AGAIN,
    State.EXPIRED: _ASKED_AGAIN,
    State.SUSPENDED: {
        Wish.RESUME: _APPROVED,
        Wish.REVOKE: (State.REVOKED,),
        Wish.EXPIRE: (State.EXPIRED,),
        Wish.CANCEL: (State.CANCELLED,),
    },
    State.CANCELLED: {},
}


class IllegalTransition(ValueError):
    """A step that does not lead out of this state; says which steps do."""

    def __init__(self, state: State, wish: Wish) -> None:
        super().__init__(f"{wish} is not possible for a delegation that is {state}")
        self.state, self.wish, self.possible = state, wish, possible(state)


def possible(state: State) -> tuple[Wish, ...]:
    """The steps that lead out of a state, in their order."""
    return tuple(wish for wish in Wish if wish in TRANSITIONS[state])


def outcome(state: State, wish: Wish, *, is_enough: bool) -> State:
    """The state after a step; raises `IllegalTransition`.

    `is_enough` says whether what is approved in the portal reaches what was agreed.
    """
    if wish not in TRANSITIONS[state]:
        raise IllegalTransition(state, wish)
    results = TRANSITIONS[state][wish]
    return results[0] if is_enough else results[-1]
