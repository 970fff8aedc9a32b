"""A run as a person reads it in a terminal: the bridge, the places, the people to sign in as."""

from collections.abc import Iterator
from decimal import Decimal

from django.conf import settings

from carmsvc.demo.cast import MAPLE, MAPLE_OWNER, PASSWORD, STAFF
from reconciliation.models import MatchRun
from reconciliation.queries import PASS_LABELS, bridge

WIDTH = 64


def amount(value: Decimal | None) -> str:
    """An amount in CAD with thousands separators, as wide as the column."""
    return f"{value:>18,.2f}"


def result(run: MatchRun) -> Iterator[str]:
    """The run's result as lines of text; the same numbers as the page and the API."""
    statement = run.statement
    yield f"{statement.importer.legal_name}, program account {statement.program_account.bn15}"
    yield (
        f"Statement of {statement.statement_on}: releases {statement.period_start} to "
        f"{statement.period_end}, {statement.line_count} lines"
    )
    yield f"Pay {amount(statement.total_payable).strip()} by {statement.payment_due_on}"
    yield ""
    yield f"{'Variance bridge':<36}{'items':>8}{'CAD':>18}"
    yield "─" * WIDTH
    for bar in bridge(run):
        yield f"{bar.label!s:<36}{bar.count:>8}{amount(bar.amount)}"
    yield "─" * WIDTH
    yield f"{'Residual':<36}{'':>8}{amount(run.residual)}"
    yield ""
    yield f"{'Matched by':<36}{'matches':>8}{'CAD':>18}"
    for name, total in sorted(run.totals["matched"].items()):
        matched = Decimal(total["amount"])
        yield f"{PASS_LABELS[name]!s:<36}{total['count']:>8}{amount(matched)}"
    suggested = run.totals["suggestions"]
    yield f"{'Suggested, for a person':<36}{suggested['count']:>8}" + amount(
        Decimal(suggested["amount"])
    )


def people() -> Iterator[str]:
    """Whom to sign in as."""
    yield f"Staff:    {STAFF[1][0]}   password {PASSWORD}"
    yield f"Importer: {MAPLE.finance}   password {PASSWORD}"
    if not settings.STAFF_SECOND_FACTOR:
        yield "Staff need no second factor here; a real deployment asks for one."
    yield f"Owner:    {MAPLE_OWNER[0]}   password {PASSWORD}"
