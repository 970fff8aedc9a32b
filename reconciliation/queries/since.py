"""What came after a run, and whether a later run of the same facts says anything else."""

from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reconciliation.models import Decision, MatchRun, Placement, Variance
from reconciliation.queries import run_under_way
from statements.models import LedgerFile, Statement, StatementFile
from statements.rules.billing import LAST_DAY_OF_PERIOD


def statements_touched(file: StatementFile | LedgerFile) -> set[int]:
    """A statement file's statement; for a ledger file the statements of the changed periods and
    later, and one before, which may show an entry of the next period already.
    """
    if isinstance(file, StatementFile):
        return set(Statement.objects.filter(file=file).values_list("id", flat=True))
    touched = set[int]()
    for account_id, first in file.periods_changed.items():
        statements = Statement.objects.filter(
            program_account_id=int(account_id),
            period_end__gte=_period_end_before(date.fromisoformat(first)),
        )
        touched |= set(statements.values_list("id", flat=True))
    return touched


def _period_end_before(last: date) -> date:
    month = last.month - 1 or 12
    return date(last.year - (last.month == 1), month, LAST_DAY_OF_PERIOD)


def is_outdated(run: MatchRun, today: date) -> bool:
    """Whether facts came that a finished run has not seen: a ledger file, or the 25th."""
    statement = run.statement
    was_issued = (run.as_of_on or today) < statement.statement_on <= today
    if was_issued and run.totals["expected"]["count"]:
        return True
    # what was loaded while the run was made waits at the door until it is done
    unseen = Q(loaded_at__gt=run.finished_at) | Q(loaded_at__gt=run.requested_at, collected_at=None)
    files = LedgerFile.objects.filter(unseen, importer_id=run.importer_id, state="loaded")
    return any(statement.pk in statements_touched(file) for file in files)


def undecided_suggestions(run: MatchRun) -> Any:
    """The suggestions of a run that nobody has confirmed or refused since."""
    decided = Decision.objects.filter(
        statement=run.statement_id,
        withdrawn_at=None,
        line_identity=OuterRef("line_identity"),
        entry_identity=OuterRef("entry_identity"),
    )
    # the reason says the same as the place, and has an index
    rows = Placement.objects.filter(run=run, reason="050_suggestion", place="suggestion")
    return rows.filter(~Exists(decided))


def unsettled(run: MatchRun) -> list[str]:
    """What of a run still waits for somebody, as sentences; empty when nothing does."""
    sentences = []
    still_open = Variance.objects.filter(run=run, state=Variance.State.OPEN).count()
    if still_open:
        text = ngettext(
            "%(count)s variance is still open.", "%(count)s variances are still open.", still_open
        )
        sentences.append(text % {"count": still_open})
    undecided = undecided_suggestions(run).count()
    if undecided:
        text = ngettext(
            "%(count)s suggestion waits for somebody to confirm or refuse it.",
            "%(count)s suggestions wait for somebody to confirm or refuse them.",
            undecided,
        )
        sentences.append(text % {"count": undecided})
    return sentences


def what_keeps_from_signing(run: MatchRun, today: date) -> list[str]:
    """Why a run that stands is not ready for a signature, as sentences; empty when it is."""
    sentences = unsettled(run)
    under_way = run_under_way(run.statement)
    if under_way and under_way.parked_at:
        sentences.append(_("A newer reconciliation is stuck. Look into it, then sign its result."))
    elif under_way:
        sentences.append(_("A newer reconciliation is under way; sign its result."))
    elif is_outdated(run, today):
        sentences.append(_("New facts have come since this run. Reconcile again, then sign."))
    return sentences


_ELSEWHERE = """
    SELECT EXISTS (
        SELECT place, reason, line_id, entry_id
        FROM reconciliation_placement WHERE run_id = %(one)s
        EXCEPT
        SELECT place, reason, line_id, entry_id
        FROM reconciliation_placement WHERE run_id = %(other)s)
"""


def says_the_same(one: MatchRun, other: MatchRun) -> bool:
    """Whether two runs of one statement put every line and entry in the same place."""
    for name in ("statement_id", "tolerance", "rule_version", "opening_balance_difference"):
        if getattr(one, name) != getattr(other, name):
            return False
    if (one.totals, one.entries_in_scope) != (other.totals, other.entries_in_scope):
        return False
    with connection.cursor() as cursor:
        for pair in ((one, other), (other, one)):
            cursor.execute(_ELSEWHERE, {"one": pair[0].pk, "other": pair[1].pk})
            if cursor.fetchone()[0]:
                return False
    return True
