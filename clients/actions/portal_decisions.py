"""Deciding on what an importer corrected in a verification round: taken over, or not."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from carmsvc.platform.dates import toronto_day
from carmsvc.platform.refusals import Refused
from clients.actions import portal
from clients.actions.portal_verifications import held_round, said_why, settle, tell_of_round
from clients.models import (
    PortalRole,
    PortalUser,
    PortalVerificationLine,
    ProgramAccount,
    User,
)
from clients.rules.portal import Access, AccessWish, Answer, Decision, PersonKind, RoundState


@transaction.atomic
def apply_line(
    *, line: PortalVerificationLine, by: User, today: date, kind: str = PersonKind.EMPLOYEE.value
) -> PortalVerificationLine:
    """Take over what the importer said to a line. Raises `Refused`; nothing is then changed.

    `kind` says whose person somebody is who was missing.
    """
    held_round(line.verification, RoundState.ANSWERED)
    held = _waiting_line(line)
    answered_on = toronto_day(held.verification.answered_at)
    if held.answer == Answer.LEFT:
        _apply_left(held, by, answered_on)
    elif held.answer == Answer.MISSING:
        _apply_missing(held, by, today, answered_on, kind)
    else:
        _apply_correction(held, by, today, answered_on)
    _decide(held, Decision.APPLIED, by)
    return held


def _waiting_line(line: PortalVerificationLine) -> PortalVerificationLine:
    rows = PortalVerificationLine.objects.select_for_update(of=("self",))
    related = ("verification__answered_by", "portal_user", "portal_role__program_account")
    held: PortalVerificationLine = rows.select_related(*related).get(pk=line.pk)
    if not held.waits_for_us:
        raise Refused(_("This line waits for no decision."))
    return held


def _apply_left(line: PortalVerificationLine, by: User, answered_on: date) -> None:
    person = line.portal_user
    portal.note_departure(portal_user=person, left_on=line.left_on or answered_on, by=by)
    now = portal.held_portal_user(person)
    if line.is_removed and not now.is_removed:
        portal.move_access(
            portal_user=now, wish=AccessWish.REMOVE, on=answered_on, today=answered_on, by=by
        )


def _apply_missing(
    line: PortalVerificationLine, by: User, today: date, answered_on: date, kind: str
) -> None:
    made = portal.record_portal_user(
        importer=line.verification.importer,
        name=line.said_name,
        email=line.said_email,
        kind=kind,
        by=by,
        today=today,
    )
    _give_as_said(line, made, by, today, answered_on)


def _apply_correction(
    line: PortalVerificationLine, by: User, today: date, answered_on: date
) -> None:
    person = line.portal_user
    told = {"name": line.said_name, "email": line.said_email, "kind": person.kind}
    portal.change_portal_user(portal_user=person, by=by, **told)
    role = line.portal_role
    if role and (line.said_role, line.said_account) == (line.asked_role, line.asked_account):
        _verify_as_said(line, role, today, answered_on)
        return
    if role and not role.is_ended:
        portal.end_role(role=role, on=answered_on, today=today, by=by)
    _give_as_said(line, person, by, today, answered_on)


def _give_as_said(
    line: PortalVerificationLine, person: PortalUser, by: User, today: date, answered_on: date
) -> None:
    rows = ProgramAccount.objects.filter(importer=line.importer_id, bn15=line.said_account)
    made = portal.give_role(
        portal_user=person, role=line.said_role, account=rows.first(), by=by, today=today
    )
    _verify_as_said(line, made, today, answered_on)


def _verify_as_said(
    line: PortalVerificationLine, role: PortalRole, today: date, answered_on: date
) -> None:
    """The importer's word verifies a role that its own people corrected."""
    if portal.held_role(role).portal_user.access is Access.ACTIVE:
        who = line.verification.answered_by
        portal.verify_role(role=role, on=answered_on, today=today, by=who)


@transaction.atomic
def decline_line(*, line: PortalVerificationLine, reason: str, by: User) -> PortalVerificationLine:
    """Leave our record as it is, against what the importer said, for a reason. `Refused`."""
    held_round(line.verification, RoundState.ANSWERED)
    held = _waiting_line(line)
    _decide(held, Decision.DECLINED, by, said_why(reason))
    return held


def _decide(line: PortalVerificationLine, decision: Decision, by: User, why: str = "") -> None:
    line.decision, line.decision_reason = decision.value, why
    line.decided_at, line.decided_by = timezone.now(), by
    line.save(update_fields=["decision", "decision_reason", "decided_at", "decided_by"])
    person = line.asked_name or line.said_name
    told = {"person": person, "answer": line.answer, "decision": decision.value, "reason": why}
    tell_of_round("portal verification line decided", line.verification, by, **told)
    settle(held_round(line.verification, RoundState.ANSWERED), by)
