"""A signed reconciliation and what came after: what moved is told, and it is signed again."""

import pytest

from clients.models import ProgramAccount, User
from reconciliation.actions import explain_variances, sign_off
from reconciliation.models import MatchRun, Variance
from reconciliation.queries.moved import Moved, moved_since_signed
from statements.models import Statement
from tests.books import reconciled
from tests.statements import door


def explain_rest(run: MatchRun, by: User) -> None:
    rest = Variance.objects.filter(run=run, state="open").values_list("group_no", flat=True)
    explain_variances(
        run=run, group_nos=list(rest), reason_code="other", note="asked the client", by=by
    )


@pytest.fixture
def statement(account: ProgramAccount) -> Statement:
    """Two lines; of the ledger's two entries one agrees."""
    door.ledger_file(account, door.entry("1", "100.00"), door.entry("2", "45.00"))
    return door.statement(account, door.line("1", "100.00"), door.line("2", "50.00"))


@pytest.fixture
def signed(statement: Statement, analyst: User) -> MatchRun:
    run = reconciled(statement)
    explain_rest(run, analyst)
    sign_off(run=run, by=analyst)
    return run


def moved(run: MatchRun) -> Moved:
    found = moved_since_signed(run, 10)
    assert found is not None
    return found


def figures(found: Moved) -> dict[str, tuple[str, str, str]]:
    return {
        one.key: (str(one.before), str(one.after), str(one.difference)) for one in found.figures
    }


def test_a_new_ledger_moves_figures_and_says_which_variances_came_and_went(
    account: ProgramAccount, statement: Statement, signed: MatchRun, analyst: User
) -> None:
    rows = [door.entry("1", "100.00"), door.entry("2", "50.00"), door.entry("3", "7.00")]
    file = door.ledger_file(account, *rows)

    found = moved(reconciled(statement))

    assert found.signed_run == signed
    assert [(one.role, one.signed_by) for one in found.signatures] == [("preparer", analyst)]
    assert figures(found) == {
        "ledger": ("145.00", "157.00", "12.00"),
        "amount_differs": ("5.00", "0.00", "-5.00"),
        "not_on_statement": ("0.00", "-7.00", "-7.00"),
    }
    assert (found.new_count, [one.kind for one in found.new]) == (1, ["not_on_statement"])
    assert (found.gone_count, [one.kind for one in found.gone]) == (1, ["amount_differs"])
    assert found.gone[0].note == "asked the client"
    assert (found.files, found.is_corrected) == ([file], False)


def test_a_corrected_statement_is_told_as_such(
    account: ProgramAccount, statement: Statement, signed: MatchRun
) -> None:
    corrected = door.statement(account, door.line("1", "100.00"), door.line("2", "51.00"))

    found = moved(reconciled(corrected))

    assert (found.signed_run, found.is_corrected, found.files) == (signed, True, [])
    assert figures(found)["statement"] == ("150.00", "151.00", "1.00")


def test_every_step_of_the_figures_adds_up_to_what_the_activity_moved(
    account: ProgramAccount, statement: Statement, signed: MatchRun
) -> None:
    """Ledger and causes lead to the activity in both runs, so their differences do too."""
    door.ledger_file(account, door.entry("1", "99.98"), door.entry("4", "12.34"))
    after = door.statement(account, door.line("1", "100.00"), door.line("9", "33.00"))

    found = moved(reconciled(after))
    steps = {one.key: one.difference for one in found.figures}

    assert steps.pop("statement") == sum(steps.values())


def test_nothing_is_told_of_a_run_whose_signatures_were_carried_over(
    account: ProgramAccount, statement: Statement, signed: MatchRun
) -> None:
    door.ledger_file(account, door.entry("8", "1.00", released="2026-10-20"))

    assert moved_since_signed(reconciled(statement), 10) is None


def test_what_was_never_signed_or_reopened_before_has_not_moved(
    account: ProgramAccount, statement: Statement
) -> None:
    first = reconciled(statement)
    door.ledger_file(account, door.entry("2", "50.00"))

    assert moved_since_signed(first, 10) is None
    assert moved_since_signed(reconciled(statement), 10) is None


def test_the_last_signed_result_is_what_later_ones_are_held_against(
    account: ProgramAccount, statement: Statement, signed: MatchRun, analyst: User
) -> None:
    """Two ledgers later the difference is still told from what somebody signed."""
    for amount in ("46.00", "47.00"):
        door.ledger_file(account, door.entry("2", amount))
        run = reconciled(statement)

    assert moved(run).signed_run == signed
    assert figures(moved(run))["amount_differs"] == ("5.00", "3.00", "-2.00")
    explain_rest(run, analyst)
    sign_off(run=run, by=analyst)
    assert moved(run).signed_run == signed  # still to be read beside the new signature
