"""The states of a delegation: every step, and no other."""

from itertools import pairwise

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from delegation.rules import ACTING, IllegalTransition, State, Wish, outcome, possible
from delegation.wording import STATE_SENTENCES, STATES, WISHES, WISHES_INSIDE, no_such_step

# written by hand, to be read by an auditor: state, step, where it leads when the approval is
# enough, and when it is not
TABLE = """
draft        request  requested  requested
draft        cancel   cancelled  cancelled
requested    withdraw draft      draft
requested    approve  active     insufficient
requested    reject   rejected   rejected
requested    cancel   cancelled  cancelled
rejected     request  requested  requested
rejected     cancel   cancelled  cancelled
active       change   active     insufficient
active       revoke   revoked    revoked
active       expire   expired    expired
active       suspend  suspended  suspended
active       cancel   cancelled  cancelled
insufficient change   active     insufficient
insufficient revoke   revoked    revoked
insufficient expire   expired    expired
insufficient suspend  suspended  suspended
insufficient cancel   cancelled  cancelled
revoked      request  requested  requested
revoked      cancel   cancelled  cancelled
expired      request  requested  requested
expired      cancel   cancelled  cancelled
suspended    revoke   revoked    revoked
suspended    expire   expired    expired
suspended    resume   active     insufficient
suspended    cancel   cancelled  cancelled
"""
STEPS = {
    (State(state), Wish(wish)): (State(enough), State(short))
    for state, wish, enough, short in map(str.split, TABLE.strip().splitlines())
}
EVERY_PAIR = [(state, wish) for state in State for wish in Wish]


@pytest.mark.parametrize(("state", "wish"), EVERY_PAIR)
def test_a_step_leads_where_the_table_says_or_nowhere(state: State, wish: Wish) -> None:
    if (state, wish) in STEPS:
        answers = tuple(outcome(state, wish, is_enough=enough) for enough in (True, False))
        assert answers == STEPS[state, wish]
    else:
        with pytest.raises(IllegalTransition) as refused:
            outcome(state, wish, is_enough=True)
        assert (refused.value.state, refused.value.wish) == (state, wish)
        assert set(refused.value.possible) == {step for (at, step) in STEPS if at is state}


def test_a_cancelled_delegation_is_the_end_and_every_other_state_can_be_cancelled() -> None:
    assert possible(State.CANCELLED) == ()
    assert {state for state in State if Wish.CANCEL in possible(state)} == (
        set(State) - {State.CANCELLED}
    )


@given(st.lists(st.tuples(st.sampled_from(Wish), st.booleans()), max_size=60))
def test_whatever_is_wished_only_legal_states_follow_and_the_history_is_whole(
    wishes: list[tuple[Wish, bool]],
) -> None:
    state, history = State.DRAFT, [State.DRAFT]
    for wish, enough in wishes:
        try:
            after = outcome(state, wish, is_enough=enough)
        except IllegalTransition:
            assert (state, wish) not in STEPS
            continue
        assert after in STEPS[state, wish]
        state = after
        history.append(state)

    for before, after in pairwise(history):
        assert any(after in STEPS[at, wish] for (at, wish) in STEPS if at is before)
    if state in ACTING:
        assert State.REQUESTED in history


@pytest.mark.parametrize(("state", "wish"), [pair for pair in EVERY_PAIR if pair not in STEPS])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_refused_step_is_told_with_the_state_the_wish_and_what_is_possible(
    state: State, wish: Wish, language: str
) -> None:
    with translation.override(language):
        told = no_such_step(state, wish, possible(state))

        assert str(STATES[state]) in told
        assert str(WISHES_INSIDE[wish]) in told
        for step in possible(state):
            assert str(WISHES_INSIDE[step]) in told


@pytest.mark.parametrize("words", [STATES, STATE_SENTENCES])
def test_every_state_has_its_words(words: dict[State, object]) -> None:
    assert set(words) == set(State)
    assert len({str(word) for word in words.values()}) == len(State)


def test_every_step_has_its_words() -> None:
    assert set(WISHES) == set(WISHES_INSIDE) == set(Wish)
