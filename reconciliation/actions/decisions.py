"""What people decide of suggestions and variances."""

from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.money import ZERO, plain
from clients.actions import Refused
from clients.models import User
from reconciliation.actions.runs import request_run
from reconciliation.actions.signatures import refuse_unless_standing
from reconciliation.models import Decision, MatchRun, Placement, Variance
from reconciliation.queries import current_run, signatures
from statements.queries import current_statement


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
        before=None,
        after={"verdict": verdict},
        run=run.pk,
        line=pair.line_id,
        entry=pair.entry_id,
    )
    return request_run(statement=run.statement, by=by)


def withdraw_decision(*, decision: Decision, by: User) -> MatchRun:
    """Take back what somebody said of a suggested pair; returns the run that will ask again."""
    statement = current_statement(
        decision.statement.program_account_id, decision.statement.period_end
    )
    run = current_run(statement) if statement else None
    if statement is None or run is None:
        raise Refused(_("This statement is not reconciled yet; try again in a moment."))
    _refuse_unless_open(run)
    standing = Decision.objects.filter(pk=decision.pk, withdrawn_at=None)
    if not standing.update(withdrawn_at=timezone.now()):
        raise Refused(_("This decision is already taken back."))
    audit.record(
        "decision taken back",
        importer_id=decision.importer_id,
        by=by,
        target=decision,
        before={"verdict": decision.verdict},
        after=None,
        run=run.pk,
    )
    return request_run(statement=statement, by=by)


def _is_decided(run: MatchRun, pair: Placement) -> bool:
    told = {"line_identity": pair.line_identity, "entry_identity": pair.entry_identity}
    decisions = Decision.objects.filter(statement=run.statement, withdrawn_at=None, **told)
    return bool(decisions.exists())


def _refuse_unless_open(run: MatchRun) -> None:
    refuse_unless_standing(run)
    if signatures(run):
        raise Refused(_("This run is signed off. Reopen it, with a reason, to change it."))


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
        before = _explanation(variance)
        variance.state = Variance.State.EXPLAINED
        variance.reason_code, variance.note = reason_code.strip()[:40], note.strip()
        variance.decided_at, variance.decided_by = timezone.now(), by
        audit.record(
            "variance explained",
            importer_id=run.importer_id,
            by=by,
            target=variance,
            before=before,
            after=_explanation(variance),
            run=run.pk,
        )
    Variance.objects.bulk_update(
        explained, ["state", "reason_code", "note", "decided_at", "decided_by"]
    )
    return len(explained)


def explain_kind(
    *, run: MatchRun, kind: str, count: int, reason_code: str, note: str, by: User
) -> int:
    """Explain every open variance of a kind with one reason, told as one event; returns how many.

    Refused unless there are as many of them as the person was shown.
    """
    _refuse_unless_open(run)
    if not reason_code.strip():
        raise Refused(_("Choose a reason."))
    rows = Variance.objects.filter(run=run, kind=kind, state=Variance.State.OPEN)
    found = rows.aggregate(count=Count("id"), effect=Sum("effect", default=ZERO))
    if found["count"] != count or not count:
        raise Refused(
            _("%(now)s variances of this kind are open now, not %(shown)s. Look at them again.")
            % {"now": found["count"], "shown": count}
        )
    after = {
        "state": Variance.State.EXPLAINED,
        "reason_code": reason_code.strip()[:40],
        "note": note.strip(),
    }
    rows.update(**after, decided_at=timezone.now(), decided_by=by)
    audit.record(
        "variances explained",
        importer_id=run.importer_id,
        by=by,
        target=run,
        before={"state": Variance.State.OPEN},
        after=after,
        kind=kind,
        count=count,
        effect=plain(found["effect"]),
    )
    return count


def reopen_variance(*, variance: Variance, by: User) -> None:
    """Take an explanation back; the variance is open again."""
    _refuse_unless_open(variance.run)
    before = _explanation(variance)
    changed = Variance.objects.filter(pk=variance.pk, state=Variance.State.EXPLAINED).update(
        state=Variance.State.OPEN, reason_code="", note="", decided_at=None, decided_by=None
    )
    if not changed:
        raise Refused(_("This variance is not explained."))
    audit.record(
        "variance reopened",
        importer_id=variance.importer_id,
        by=by,
        target=variance,
        before=before,
        after={"state": Variance.State.OPEN, "reason_code": "", "note": ""},
        run=variance.run_id,
    )


def _explanation(variance: Variance) -> dict[str, str]:
    return {
        "state": variance.state,
        "reason_code": variance.reason_code,
        "note": variance.note,
    }
