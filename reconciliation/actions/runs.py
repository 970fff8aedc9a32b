"""Ask for a run, carry it out, let the database prove it."""

import hashlib
import logging
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from carmsvc.platform import audit, work
from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.nudge import nudge
from carmsvc.platform.tenancy import importer_scope
from clients.actions import Refused
from clients.models import Importer, User
from clients.queries import lead_for
from reconciliation import matching
from reconciliation.actions.signatures import carry_signatures
from reconciliation.models import Decision, MatchRun
from reconciliation.queries import current_run, run_under_way
from statements.models import LedgerFile, Statement
from statements.queries import previous_total_payable
from statements.rules.tie_out import opening_balance_difference

logger = logging.getLogger(__name__)
_ACCOUNT_LOCK = 0x0CA2


def request_run(*, statement: Statement, by: User | None) -> MatchRun:
    """Ask for a statement to be reconciled; the answer is the run under way, or the run that
    stands when nothing has changed since. Raises `Refused` for a superseded statement.
    """
    if statement.superseded_by_id:
        raise Refused(_("This statement was superseded by a corrected file."))
    under_way = run_under_way(statement)
    if under_way:
        return under_way
    standing = current_run(statement)
    if standing and standing.input_digest == input_digest(statement, today_in_toronto()):
        return standing
    try:
        with transaction.atomic():
            run: MatchRun = MatchRun.objects.create(
                importer_id=statement.importer_id, statement=statement, requested_by=by
            )
    except IntegrityError:  # two asked at once
        return run_under_way(statement) or request_run(statement=statement, by=by)
    audit.record(
        "run requested",
        importer_id=run.importer_id,
        by=by or "worker",
        target=run,
        statement=statement.pk,
    )
    nudge("reconciliation.tasks.run_match", importer_id=run.importer_id, run_id=run.pk)
    return run


def input_digest(statement: Statement, as_of_on: date) -> str:
    """What a run's result depends on; the same digest means the same result."""
    parts = [f"statement={statement.pk}", f"tolerance={_tolerance(statement)}"]
    parts += matching.digest_parts(statement.period_end, as_of_on)
    parts += [f"earlier={_earlier_runs(statement)}", f"ledger={_ledger_files(statement)}"]
    decisions = Decision.objects.filter(statement__in=_same_period(statement), withdrawn_at=None)
    parts += [f"decisions={sorted(decisions.values_list('id', flat=True))}"]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _tolerance(statement: Statement) -> Decimal:
    tolerance: Decimal = Importer.objects.get(pk=statement.importer_id).amount_tolerance
    return tolerance


def _same_period(statement: Statement) -> list[int]:
    """This statement and those it superseded."""
    same = Statement.objects.filter(
        program_account_id=statement.program_account_id, period_end=statement.period_end
    )
    return sorted(same.values_list("id", flat=True))


def _earlier_statements(statement: Statement) -> list[int]:
    earlier = Statement.objects.filter(
        program_account_id=statement.program_account_id,
        period_end__lt=statement.period_end,
        superseded_by=None,
    )
    return sorted(earlier.values_list("id", flat=True))


def _earlier_runs(statement: Statement) -> list[int]:
    """The runs that stand for the account's earlier statements: what they settled is settled."""
    runs = MatchRun.objects.filter(
        statement__in=_earlier_statements(statement), superseded_by=None, state="finished"
    )
    return sorted(runs.values_list("id", flat=True))


def _ledger_files(statement: Statement) -> list[int]:
    """The loaded ledger files that changed entries this statement may meet.

    Another account's entries count too: they tell `wrong_program_account` apart.
    """
    files = LedgerFile.objects.filter(
        importer_id=statement.importer_id, state=LedgerFile.State.LOADED
    )
    return sorted(files.exclude(periods_changed={}).values_list("id", flat=True))


def run_match(*, importer_id: int, run_id: int) -> bool:
    """Claim a requested run and carry it out; False if another worker has it or it is done."""
    with importer_scope(importer_id):
        token = work.claim(MatchRun, run_id)
    if token is None:
        return False
    try:
        with importer_scope(importer_id):
            # the account first, the row after: whoever has the account may ask for other runs
            _one_run_at_a_time(MatchRun.objects.select_related("statement").get(pk=run_id))
            _carry_out(work.hold(MatchRun, run_id, token))
    except work.LostClaim:
        logger.warning("run %s was taken over by another worker", run_id)
        return False
    except Exception as failure:
        logger.exception("run %s failed", run_id)
        with importer_scope(importer_id):
            person = lead_for(importer_id)
            if work.give_back(MatchRun, run_id, token, repr(failure), person):
                tell_parked(MatchRun.objects.get(pk=run_id), person)
        return False
    return True


def tell_parked(run: MatchRun, person: User | None) -> None:
    """Somebody is named to look after a run that failed three times."""
    audit.record(
        "run parked",
        importer_id=run.importer_id,
        by="worker",
        target=run,
        before={"state": run.state},
        after={"parked_for": person.email if person else None},
    )


