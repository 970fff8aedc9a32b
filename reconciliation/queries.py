"""Reads of the reconciliation room: what a run says, and what waits for people."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Sum, When, Window
from django.db.models.functions import Coalesce, RowNumber
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.money import ZERO
from clients.models import Importer, ProgramAccount, User
from reconciliation.models import (
    Decision,
    MatchRun,
    Placement,
    SignOff,
    Variance,
    VarianceKind,
)
from statements.models import (
    COMPONENTS,
    LedgerEntry,
    LedgerFile,
    Statement,
    StatementFile,
    StatementLine,
)
from statements.queries import (
    accounts_of,
    files_for_people,
    is_under_way,
    recent_files,
    statements_due,
)
from statements.rules.billing import (
    LAST_DAY_OF_PERIOD,
    BillingPeriod,
    payment_due_on,
    period_end,
    period_ending,
    statement_on,
)

PASS_LABELS = {
    "010_exact": _("Same number and amount"),
    "020_within_tolerance": _("Within tolerance"),
    "030_net": _("Net of corrections"),
    "040_payment": _("Payment"),
    "045_confirmed": _("Confirmed by a person"),
    "050_suggestion": _("Suggestion"),
}


def current_run(statement: Statement) -> MatchRun | None:
    """The run that stands for a statement, if it was reconciled."""
    found: MatchRun | None = MatchRun.objects.filter(
        statement=statement, superseded_by=None, state=MatchRun.State.FINISHED
    ).first()
    return found


def run_under_way(statement: Statement) -> MatchRun | None:
    """The run that is requested or running for a statement."""
    found: MatchRun | None = MatchRun.objects.filter(
        statement=statement, state__in=["requested", "running"]
    ).first()
    return found


def runs_waiting() -> list[tuple[int, int]]:
    """(importer, run) of each run that waits at the door or whose worker died."""
    waiting = MatchRun.objects.filter(MatchRun.is_waiting()).order_by("id")
    return list(waiting.values_list("importer_id", "id"))


def importers_at_the_door() -> list[int]:
    """Importers with a loaded file nobody collected, or expected entries whose 25th has come."""
    found: set[int] = set()
    for model in (StatementFile, LedgerFile):
        waiting = model.objects.filter(state="loaded", collected_at=None)
        found |= set(waiting.values_list("importer_id", flat=True))
    overdue = MatchRun.objects.filter(
        superseded_by=None,
        state="finished",
        statement__superseded_by=None,
        statement__statement_on__lte=today_in_toronto(),
        as_of_on__lt=F("statement__statement_on"),
        totals__expected__count__gt=0,
    )
    return sorted(found | set(overdue.values_list("importer_id", flat=True)))


def signatures(run: MatchRun) -> dict[str, SignOff]:
    """The signatures that stand under a run, by role."""
    standing = SignOff.objects.filter(run=run, reopened_at=None).select_related("signed_by")
    return {sign_off.role: sign_off for sign_off in standing}


@dataclass(frozen=True)
class Bar:
    """One step of the variance bridge, in CAD."""

    key: str
    label: Any
    amount: Decimal
    count: int


def bridge(run: MatchRun) -> list[Bar]:
    """From the ledger in scope, cause by cause, to the statement's activity, to the cent."""
    totals = run.totals
    entries = run.entries_in_scope or 0
    bars = [Bar("ledger", _("Ledger in scope"), run.ledger_in_scope or ZERO, entries)]
    rounding = totals["matched"].get("020_within_tolerance")
    if rounding and Decimal(rounding["effect"]):
        bars.append(_bar("rounding", _("Rounding"), rounding))
    for kind in VarianceKind:
        if kind.value in totals["variances"]:
            bars.append(_bar(kind.value, kind.label, totals["variances"][kind.value]))
    if totals["expected"]["count"]:
        bars.append(_bar("expected", _("Expected, not billed yet"), totals["expected"]))
    lines = run.statement.line_count
    bars.append(Bar("statement", _("Statement activity"), run.statement_activity or ZERO, lines))
    return bars


def _bar(key: str, label: Any, total: dict[str, Any]) -> Bar:
    return Bar(key, label, Decimal(total["effect"]), total["count"])


