"""Signatures: a run is signed by its preparer and by a different reviewer, and by what they saw."""

from django.utils import timezone
from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.dates import today_in_toronto
from clients.actions import Refused
from clients.models import User
from reconciliation.models import MatchRun, SignOff
from reconciliation.queries import signatures
from reconciliation.queries.since import says_the_same, unsettled, what_keeps_from_signing


def refuse_unless_standing(run: MatchRun) -> None:
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


def sign_off(*, run: MatchRun, by: User) -> SignOff:
    """Sign a run: first as its preparer, then, by another person, as its reviewer."""
    refuse_unless_standing(run)
    hindrances = what_keeps_from_signing(run, today_in_toronto())
    if hindrances:
        raise Refused(*hindrances)
    signed = signatures(run)
    if len(signed) == len(SignOff.Role.choices):
        raise Refused(_("This run is already signed off by both."))
    if any(sign_off.signed_by_id == by.pk for sign_off in signed.values()):
        raise Refused(_("The reviewer must be somebody other than the preparer."))
    role = SignOff.Role.REVIEWER if signed else SignOff.Role.PREPARER
    signature: SignOff = SignOff.objects.create(
        importer_id=run.importer_id, run=run, role=role, signed_by=by
    )
    audit.record(
        f"signed off as {role}",
        importer_id=run.importer_id,
        by=by,
        target=run,
        before={name: str(one.signed_by) for name, one in signed.items()},
        after={**{name: str(one.signed_by) for name, one in signed.items()}, role: str(by)},
        result=run.input_digest,
    )
    return signature


def reopen_run(*, run: MatchRun, by: User, reason: str) -> None:
    """Take the signatures off the run that stands; raises `Refused` without a reason. Those of a
    superseded run stay: they were given, for what was known then.
    """
    if not reason.strip():
        raise Refused(_("Say why the run is reopened."))
    refuse_unless_standing(run)
    standing = SignOff.objects.filter(run=run, reopened_at=None)
    before = {one.role: str(one.signed_by) for one in standing.select_related("signed_by")}
    if not standing.update(
        reopened_at=timezone.now(), reopened_by=by, reopen_reason=reason.strip()
    ):
        raise Refused(_("This run is not signed off."))
    audit.record(
        "run reopened",
        importer_id=run.importer_id,
        by=by,
        target=run,
        before=before,
        after=None,
        reason=reason.strip(),
    )


def carry_signatures(before: MatchRun, run: MatchRun) -> bool:
    """Keep the signatures of the run before when the new one says the same of every line and
    entry; each keeps its day, which is before the run's. Returns whether they were kept.
    """
    signed = signatures(before)
    if not signed or not says_the_same(before, run) or unsettled(run):
        return False
    for role, one in signed.items():
        SignOff.objects.create(
            importer_id=run.importer_id,
            run=run,
            role=role,
            signed_at=one.signed_at,
            signed_by=one.signed_by,
        )
    audit.record(
        "signatures carried over",
        importer_id=run.importer_id,
        by="worker",
        target=run,
        before={"run": before.pk},
        after={"run": run.pk, **{role: str(one.signed_by) for role, one in signed.items()}},
        result=run.input_digest,
    )
    return True
