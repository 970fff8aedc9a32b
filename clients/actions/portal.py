"""People in the CARM portal: recorded, changed, left, removed; their roles given, seen, ended."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.refusals import Refused
from clients.actions.secrets import against_secrets, refuse_secrets
from clients.models import (
    Document,
    Importer,
    ImporterContact,
    Membership,
    PortalRole,
    PortalUser,
    ProgramAccount,
    StaffAssignment,
    User,
)
from clients.models.portal import ACCESS_WISHES, ACCESS_WORDS, PERSON_WORDS, ROLE_WORDS
from clients.rules.portal import Access, AccessWish, IllegalAccess, PortalRoleKind, outcome

TOLD = ("name", "email", "kind")
MOST_PEOPLE = 200
LONGEST_EVIDENCE = 300


@transaction.atomic
def record_portal_user(
    *,
    importer: Importer,
    name: str,
    email: str,
    kind: str,
    by: User,
    today: date,
    is_invited: bool = False,
) -> PortalUser:
    """Record somebody who has access to the importer in the portal. Raises `Refused`."""
    state = Access.INVITED if is_invited else Access.ACTIVE
    person = PortalUser(
        importer=importer,
        kind=kind,
        state=state.value,
        recorded_on=today,
        recorded_by=by,
        **_tidy(name, email),
    )
    reasons = list(_reasons_against(person))
    if PortalUser.objects.filter(importer=importer).count() >= MOST_PEOPLE:
        reasons.append(_("At most %(count)s people in the portal.") % {"count": MOST_PEOPLE})
    if reasons:
        raise Refused(*reasons)
    _link(person)
    person.save(force_insert=True)
    after = told_of(person) | {"state": person.state}
    _tell("portal user recorded", person, by, after=after)
    return person


def _tidy(name: str, email: str) -> dict[str, str]:
    return {"name": " ".join(name.split()), "email": email.strip().lower()}


def _reasons_against(person: PortalUser) -> Iterator[str]:
    if not person.name or len(person.name) > 200 or "\x00" in person.name:
        yield _("Give the person’s name, in at most 200 characters.")
    if not is_address(person.email):
        yield _("“%(text)s” is not an e-mail address.") % {"text": person.email[:100]}
    elif _others_with(person).exists():
        told = {"email": person.email}
        yield _("Somebody with the address %(email)s is on record already.") % told
    if person.kind not in {one.value for one in PERSON_WORDS}:
        yield _("Say whose person it is: employee, broker or consultant.")


def is_address(text: str) -> bool:
    """Whether a text is an e-mail address that can be kept."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254


def _others_with(person: PortalUser) -> Any:
    rows = PortalUser.objects.filter(importer=person.importer_id, email=person.email)
    return rows.exclude(pk=person.pk).exclude(state=Access.REMOVED.value)


def _link(person: PortalUser) -> None:
    """Whoever has the same address among our users and the importer's contacts is the same."""
    members = Membership.objects.filter(importer=person.importer_id).values("user_id")
    staff = StaffAssignment.objects.filter(importer=person.importer_id).values("user_id")
    known = User.objects.filter(email__iexact=person.email)
    person.user = known.filter(pk__in=members).first() or known.filter(pk__in=staff).first()
    contacts = ImporterContact.objects.filter(importer=person.importer_id)
    person.contact = contacts.filter(email__iexact=person.email).order_by("id").first()


def told_of(person: PortalUser) -> dict[str, str]:
    """What is told of a person in the portal."""
    return {name: getattr(person, name) for name in TOLD}


@transaction.atomic
def change_portal_user(
    *, portal_user: PortalUser, name: str, email: str, kind: str, by: User
) -> bool:
    """Correct who somebody is; False if nothing changes. Raises `Refused`."""
    held = held_portal_user(portal_user)
    before, after = told_of(held), {**_tidy(name, email), "kind": kind}
    if before == after:
        return False
    for field, value in after.items():
        setattr(held, field, value)
    if reasons := list(_reasons_against(held)):
        raise Refused(*reasons)
    _link(held)
    held.save(update_fields=[*TOLD, "user", "contact"])
    changed = [field for field in TOLD if before[field] != after[field]]
    _tell(
        "portal user changed",
        held,
        by,
        before={field: before[field] for field in changed},
        after={field: after[field] for field in changed},
    )
    return True


