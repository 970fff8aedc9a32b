"""Who signs a run, what keeps it from being signed, and what becomes of a signature later."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from carmsvc.platform.audit import AuditEvent
from clients.actions import Refused
from clients.models import ProgramAccount, User
from reconciliation.actions import (
    confirm_suggestion,
    refuse_suggestion,
    reopen_run,
    reopen_variance,
    request_run,
    sign_off,
)
from reconciliation.models import MatchRun, SignOff, Variance
from reconciliation.queries import signatures
from tests.books import Line, ledger, reconciled, soa
from tests.reconciliation.decisions import (
    SEPTEMBER,
    carried_out,
    explained,
    suggested,
    with_a_suggestion,
    with_a_variance,
)
from tests.statements import door


def signed(run: MatchRun, *people: User) -> MatchRun:
    for person in people:
        sign_off(run=run, by=person)
    return run


def test_a_preparer_signs_and_then_another_person_reviews(
    account: ProgramAccount, analyst: User, reviewer: User
) -> None:
    run = reconciled(soa(account))

    first, second = sign_off(run=run, by=analyst), sign_off(run=run, by=reviewer)

    assert (first.role, first.signed_by) == ("preparer", analyst)
    assert (second.role, second.signed_by) == ("reviewer", reviewer)
    with pytest.raises(Refused, match="both"):
        sign_off(run=run, by=reviewer)


def test_nobody_reviews_their_own_work(account: ProgramAccount, analyst: User) -> None:
    run = reconciled(soa(account))
    sign_off(run=run, by=analyst)

    with pytest.raises(Refused, match="somebody other"):
        sign_off(run=run, by=analyst)


def test_a_run_with_open_variances_is_not_signed(account: ProgramAccount, analyst: User) -> None:
    run, variance = with_a_variance(account)
    with pytest.raises(Refused, match="1 variance"):
        sign_off(run=run, by=analyst)

    explained(run, variance, analyst)

    assert sign_off(run=run, by=analyst).role == "preparer"


def test_nothing_changes_under_a_signature(account: ProgramAccount, analyst: User) -> None:
    run, variance = with_a_variance(account)
    explained(run, variance, analyst)
    sign_off(run=run, by=analyst)

    for change in (
        lambda: reopen_variance(variance=Variance.objects.get(), by=analyst),
        lambda: explained(run, variance, analyst),
        lambda: confirm_suggestion(run=run, group_no=1, by=analyst),
    ):
        with pytest.raises(Refused, match="signed off"):
            change()


def test_a_signed_run_is_reopened_with_a_reason_and_signed_again(
    account: ProgramAccount, analyst: User, reviewer: User
) -> None:
    run = reconciled(soa(account))
    sign_off(run=run, by=analyst)
    sign_off(run=run, by=reviewer)

    with pytest.raises(Refused, match="why"):
        reopen_run(run=run, by=reviewer, reason="  ")
    reopen_run(run=run, by=reviewer, reason="the broker sent a credit note")

    assert signatures(run) == {}
    reasons = SignOff.objects.values_list("reopen_reason", "reopened_by__email")
    assert set(reasons) == {("the broker sent a credit note", reviewer.email)}
    assert sign_off(run=run, by=reviewer).role == "preparer"
    assert SignOff.objects.count() == 3
    with pytest.raises(Refused, match="not signed off"):
        reopen_run(run=reconciled(soa(account, last=SEPTEMBER)), by=analyst, reason="x")


def test_a_suggestion_nobody_decided_keeps_a_run_from_being_signed(
    account: ProgramAccount, analyst: User
) -> None:
    run = with_a_suggestion(account)
    with pytest.raises(Refused, match="1 suggestion waits"):
        sign_off(run=run, by=analyst)

    after = carried_out(confirm_suggestion(run=run, group_no=suggested(run), by=analyst))

    assert sign_off(run=after, by=analyst).role == "preparer"


def test_the_result_that_is_about_to_be_replaced_is_not_signed(
    account: ProgramAccount, analyst: User
) -> None:
    """The decision is taken and its run is requested; the old run has nothing open any more."""
    run = with_a_suggestion(account)
    confirm_suggestion(run=run, group_no=suggested(run), by=analyst)

    with pytest.raises(Refused, match="under way"):
        sign_off(run=run, by=analyst)


def test_a_run_is_not_signed_while_the_newer_one_is_stuck(
    account: ProgramAccount, analyst: User
) -> None:
    run = reconciled(soa(account, Line("1", "1.00")))
    explained(run, Variance.objects.get(run=run), analyst)
    ledger(account, Line("1", "1.00"))
    newer = request_run(statement=run.statement, by=None)
    MatchRun.objects.filter(pk=newer.pk).update(parked_at=datetime(2026, 11, 1, tzinfo=UTC))

    with pytest.raises(Refused, match="stuck"):
        sign_off(run=run, by=analyst)


def test_a_run_that_has_not_seen_the_newest_ledger_is_not_signed(
    account: ProgramAccount, analyst: User
) -> None:
    statement = door.statement(account, door.line("1", "100.00"))
    door.ledger_file(account, door.entry("1", "100.00"))
    run = reconciled(statement)
    door.ledger_file(account, door.entry("1", "90.00"))

    with pytest.raises(Refused, match="New facts"):
        sign_off(run=run, by=analyst)


def test_another_accounts_ledger_does_not_keep_a_run_from_being_signed(
    account: ProgramAccount, other_account: ProgramAccount, analyst: User
) -> None:
    run = reconciled(soa(account))
    door.ledger_file(other_account, door.entry("1", "90.00", account=other_account.bn15))

    assert sign_off(run=run, by=analyst).role == "preparer"


def test_what_was_expected_is_looked_for_again_before_anybody_signs_on_the_25th(
    account: ProgramAccount, analyst: User
) -> None:
    ledger(account, Line("1", "100.00"))
    with time_machine.travel(datetime(2026, 10, 24, 16, tzinfo=UTC), tick=False):
        run = reconciled(soa(account))
    with time_machine.travel(datetime(2026, 10, 25, 16, tzinfo=UTC), tick=False):
        with pytest.raises(Refused, match="New facts"):
            sign_off(run=run, by=analyst)


def test_everything_that_keeps_a_run_from_being_signed_is_told_at_once(
    account: ProgramAccount, analyst: User
) -> None:
    statement = soa(account, Line("1", "1.00"), Line(None, "75.25"))
    ledger(account, Line(None, "75.25"))

    with pytest.raises(Refused) as refused:
        sign_off(run=reconciled(statement), by=analyst)

    assert [str(reason) for reason in refused.value.reasons] == [
        "1 variance is still open.",
        "1 suggestion waits for somebody to confirm or refuse it.",
    ]


def test_signatures_stay_when_a_later_run_says_the_same(
    account: ProgramAccount, analyst: User, reviewer: User
) -> None:
    """Next month's ledger touches this month's statement, and changes nothing on it."""
    statement = door.statement(account, door.line("1", "100.00"))
    door.ledger_file(account, door.entry("1", "100.00"))
    run = signed(reconciled(statement), analyst, reviewer)

    door.ledger_file(account, door.entry("2", "7.00", released="2026-10-20"))
    after = reconciled(statement)

    assert after != run
    assert {role: one.signed_by for role, one in signatures(after).items()} == {
        "preparer": analyst,
        "reviewer": reviewer,
    }
    assert all(one.is_carried_over for one in signatures(after).values())
    told = AuditEvent.objects.get(action="signatures carried over")
    assert (told.target_id, told.before, told.after["run"]) == (after.pk, {"run": run.pk}, after.pk)


def test_half_a_sign_off_stays_too_and_is_completed_by_somebody_else(
    account: ProgramAccount, analyst: User, reviewer: User
) -> None:
    statement = soa(account)
    signed(reconciled(statement), analyst)
    ledger(account, Line("2", "7.00", released=date(2026, 10, 20)))

    after = reconciled(statement)

    with pytest.raises(Refused, match="somebody other"):
        sign_off(run=after, by=analyst)
    assert sign_off(run=after, by=reviewer).is_carried_over is False


@pytest.mark.parametrize(
    "news",
    [
        Line("1", "7.00"),  # an entry the statement does not show
        Line("2", "0.00"),  # even one of nothing
    ],
)
def test_signatures_do_not_stay_when_anything_moved(
    account: ProgramAccount, analyst: User, news: Line
) -> None:
    statement = soa(account)
    run = signed(reconciled(statement), analyst)

    ledger(account, news)
    after = reconciled(statement)

    assert signatures(after) == {}
    assert set(signatures(run)) == {"preparer"}


def test_signatures_do_not_stay_when_the_same_figures_come_from_other_rows(
    account: ProgramAccount, analyst: User
) -> None:
    rows = [door.line("1", "100.00"), door.line("2", "100.00")]
    statement = door.statement(account, *rows)
    door.ledger_file(account, door.entry("1", "100.00"), door.entry("2", "100.00"))
    signed(reconciled(statement), analyst)

    corrected = door.statement(account, *reversed(rows))

    assert signatures(reconciled(corrected)) == {}


def test_the_signatures_of_a_superseded_run_stay_as_they_were_given(
    account: ProgramAccount, analyst: User
) -> None:
    statement = soa(account)
    run = signed(reconciled(statement), analyst)
    ledger(account, Line("1", "7.00"))
    reconciled(statement)

    with pytest.raises(Refused, match="does not stand"):
        reopen_run(run=run, by=analyst, reason="I would rather not have")

    assert set(signatures(run)) == {"preparer"}


def test_a_refused_pair_leaves_two_variances_to_explain_before_signing(
    account: ProgramAccount, analyst: User
) -> None:
    run = with_a_suggestion(account)
    after = carried_out(refuse_suggestion(run=run, group_no=suggested(run), by=analyst))

    with pytest.raises(Refused, match="2 variances"):
        sign_off(run=after, by=analyst)
