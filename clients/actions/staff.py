"""The brokerage's staff: their role, and which importers they look after."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.refusals import Refused
from clients.models import Importer, StaffAssignment, User
from clients.queries import may_here
from clients.queries.staff import is_last_administrator
from clients.rules import Permission

MOST_AT_ONCE = 200  # importers, each with its own chain to be written


@transaction.atomic
def change_staff_role(*, person: User, role: str, by: User) -> bool:
    """Give one of the brokerage's people another role; False if they had it. Raises `Refused`.

    Works on their next request.
    """
    if role not in User.StaffRole.values:
        raise Refused(_("There is no role “%(role)s”.") % {"role": role})
    held, by = _locked(person, by)
    reason = _reason_against_role(held, role, by)
    if reason:
        raise Refused(reason)
    if held.staff_role == role:
        return False
    before, held.staff_role = held.staff_role, role
    held.save(update_fields=["staff_role"])
    audit.record_for_brokerage(
        "staff role changed",
        by=by,
        target=held,
        before={"role": before},
        after={"role": role},
        email=held.email,
    )
    return True


def _locked(person: User, by: User) -> tuple[User, User]:
    """Both as they are now; every administrator waits, so that two cannot demote each other."""
    administrators = User.objects.filter(staff_role=User.StaffRole.ADMINISTRATOR)
    ids = {*administrators.values_list("pk", flat=True), person.pk, by.pk}
    locked = User.objects.select_for_update().order_by("pk").in_bulk(sorted(ids))
    return locked[person.pk], locked[by.pk]


def _reason_against_role(held: User, role: str, by: User) -> str:
    if not may_here(by, Permission.MANAGE_STAFF):
        return _("Only those who manage staff change a role.")
    if not held.is_staff_member:
        return _("%(name)s does not work for the brokerage.") % {"name": held.full_name}
    if held.pk == by.pk:
        return _("Nobody changes their own role; ask another administrator.")
    if role != held.staff_role and is_last_administrator(held):
        return _("%(name)s is the last active administrator. Name another one first.") % {
            "name": held.full_name
        }
    return ""


@transaction.atomic
def assign_staff(
    *, person: User, importers: Iterable[Importer], by: object, is_lead: bool = False
) -> int:
    """Let one of the brokerage's people look after importers, as their lead or not.

    An importer has one lead: who was it stays assigned. Answers how many assignments changed;
    raises `Refused`.
    """
    chosen = _chosen(importers)
    if not person.is_staff_member or not person.is_active:
        raise Refused(_("Choose somebody of the brokerage's staff who can sign in."))
    held = {
        one.importer_id: one
        for one in StaffAssignment.objects.filter(importer__in=chosen, user=person)
    }
    return sum(_assign(person, importer, held.get(importer.pk), is_lead, by) for importer in chosen)


def _chosen(importers: Iterable[Importer]) -> list[Importer]:
    """The importers, locked: changes of who looks after one wait for each other."""
    ids = sorted({importer.pk for importer in importers})
    if not ids:
        raise Refused(_("Choose at least one importer."))
    if len(ids) > MOST_AT_ONCE:
        raise Refused(_("Choose at most %(count)s importers at once.") % {"count": MOST_AT_ONCE})
    locked = Importer.objects.select_for_update(no_key=True).order_by("pk")
    return list(locked.filter(pk__in=ids))


def _assign(
    person: User, importer: Importer, held: StaffAssignment | None, is_lead: bool, by: object
) -> bool:
    if held and held.is_lead == is_lead:
        return False
    if is_lead:
        _take_lead_from_another(importer, person, by)
    before = {"email": person.email, "is_lead": held.is_lead} if held else None
    held = held or StaffAssignment(importer=importer, user=person)
    held.is_lead = is_lead
    held.save()
    audit.record(
        "staff assignment changed" if before else "staff assigned",
        importer_id=importer.pk,
        by=by,
        target=person,
        before=before,
        after={"email": person.email, "is_lead": is_lead},
    )
    return True


def _take_lead_from_another(importer: Importer, person: User, by: object) -> None:
    leads = StaffAssignment.objects.filter(importer=importer, is_lead=True).exclude(user=person)
    for earlier in leads.select_related("user"):
        earlier.is_lead = False
        earlier.save(update_fields=["is_lead"])
        email = earlier.user.email
        audit.record(
            "staff assignment changed",
            importer_id=importer.pk,
            by=by,
            target=earlier.user,
            before={"email": email, "is_lead": True},
            after={"email": email, "is_lead": False},
        )


@transaction.atomic
def unassign_staff(*, person: User, importers: Iterable[Importer], by: object) -> int:
    """Take importers off somebody; answers how many they had. Works on their next request.

    What they see through a client group they go on seeing. Raises `Refused`.
    """
    held = StaffAssignment.objects.filter(importer__in=_chosen(importers), user=person)
    ended = list(held.order_by("importer_id"))
    for one in ended:
        audit.record(
            "staff unassigned",
            importer_id=one.importer_id,
            by=by,
            target=person,
            before={"email": person.email, "is_lead": one.is_lead},
            after=None,
        )
        one.delete()
    return len(ended)