def held_portal_user(portal_user: PortalUser) -> PortalUser:
    """The person, held until the transaction ends."""
    found: PortalUser = PortalUser.objects.select_for_update().get(pk=portal_user.pk)
    return found


@transaction.atomic
def move_access(
    *, portal_user: PortalUser, wish: AccessWish, on: date, today: date, by: User
) -> PortalUser:
    """Record what happened to somebody's access in the portal on a day. Raises `Refused`.

    When access is taken away, every role that was held ends that day.
    """
    held = held_portal_user(portal_user)
    _refuse_future(on, today)
    earlier = held.access
    try:
        later = outcome(earlier, wish)
    except IllegalAccess as illegal:
        raise Refused(_not_possible(illegal)) from illegal
    if wish is AccessWish.INVITE:
        _refuse_second(held)
        held.left_on = None
    held.state, held.removed_on = later.value, on if later is Access.REMOVED else None
    held.save(update_fields=["state", "removed_on", "left_on"])
    if later is Access.REMOVED:
        _held_roles(held).update(ended_on=on, ended_by=by)
    changed = {"before": {"state": earlier}, "after": {"state": later, "on": on}}
    if wish is AccessWish.ACTIVATE:
        _tell("portal access in force", held, by, **changed)
    elif wish is AccessWish.REMOVE:
        _tell("portal access removed", held, by, **changed)
    else:
        _tell("portal access invited again", held, by, **changed)
    return held


def _refuse_future(on: date, today: date) -> None:
    if on > today:
        raise Refused(_("The day lies in the future: record it once it has happened."))


def _refuse_second(person: PortalUser) -> None:
    if _others_with(person).exists():
        told = {"email": person.email}
        raise Refused(_("Somebody with the address %(email)s is on record already.") % told)


def _not_possible(illegal: IllegalAccess) -> str:
    words = ", ".join(f"“{ACCESS_WISHES[one]}”" for one in illegal.possible)
    told = {
        "wish": ACCESS_WISHES[illegal.wish],
        "state": ACCESS_WORDS[illegal.state],
        "possible": words,
    }
    return _("“%(wish)s” is not possible: the state is “%(state)s”. Possible: %(possible)s.") % told


def _held_roles(person: PortalUser) -> Any:
    return PortalRole.objects.filter(importer=person.importer_id, portal_user=person, ended_on=None)


@transaction.atomic
def note_departure(*, portal_user: PortalUser, left_on: date | None, by: User) -> bool:
    """Keep the day on which somebody leaves, or that they do not; False if nothing changes.

    The access in the portal does not end with it: until it is taken away there, it is a risk.
    """
    held = held_portal_user(portal_user)
    before = held.left_on
    if before == left_on:
        return False
    held.left_on = left_on
    held.save(update_fields=["left_on"])
    _tell("portal user left", held, by, before={"left_on": before}, after={"left_on": left_on})
    return True


@transaction.atomic
def give_role(
    *,
    portal_user: PortalUser,
    role: str,
    by: User,
    today: date,
    account: ProgramAccount | None = None,
    from_on: date | None = None,
    until_on: date | None = None,
    evidence: str = "",
    evidence_document: Document | None = None,
) -> PortalRole:
    """Record a role that somebody holds in the portal. Raises `Refused`."""
    held = held_portal_user(portal_user)
    made = PortalRole(
        importer_id=held.importer_id,
        portal_user=held,
        role=role,
        program_account=account,
        from_on=from_on,
        until_on=until_on,
        recorded_on=today,
        evidence=" ".join(evidence.split()),
        evidence_document=evidence_document,
    )
    if reasons := [*_reasons_against_role(held, made), *_reasons_against_days(made)]:
        raise Refused(*reasons)
    made.save(force_insert=True)
    _tell_role("portal role given", made, by, after=told_of_role(made))
    return made


def _reasons_against_role(person: PortalUser, role: PortalRole) -> Iterator[str]:
    if role.role not in {one.value for one in ROLE_WORDS}:
        yield _("The roles in the portal are BAM, PAM, Editor and Reader.")
        return
    if person.is_removed:
        yield _("The access is taken away: record first that the person is invited again.")
    if role.role == PortalRoleKind.BAM and role.program_account_id:
        yield _("A business account manager has every program account: choose none.")
    if role.program_account and role.program_account.importer_id != person.importer_id:
        yield _("The program account is another importer’s.")
    same = _held_roles(person).filter(role=role.role, program_account=role.program_account)
    if same.exists():
        yield _("The person holds this role already.")


