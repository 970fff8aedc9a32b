"""Asking an importer whether what we know of its people in the portal is right."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.dates import toronto_day
from carmsvc.platform.outbox import put_letter
from carmsvc.platform.refusals import Refused
from clients.actions import portal
from clients.actions.secrets import against_secrets
from clients.models import (
    Importer,
    Membership,
    PortalRole,
    PortalUser,
    PortalVerification,
    PortalVerificationLine,
    ProgramAccount,
    User,
)
from clients.models.portal import ANSWER_WORDS, ROLE_WORDS
from clients.rules.portal import (
    Access,
    Answer,
    Decision,
    PortalRoleKind,
    RoundState,
    round_after,
)

MOST_MISSING = 20
LONGEST_NOTE = 500


@dataclass(frozen=True)
class Said:
    """What the importer says to one line, or of somebody who was missing (`line` is nothing)."""

    answer: str
    line: int | None = None
    name: str = ""
    email: str = ""
    role: str = ""
    account: str = ""
    left_on: date | None = None
    is_removed: bool = False
    note: str = ""


@dataclass
class Started:
    """What came of starting rounds for several importers."""

    rounds: list[PortalVerification] = field(default_factory=list)
    left_out: list[tuple[Importer, str]] = field(default_factory=list)


@transaction.atomic
def start_verification(
    *, importer: Importer, due_on: date, by: User, today: date
) -> PortalVerification:
    """Ask the importer to confirm its people in the portal by a day. Raises `Refused`.

    Every person who is not removed becomes a line for each role; the owners get one letter each.
    """
    Importer.objects.select_for_update().get(pk=importer.pk)
    owners = _owners(importer.pk)
    if reasons := list(_reasons_against_start(importer, owners, due_on, today)):
        raise Refused(*reasons)
    made = PortalVerification.objects.create(
        importer=importer, due_on=due_on, started_on=today, started_by=by
    )
    lines = list(_lines(made))
    PortalVerificationLine.objects.bulk_create(lines)
    for owner in owners:
        _write_to(owner, made, len(lines))
    to = [one.email for one in owners]
    tell_of_round("portal verification started", made, by, due_on=due_on, lines=len(lines), to=to)
    return made


def _owners(importer_id: int) -> list[User]:
    rows = Membership.objects.filter(
        importer=importer_id, role=Membership.Role.OWNER, user__is_active=True
    )
    return [one.user for one in rows.select_related("user").order_by("user_id")]


def _reasons_against_start(
    importer: Importer, owners: list[User], due_on: date, today: date
) -> Iterable[str]:
    if due_on < today:
        yield _("The day lies in the past: give the importer time.")
    if not owners:
        yield _("Nobody can answer: no owner of the importer signs in here. Invite one first.")
    running = PortalVerification.objects.filter(importer=importer, ended_at=None)
    if running.exists():
        yield _("A round is under way: end it before you begin another.")


def _lines(verification: PortalVerification) -> Iterable[PortalVerificationLine]:
    people = PortalUser.objects.filter(importer=verification.importer_id)
    people = people.exclude(state=Access.REMOVED.value).order_by("name", "id")
    held = PortalRole.objects.filter(importer=verification.importer_id, ended_on=None)
    by_person: dict[int, list[PortalRole]] = {}
    for one in held.select_related("program_account").order_by("id"):
        by_person.setdefault(one.portal_user_id, []).append(one)
    for person in people:
        roles = by_person.get(person.pk, [])
        if not roles:
            yield _line(verification, person, None)
        for role in roles:
            yield _line(verification, person, role)


def _line(
    verification: PortalVerification, person: PortalUser, role: PortalRole | None
) -> PortalVerificationLine:
    account = role.program_account if role else None
    return PortalVerificationLine(
        importer_id=verification.importer_id,
        verification=verification,
        portal_user=person,
        portal_role=role,
        asked_name=person.name,
        asked_email=person.email,
        asked_role=role.role if role else "",
        asked_account=account.bn15 if account else "",
    )


def _write_to(owner: User, verification: PortalVerification, count: int) -> None:
    link = settings.BASE_URL + reverse("portal-verification", args=[verification.pk])
    told = {
        "person": owner,
        "importer": verification.importer,
        "verification": verification,
        "count": count,
        "link": link,
    }
    with translation.override(owner.language):
        put_letter(
            to=owner.email,
            subject=_("Who has access to the CARM portal for %(importer)s?")
            % {"importer": verification.importer.legal_name},
            text=render_to_string("clients/portal/letter.txt", told),
            html=render_to_string("clients/portal/letter.html", told),
            once=f"portal-verification/{verification.pk}/{owner.pk}",
        )


def start_verifications(
    *, importers: Collection[Importer], due_on: date, by: User, today: date
) -> Started:
    """Start a round for each importer that can have one; says why for the others."""
    started = Started()
    for importer in importers:
        try:
            made = start_verification(importer=importer, due_on=due_on, by=by, today=today)
        except Refused as refusal:
            started.left_out.append((importer, " ".join(refusal.reasons)))
        else:
            started.rounds.append(made)
    return started


def held_round(verification: PortalVerification, state: RoundState) -> PortalVerification:
    """The round, held until the transaction ends; raises `Refused` unless it is in this state."""
    rows = PortalVerification.objects.select_for_update(of=("self",)).select_related("importer")
    held: PortalVerification = rows.get(pk=verification.pk)
    if held.standing is not state:
        told = {"state": held.get_state_display()}
        raise Refused(_("This is not possible any more: the round is “%(state)s”.") % told)
    return held


@transaction.atomic
def answer_verification(
    *, verification: PortalVerification, said: Collection[Said], by: User
) -> PortalVerification:
    """The importer's people answer every line, all or nothing. Raises `Refused`.

    What they confirm is verified from today; what they correct waits for our staff.
    """
    if by.is_staff_member:
        raise Refused(
            _("The importer’s own people answer. What you saw yourself, record at the person.")
        )
    held = held_round(verification, RoundState.OPEN)
    lines = {one.pk: one for one in lines_of(held)}
    if reasons := list(_reasons_against_answers(held, lines, said)):
        raise Refused(*reasons)
    today = toronto_day(timezone.now())
    for one in said:
        line = lines.get(one.line or 0)
        _keep_answer(line or _missing(held), one)
        if line and one.answer == Answer.CONFIRM:
            _confirm(line, today, by)
    held.answered_at, held.answered_by = timezone.now(), by
    counts = {answer.value: sum(one.answer == answer for one in said) for answer in Answer}
    tell_of_round("portal verification answered", held, by, **counts)
    settle(held, by)
    return held


def lines_of(verification: PortalVerification) -> list[PortalVerificationLine]:
    """The lines of a round, with what they are about, in order."""
    rows = PortalVerificationLine.objects.filter(
        importer=verification.importer_id, verification=verification
    )
    related = ("portal_user", "portal_role__portal_user", "portal_role__program_account")
    return list(rows.select_related(*related).order_by("id"))


def _reasons_against_answers(
    verification: PortalVerification,
    lines: Mapping[int, PortalVerificationLine],
    said: Collection[Said],
) -> Iterable[str]:
    answered = [one.line for one in said if one.line is not None]
    if set(answered) - set(lines) or len(answered) != len(set(answered)):
        yield _("Answer each line of this round once, and no other.")
        return
    for line in lines.values():
        if line.pk not in answered:
            yield _("Say whether the line of %(name)s is right.") % {"name": line.asked_name}
    if sum(one.line is None for one in said) > MOST_MISSING:
        yield _("At most %(count)s people at once.") % {"count": MOST_MISSING}
    accounts = _account_numbers(verification.importer_id)
    for one in said:
        yield from _reasons_against_one(one, lines.get(one.line or 0), accounts)


def _account_numbers(importer_id: int) -> set[str]:
    rows = ProgramAccount.objects.filter(importer=importer_id)
    return set(rows.values_list("bn15", flat=True))


def _reasons_against_one(
    said: Said, line: PortalVerificationLine | None, accounts: set[str]
) -> Iterable[str]:
    who = {"name": line.asked_name if line else said.name or said.email}
    allowed = {Answer.MISSING} if line is None else set(Answer) - {Answer.MISSING}
    if said.answer not in allowed:
        words = ", ".join(f"“{ANSWER_WORDS[one]}”" for one in Answer if one in allowed)
        yield _("%(name)s: the answers are %(words)s.") % {**who, "words": words}
    if said.answer in (Answer.CORRECT, Answer.MISSING):
        yield from _reasons_against_said(said, line, accounts, who)
    if len(said.note) > LONGEST_NOTE or "\x00" in said.note:
        yield _("%(name)s: a note has at most 500 characters.") % who
    yield from against_secrets(said.note)


def _reasons_against_said(
    said: Said,
    line: PortalVerificationLine | None,
    accounts: set[str],
    who: dict[str, str],
) -> Iterable[str]:
    if said.role not in {one.value for one in ROLE_WORDS}:
        yield _("%(name)s: choose the role that is right.") % who
    if said.account and said.account not in accounts:
        yield _("%(name)s: the importer has no such program account.") % who
    if said.role == PortalRoleKind.BAM and said.account:
        yield _("%(name)s: a business account manager has every program account.") % who
    if not said.name.strip() or not portal.is_address(said.email):
        yield _("%(name)s: give the name and the e-mail address.") % who
    if line and _is_as_asked(said, line) and not said.note.strip():
        yield _("%(name)s: nothing is corrected. Change what is wrong, or write a note.") % who


def _is_as_asked(said: Said, line: PortalVerificationLine) -> bool:
    asked = (line.asked_name, line.asked_email, line.asked_role, line.asked_account)
    return (" ".join(said.name.split()), said.email.strip().lower(), said.role, said.account) == (
        asked
    )


def _missing(verification: PortalVerification) -> PortalVerificationLine:
    return PortalVerificationLine(importer_id=verification.importer_id, verification=verification)


def _keep_answer(line: PortalVerificationLine, said: Said) -> None:
    line.answer, line.note = said.answer, said.note.strip()
    if said.answer in (Answer.CORRECT, Answer.MISSING):
        line.said_name = " ".join(said.name.split())[:200]
        line.said_email = said.email.strip().lower()
        line.said_role, line.said_account = said.role, said.account
    if said.answer == Answer.LEFT:
        line.left_on, line.is_removed = said.left_on, said.is_removed
    line.save()


def _confirm(line: PortalVerificationLine, today: date, by: User) -> None:
    """A confirmed role is verified; one that ended meanwhile is left as it is."""
    role = line.portal_role
    if role is None or role.is_ended or role.portal_user.access is not Access.ACTIVE:
        return
    portal.verify_role(role=role, on=today, today=today, by=by)


def settle(held: PortalVerification, by: User) -> None:
    """The round is over once no correction waits for a decision."""
    answers = [
        (Answer(one.answer), Decision(one.decision) if one.decision else None)
        for one in lines_of(held)
    ]
    held.state = round_after(answers).value
    held.ended_at = timezone.now() if held.state == RoundState.DONE else None
    held.save(update_fields=["state", "answered_at", "answered_by", "ended_at"])
    if held.state == RoundState.DONE:
        tell_of_round("portal verification done", held, by)


def said_why(reason: str) -> str:
    """A reason as it is kept; raises `Refused` without one."""
    why = " ".join(reason.split())
    if not why or len(why) > LONGEST_NOTE or "\x00" in why:
        raise Refused(_("Say why, in at most 500 characters."))
    return why


@transaction.atomic
def withdraw_verification(
    *, verification: PortalVerification, reason: str, by: User
) -> PortalVerification:
    """End a round that nobody has answered, for a reason. Raises `Refused`."""
    why = said_why(reason)
    held = held_round(verification, RoundState.OPEN)
    held.state, held.ended_at = RoundState.WITHDRAWN.value, timezone.now()
    held.withdrawn_by, held.withdrawal_reason = by, why
    held.save(update_fields=["state", "ended_at", "withdrawn_by", "withdrawal_reason"])
    tell_of_round("portal verification withdrawn", held, by, reason=why)
    return held


def tell_of_round(action: str, verification: PortalVerification, by: Any, **told: Any) -> None:
    """Audit what happened to a round."""
    audit.record(action, importer_id=verification.importer_id, by=by, target=verification, **told)
