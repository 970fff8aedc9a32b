"""What waits for people and what is due: of one importer, and across them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from carmsvc.platform.tenancy import importers_in_scope
from clients.models import Importer, ProgramAccount, SecurityAlert, User
from clients.queries.security import open_alerts
from reconciliation.models import (
    MatchRun,
    SignOff,
    Variance,
)
from statements.models import (
    Statement,
)
from statements.queries import (
    accounts_of,
    files_for_people,
    is_under_way,
    recent_files,
    statements_due,
)
from statements.queries.rulebook import rulebook_in_force
from statements.rules.billing import (
    LAST_DAY_OF_PERIOD,
    BillingPeriod,
    period_end,
    period_ending,
    statement_on,
)
from statements.rules.streams import payment_days


def _standing() -> Any:
    """The runs that stand, with what is open in them and how often they are signed."""
    still_open = Variance.objects.filter(run=OuterRef("pk"), state="open").order_by().values("run")
    signed = SignOff.objects.filter(run=OuterRef("pk"), reopened_at=None).order_by().values("run")
    return MatchRun.objects.filter(superseded_by=None, state=MatchRun.State.FINISHED).annotate(
        open_count=Coalesce(Subquery(still_open.annotate(n=Count("id")).values("n")), 0),
        open_amount=Coalesce(
            Subquery(still_open.annotate(total=Sum("effect")).values("total")), Decimal("0.00")
        ),
        was_signed=Exists(_signed_before()),
        signature_count=Coalesce(Subquery(signed.annotate(n=Count("id")).values("n")), 0),
    )


def _signed_before() -> Any:
    """Signatures under what a run superseded: new facts came, and it needs signing again."""
    return SignOff.objects.filter(
        reopened_at=None,
        run__superseded_by__isnull=False,
        run__lt=OuterRef("pk"),
        run__statement__program_account=OuterRef("statement__program_account"),
        run__statement__period_end=OuterRef("statement__period_end"),
    )


# a variance without a reason, or a suggestion without a word on it
_WAITS = Q(open_count__gt=0) | Q(totals__suggestions__count__gt=0)


def standing_runs(statement_ids: list[int]) -> dict[int, Any]:
    """The run that stands for each statement, with what is open in it and how often signed."""
    return {run.statement_id: run for run in _standing().filter(statement__in=statement_ids)}


@dataclass(frozen=True)
class Due:
    """What an account owes for a billing period, or that its statement is still to come."""

    account: ProgramAccount
    period: BillingPeriod
    statement_on: date
    due_on: date
    statement: Statement | None


def dues(accounts: list[ProgramAccount], today: date) -> list[Due]:
    """The payments ahead of an importer: of the period that ended last and the one that runs."""
    running = period_ending(period_end(today))
    periods = [period_ending(running.first.replace(day=LAST_DAY_OF_PERIOD)), running]
    book = rulebook_in_force()
    due_on = {period: payment_days(period, book).due_on for period in periods}
    periods = [period for period in periods if due_on[period] >= today]
    loaded = Statement.objects.filter(
        program_account__in=accounts,
        period_end__in=[period.last for period in periods],
        superseded_by=None,
    )
    found = {(one.program_account_id, one.period_end): one for one in loaded}
    return [
        Due(
            account,
            period,
            statement_on(period),
            due_on[period],
            found.get((account.pk, period.last)),
        )
        for period in periods
        for account in accounts
    ]


def statements_of(importer_id: int) -> Any:
    """An importer's standing statements, the newest first."""
    rows = Statement.objects.filter(importer=importer_id, superseded_by=None)
    return rows.select_related("program_account").order_by("-period_end", "-id")


def with_runs(statements: Iterable[Statement]) -> list[tuple[Statement, Any]]:
    """Each statement with the run that stands for it, if one is finished."""
    listed = list(statements)
    runs = standing_runs([statement.pk for statement in listed])
    return [(statement, runs.get(statement.pk)) for statement in listed]


def importer_overview(importer: Importer, today: date, limit: int) -> dict[str, Any]:
    """An importer at a glance: accounts, what is due, statements with their runs, files."""
    accounts = list(accounts_of(importer.pk))
    statements = with_runs(statements_of(importer.pk)[:limit])
    files = recent_files(importer.pk, limit)
    return {
        "is_busy": any(is_under_way(file) for file in files),
        "waiting_files": files_for_people(limit, importer.pk),
        "waiting_runs": [
            (one, run)
            for one, run in statements
            if run and (run.open_count or run.signature_count < 2)
        ],
        "accounts": accounts,
        "dues": dues(accounts, today),
        "statements": statements,
        "files": files,
    }


@dataclass(frozen=True)
class WorkQueue:
    """What waits for people, across the importers one sees."""

    files: list[Any]
    parked_runs: list[MatchRun]
    runs_to_explain: list[MatchRun]
    runs_to_sign: list[MatchRun]
    due: list[Statement]
    alerts: list[SecurityAlert]

    @property
    def stuck_count(self) -> int:
        return len(self.files) + len(self.parked_runs)

    @property
    def is_empty(self) -> bool:
        waiting = self.runs_to_explain or self.runs_to_sign
        return not (self.stuck_count or waiting or self.due or self.alerts)


DUE_SOON = timedelta(days=14)
LATELY = timedelta(days=3)


def work_queue(user: User, today: date, limit: int = 50) -> WorkQueue:
    """What waits for people in the open scope; a run its preparer signed waits for another."""
    parked = MatchRun.objects.exclude(parked_at=None)
    by_statement = ("statement__importer", "statement__program_account", "parked_for")
    standing = _standing().filter(statement__superseded_by=None).select_related(*by_statement)
    mine = SignOff.objects.filter(run=OuterRef("pk"), reopened_at=None, signed_by=user)
    to_sign = standing.filter(~Exists(mine), ~_WAITS, signature_count__lt=2)
    return WorkQueue(
        files=files_for_people(limit),
        parked_runs=list(parked.select_related(*by_statement).order_by("id")[:limit]),
        runs_to_explain=list(
            standing.filter(_WAITS).order_by("statement__payment_due_on", "id")[:limit]
        ),
        runs_to_sign=list(to_sign.order_by("-signature_count", "finished_at")[:limit]),
        due=statements_due(today - LATELY, today + DUE_SOON, limit),
        alerts=list(open_alerts(importers_in_scope())[:limit]),
    )
