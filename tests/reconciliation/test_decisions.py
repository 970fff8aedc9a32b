"""What people decide of a run, and what becomes of it when the facts change."""

import pytest

from carmsvc.platform.audit import AuditEvent
from clients.actions import Refused
from clients.models import ProgramAccount, User
from reconciliation.actions import (
    confirm_suggestion,
    explain_kind,
    refuse_suggestion,
    reopen_variance,
    sign_off,
    withdraw_decision,
)
from reconciliation.models import Decision, MatchRun, Variance
from reconciliation.queries.decided import decisions_of
from tests.books import Line, ledger, reconciled, soa
from tests.reconciliation.decisions import (
    carried_out,
    explained,
    places,
    suggested,
    with_a_suggestion,
    with_a_variance,
)

# suggestions


def test_a_confirmed_suggestion_becomes_a_match(account: ProgramAccount, analyst: User) -> None:
    run = with_a_suggestion(account)

    after = carried_out(confirm_suggestion(run=run, group_no=suggested(run), by=analyst))

    assert places(run) == ["010_exact", "050_suggestion"]
    assert places(after) == ["010_exact", "045_confirmed"]
    assert after.residual == 0
    run.refresh_from_db()
    assert run.superseded_by == after
    assert AuditEvent.objects.get(action="suggestion confirmed").actor == str(analyst)


def test_a_refused_suggestion_is_not_made_again(account: ProgramAccount, analyst: User) -> None:
    run = with_a_suggestion(account)

    after = carried_out(refuse_suggestion(run=run, group_no=suggested(run), by=analyst))
    ledger(account, Line("9", "1.00"))
    later = reconciled(after.statement)

    assert places(after) == ["010_exact", "not_in_ledger", "not_on_statement"]
    assert places(later) == ["010_exact", "not_in_ledger", "not_on_statement", "not_on_statement"]


def test_a_suggestion_is_decided_once(account: ProgramAccount, analyst: User) -> None:
    run = with_a_suggestion(account)
    confirm_suggestion(run=run, group_no=suggested(run), by=analyst)

    for decide in (confirm_suggestion, refuse_suggestion):
        with pytest.raises(Refused, match="already decided"):
            decide(run=run, group_no=suggested(run), by=analyst)

    assert Decision.objects.count() == 1


def test_what_is_no_suggestion_cannot_be_confirmed(account: ProgramAccount, analyst: User) -> None:
    run = with_a_suggestion(account)
    match = run.placements.get(place="match").group_no

    with pytest.raises(Refused, match="no such suggestion"):
        confirm_suggestion(run=run, group_no=match, by=analyst)


# explanations


def test_an_explained_variance_says_who_and_why(account: ProgramAccount, analyst: User) -> None:
    run, variance = with_a_variance(account)

    assert explained(run, variance, analyst, "duty rate of the old tariff") == 1

    variance.refresh_from_db()
    assert (variance.state, variance.reason_code, variance.note, variance.decided_by) == (
        "explained",
        "rate",
        "duty rate of the old tariff",
        analyst,
    )
    assert variance.decided_at
    assert explained(run, variance, analyst, "again") == 0


def test_an_explanation_can_be_taken_back_once(account: ProgramAccount, analyst: User) -> None:
    run, variance = with_a_variance(account)
    explained(run, variance, analyst)

    reopen_variance(variance=Variance.objects.get(), by=analyst)

    again = Variance.objects.get()
    assert (again.state, again.reason_code, again.note, again.decided_by) == ("open", "", "", None)
    assert AuditEvent.objects.get(action="variance reopened").before["reason_code"] == "rate"
    with pytest.raises(Refused, match="not explained"):
        reopen_variance(variance=again, by=analyst)


# a decision taken back


def test_a_confirmed_pair_that_is_taken_back_is_suggested_again(
    account: ProgramAccount, analyst: User, reviewer: User
) -> None:
    run = with_a_suggestion(account)
    carried_out(confirm_suggestion(run=run, group_no=suggested(run), by=analyst))
    decision = Decision.objects.get()

    after = carried_out(withdraw_decision(decision=decision, by=reviewer))

    assert places(after) == ["010_exact", "050_suggestion"]
    told = AuditEvent.objects.get(action="decision taken back")
    assert (told.actor, told.target_id, told.before) == (
        reviewer.email,
        decision.pk,
        {"verdict": "confirmed"},
    )
    with pytest.raises(Refused, match="already taken back"):
        withdraw_decision(decision=decision, by=reviewer)


def test_a_refused_pair_that_is_taken_back_can_be_confirmed(
    account: ProgramAccount, analyst: User
) -> None:
    run = with_a_suggestion(account)
    carried_out(refuse_suggestion(run=run, group_no=suggested(run), by=analyst))

    again = carried_out(withdraw_decision(decision=Decision.objects.get(), by=analyst))
    after = carried_out(confirm_suggestion(run=again, group_no=suggested(again), by=analyst))

    assert places(after) == ["010_exact", "045_confirmed"]
    said = [(one.verdict, one.withdrawn_at is None) for one in Decision.objects.order_by("id")]
    assert said == [("refused", False), ("confirmed", True)]


