"""States of a request, what a message does, prepared answers, and what is new in a letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.rules.canned import filled, unknown_places
from clients.rules.letters import WRITE_ABOVE, own_words, why_no_person, words_of_page
from clients.rules.support import (
    OF_CLIENT,
    IllegalTransition,
    State,
    Wish,
    after_message,
    outcome,
    possible,
)

# written by hand, to be read: a change of the rules has to change it too
STAFF_STEPS = """
new             take ask_client send_to_cbsa solve
open            ask_client send_to_cbsa solve
waiting_client  send_to_cbsa resume solve
waiting_cbsa    ask_client resume solve
solved          close reopen
closed          reopen
reopened        take ask_client send_to_cbsa solve
"""
STEPS = [(line.split()[0], tuple(line.split()[1:])) for line in STAFF_STEPS.strip().splitlines()]


@pytest.mark.parametrize(("state", "wishes"), STEPS)
def test_the_steps_out_of_each_state(state: str, wishes: tuple[str, ...]) -> None:
    assert possible(State(state), is_staff=True) == wishes
    of_client = tuple(wish for wish in wishes if wish in OF_CLIENT)
    assert possible(State(state), is_staff=False) == of_client


def test_the_table_names_every_state() -> None:
    assert {state for state, _wishes in STEPS} == set(State)


@given(st.sampled_from(State), st.sampled_from(Wish), st.booleans())
def test_a_step_is_either_possible_or_refused_with_what_is(
    state: State, wish: Wish, is_staff: bool
) -> None:
    if wish in possible(state, is_staff=is_staff):
        assert outcome(state, wish, is_staff=is_staff) in State
        return
    with pytest.raises(IllegalTransition) as refused:
        outcome(state, wish, is_staff=is_staff)
    assert refused.value.possible == possible(state, is_staff=is_staff)


@pytest.mark.parametrize(
    ("state", "by_staff", "by_client"),
    [
        ("new", "open", "new"),
        ("open", "open", "open"),
        ("waiting_client", "waiting_client", "open"),
        ("waiting_cbsa", "waiting_cbsa", "waiting_cbsa"),
        ("solved", "solved", "reopened"),
        ("reopened", "open", "reopened"),
    ],
)
def test_what_a_message_does_to_the_state(state: str, by_staff: str, by_client: str) -> None:
    assert after_message(State(state), is_staff=True, is_staff_only=False) == by_staff
    assert after_message(State(state), is_staff=False, is_staff_only=False) == by_client


def test_nobody_writes_on_what_is_closed_but_the_staff_among_themselves() -> None:
    assert after_message(State.CLOSED, is_staff=True, is_staff_only=False) is None
    assert after_message(State.CLOSED, is_staff=False, is_staff_only=False) is None
    for state in State:
        assert after_message(state, is_staff=True, is_staff_only=True) is state


def test_a_prepared_answer_is_filled_once() -> None:
    text = "Dear {name}, {importer}: {number}. {strange}"
    facts = {"name": "{importer}", "importer": "Maple {number}", "number": "SR-1"}

    assert filled(text, facts) == "Dear {importer}, Maple {number}: SR-1. {strange}"
    assert unknown_places(text) == ["strange"]
    assert unknown_places("{name.__class__} {0}") == ["name.__class__", "0"]


@given(st.text(), st.dictionaries(st.sampled_from(["name", "number"]), st.text()))
def test_filling_never_fails(text: str, facts: dict[str, str]) -> None:
    assert isinstance(filled(text, facts), str)


@pytest.mark.parametrize(
    ("headers", "sender", "reason"),
    [
        ({}, "finance@maple.example", ""),
        ({"Auto-Submitted": "no"}, "finance@maple.example", ""),
        ({"Auto-Submitted": "auto-replied; owner=x"}, "finance@maple.example", "auto_submitted"),
        ({"auto-submitted": "Auto-Generated"}, "finance@maple.example", "auto_submitted"),
        ({"Precedence": "Bulk"}, "finance@maple.example", "bulk"),
        ({"List-Id": "<news.maple.example>"}, "finance@maple.example", "bulk"),
        ({"X-Failed-Recipients": "x@y.example"}, "finance@maple.example", "bounce"),
        ({"Return-Path": "<>"}, "finance@maple.example", "bounce"),
        ({}, "MAILER-DAEMON@mail.example", "machine"),
        ({}, "no-reply@maple.example", "machine"),
        ({}, "noreen@maple.example", ""),
        ({}, "", "machine"),
    ],
)
def test_machines_are_told_from_people(headers: dict[str, str], sender: str, reason: str) -> None:
    assert why_no_person(headers, sender) == reason


QUOTES = {
    "english": "On Mon, Nov 23, 2026 at 10:00, Sam <sam@x.example> wrote:\n> Which one?",
    "english, wrapped": "On Mon, Nov 23, 2026 at 10:00, Sam Okafor\n<sam@x.example> wrote:\n> Eh?",
    "french": "Le lun. 23 nov. 2026 à 10:00, Sam <sam@x.example> a écrit :\n> Laquelle ?",
    "outlook": "From: Sam\nSent: Monday\nTo: Finance\nSubject: [SR-1] Billed twice?\n\nWhich one?",
    "outlook in french": "De : Sam\nEnvoyé : lundi\nÀ : Finances\nObjet : [SR-1]\n\nLaquelle ?",
    "old outlook": "-----Original Message-----\nFrom: Sam\nWhich one?",
    "ours": f"{WRITE_ABOVE['en']}\nSam wrote on your request",
    "ours, quoted": f"On Monday Sam wrote:\n> {WRITE_ABOVE['fr']}\n> Sam",
    "signature": "-- \nFinance, Maple Furniture Inc.",
    "nothing": "",
}


@pytest.mark.parametrize("quote", QUOTES.values(), ids=QUOTES)
def test_what_was_quoted_or_signed_is_not_new(quote: str) -> None:
    own = "It is October’s.\n\nFrom: the port, by truck."
    assert own_words(f"{own}\n\n{quote}\n") == own


def test_answers_between_the_lines_stay() -> None:
    text = "> Which month?\nOctober.\n> Which line?\nLine 14.\n> \n> Sam"
    assert own_words(text) == "October.\nLine 14."


@given(st.text(max_size=500))
def test_reading_a_letter_never_fails_and_adds_nothing(text: str) -> None:
    own = own_words(text)
    assert len(own) <= len(text)
    assert own_words(own) == own or ">" in text


def test_a_page_becomes_its_words_and_nothing_that_runs() -> None:
    page = "<style>p{}</style><p>It is <b>October’s</b>.</p><script>alert(1)</script><p>Line&nbsp;2"
    assert words_of_page(page).split() == ["It", "is", "October’s.", "Line", "2"]
