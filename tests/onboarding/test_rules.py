"""The states of a step, the order of steps, the plan, and what makes a checklist whole."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from clients.rules.onboarding import (
    CLOSED,
    GOES_ON,
    TRANSITIONS,
    IllegalStep,
    Progress,
    StepState,
    StepWish,
    ball,
    carried_over,
    is_stale,
    may_skip,
    outcome,
    possible,
    progress,
    ready,
    waits_for,
)
from clients.rules.onboarding_checklist import (
    Checklist,
    Flaw,
    Party,
    Step,
    Variant,
    checklist_from,
    flaws,
    planned_days,
    shipped,
)

# written by hand, to be read by an auditor: a change of the rules has to change it too
TABLE = """
state          | start       wait    block   resume      finish skip           reopen
not_started    | in_progress waiting blocked -           done   not_applicable -
in_progress    | -           waiting blocked -           done   not_applicable -
waiting        | -           -       blocked in_progress done   not_applicable -
blocked        | -           -       -       in_progress -      not_applicable -
done           | -           -       -       -           -      -              in_progress
not_applicable | -           -       -       -           -      -              not_started
"""


def cells() -> list[tuple[str, str, str]]:
    header, *rows = [line.replace("|", " ").split() for line in TABLE.strip().splitlines()]
    return [
        (row[0], wish, to) for row in rows for wish, to in zip(header[1:], row[1:], strict=True)
    ]


@pytest.mark.parametrize(("state", "wish", "to"), cells())
def test_a_wish_leads_where_the_table_says_and_nowhere_else(state: str, wish: str, to: str) -> None:
    if to != "-":
        assert outcome(StepState(state), StepWish(wish)) == StepState(to)
        return
    with pytest.raises(IllegalStep) as refusal:
        outcome(StepState(state), StepWish(wish))
    assert refusal.value.possible == possible(StepState(state))


def test_the_table_names_every_state_and_every_wish() -> None:
    assert {cell[0] for cell in cells()} == set(StepState) == set(TRANSITIONS)
    assert {cell[1] for cell in cells()} == set(StepWish)


def test_no_state_is_a_trap() -> None:
    for state in StepState:
        assert possible(state)


RESIDENT = shipped().of(Variant.RESIDENT)


class Onboarding(RuleBasedStateMachine):
    """Whatever people ask in whatever order, a step goes on only when those before it are over."""

    def __init__(self) -> None:
        super().__init__()
        self.states = {one.code: StepState.NOT_STARTED for one in RESIDENT}
        self.reopened: set[str] = set()

    @rule(step=st.sampled_from(RESIDENT), wish=st.sampled_from(list(StepWish)))
    def ask(self, step: Step, wish: StepWish) -> None:
        earlier = self.states[step.code]
        if wish not in possible(earlier) or (wish in GOES_ON and waits_for(step, self.states)):
            return
        self.states[step.code] = outcome(earlier, wish)
        if wish is StepWish.REOPEN:
            self.reopened.add(step.code)

    @precondition(lambda self: not self.reopened)
    @invariant()
    def what_is_done_came_after_what_is_over(self) -> None:
        for step in RESIDENT:
            if self.states[step.code] is StepState.DONE:
                assert {self.states[one] for one in step.after if one in self.states} <= CLOSED

    @invariant()
    def something_can_always_go_on_until_all_is_over(self) -> None:
        able = ready(RESIDENT, self.states)
        is_over = all(state in CLOSED for state in self.states.values())
        assert bool(able) != is_over

    @invariant()
    def what_can_go_on_is_open_and_waits_for_nothing(self) -> None:
        for step in RESIDENT:
            is_able = self.states[step.code] not in CLOSED and not waits_for(step, self.states)
            assert (step.code in ready(RESIDENT, self.states)) == is_able


TestOnboarding = Onboarding.TestCase


def of(code: str) -> Step:
    found = shipped().step(code)
    assert found is not None
    return found


def test_a_step_of_another_variant_is_never_waited_for() -> None:
    states = {"A9": StepState.DONE, "A12": StepState.NOT_STARTED}

    assert of("A12").after == ("A9", "A10", "M1", "E2")
    assert waits_for(of("A12"), states) == ()
    assert waits_for(of("A12"), states | {"M1": StepState.WAITING}) == ("M1",)
    assert waits_for(of("A12"), states | {"M1": StepState.NOT_APPLICABLE}) == ()


@pytest.mark.parametrize(
    ("code", "state", "waiting_for", "who"),
    [
        ("A2", StepState.NOT_STARTED, "", Party.IMPORTER),
        ("A2", StepState.WAITING, "cbsa", Party.CBSA),
        ("M1", StepState.IN_PROGRESS, "", Party.CBSA),
        ("N1", StepState.BLOCKED, "", Party.CRA),
        ("N2", StepState.NOT_STARTED, "", Party.BROKER),
        ("A2", StepState.DONE, "", None),
        ("A2", StepState.NOT_APPLICABLE, "", None),
    ],
)
def test_the_ball_is_with_whoever_moves_next(
    code: str, state: StepState, waiting_for: str, who: Party | None
) -> None:
    assert ball(of(code), state, waiting_for) is who


def test_only_conditional_steps_are_the_importers_to_skip() -> None:
    theirs = {one.code for one in shipped().steps if may_skip(one, is_staff=False)}

    assert theirs == {"A11", "A19"}
    assert all(may_skip(one, is_staff=True) for one in shipped().steps)


@pytest.mark.parametrize(
    ("states", "done", "total", "percent"),
    [
        ([], 0, 0, 100),
        (["not_started"] * 3, 0, 3, 0),
        (["done", "blocked", "waiting"], 1, 3, 33),
        (["done", "not_applicable"], 1, 1, 100),
        (["done"] * 199 + ["in_progress"], 199, 200, 99),
    ],
)
def test_progress_counts_what_applies(
    states: list[str], done: int, total: int, percent: int
) -> None:
    assert progress(states) == Progress(done, total)
    assert progress(states).percent == percent


def test_a_step_is_stale_on_the_day_its_days_are_over() -> None:
    moved_at = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)

    assert not is_stale(moved_at, moved_at + timedelta(days=7, seconds=-1), 7)
    assert is_stale(moved_at, moved_at + timedelta(days=7), 7)


def test_the_shipped_checklist_has_no_flaw_and_survives_being_written() -> None:
    assert flaws(shipped()) == []
    assert checklist_from(1, shipped().told()) == shipped()


def test_the_shipped_checklist_has_the_steps_of_each_way_into_the_portal() -> None:
    registered = [f"A{number}" for number in range(1, 21)]
    codes = {one: [step.code for step in shipped().of(one)] for one in Variant}

    assert codes[Variant.RESIDENT] == registered
    assert set(codes[Variant.NON_RESIDENT]) == {*registered, "N1", "N2"}
    assert set(codes[Variant.MANUAL_REGISTRATION]) == {*registered, "M1"} - {"A10"}
    assert codes[Variant.EMPLOYEE_ACCESS] == [
        *("A5", "A6", "A7", "E1", "E2"), *(f"A{number}" for number in range(12, 21))
    ]  # fmt: skip


def test_every_shipped_step_has_its_words_in_two_languages_and_its_source() -> None:
    for step in shipped().steps:
        for words in (step.title, step.task, step.why, step.evidence):
            assert set(words) == {"en", "fr"}
            assert words["en"] != words["fr"]
        assert step.source


def test_french_keeps_its_spaces() -> None:
    texts = [
        words["fr"]
        for step in shipped().steps
        for words in (step.title, step.task, step.why, step.evidence)
    ]
    for text in texts:
        for sign in (" ;", " :", " !", " ?", "« ", " »"):
            assert sign not in text, text


A = of("A4")


@pytest.mark.parametrize(
    ("steps", "flaw"),
    [
        ((), (Flaw.NO_STEPS, "")),
        ((replace(A, code="a4"),), (Flaw.BAD_CODE, "a4")),
        ((A, A), (Flaw.SAME_CODE, "A4")),
        ((replace(A, title={"en": "Only English", "fr": " "}),), (Flaw.NO_WORDS, "A4")),
        ((replace(A, why={"en": "x" * 601, "fr": "y"}),), (Flaw.WORDS_TOO_LONG, "A4")),
        ((replace(A, parties=()),), (Flaw.NO_PARTY, "A4")),
        ((replace(A, variants=frozenset()),), (Flaw.NO_VARIANT, "A4")),
        ((replace(A, source=" "),), (Flaw.NO_SOURCE, "A4")),
        ((replace(A, days=366),), (Flaw.BAD_DAYS, "A4")),
        ((replace(A, after=("A5",)), of("A5")), (Flaw.AFTER_WHAT, "A4")),
        ((A,), (Flaw.EMPTY_VARIANT, "employee_access")),
    ],
)
def test_a_checklist_with_a_flaw_says_which_and_where(
    steps: tuple[Step, ...], flaw: tuple[Flaw, str]
) -> None:
    assert flaw in flaws(Checklist(2, 7, steps))


@pytest.mark.parametrize("days", [0, 366])
def test_a_checklist_goes_stale_after_a_day_to_a_year(days: int) -> None:
    assert flaws(replace(shipped(), stale_days=days)) == [(Flaw.STALE_DAYS, "")]


MONDAY = date(2026, 11, 23)


def test_a_step_is_planned_after_those_it_waits_for() -> None:
    days = planned_days(RESIDENT, MONDAY)

    # A4: 3 days; A5: 2 more is Saturday the 28th, so Monday
    assert (days["A4"], days["A5"], days["A16"]) == (
        date(2026, 11, 26),
        date(2026, 11, 30),
        date(2026, 12, 30),
    )


@given(variant=st.sampled_from(list(Variant)), room=st.integers(1, 400), start=st.integers(0, 6))
def test_a_plan_keeps_the_order_begins_in_time_and_ends_on_the_target(
    variant: Variant, room: int, start: int
) -> None:
    steps = shipped().of(variant)
    started_on = MONDAY + timedelta(days=start)
    target_on = started_on + timedelta(days=room)

    days = planned_days(steps, started_on, target_on)

    assert max(days.values()) == target_on
    assert min(days.values()) > started_on
    for step in steps:
        assert all(days[one] <= days[step.code] for one in step.after if one in days)
    assert all(day.weekday() < 5 for day in days.values() if day != target_on)


def test_moving_to_a_newer_checklist_keeps_what_was_begun() -> None:
    held = {
        "A1": StepState.DONE,
        "A2": StepState.IN_PROGRESS,
        "A3": StepState.NOT_STARTED,
        "A4": StepState.NOT_STARTED,
    }
    wanted = [of("A4"), of("A5")]

    assert carried_over(held, wanted) == ({"A5"}, {"A3"})
