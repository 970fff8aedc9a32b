"""Whatever a month looks like: every item in exactly one place, and not a cent unexplained."""

import random
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from clients.models import ProgramAccount
from reconciliation.actions import request_run
from reconciliation.models import MatchRun
from tests.books import IN_PERIOD, PERIOD_END, Line, items, ledger, placed, reconciled, soa

NUMBERS = st.sampled_from([None, None, "1", "2", "3", "4"])
AMOUNTS = st.sampled_from(
    ["100.00", "100.03", "100.05", "99.90", "-20.00", "80.00", "0.00", "-500.00", "60.00", "40.00"]
)
TYPES = st.sampled_from(
    ["CAD", "CAD", "CAD", "CAD_CORRECTION", "LAP", "INTEREST", "PAYMENT", "DISBURSEMENT", "OTHER"]
)
DAYS = st.integers(-45, 45).map(lambda days: IN_PERIOD + timedelta(days=days))


def rows(types: st.SearchStrategy) -> st.SearchStrategy:
    row = st.builds(
        Line,
        number=NUMBERS,
        amount=AMOUNTS,
        type=types,
        version=st.sampled_from([None, 1, 2]),
        released=DAYS,
        reference=st.sampled_from([None, "R1", "R2"]),
    )
    return st.lists(row, max_size=14)


class _Undo(Exception):
    """Ends an example without leaving rows behind."""


def run_of(
    account: ProgramAccount, lines: list[Line], entries: list[Line]
) -> tuple[MatchRun, Counter, tuple[int, int, Decimal, Decimal]]:
    """The run of a month, what is in it without row numbers, and what was placed."""
    try:
        with transaction.atomic():
            ledger(account, *entries)
            run = reconciled(soa(account, *lines))
            told = Counter(
                (name, number, tuple(sorted(ours)), tuple(sorted(theirs)))
                for name, number, ours, theirs in items(run)
            )
            result = (run, told, placed(run))
            raise _Undo
    except _Undo:
        return result


@settings(max_examples=60)
@given(lines=rows(TYPES), entries=rows(st.one_of(TYPES, st.none())))
def test_every_item_ends_in_exactly_one_place_and_nothing_is_left(
    account: ProgramAccount, lines: list[Line], entries: list[Line]
):
    run, told, (line_count, entry_count, line_amount, entry_amount) = run_of(
        account, lines, entries
    )

    assert line_count == len(lines)
    assert line_amount == sum((Decimal(line.amount) for line in lines), Decimal(0))
    due = [e for e in entries if e.released <= PERIOD_END]
    assert entry_count >= len(due)
    assert (entry_count, entry_amount) == (run.entries_in_scope, run.ledger_in_scope)
    assert run.residual == 0
    assert run.statement_activity == run.ledger_in_scope + run.effects
    assert sum(told.values()) > 0 or not (lines or due)


@settings(max_examples=30)
@given(lines=rows(TYPES), entries=rows(st.one_of(TYPES, st.none())), seed=st.integers(0, 2**16))
def test_the_order_of_rows_changes_nothing(
    account: ProgramAccount, lines: list[Line], entries: list[Line], seed: int
):
    shuffled = random.Random(seed)
    other_lines, other_entries = lines[:], entries[:]
    shuffled.shuffle(other_lines)
    shuffled.shuffle(other_entries)

    assert run_of(account, lines, entries)[1] == run_of(account, other_lines, other_entries)[1]


def test_asking_again_changes_nothing(account: ProgramAccount):
    ledger(account, Line("1", "90.00"), Line("2", "5.00"))
    statement = soa(account, Line("1", "100.00"), Line("2", "5.00"))

    first = reconciled(statement)
    again = request_run(statement=statement, by=None)

    assert again == first
    assert MatchRun.objects.filter(statement=statement).count() == 1


def test_a_new_ledger_file_gives_a_new_run_and_keeps_what_people_decided(
    account: ProgramAccount, analyst
):
    from reconciliation.actions import explain_variances

    ledger(account, Line("1", "90.00"))
    statement = soa(account, Line("1", "100.00"), Line("2", "5.00"))
    first = reconciled(statement)
    explained = first.variances.get(kind="amount_differs")
    explain_variances(
        run=first, group_nos=[explained.group_no], reason_code="rate", note="10 %", by=analyst
    )

    ledger(account, Line("2", "5.00"))
    second = reconciled(statement)

    first.refresh_from_db()
    assert first.superseded_by == second
    assert [v.state for v in second.variances.all()] == ["explained"]
    assert second.variances.get().note == "10 %"


def test_a_later_run_starts_where_the_earlier_one_stopped(account: ProgramAccount):
    """When September is corrected, October looks again."""
    ledger(account, Line("1", "100.00", released=date(2026, 9, 1)))
    october = soa(account, Line("2", "10.00"))
    before = reconciled(october)
    assert before.totals["variances"]["not_on_statement"]["count"] == 1

    reconciled(soa(account, Line("1", "100.00", released=date(2026, 9, 1)), last=date(2026, 9, 17)))
    after = reconciled(october)

    assert "not_on_statement" not in after.totals["variances"]


@pytest.mark.parametrize("reason", ["", "  "])
def test_an_explanation_needs_a_reason(account: ProgramAccount, analyst, reason: str):
    from clients.actions import Refused
    from reconciliation.actions import explain_variances

    run = reconciled(soa(account, Line("1", "100.00")))

    with pytest.raises(Refused, match="reason"):
        explain_variances(run=run, group_nos=[1], reason_code=reason, note="", by=analyst)
