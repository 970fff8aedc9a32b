"""What people have said of suggested pairs, with the rows they said it of."""

from typing import Any

from reconciliation.models import Decision, Placement
from reconciliation.queries import Group
from statements.models import Statement


def decisions_of(statement: Statement, limit: int) -> list[tuple[Decision, Group | None]]:
    """The decisions that stand for an account and period, the newest first, each with its pair."""
    decisions = list(_standing(statement).select_related("decided_by").order_by("-id")[:limit])
    pairs = _pairs(statement, [one.line_identity for one in decisions])
    return [(one, pairs.get((one.line_identity, one.entry_identity))) for one in decisions]


def decision_on(pair: Placement, statement: Statement, verdict: str) -> Decision | None:
    """What somebody said of a suggested pair, if it stands and was this."""
    found: Decision | None = (
        _standing(statement)
        .filter(
            verdict=verdict, line_identity=pair.line_identity, entry_identity=pair.entry_identity
        )
        .first()
    )
    return found


def _standing(statement: Statement) -> Any:
    """Decisions outlive a corrected file: those on the statements it superseded count too."""
    return Decision.objects.filter(
        statement__program_account=statement.program_account_id,
        statement__period_end=statement.period_end,
        withdrawn_at=None,
    )


def _pairs(statement: Statement, line_identities: list[str]) -> dict[tuple[str, str], Group]:
    """The suggestion that each pair was, in the newest run that made it."""
    rows = Placement.objects.filter(
        run__statement__program_account=statement.program_account_id,
        run__statement__period_end=statement.period_end,
        reason="050_suggestion",
        line_identity__in=line_identities,
    )
    found = {}
    for row in rows.select_related("line", "entry").order_by("run_id"):
        pair = Group(row.group_no, row.place, row.reason, [row.line], [row.entry])
        found[row.line_identity, row.entry_identity] = pair
    return found
