"""Match one statement with the ledger: the passes in order, set-based, then the proof.

Each pass is a file in `passes/`, named for what it decides; it leaves what it found in the
temporary table `found`, and `_place` writes that down and takes it from the open lines and
entries. The caller holds the transaction and the run.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection

from reconciliation.models import MatchRun
from statements.models import COMPONENTS

RULE_VERSION = "2026-11"
PASSES = Path(__file__).parent / "passes"
MOST_REPEATS = 100

PLACES = {
    "010_exact": "match",
    "011_exact_without_version": "match",
    "020_within_tolerance": "match",
    "030_net": "match",
    "040_payment": "match",
    "041_payment_by_day": "match",
    "045_confirmed": "match",
    "050_suggestion": "suggestion",
}
# the refinements of a pass report under its name
REASONS = {"011_exact_without_version": "010_exact", "041_payment_by_day": "040_payment"}


@dataclass(frozen=True)
class Pass:
    """One step, read from its file."""

    name: str
    sql: str

    @property
    def repeats(self) -> bool:
        """Whether it runs again until it finds nothing."""
        return "\n-- repeat\n" in self.sql

    @property
    def finds(self) -> bool:
        """Whether it leaves a table `found` to write down."""
        return "CREATE TEMP TABLE found" in self.sql


@cache
def passes() -> tuple[Pass, ...]:
    """The steps in order: the order of their file names."""
    return tuple(
        Pass(path.stem, _with_components(path.read_text(encoding="utf-8")))
        for path in sorted(PASSES.glob("*.sql"))
    )


def _with_components(sql: str) -> str:
    """Spell out the components: `{components}`, `{line_split}` and `{entry_split}`."""
    differences = ", ".join(
        f"'{name}', nullif(coalesce(sum(l.{name}), 0) - coalesce(sum(e.{name}), 0), 0)"
        for name in COMPONENTS
    )
    sql = sql.replace("{components}", differences)
    for side, table in (("line", "l"), ("entry", "e")):
        split = "(" + " + ".join(f"count({table}.{name})" for name in COMPONENTS) + ")"
        sql = sql.replace(f"{{{side}_split}}", split)
    return sql


def run_passes(run: MatchRun, parameters: dict[str, Any]) -> Iterator[str]:
    """Run every pass for a run; yields each pass's name before it starts, for progress."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '192MB'")
        group_no = 0
        for step in passes():
            yield step.name
            group_no = _run(cursor, step, parameters, group_no)
            if step.name == "000_scope":
                parameters |= {"both_state_versions": _both_state_versions(cursor)}
            if step.name == "010_exact":
                group_no = _last_group(cursor, run.pk)


def _run(cursor: Any, step: Pass, parameters: dict[str, Any], group_no: int) -> int:
    for _ in range(MOST_REPEATS):
        cursor.execute(step.sql, parameters)
        if not step.finds:
            return group_no
        placed = _place(cursor, step, parameters, group_no)
        if placed:
            group_no = placed
        if not (placed and step.repeats):
            return group_no
    return group_no


def _place(cursor: Any, step: Pass, parameters: dict[str, Any], group_no: int) -> int:
    """Write down what a pass found; returns the last group number, or 0 if it found nothing."""
    columns = _columns_of_found(cursor)
    place, reason = _place_and_reason(step, by_row="kind" in columns)
    kept = "line_id, entry_id, line_amount, entry_amount"
    if "line_identity" in columns:
        kept += ", line_identity, entry_identity"
    cursor.execute(
        f"""
        INSERT INTO reconciliation_placement
            (importer_id, run_id, place, reason, group_no, part_no, {kept})
        SELECT %(importer_id)s, %(run_id)s, {place}, {reason}, %(offset)s + group_no,
               row_number() OVER (PARTITION BY group_no ORDER BY line_id, entry_id), {kept}
        FROM found ORDER BY group_no, line_id, entry_id
        """,
        parameters | {"offset": group_no},
    )
    placed = cursor.rowcount
    if placed:
        cursor.execute("DELETE FROM open_line o USING found f WHERE o.id = f.line_id")
        cursor.execute("DELETE FROM open_entry o USING found f WHERE o.id = f.entry_id")
    cursor.execute("SELECT max(group_no) FROM found")
    last = cursor.fetchone()[0] or 0
    cursor.execute("DROP TABLE found")
    return group_no + last if placed else 0