def run_document(run: MatchRun, *, items: bool = False) -> dict[str, Any]:
    """What a run says, as the command, the API and the pages all show it (amounts as text)."""
    document: dict[str, Any] = {
        "run": run.pk,
        "statement": run.statement_id,
        "state": run.state,
        "rule_version": run.rule_version,
    }
    if run.state == MatchRun.State.FINISHED:
        document["as_of_on"] = str(run.as_of_on)
        document["tolerance"] = f"{run.tolerance:.2f}"
        document["opening_balance_differs"] = _text(run.opening_balance_difference)
        document["totals"] = {
            "statement_activity": f"{run.statement_activity:.2f}",
            "ledger_in_scope": f"{run.ledger_in_scope:.2f}",
            **_in_order(run.totals),
            "effects": f"{run.effects:.2f}",
            "residual": f"{run.residual:.2f}",
        }
        if items:
            document["items"] = run_items(run)
    return document


def _in_order(totals: dict[str, Any]) -> dict[str, Any]:
    """Passes and kinds in the order in which they are tried; the database forgets it."""
    matched, variances = totals["matched"], totals["variances"]
    return {
        "matched": {name: matched[name] for name in sorted(matched)},
        "variances": {kind: variances[kind] for kind in VarianceKind.values if kind in variances},
        "suggestions": totals["suggestions"],
        "expected": totals["expected"],
    }


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


_ITEMS = """
    SELECT p.place, p.reason, p.group_no,
           min(coalesce(l.transaction_no, e.transaction_no)),
           array_agg(p.line_amount::text ORDER BY l.row_no) FILTER (WHERE p.line_id IS NOT NULL),
           array_agg(p.entry_amount::text ORDER BY e.row_no) FILTER (WHERE p.entry_id IS NOT NULL),
           (coalesce(sum(p.line_amount), 0) - coalesce(sum(p.entry_amount), 0))::text,
           coalesce((SELECT v.components FROM reconciliation_variance v
                     WHERE v.run_id = %(run)s AND v.group_no = p.group_no), '{}'::jsonb),
           bool_or(l.released_on < %(first)s OR l.released_on > %(last)s),
           bool_or(e.period_end < %(last)s)
    FROM reconciliation_placement p
    LEFT JOIN statements_statementline l ON l.id = p.line_id
    LEFT JOIN statements_ledgerentry e ON e.id = p.entry_id
    WHERE p.run_id = %(run)s
    GROUP BY p.place, p.reason, p.group_no
    ORDER BY p.group_no
"""


def run_items(run: MatchRun) -> list[dict[str, Any]]:
    """Every match, suggestion, variance and expected entry of a run."""
    period = {"first": run.statement.period_start, "last": run.statement.period_end}
    with connection.cursor() as cursor:
        cursor.execute(_ITEMS, {"run": run.pk, **period})
        return [_item(*row) for row in cursor.fetchall()]


def _item(
    place: str,
    reason: str,
    group_no: int,
    transaction_no: str | None,
    lines: list[str] | None,
    entries: list[str] | None,
    effect: str,
    components: dict[str, Any] | str,
    other_period: bool | None,
    carried: bool | None,
) -> dict[str, Any]:
    key = "pass" if place in ("match", "suggestion") else "kind"
    notes = [("other_period", other_period), ("carried", carried)]
    return {
        "place": place,
        key: reason,
        "group_no": group_no,
        "transaction_no": transaction_no,
        "line_amounts": lines or [],
        "entry_amounts": entries or [],
        "effect": f"{Decimal(effect):.2f}",
        "components": _components(components),
        "notes": [name for name, holds in notes if holds],
    }


def _components(stored: dict[str, Any] | str) -> dict[str, str]:
    parsed = json.loads(stored) if isinstance(stored, str) else stored
    return {name: f"{Decimal(str(value)):.2f}" for name, value in parsed.items()}


@dataclass(frozen=True)
class Group:
    """One match, suggestion, variance or expected entry, with its rows side by side."""

    group_no: int
    place: str
    reason: str
    lines: list[StatementLine]
    entries: list[LedgerEntry]

    @property
    def line_amount(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal("0.00"))

    @property
    def entry_amount(self) -> Decimal:
        return sum((entry.amount for entry in self.entries), Decimal("0.00"))

    @property
    def effect(self) -> Decimal:
        """Lines minus entries in CAD: what the group moves on the bridge."""
        return self.line_amount - self.entry_amount

    @property
    def differing_fields(self) -> list[tuple[str, Any, Any, Any]]:
        """(field, the statement's value, the ledger's value, difference) where they differ."""
        if not (self.lines and self.entries):
            return []
        found = [_difference(self, name) for name in ("amount", *COMPONENTS)]
        line, entry = self.lines[0], self.entries[0]
        for name in ("version", "released_on"):
            ours, theirs = getattr(line, name), getattr(entry, name)
            if ours is not None and theirs is not None and ours != theirs:
                found.append((name, ours, theirs, None))
        return [difference for difference in found if difference]


