"""Runs with something to decide."""

from datetime import date

from clients.models import ProgramAccount, User
from reconciliation.actions import (
    explain_variances,
    run_match,
)
from reconciliation.models import MatchRun, Variance
from reconciliation.queries import current_run
from tests.books import Line, items, ledger, reconciled, soa

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
