"""Writes of the reconciliation room: request a run, run it, and what people decide."""

import hashlib
import logging
from collections.abc import Iterable
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
from reconciliation.models import Decision, MatchRun, Placement, SignOff, Variance
from reconciliation.queries import current_run, run_under_way, signatures
from statements.models import LedgerFile, Statement, StatementFile
from statements.queries import is_being_read, previous_total_payable
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
            work.give_back(MatchRun, run_id, token, repr(failure), lead_for(importer_id))
        return False
    return True


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
        "run finished", importer_id=run.importer_id, by="worker", target=run, totals=run.totals
    )
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


def collect_from_importer(importer_id: int) -> list[int]:
    """Take what the statements room left at our door: request runs for the statements that
    new files concern, and for those whose 25th has come. Returns the requested runs.
    """
    with importer_scope(importer_id):
        concerned = _concerned_by_new_files(importer_id) | _issued_since(importer_id)
        statements = Statement.objects.filter(pk__in=concerned, superseded_by=None)
        runs = [
            request_run(statement=statement, by=None)
            for statement in statements.order_by("period_end", "id")
        ]
    return [run.pk for run in runs if run.state == MatchRun.State.REQUESTED]


def _concerned_by_new_files(importer_id: int) -> set[int]:
    """The statements that files at the door concern. A file that concerns a statement whose
    run is at work stays at the door: that run has not seen it, and nudges us when it is done.
    So do all while another file of the importer is being read: one run will see both.
    """
    concerned = set[int]()
    if any(is_being_read(model, importer_id) for model in (StatementFile, LedgerFile)):
        return concerned
    for model in (StatementFile, LedgerFile):
        at_door = model.objects.filter(importer_id=importer_id, state="loaded", collected_at=None)
        for file in at_door.select_for_update(skip_locked=True):
            touched = _statements_touched(file)
            if MatchRun.objects.filter(statement__in=touched, state="running").exists():
                continue
            model.objects.filter(pk=file.pk).update(collected_at=timezone.now())
            concerned |= touched
    return concerned


def _statements_touched(file: StatementFile | LedgerFile) -> set[int]:
    """A statement file's statement; for a ledger file the statements of the changed periods and
    later, and one before, which may show an entry of the next period already.
    """
    if isinstance(file, StatementFile):
        return set(Statement.objects.filter(file=file).values_list("id", flat=True))
    touched = set[int]()
    for account_id, first in file.periods_changed.items():
        month_before = date.fromisoformat(first).replace(day=1)
        statements = Statement.objects.filter(
            program_account_id=int(account_id), period_end__gte=_months_back(month_before)
        )
        touched |= set(statements.values_list("id", flat=True))
    return touched


def _months_back(first_of_month: date) -> date:
    month = first_of_month.month - 1 or 12
    year = first_of_month.year - (first_of_month.month == 1)
    return date(year, month, 17)


def _issued_since(importer_id: int) -> set[int]:
    """Statements whose expected entries are missing now that the 25th has come."""
    today = today_in_toronto()
    runs = MatchRun.objects.filter(
        importer_id=importer_id,
        superseded_by=None,
        state="finished",
        statement__statement_on__lte=today,
        totals__expected__count__gt=0,
    )
    return {run.statement_id for run in runs if run.as_of_on < run.statement.statement_on}


def park_exhausted_runs(importer_ids: Iterable[int]) -> int:
    """Park the runs whose worker died three times, each named to a person; returns how many."""
    with importer_scope(importer_ids):
        return work.park_exhausted(MatchRun, lambda run: lead_for(run.importer_id))


def send_again(*, run: MatchRun, by: User) -> None:
    """Give a parked run three new tries; raises `Refused` when it is not parked."""
    if not work.send_again(MatchRun, run.pk):
        raise Refused(_("This run is not parked."))
    audit.record("sent again", importer_id=run.importer_id, by=by, target=run)
    nudge("reconciliation.tasks.run_match", importer_id=run.importer_id, run_id=run.pk)


def confirm_suggestion(*, run: MatchRun, group_no: int, by: User) -> MatchRun:
    """A person says that a suggested pair is one; returns the run that will hold the match."""
    return _decide(run, group_no, Decision.Verdict.CONFIRMED, by)


def refuse_suggestion(*, run: MatchRun, group_no: int, by: User) -> MatchRun:
    """A person says that a suggested pair is not one; it is not suggested again."""
    return _decide(run, group_no, Decision.Verdict.REFUSED, by)