def _difference(group: Group, name: str) -> Any:
    ours = [getattr(line, name) for line in group.lines if getattr(line, name) is not None]
    theirs = [getattr(entry, name) for entry in group.entries if getattr(entry, name) is not None]
    if not ours or not theirs or sum(ours) == sum(theirs):
        return None
    return (name, sum(ours), sum(theirs), sum(ours) - sum(theirs))


def groups(
    run: MatchRun,
    place: str,
    *,
    reason: str | None = None,
    after: int = 0,
    limit: int = 50,
) -> list[Group]:
    """The groups of a place in order, after a group number; at most `limit` of them."""
    rows = Placement.objects.filter(run=run, place=place, group_no__gt=after)
    if reason:
        rows = rows.filter(reason=reason)
    numbers = list(rows.order_by("group_no").values_list("group_no", flat=True).distinct()[:limit])
    return groups_numbered(run, numbers)


def groups_numbered(run: MatchRun, numbers: list[int]) -> list[Group]:
    """The groups with these numbers, with their lines and entries, in three queries at most."""
    found: dict[int, Group] = {}
    rows = Placement.objects.filter(run=run, group_no__in=numbers)
    for row in rows.select_related("line", "entry").order_by("group_no", "part_no"):
        group = found.setdefault(row.group_no, Group(row.group_no, row.place, row.reason, [], []))
        if row.line:
            group.lines.append(row.line)
        if row.entry:
            group.entries.append(row.entry)
    return list(found.values())


@dataclass(frozen=True)
class Left:
    """What people still have to explain of a run, in CAD."""

    activity: Decimal
    open_count: int
    open_amount: Decimal

    @property
    def explained(self) -> Decimal:
        return self.activity - self.open_amount

    @property
    def is_done(self) -> bool:
        return not self.open_count


def left_to_explain(run: MatchRun) -> Left:
    """The variances of a run that are open, by number and effect."""
    is_open = Q(state=Variance.State.OPEN)
    found = Variance.objects.filter(run=run).aggregate(
        open_count=Count("id", filter=is_open),
        open_amount=Coalesce(Sum("effect", filter=is_open), Decimal("0.00")),
    )
    return Left(run.statement_activity or Decimal("0.00"), **found)


def variances_by_kind(run: MatchRun, limit: int) -> list[dict[str, Any]]:
    """Each kind of variance with its total and its first groups, open ones first."""
    ranked = Window(RowNumber(), partition_by=F("kind"), order_by=[_OPEN_FIRST, F("group_no")])
    shown = Variance.objects.filter(run=run).annotate(place_in_kind=ranked)
    found = _with_groups(run, shown.filter(place_in_kind__lte=limit))
    sections = []
    for kind in VarianceKind:
        total = run.totals["variances"].get(kind.value)
        if total:
            shown_here = [one for one in found if one[0].kind == kind.value]
            shown_here.sort(key=lambda one: (one[0].state != "open", one[0].group_no))
            sections.append({"kind": kind, "total": total, "items": shown_here})
    return sections


_OPEN_FIRST = Case(When(state="open", then=0), default=1)


def variances_of_kind(run: MatchRun, kind: str, after: int, limit: int) -> list[Any]:
    """(variance, group) pairs of one kind after a group number."""
    rows = Variance.objects.filter(run=run, kind=kind, group_no__gt=after)
    return _with_groups(run, rows.order_by("group_no")[:limit])


def _with_groups(run: MatchRun, variances: Any) -> list[tuple[Variance, Group]]:
    found = {one.group_no: one for one in variances.select_related("decided_by")}
    return [(found[group.group_no], group) for group in groups_numbered(run, list(found))]


def suggestions_to_decide(run: MatchRun, limit: int) -> list[Group]:
    """The first suggestions nobody has decided on since the run."""
    decided = Decision.objects.filter(
        statement=run.statement_id,
        withdrawn_at=None,
        line_identity=OuterRef("line_identity"),
        entry_identity=OuterRef("entry_identity"),
    )
    rows = Placement.objects.filter(~Exists(decided), run=run, place="suggestion")
    return groups_numbered(
        run, list(rows.order_by("group_no").values_list("group_no", flat=True)[:limit])
    )


def current_pass(run: MatchRun) -> str:
    """The pass a worker is at, for people who wait."""
    try:
        return str(cache.get(f"run-pass:{run.pk}") or "")
    except (OSError, RedisError):
        return ""