def _one_run_at_a_time(run: MatchRun) -> None:
    """Wait for the program account's other run, to the end of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, %s)",
            [_ACCOUNT_LOCK, run.statement.program_account_id % 2**31],
        )


def _carry_out(run: MatchRun) -> None:
    statement = run.statement
    if statement.superseded_by_id:
        run.state, run.claim_token, run.leased_until = MatchRun.State.WITHDRAWN, None, None
        run.save()
        after = {"state": run.state, "superseded_by": statement.superseded_by_id}
        audit.record(
            "run withdrawn", importer_id=run.importer_id, by="worker", target=run, after=after
        )
        return
    as_of_on = today_in_toronto()
    before = _run_before(statement)
    run.input_digest = input_digest(statement, as_of_on)
    parameters = _parameters(run, as_of_on, before)
    for name in matching.run_passes(run, parameters):
        _show_progress(run, name)
    _finish(run, parameters, before)


def _run_before(statement: Statement) -> MatchRun | None:
    """The run that stood until now for this statement, or for the one it corrects; locked, so
    that what people say of it meanwhile is heard or refused.
    """
    found: MatchRun | None = (
        MatchRun.objects.filter(
            statement__in=_same_period(statement), superseded_by=None, state="finished"
        )
        .select_for_update()
        .order_by("-id")
        .first()
    )
    return found


def _parameters(run: MatchRun, as_of_on: date, before: MatchRun | None) -> dict[str, Any]:
    statement, earlier = run.statement, _earlier_runs(run.statement)
    return {
        "importer_id": run.importer_id,
        "run_id": run.pk,
        "run_before": before.pk if before else None,
        "statement_id": statement.pk,
        "program_account_id": statement.program_account_id,
        "period_start": statement.period_start,
        "period_end": statement.period_end,
        "same_period": _same_period(statement),
        "earlier_statements": _earlier_statements(statement),
        "earlier_runs": earlier,
        "has_earlier_runs": bool(earlier),
        "tolerance": _tolerance(statement),
        "as_of_on": as_of_on,
    }


def _finish(run: MatchRun, parameters: dict[str, Any], before: MatchRun | None) -> None:
    """Add up, let the database prove it, and step before the run that stood until now."""
    statement, scope = run.statement, matching.scope_of(run)
    run.totals = matching.totals_of(run.pk)
    places = [run.totals["suggestions"], run.totals["expected"]]
    places += [*run.totals["matched"].values(), *run.totals["variances"].values()]
    run.effects = sum((Decimal(place["effect"]) for place in places), Decimal("0.00"))
    run.statement_activity, run.ledger_in_scope = statement.activity, scope.ledger_in_scope
    run.entries_in_scope = scope.entries
    run.residual = run.statement_activity - run.ledger_in_scope - run.effects
    run.as_of_on, run.tolerance = parameters["as_of_on"], parameters["tolerance"]
    run.rule_version = matching.RULE_VERSION
    run.opening_balance_difference = opening_balance_difference(
        statement.opening_balance,
        previous_total_payable(statement.program_account_id, statement.period_end),
    )
    run.state, run.finished_at = MatchRun.State.FINISHED, timezone.now()
    run.claim_token, run.leased_until, run.last_failure = None, None, ""
    if before:
        MatchRun.objects.filter(pk=before.pk).update(superseded_by=run)
    run.save()
    audit.record(
        "run finished",
        importer_id=run.importer_id,
        by="worker",
        target=run,
        before={"run": before.pk} if before else None,
        after={"run": run.pk},
        totals=run.totals,
    )
    if before:
        carry_signatures(before, run)
    _request_later_runs(run, before)
    # what came to the door while we were at work has waited for us
    nudge("reconciliation.tasks.collect_from_importer", importer_id=run.importer_id)


def _request_later_runs(run: MatchRun, before: MatchRun | None) -> None:
    """What this run settled is no longer open for the account's later statements, and the next
    one opens with what this statement closed with.
    """
    statement = run.statement
    if (
        before
        and before.statement.total_payable == statement.total_payable
        and _settled(before) == _settled(run)
    ):
        return
    later = Statement.objects.filter(
        program_account_id=statement.program_account_id,
        period_end__gt=statement.period_end,
        superseded_by=None,
    )
    following = later.order_by("period_end").first()
    if following and (current_run(following) or run_under_way(following)):
        request_run(statement=following, by=None)


def _settled(run: MatchRun) -> str:
    """A fingerprint of the entries a run settled."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT md5(coalesce(string_agg(entry_id::text, ',' ORDER BY entry_id), '')) "
            "FROM reconciliation_placement WHERE run_id = %s AND entry_id IS NOT NULL "
            "AND (place = 'match' OR reason = 'amount_differs')",
            [run.pk],
        )
        return str(cursor.fetchone()[0])


def _show_progress(run: MatchRun, name: str) -> None:
    """Tell people which pass is at work; the row itself is locked until the run is done."""
    try:
        cache.set(f"run-pass:{run.pk}", name, timeout=3600)
    except (OSError, RedisError):
        logger.debug("no cache to show progress in")
