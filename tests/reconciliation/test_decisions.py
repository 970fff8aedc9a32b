"""What people decide of a run, and what becomes of it when the facts change."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine

from carmsvc.platform.audit import AuditEvent
from clients.actions import Refused
from clients.models import ProgramAccount, User
from reconciliation.actions import (
    collect_from_importer,
    confirm_suggestion,
    explain_kind,
    explain_variances,
    refuse_suggestion,
    reopen_variance,
    request_run,
    run_match,
    sign_off,
    withdraw_decision,
)
from reconciliation.models import Decision, MatchRun, Variance
from reconciliation.queries import current_run, importers_at_the_door
from reconciliation.queries.decided import decisions_of
from statements.models import Statement
from tests.books import PERIOD_END, Line, items, ledger, reconciled, soa
from tests.statements import door

SEPTEMBER = date(2026, 9, 17)


def with_a_suggestion(account: ProgramAccount) -> MatchRun:
    """A run with a match and one suggested pair."""
    statement = soa(account, Line("1", "100.00"), Line(None, "75.25", reference="K-118"))
    ledger(account, Line("1", "100.00"), Line(None, "75.25", reference="our own"))
    return reconciled(statement)


def with_a_variance(account: ProgramAccount) -> tuple[MatchRun, Variance]:
    """A run with one variance: an amount that differs."""
    statement = soa(account, Line("1", "100.00"))
    ledger(account, Line("1", "90.00"))
    run = reconciled(statement)
    return run, Variance.objects.get(run=run)


def suggested(run: MatchRun) -> int:
    """The group number of the one suggestion."""
    return int(run.placements.get(place="suggestion").group_no)


def carried_out(run: MatchRun) -> MatchRun:
    """A requested run, done; the run that stands for its statement."""
    run_match(importer_id=run.importer_id, run_id=run.pk)
    standing = current_run(run.statement)
    assert standing, MatchRun.objects.get(pk=run.pk).last_failure
    return standing


def explained(run: MatchRun, variance: Variance, by: User, note: str = "agreed") -> int:
    return explain_variances(
        run=run, group_nos=[variance.group_no], reason_code="rate", note=note, by=by
    )


def places(run: MatchRun) -> list[str]:
    return [name for name, *_ in items(run)]


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


# corrected files and new ledgers


def test_a_corrected_file_carries_decisions_over(account: ProgramAccount, analyst: User) -> None:
    rows = [door.line("1", "100.00"), door.line(None, "75.25", reference="K-118")]
    door.ledger_file(account, door.entry("1", "90.00"), door.entry(None, "75.25", reference="our"))
    first = reconciled(door.statement(account, *rows))
    variance = Variance.objects.get(run=first, kind="amount_differs")
    explained(first, variance, analyst, "tariff")
    carried_out(confirm_suggestion(run=first, group_no=suggested(first), by=analyst))

    # the corrected export has one line more, above the others
    corrected = door.statement(account, door.line("2", "5.00"), *rows)
    after = reconciled(corrected)

    assert after.statement == corrected
    assert sorted(places(after)) == ["045_confirmed", "amount_differs", "not_in_ledger"]
    states = dict(Variance.objects.filter(run=after).values_list("kind", "state"))
    assert states == {"amount_differs": "explained", "not_in_ledger": "open"}
    kept = Variance.objects.get(run=after, kind="amount_differs")
    assert (kept.note, kept.decided_by) == ("tariff", analyst)
    assert MatchRun.objects.filter(superseded_by=None, state="finished").get() == after


def test_an_explanation_of_another_amount_is_not_carried_over(
    account: ProgramAccount, analyst: User
) -> None:
    run, variance = with_a_variance(account)
    explained(run, variance, analyst)

    after = reconciled(soa(account, Line("1", "100.01")))

    assert Variance.objects.get(run=after).state == "open"


def test_the_run_of_a_superseded_statement_stays_readable_and_takes_no_decision(
    account: ProgramAccount, analyst: User
) -> None:
    run = with_a_suggestion(account)
    soa(account, Line("1", "100.00"))
    run = MatchRun.objects.get(pk=run.pk)

    assert places(run) == ["010_exact", "050_suggestion"]
    for change in (
        lambda: confirm_suggestion(run=run, group_no=suggested(run), by=analyst),
        lambda: request_run(statement=run.statement, by=analyst),
        lambda: sign_off(run=run, by=analyst),
    ):
        with pytest.raises(Refused, match="corrected file"):
            change()
    assert not Decision.objects.exists()


def test_a_requested_run_of_a_statement_superseded_meanwhile_is_withdrawn(
    account: ProgramAccount,
) -> None:
    run = request_run(statement=soa(account, Line("1", "1.00")), by=None)
    soa(account, Line("1", "2.00"))

    run_match(importer_id=run.importer_id, run_id=run.pk)

    run.refresh_from_db()
    assert (run.state, run.claim_token, run.placements.count()) == ("withdrawn", None, 0)


def test_nobody_decides_on_a_run_while_the_next_is_being_made(
    account: ProgramAccount, analyst: User
) -> None:
    """The next run has read what people said until it began; later words would be lost."""
    run, variance = with_a_variance(account)
    ledger(account, Line("2", "1.00"))
    following = request_run(statement=run.statement, by=analyst)
    assert explained(run, variance, analyst) == 1  # the next run will read it
    MatchRun.objects.filter(pk=following.pk).update(state="running")

    for change in (
        lambda: reopen_variance(variance=Variance.objects.get(), by=analyst),
        lambda: sign_off(run=run, by=analyst),
    ):
        with pytest.raises(Refused, match="anew"):
            change()


def test_a_file_that_changed_nothing_asks_for_no_new_run(account: ProgramAccount) -> None:
    door.ledger_file(account, door.entry("1", "100.00"))
    run = reconciled(door.statement(account, door.line("1", "100.00")))

    again = "Exported again\n" + door.text([door.entry("1", "100.00")], door.LEDGER)
    assert door.read(door.bring_ledger(account, again).file).entries_unchanged == 1
    collect_from_importer(account.importer_id)

    assert current_run(run.statement) == run
    assert not MatchRun.objects.filter(state="requested").exists()


def test_a_new_ledger_asks_for_the_statements_that_it_touches(account: ProgramAccount) -> None:
    september = soa(account, Line("1", "10.00", released=date(2026, 9, 1)), last=SEPTEMBER)
    october = soa(account, Line("2", "20.00"))
    for statement in (september, october):
        reconciled(statement)

    door.ledger_file(account, door.entry("2", "20.00"))
    collect_from_importer(account.importer_id)

    asked = MatchRun.objects.filter(state="requested").values_list("statement", flat=True)
    # one before, too: it may show an entry of the next period already
    assert set(asked) == {september.pk, october.pk}


def test_when_september_closes_otherwise_october_looks_at_its_opening_again(
    account: ProgramAccount,
) -> None:
    reconciled(soa(account, Line("1", "5.00", type="INTEREST"), last=SEPTEMBER))
    october = soa(account, opening="5.00")
    assert reconciled(october).opening_balance_difference == 0

    # nothing that September settles has changed, only what it closes with
    reconciled(soa(account, Line("1", "6.00", type="INTEREST"), last=SEPTEMBER))

    after = carried_out(MatchRun.objects.get(statement=october, state="requested"))
    assert after.opening_balance_difference == Decimal("-1.00")


# the 25th


def at(day: str) -> time_machine.travel:
    """Noon of a day in Toronto."""
    return time_machine.travel(datetime.fromisoformat(f"{day}T16:00:00").replace(tzinfo=UTC),
                               tick=False)  # fmt: skip


@pytest.fixture
def half_billed(account: ProgramAccount) -> Statement:
    """An October of two entries, of which the statement shows one."""
    ledger(account, Line("1", "10.00"), Line("2", "20.00"))
    return soa(account, Line("1", "10.00"))


@pytest.mark.parametrize(
    ("day", "place", "effect"),
    [
        ("2026-10-18", "expected", "-20.00"),
        ("2026-10-24", "expected", "-20.00"),
        ("2026-10-25", "not_on_statement", "-20.00"),
        ("2026-11-20", "not_on_statement", "-20.00"),
    ],
)
def test_an_entry_is_expected_before_the_25th_and_missing_on_it(
    half_billed: Statement, day: str, place: str, effect: str
) -> None:
    with at(day):
        run = reconciled(half_billed)

    assert places(run) == ["010_exact", place]
    assert (f"{run.effects:.2f}", run.residual) == (effect, 0)
    assert str(run.as_of_on) == day


def test_the_day_is_that_of_toronto(half_billed: Statement) -> None:
    late_evening_of_the_24th = datetime(2026, 10, 25, 3, 30, tzinfo=UTC)
    with time_machine.travel(late_evening_of_the_24th, tick=False):
        assert places(reconciled(half_billed)) == ["010_exact", "expected"]


def test_when_the_25th_has_come_the_sweep_looks_again(
    half_billed: Statement, account: ProgramAccount
) -> None:
    with at("2026-10-20"):
        first = reconciled(half_billed)
        collect_from_importer(account.importer_id)
    with at("2026-10-24"):
        assert importers_at_the_door() == []
        assert collect_from_importer(account.importer_id) == []
    with at("2026-10-25"):
        assert importers_at_the_door() == [account.importer_id]
        (asked,) = collect_from_importer(account.importer_id)
        second = carried_out(MatchRun.objects.get(pk=asked))
        assert importers_at_the_door() == []  # once is enough
        assert collect_from_importer(account.importer_id) == []

    first.refresh_from_db()
    assert (first.superseded_by, places(second)) == (second, ["010_exact", "not_on_statement"])


def test_a_statement_with_nothing_expected_is_not_looked_at_again(account: ProgramAccount) -> None:
    ledger(account, Line("1", "10.00"))
    with at("2026-10-20"):
        reconciled(soa(account, Line("1", "10.00")))
        collect_from_importer(account.importer_id)

    with at("2026-10-25"):
        assert importers_at_the_door() == []


def test_an_expected_entry_needs_no_explanation_to_sign(
    half_billed: Statement, analyst: User
) -> None:
    with at("2026-10-20"):
        run = reconciled(half_billed)
        assert sign_off(run=run, by=analyst).role == "preparer"
    assert run.statement.period_end == PERIOD_END
