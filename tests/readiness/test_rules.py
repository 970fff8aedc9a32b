"""What a check can say, whose word counts, and what all of them together mean."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.rules.readiness import (
    AnswerFacts,
    Result,
    Severity,
    Verdict,
    failed,
    not_applicable,
    passed,
    unknown,
    verdict_of,
    with_answer,
    worse_first,
)

TODAY = date(2026, 11, 23)
SAID = AnswerFacts(
    is_met=True, said_on=date(2026, 11, 2), expires_on=date(2027, 1, 31), said_by="Ana"
)
ASKED = unknown("nobody_said", may_be_answered=True, seen_on=date(2026, 11, 1))
BLOCKER, AT_RISK, ADVICE = Severity
FAILED, UNKNOWN, PASSED, NOT_APPLICABLE = Result

found = st.tuples(st.sampled_from(Severity), st.sampled_from(Result))
applying = found.filter(lambda one: one[1] is not NOT_APPLICABLE)


@pytest.mark.parametrize(
    ("severity", "result", "verdict"),
    [
        (BLOCKER, FAILED, Verdict.NOT_READY),
        (BLOCKER, UNKNOWN, Verdict.AT_RISK),
        (BLOCKER, PASSED, Verdict.READY),
        (BLOCKER, NOT_APPLICABLE, None),
        (AT_RISK, FAILED, Verdict.AT_RISK),
        (AT_RISK, UNKNOWN, Verdict.AT_RISK),
        (AT_RISK, PASSED, Verdict.READY),
        (AT_RISK, NOT_APPLICABLE, None),
        (ADVICE, FAILED, Verdict.READY),
        (ADVICE, UNKNOWN, Verdict.READY),
        (ADVICE, PASSED, Verdict.READY),
        (ADVICE, NOT_APPLICABLE, None),
    ],
)
def test_what_one_check_means(severity: Severity, result: Result, verdict: Verdict | None) -> None:
    assert verdict_of([(severity, result)]) is verdict


@given(st.lists(found).flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))))
def test_the_order_of_the_checks_changes_nothing(rows: tuple[list[Any], list[Any]]) -> None:
    told, shuffled = rows

    assert verdict_of(told) is verdict_of(shuffled)


@given(st.lists(found), st.lists(found))
def test_a_failed_blocker_is_not_ready_whatever_else_is_well(
    before: list[Any], after: list[Any]
) -> None:
    assert verdict_of([*before, (BLOCKER, FAILED), *after]) is Verdict.NOT_READY


@given(st.lists(applying, min_size=1), st.sampled_from(Result))
def test_advice_never_changes_a_verdict(rows: list[Any], result: Result) -> None:
    assert verdict_of([*rows, (ADVICE, result)]) is verdict_of(rows)


@given(st.lists(found.filter(lambda one: one != (BLOCKER, FAILED))))
def test_what_nobody_knows_of_a_blocker_is_a_risk_and_no_more(rows: list[Any]) -> None:
    assert verdict_of([*rows, (BLOCKER, UNKNOWN)]) is Verdict.AT_RISK


@given(st.lists(found), found)
def test_another_check_never_makes_a_verdict_better(rows: list[Any], one: Any) -> None:
    before, after = verdict_of(rows), verdict_of([*rows, one])

    assert before is None or (after is not None and worse_first(after) <= worse_first(before))


@given(st.lists(st.sampled_from(Severity)))
def test_where_no_check_applies_there_is_no_verdict(severities: list[Severity]) -> None:
    assert verdict_of((one, NOT_APPLICABLE) for one in severities) is None


def test_the_worse_verdict_comes_first() -> None:
    assert sorted(Verdict, key=worse_first) == [
        Verdict.NOT_READY, Verdict.AT_RISK, Verdict.READY,
    ]  # fmt: skip


@pytest.mark.parametrize("is_met", [True, False])
@pytest.mark.parametrize(
    "outcome",
    [
        passed("all_well"),
        failed("not_well"),
        not_applicable("not_asked"),
        unknown("recorded_elsewhere"),
    ],
    ids=lambda one: one.result.value,
)
def test_where_data_decide_a_persons_word_does_not_count(outcome: Any, is_met: bool) -> None:
    answer = AnswerFacts(is_met, TODAY, TODAY)

    assert with_answer(outcome, answer, TODAY) is outcome


def test_a_question_that_nobody_answered_stays_open() -> None:
    assert with_answer(ASKED, None, TODAY) is ASKED


@pytest.mark.parametrize(
    ("is_met", "told"),
    [(True, (PASSED, "answered")), (False, (FAILED, "answered_no"))],
)
def test_a_persons_word_counts_where_no_data_can_tell(is_met: bool, told: Any) -> None:
    answer = AnswerFacts(is_met, SAID.said_on, SAID.expires_on, "Ana")

    outcome = with_answer(ASKED, answer, TODAY)

    assert (outcome.result, outcome.reason) == told
    assert outcome.facts == {
        "said_by": "Ana", "said_on": date(2026, 11, 2), "expires_on": date(2027, 1, 31),
    }  # fmt: skip


def test_it_counts_on_its_last_day_and_no_longer() -> None:
    last = SAID.expires_on

    assert with_answer(ASKED, SAID, last).result is PASSED
    over = with_answer(ASKED, SAID, last + timedelta(days=1))
    assert (over.result, over.reason, over.may_be_answered) == (UNKNOWN, "answer_expired", True)


@given(st.dates(), st.dates(), st.booleans())
def test_an_answer_makes_nothing_not_applicable(
    today: date, expires_on: date, is_met: bool
) -> None:
    answer = AnswerFacts(is_met, expires_on, expires_on)

    outcome = with_answer(ASKED, answer, today)

    assert (outcome.result is UNKNOWN) is (expires_on < today)