def _standing() -> Any:
    """The runs that stand, with what is open in them and how often they are signed."""
    still_open = Variance.objects.filter(run=OuterRef("pk"), state="open").order_by().values("run")
    signed = SignOff.objects.filter(run=OuterRef("pk"), reopened_at=None).order_by().values("run")
    return MatchRun.objects.filter(superseded_by=None, state=MatchRun.State.FINISHED).annotate(
        open_count=Coalesce(Subquery(still_open.annotate(n=Count("id")).values("n")), 0),
        open_amount=Coalesce(
            Subquery(still_open.annotate(total=Sum("effect")).values("total")), Decimal("0.00")
        ),
        signature_count=Coalesce(Subquery(signed.annotate(n=Count("id")).values("n")), 0),
    )


def standing_runs(statement_ids: list[int]) -> dict[int, Any]:
    """The run that stands for each statement, with what is open in it and how often signed."""
    return {run.statement_id: run for run in _standing().filter(statement__in=statement_ids)}


def history_of(run: MatchRun, limit: int) -> list[AuditEvent]:
    """Who did what to a run and when, newest first."""
    variances = Variance.objects.filter(run=run).exclude(decided_at=None).values("id")
    about = Q(target_kind="matchrun", target_id=run.pk) | Q(
        target_kind="variance", target_id__in=variances
    )
    events = AuditEvent.objects.filter(about, importer_id=run.importer_id)
    return list(events.order_by("-sequence")[:limit])


def places_page(run: MatchRun, place: str, reason: str, after: int, limit: int) -> dict[str, Any]:
    """One page of the groups of a place: (variance or None, group), and where the next begins."""
    if place == Placement.Place.VARIANCE:
        items = variances_of_kind(run, reason, after, limit + 1)
    else:
        found = groups(run, place, reason=reason, after=after, limit=limit + 1)
        items = [(None, group) for group in found]
    more = len(items) > limit
    return {
        "items": items[:limit],
        "next_after": items[limit - 1][1].group_no if more else None,
    }


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
    periods = [period for period in periods if payment_due_on(period) >= today]
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
            payment_due_on(period),
            found.get((account.pk, period.last)),
        )
        for period in periods
        for account in accounts
    ]


def importer_overview(importer: Importer, today: date, limit: int) -> dict[str, Any]:
    """An importer at a glance: accounts, what is due, statements with their runs, files."""
    accounts = list(accounts_of(importer.pk))
    statements = Statement.objects.filter(importer=importer, superseded_by=None)
    newest = list(
        statements.select_related("program_account").order_by("-period_end", "-id")[:limit]
    )
    runs = standing_runs([statement.pk for statement in newest])
    with_runs = [(statement, runs.get(statement.pk)) for statement in newest]
    files = recent_files(importer.pk, limit)
    return {
        "is_busy": any(is_under_way(file) for file in files),
        "waiting_files": files_for_people(limit, importer.pk),
        "waiting_runs": [
            (one, run)
            for one, run in with_runs
            if run and (run.open_count or run.signature_count < 2)
        ],
        "accounts": accounts,
        "dues": dues(accounts, today),
        "statements": with_runs,
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

    @property
    def stuck_count(self) -> int:
        return len(self.files) + len(self.parked_runs)

    @property
    def is_empty(self) -> bool:
        return not (self.stuck_count or self.runs_to_explain or self.runs_to_sign or self.due)


DUE_SOON = timedelta(days=14)
LATELY = timedelta(days=3)


def work_queue(user: User, today: date, limit: int = 50) -> WorkQueue:
    """What waits for people in the open scope; a run its preparer signed waits for another."""
    parked = MatchRun.objects.exclude(parked_at=None)
    by_statement = ("statement__importer", "statement__program_account", "parked_for")
    standing = _standing().filter(statement__superseded_by=None).select_related(*by_statement)
    mine = SignOff.objects.filter(run=OuterRef("pk"), reopened_at=None, signed_by=user)
    to_sign = standing.filter(~Exists(mine), open_count=0, signature_count__lt=2)
    return WorkQueue(
        files=files_for_people(limit),
        parked_runs=list(parked.select_related(*by_statement).order_by("id")[:limit]),
        runs_to_explain=list(
            standing.filter(open_count__gt=0).order_by("statement__payment_due_on", "id")[:limit]
        ),
        runs_to_sign=list(to_sign.order_by("-signature_count", "finished_at")[:limit]),
        due=statements_due(today - LATELY, today + DUE_SOON, limit),
    )