def test_a_decision_on_the_uncorrected_statement_is_taken_back_for_the_corrected_one(
    account: ProgramAccount, analyst: User
) -> None:
    run = with_a_suggestion(account)
    carried_out(confirm_suggestion(run=run, group_no=suggested(run), by=analyst))
    corrected = soa(account, Line("1", "100.00"), Line(None, "75.25", reference="K-118"))
    assert places(reconciled(corrected)) == ["010_exact", "045_confirmed"]
    ((decision, pair),) = decisions_of(corrected, 10)
    assert pair is not None
    assert (pair.lines[0].reference, pair.entries[0].reference) == ("K-118", "our own")

    after = carried_out(withdraw_decision(decision=decision, by=analyst))

    assert (after.statement, places(after)) == (corrected, ["010_exact", "050_suggestion"])
    assert decisions_of(corrected, 10) == []


def test_a_decision_under_a_signature_is_not_taken_back(
    account: ProgramAccount, analyst: User
) -> None:
    run = with_a_suggestion(account)
    after = carried_out(confirm_suggestion(run=run, group_no=suggested(run), by=analyst))
    sign_off(run=after, by=analyst)

    with pytest.raises(Refused, match="signed off"):
        withdraw_decision(decision=Decision.objects.get(), by=analyst)


# every variance of a kind at once


def not_booked(account: ProgramAccount, count: int) -> MatchRun:
    """A run with this many lines of which the ledger knows nothing, and an amount that differs."""
    lines = [Line(str(serial), "10.00") for serial in range(2, count + 2)]
    statement = soa(account, Line("1", "100.00"), *lines)
    ledger(account, Line("1", "90.00"))
    return reconciled(statement)


EVERY = {"kind": "not_in_ledger", "reason_code": "other_broker", "note": " all of theirs "}


def test_every_variance_of_a_kind_is_explained_at_once_and_told_as_one(
    account: ProgramAccount, analyst: User
) -> None:
    run = not_booked(account, 30)

    assert explain_kind(run=run, count=30, by=analyst, **EVERY) == 30

    told = AuditEvent.objects.get(action="variances explained")
    assert (told.target_kind, told.target_id, told.actor) == ("matchrun", run.pk, analyst.email)
    assert told.details == {"kind": "not_in_ledger", "count": 30, "effect": "300.00"}
    assert told.after == {
        "state": "explained",
        "reason_code": "other_broker",
        "note": "all of theirs",
    }
    said = Variance.objects.filter(run=run, kind="not_in_ledger").values_list(
        "state", "reason_code", "note", "decided_by"
    )
    assert set(said) == {("explained", "other_broker", "all of theirs", analyst.pk)}
    assert Variance.objects.get(kind="amount_differs").state == "open"


def test_what_somebody_has_explained_before_keeps_its_reason(
    account: ProgramAccount, analyst: User, reviewer: User
) -> None:
    run = not_booked(account, 3)
    first = Variance.objects.filter(run=run, kind="not_in_ledger").first()
    assert first is not None
    explained(run, first, reviewer, "a courier's")

    assert explain_kind(run=run, count=2, by=analyst, **EVERY) == 2

    first.refresh_from_db()
    assert (first.note, first.decided_by) == ("a courier's", reviewer)


def test_more_or_fewer_than_the_person_saw_are_not_explained(
    account: ProgramAccount, analyst: User
) -> None:
    run = not_booked(account, 3)

    for seen in (2, 4, 0):
        with pytest.raises(Refused, match="3 variances of this kind are open now"):
            explain_kind(run=run, count=seen, by=analyst, **EVERY)
    with pytest.raises(Refused, match="reason"):
        explain_kind(run=run, count=3, by=analyst, **EVERY | {"reason_code": " "})

    assert not Variance.objects.exclude(state="open").exists()


def test_each_of_many_can_still_be_taken_back_and_all_are_carried_over(
    account: ProgramAccount, analyst: User
) -> None:
    run = not_booked(account, 3)
    explain_kind(run=run, count=3, by=analyst, **EVERY)
    reopen_variance(
        variance=Variance.objects.filter(run=run, kind="not_in_ledger").latest("id"), by=analyst
    )
    ledger(account, Line("9", "1.00"))

    after = reconciled(run.statement)

    states = Variance.objects.filter(run=after, kind="not_in_ledger").values_list("state")
    assert sorted(state for (state,) in states) == ["explained", "explained", "open"]


def test_a_signed_run_is_not_explained_anew(account: ProgramAccount, analyst: User) -> None:
    run = not_booked(account, 1)
    for kind in ("not_in_ledger", "amount_differs"):
        explain_kind(run=run, count=1, by=analyst, **EVERY | {"kind": kind})
    sign_off(run=run, by=analyst)

    with pytest.raises(Refused, match="signed off"):
        explain_kind(run=run, count=1, by=analyst, **EVERY)
