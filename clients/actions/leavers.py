"""People who leave: nothing opens for them any more, and what they held goes to somebody."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.api_keys import ApiKey
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import every_importer_id, importer_scope
from clients.actions.groups import put_staff, take_staff
from clients.actions.staff import assign_staff, unassign_staff
from clients.models import GroupStaff, StaffAssignment, User
from clients.queries import may_here
from clients.queries.leavers import Belongings, belongings_of, keys_in_force
from clients.queries.staff import is_last_administrator
from clients.rules import Permission


@transaction.atomic
def deactivate_person(*, person: User, by: User) -> Belongings:
    """Close an account: sessions and API keys end at once. Raises `Refused`.

    Answers what they held when they left, keys included, for whoever takes over.
    """
    # two administrators who close each other's account at once: the second finds theirs closed
    locked = User.objects.select_for_update().order_by("pk").in_bulk({person.pk, by.pk})
    leaver, by = locked[person.pk], locked[by.pk]
    _demand_to_manage(by)
    reason = _reason_to_keep(leaver, by)
    if reason:
        raise Refused(reason)
    left = belongings_of(leaver)
    leaver.is_active, leaver.deactivated_at, leaver.deactivated_by = False, timezone.now(), by
    leaver.save(update_fields=["is_active", "deactivated_at", "deactivated_by"])
    ended = end_sessions(leaver)
    revoke_keys(leaver, by=by)
    _tell(leaver, left, by, "person deactivated", sessions_ended=ended)
    return left


def _demand_to_manage(by: User) -> None:
    if not may_here(by, Permission.MANAGE_STAFF):
        raise Refused(_("Only an administrator closes and opens accounts."))


def _reason_to_keep(leaver: User, by: User) -> str:
    if not leaver.is_active:
        return _("This account is closed already.")
    if leaver.pk == by.pk:
        return _("Nobody closes their own account; ask another administrator.")
    if is_last_administrator(leaver):
        return _("%(name)s is the last active administrator. Name another one first.") % {
            "name": leaver.full_name
        }
    return ""


@transaction.atomic
def reactivate_person(*, person: User, by: User) -> None:
    """Open a closed account again: what the person held and still holds works again, their
    revoked API keys do not. Raises `Refused`.
    """
    _demand_to_manage(by)
    returner = User.objects.select_for_update().get(pk=person.pk)
    if returner.is_active:
        raise Refused(_("This account is open already."))
    returner.is_active, returner.deactivated_at, returner.deactivated_by = True, None, None
    returner.save(update_fields=["is_active", "deactivated_at", "deactivated_by"])
    _tell(returner, belongings_of(returner), by, "person reactivated")


def _tell(person: User, held: Belongings, by: User, action: str, **details: Any) -> None:
    """On the brokerage's chain, and on that of each importer it concerns."""
    change: dict[str, Any] = {
        "by": by,
        "target": person,
        "before": {"is_active": not person.is_active},
        "after": {"is_active": person.is_active},
    }
    audit.record_for_brokerage(action, email=person.email, **change, **details)
    for importer_id in sorted({one.importer_id for one in (*held.memberships, *held.assignments)}):
        with importer_scope(importer_id):
            audit.record(action, importer_id=importer_id, email=person.email, **change)


def end_sessions(person: User) -> int:
    """Sign a person out everywhere, at once; returns how many sessions they had."""
    ended = 0
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get("_auth_user_id") == str(person.pk):
            session.delete()
            ended += 1
    UserSession.objects.filter(user=person).delete()
    return ended


def revoke_keys(person: User, *, by: object) -> list[ApiKey]:
    """Revoke every API key of a person, told on the chain of each importer it opened."""
    keys: list[ApiKey] = list(keys_in_force(person))
    now = timezone.now()
    ApiKey.objects.filter(pk__in=[key.pk for key in keys]).update(
        revoked_at=now, revoked_by=by if isinstance(by, User) else None
    )
    known = set(every_importer_id())
    for key in keys:
        for importer_id in sorted(known & set(key.importer_ids)):
            with importer_scope(importer_id):
                audit.record(
                    "API key revoked",
                    importer_id=importer_id,
                    by=by,
                    target=key,
                    before={"revoked_at": None},
                    after={"revoked_at": now},
                    name=key.name,
                    user=person.email,
                )
    return keys


@transaction.atomic
def hand_over(*, person: User, to: User, by: User) -> int:
    """Give a person's assignments and places in client groups to another of our staff, the
    lead included; returns how many. Raises `Refused`.
    """
    if not may_here(by, Permission.ASSIGN_STAFF):
        raise Refused(_("Only those who assign staff hand over what somebody looked after."))
    if not to.is_active or not to.is_staff_member or to.pk == person.pk:
        raise Refused(_("Choose somebody else of the brokerage's staff to take over."))
    held = belongings_of(person)
    with importer_scope(every_importer_id()):
        for assignment in held.assignments:
            _hand_over_importer(assignment, person, to, by)
        for place in held.groups:
            _hand_over_group(place, person, to, by)
    return held.to_hand_over


def _hand_over_importer(held: StaffAssignment, person: User, to: User, by: User) -> None:
    """Who looks after it already and leads it goes on leading it."""
    there = StaffAssignment.objects.filter(importer=held.importer, user=to).exists()
    unassign_staff(person=person, importers=[held.importer], by=by)
    if held.is_lead or not there:
        assign_staff(person=to, importers=[held.importer], is_lead=held.is_lead, by=by)


def _hand_over_group(held: GroupStaff, person: User, to: User, by: User) -> None:
    there = GroupStaff.objects.filter(group=held.group, user=to).exists()
    take_staff(group=held.group, person=person, by=by)
    if held.is_lead or not there:
        put_staff(group=held.group, person=to, is_lead=held.is_lead, by=by)
