"""What becomes of decisions when files are corrected, and on the 25th."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine

from clients.actions import Refused
from clients.models import ProgramAccount, User
from reconciliation.actions import (
    collect_from_importer,
    confirm_suggestion,
    reopen_variance,
    request_run,
    run_match,
    sign_off,
)
from reconciliation.models import Decision, MatchRun, Variance
from reconciliation.queries import current_run, importers_at_the_door
from statements.models import Statement
from tests.books import PERIOD_END, Line, ledger, reconciled, soa
from tests.reconciliation.decisions import (
    SEPTEMBER,
    carried_out,
    explained,
    places,
    suggested,
    with_a_suggestion,
    with_a_variance,
)
from tests.statements import door

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
