"""Readiness, check R19: the statement is fetched by the 26th and signed two weekdays before due."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.rules.readiness import Outcome
from reconciliation.rules.readiness import StatementFacts, is_reconciled, reconcile_by

ISSUED, DUE = date(2026, 11, 25), date(2026, 12, 1)
LOADED = StatementFacts(date(2026, 11, 17), ISSUED, DUE, is_loaded=True, has_earlier=True)
EXPECTED = replace(LOADED, is_loaded=False)


def said(outcome: Outcome) -> tuple[str, str]:
    return outcome.result.value, outcome.reason


@pytest.mark.parametrize(
    ("today", "answer"),
    [
        (date(2026, 11, 25), ("passed", "fetch")),
        (date(2026, 11, 26), ("passed", "fetch")),
        (date(2026, 11, 27), ("failed", "not_fetched")),
    ],
)
def test_a_statement_is_fetched_by_the_26th(today: date, answer: tuple[str, str]) -> None:
    outcome = is_reconciled(EXPECTED, today)

    assert said(outcome) == answer
    assert outcome.facts["by"] == date(2026, 11, 26)


@pytest.mark.parametrize(
    ("today", "answer"),
    [
        (date(2026, 11, 27), ("passed", "sign")),  # Friday, two weekdays before Tuesday
        (date(2026, 11, 28), ("failed", "not_signed")),
    ],
)
def test_it_is_signed_two_weekdays_before_it_is_due(today: date, answer: tuple[str, str]) -> None:
    outcome = is_reconciled(LOADED, today)

    assert said(outcome) == answer
    assert outcome.facts == {
        "period_end": date(2026, 11, 17), "due_on": DUE, "by": date(2026, 11, 27),
    }  # fmt: skip


def test_a_signed_statement_is_well_however_late_it_is() -> None:
    signed = replace(LOADED, is_signed=True)

    assert said(is_reconciled(signed, date(2027, 6, 1))) == ("passed", "reconciled")


def test_where_no_statement_ever_came_nobody_knows_and_a_person_may_say() -> None:
    first = is_reconciled(replace(EXPECTED, has_earlier=False), date(2026, 12, 24))

    assert said(first) == ("unknown", "no_statement_yet")
    assert first.may_be_answered is True


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_two_weekdays_lie_between_the_signing_and_the_day_it_is_due(due_on: date) -> None:
    by = reconcile_by(due_on)

    between = [by + timedelta(days=one) for one in range((due_on - by).days)]
    assert by.weekday() < 5
    assert sum(day.weekday() < 5 for day in between) == 2
