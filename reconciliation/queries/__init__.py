"""Reads of the reconciliation room: what a run says, as every door shows it."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.money import ZERO
from reconciliation.models import (
    MatchRun,
    Placement,
    SignOff,
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
    standing = SignOff.objects.filter(run=run, reopened_at=None).select_related("signed_by", "run")
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