def _reasons_against_days(role: PortalRole) -> Iterator[str]:
    if role.from_on and role.until_on and role.until_on < role.from_on:
        yield _("The last day lies before the first.")
    if role.evidence_document and role.evidence_document.importer_id != role.importer_id:
        yield _("The document is another importer’s.")
    if len(role.evidence) > LONGEST_EVIDENCE or "\x00" in role.evidence:
        yield _("Evidence: at most %(count)s characters.") % {"count": LONGEST_EVIDENCE}
    yield from against_secrets(role.evidence)


def told_of_role(role: PortalRole) -> dict[str, Any]:
    """What is told of a role in the portal."""
    account = role.program_account.bn15 if role.program_account else ""
    days = {"from_on": role.from_on, "until_on": role.until_on}
    proof = {"evidence": role.evidence, "evidence_document": role.evidence_document_id}
    return {"role": role.role, "account": account, **days, **proof}


@transaction.atomic
def change_role(
    *,
    role: PortalRole,
    by: User,
    from_on: date | None,
    until_on: date | None,
    evidence: str,
    evidence_document: Document | None,
) -> bool:
    """Correct the days and the evidence of a role; False if nothing changes. Raises `Refused`."""
    held = held_role(role)
    before = told_of_role(held)
    held.from_on, held.until_on = from_on, until_on
    held.evidence, held.evidence_document = " ".join(evidence.split()), evidence_document
    after = told_of_role(held)
    if before == after:
        return False
    if reasons := list(_reasons_against_days(held)):
        raise Refused(*reasons)
    held.save(update_fields=["from_on", "until_on", "evidence", "evidence_document"])
    _tell_role("portal role changed", held, by, before=before, after=after)
    return True


def held_role(role: PortalRole) -> PortalRole:
    """The role, held until the transaction ends; raises `Refused` when it has ended."""
    rows = PortalRole.objects.select_for_update(of=("self",))
    found: PortalRole = rows.select_related("portal_user", "program_account").get(pk=role.pk)
    if found.is_ended:
        raise Refused(_("This role has ended: what was stays as it was."))
    return found


@transaction.atomic
def end_role(*, role: PortalRole, on: date, today: date, by: User) -> PortalRole:
    """Record that a role was taken away in the portal on a day. Raises `Refused`."""
    held = held_role(role)
    _refuse_future(on, today)
    held.ended_on, held.ended_by = on, by
    held.save(update_fields=["ended_on", "ended_by"])
    _tell_role("portal role ended", held, by, after={"ended_on": on})
    return held


@transaction.atomic
def verify_role(
    *,
    role: PortalRole,
    on: date,
    today: date,
    by: User,
    evidence: str = "",
    evidence_document: Document | None = None,
) -> PortalRole:
    """Somebody saw or confirmed on a day that a role is held. Raises `Refused`.

    Evidence that is not said anew stays.
    """
    refuse_secrets(evidence)
    held = held_role(role)
    _refuse_future(on, today)
    if held.portal_user.access is not Access.ACTIVE:
        raise Refused(_("Only the role of somebody who has access can be verified."))
    before, held.verified_on, held.verified_by = held.verified_on, on, by
    held.evidence = " ".join(evidence.split()) or held.evidence
    held.evidence_document = evidence_document or held.evidence_document
    if reasons := list(_reasons_against_days(held)):
        raise Refused(*reasons)
    held.save(update_fields=["verified_on", "verified_by", "evidence", "evidence_document"])
    told = {"before": {"verified_on": before}, "after": {"verified_on": on}}
    _tell_role("portal role verified", held, by, **told)
    return held


def _tell(action: str, person: PortalUser, by: User, **told: Any) -> None:
    audit.record(
        action, importer_id=person.importer_id, by=by, target=person, person=person.name, **told
    )


def _tell_role(action: str, role: PortalRole, by: User, **told: Any) -> None:
    _tell(action, role.portal_user, by, role=role.role, **told)