def _place_and_reason(step: Pass, *, by_row: bool) -> tuple[str, str]:
    """SQL for the place and reason of what a pass found: the pass's, or the row's own kind."""
    if by_row:
        return "CASE kind WHEN 'expected' THEN 'expected' ELSE 'variance' END", "kind"
    if step.name in PLACES:
        return f"'{PLACES[step.name]}'", f"'{REASONS.get(step.name, step.name)}'"
    return "'variance'", f"'{step.name[4:]}'"


def _columns_of_found(cursor: Any) -> set[str]:
    cursor.execute("SELECT * FROM found LIMIT 0")
    return {column.name for column in cursor.description}


def _both_state_versions(cursor: Any) -> bool:
    cursor.execute(
        "SELECT EXISTS (SELECT 1 FROM line_scope WHERE version IS NOT NULL) "
        "AND EXISTS (SELECT 1 FROM entry_scope WHERE version IS NOT NULL)"
    )
    return bool(cursor.fetchone()[0])


def _last_group(cursor: Any, run_id: int) -> int:
    cursor.execute(
        "SELECT coalesce(max(group_no), 0) FROM reconciliation_placement WHERE run_id = %s",
        [run_id],
    )
    return int(cursor.fetchone()[0])


@dataclass(frozen=True)
class Scope:
    """What a run had to place: its lines, and the entries that took part (CAD)."""

    entries: int
    ledger_in_scope: Decimal


def scope_of(run: MatchRun) -> Scope:
    """The entries in scope, counted from the scope itself and not from where they ended.

    An entry of a later period took part only if the statement already shows it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(sum(amount), 0.00) FROM entry_scope e "
            "WHERE NOT e.is_later OR NOT EXISTS (SELECT 1 FROM open_entry o WHERE o.id = e.id)"
        )
        entries, amount = cursor.fetchone()
    return Scope(entries, amount)


def totals_of(run_id: int) -> dict[str, Any]:
    """Counts and amounts (CAD, as numbers) by pass and by kind of variance, from the places."""
    totals: dict[str, Any] = {"matched": {}, "variances": {}}
    totals |= {"suggestions": _total(0, 0, 0), "expected": _total(0, 0, 0)}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT place, reason, count(*) FILTER (WHERE part_no = 1),
                   count(line_id), count(entry_id), coalesce(sum(line_amount), 0.00),
                   coalesce(sum(entry_amount), 0.00)
            FROM reconciliation_placement WHERE run_id = %s GROUP BY place, reason
            ORDER BY place, reason
            """,
            [run_id],
        )
        for place, reason, *figures in cursor.fetchall():
            total = _total(*_group_figures(*figures))
            if place in ("suggestion", "expected"):
                key = "suggestions" if place == "suggestion" else "expected"
                totals[key] = total
            else:
                totals["matched" if place == "match" else "variances"][reason] = total
    return totals


def _group_figures(
    groups: int, lines: int, entries: int, line_amount: Decimal, entry_amount: Decimal
) -> tuple[int, Decimal, Decimal]:
    amount = line_amount if lines else entry_amount
    return groups, amount, line_amount - entry_amount


def _total(count: int, amount: Decimal | int, effect: Decimal | int) -> dict[str, Any]:
    return {"count": count, "amount": f"{amount:.2f}", "effect": f"{effect:.2f}"}


def digest_parts(period_end: date, as_of_on: date) -> list[str]:
    """The rules' share of a run's input: their version, and whether the 25th has come."""
    issued = as_of_on >= period_end.replace(day=25)
    return [RULE_VERSION, f"issued={issued}"]


def pass_names() -> list[str]:
    """The passes' names, without their numbers' refinements, for people."""
    return [re.sub(r"^(\d+)_", "", step.name) for step in passes()]