def _decide(run: MatchRun, group_no: int, verdict: str, by: User) -> MatchRun:
    _refuse_unless_open(run)
    pair = Placement.objects.filter(run=run, group_no=group_no, place="suggestion").first()
    if pair is None:
        raise Refused(_("There is no such suggestion in this run."))
    if _is_decided(run, pair):
        raise Refused(_("This suggestion is already decided; the next run shows it."))
    decision = Decision.objects.create(
        importer_id=run.importer_id,
        statement=run.statement,
        verdict=verdict,
        decided_by=by,
        line_identity=pair.line_identity,
        entry_identity=pair.entry_identity,
    )
    audit.record(
        f"suggestion {verdict}",
        importer_id=run.importer_id,
        by=by,
        target=decision,
        line=pair.line_id,
        entry=pair.entry_id,
    )
    return request_run(statement=run.statement, by=by)


def _is_decided(run: MatchRun, pair: Placement) -> bool:
    told = {"line_identity": pair.line_identity, "entry_identity": pair.entry_identity}
    decisions = Decision.objects.filter(statement=run.statement, withdrawn_at=None, **told)
    return bool(decisions.exists())


def _refuse_unless_open(run: MatchRun) -> None:
    _refuse_unless_standing(run)
    if signatures(run):
        raise Refused(_("This run is signed off. Reopen it, with a reason, to change it."))


def _refuse_unless_standing(run: MatchRun) -> None:
    """Lock a run for somebody's word on it; a run that is being made would not hear it."""
    if run.statement.superseded_by_id:
        raise Refused(_("This statement was superseded by a corrected file."))
    if MatchRun.objects.filter(statement=run.statement, state=MatchRun.State.RUNNING).exists():
        raise Refused(_("This statement is being reconciled anew; try again in a moment."))
    standing = MatchRun.objects.select_for_update().filter(
        pk=run.pk, state=MatchRun.State.FINISHED, superseded_by=None
    )
    if standing.first() is None:
        raise Refused(_("This run does not stand any more; look at the newest one."))


def explain_variances(
    *, run: MatchRun, group_nos: list[int], reason_code: str, note: str, by: User
) -> int:
    """Explain variances of a run with one reason; returns how many were open and are not now."""
    _refuse_unless_open(run)
    if not reason_code.strip():
        raise Refused(_("Choose a reason."))
    chosen = Variance.objects.filter(
        run=run, group_no__in=group_nos, state=Variance.State.OPEN
    ).select_for_update()
    explained = list(chosen)
    for variance in explained:
        variance.state = Variance.State.EXPLAINED
        variance.reason_code, variance.note = reason_code.strip()[:40], note.strip()
        variance.decided_at, variance.decided_by = timezone.now(), by
        audit.record(
            "variance explained",
            importer_id=run.importer_id,
            by=by,
            target=variance,
            reason_code=variance.reason_code,
            note=variance.note,
        )
    Variance.objects.bulk_update(
        explained, ["state", "reason_code", "note", "decided_at", "decided_by"]
    )
    return len(explained)


def reopen_variance(*, variance: Variance, by: User) -> None:
    """Take an explanation back; the variance is open again."""
    _refuse_unless_open(variance.run)
    before = {"reason_code": variance.reason_code, "note": variance.note}
    changed = Variance.objects.filter(pk=variance.pk, state=Variance.State.EXPLAINED).update(
        state=Variance.State.OPEN, reason_code="", note="", decided_at=None, decided_by=None
    )
    if not changed:
        raise Refused(_("This variance is not explained."))
    audit.record(
        "variance reopened", importer_id=variance.importer_id, by=by, target=variance, **before
    )


def sign_off(*, run: MatchRun, by: User) -> SignOff:
    """Sign a run: first as its preparer, then, by another person, as its reviewer."""
    _refuse_unless_standing(run)
    still_open = Variance.objects.filter(run=run, state=Variance.State.OPEN).count()
    if still_open:
        raise Refused(_("%(count)s variances are still open.") % {"count": still_open})
    signed = signatures(run)
    if len(signed) == len(SignOff.Role.choices):
        raise Refused(_("This run is already signed off by both."))
    if any(sign_off.signed_by_id == by.pk for sign_off in signed.values()):
        raise Refused(_("The reviewer must be somebody other than the preparer."))
    role = SignOff.Role.REVIEWER if signed else SignOff.Role.PREPARER
    signature: SignOff = SignOff.objects.create(
        importer_id=run.importer_id, run=run, role=role, signed_by=by
    )
    audit.record(f"signed off as {role}", importer_id=run.importer_id, by=by, target=run)
    return signature


def reopen_run(*, run: MatchRun, by: User, reason: str) -> None:
    """Take the signatures off a run, with a reason; raises `Refused` without one."""
    if not reason.strip():
        raise Refused(_("Say why the run is reopened."))
    standing = SignOff.objects.filter(run=run, reopened_at=None)
    if not standing.update(
        reopened_at=timezone.now(), reopened_by=by, reopen_reason=reason.strip()
    ):
        raise Refused(_("This run is not signed off."))
    audit.record("run reopened", importer_id=run.importer_id, by=by, target=run, reason=reason)
