"""Client groups: made, named, filled and emptied; each change on the brokerage's chain."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import every_importer_id, importer_scope
from clients.models import ClientGroup, GroupedImporter, GroupStaff, Importer, User


def create_group(*, name: str, note: str = "", by: object) -> ClientGroup:
    """Make an empty client group. Raises `Refused`."""
    group = ClientGroup(name=name.strip(), note=note.strip())
    with transaction.atomic():
        _save(group)
        _tell("client group created", group, by, None, _description(group))
    return group


@transaction.atomic
def describe_group(*, group: ClientGroup, name: str, note: str, by: object) -> bool:
    """Give a client group another name or note; False if nothing changes. Raises `Refused`."""
    held = _held(group)
    before = _description(held)
    held.name, held.note = name.strip(), note.strip()
    after = _description(held)
    if before == after:
        return False
    _save(held)
    _tell("client group changed", held, by, before, after)
    return True


def _description(group: ClientGroup) -> dict[str, Any]:
    return {"name": group.name, "note": group.note}


def _save(group: ClientGroup) -> None:
    if not group.name:
        raise Refused(_("Give the group a name."))
    taken = ClientGroup.objects.filter(name__iexact=group.name).exclude(pk=group.pk)
    reason = _("There is a group called “%(name)s” already.") % {"name": group.name}
    if taken.exists():
        raise Refused(reason)
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError as error:  # two made it at once
        raise Refused(reason) from error


def _held(group: ClientGroup) -> ClientGroup:
    """The group as it is now; changes of one group wait for each other."""
    held: ClientGroup | None = ClientGroup.objects.select_for_update().filter(pk=group.pk).first()
    if held is None:
        raise Refused(_("This group was deleted meanwhile."))
    return held


@transaction.atomic
def delete_group(*, group: ClientGroup, by: object, sure: bool = False) -> None:
    """Delete a client group: its staff no longer see its importers through it.

    One that holds anybody asks for `sure`. Raises `Refused`.
    """
    held = _held(group)
    with importer_scope(every_importer_id()):  # places the asking key may not see go with it
        staff = list(held.staff.order_by("id").values_list("user__email", flat=True))
        importers = list(held.places.order_by("importer_id").values_list("importer_id", flat=True))
        if (staff or importers) and not sure:
            raise Refused(_("This group is not empty. Confirm that it is deleted as it is."))
        before = {**_description(held), "staff": staff, "importers": importers}
        _tell("client group deleted", held, by, before, None)
        held.delete()


@transaction.atomic
def put_importers(*, group: ClientGroup, importers: Iterable[Importer], by: object) -> int:
    """Put importers in a group; answers how many were not in it yet. Raises `Refused`."""
    held = _held(group)
    chosen = sorted({importer.pk for importer in importers})
    known = GroupedImporter.objects.filter(group=held, importer__in=chosen)
    there = set(known.values_list("importer_id", flat=True))
    new = [one for one in chosen if one not in there]
    if new:
        GroupedImporter.objects.bulk_create(
            GroupedImporter(importer_id=one, group=held) for one in new
        )
        _tell("importers put in client group", held, by, None, {"importers": new})
    return len(new)


@transaction.atomic
def take_importers(*, group: ClientGroup, importers: Iterable[Importer], by: object) -> int:
    """Take importers out of a group; answers how many were in it. Raises `Refused`."""
    held = _held(group)
    places = GroupedImporter.objects.filter(group=held, importer__in=list(importers))
    gone = sorted(places.values_list("importer_id", flat=True))
    if gone:
        places.delete()
        _tell("importers taken out of client group", held, by, {"importers": gone}, None)
    return len(gone)


@transaction.atomic
def put_staff(*, group: ClientGroup, person: User, by: object, is_lead: bool = False) -> bool:
    """Let one of the brokerage's people look after a group, as its lead or not.

    A group has one lead: who was it stays in it. False if nothing changes; raises `Refused`.
    """
    held = _held(group)
    if not person.is_staff_member or not person.is_active:
        raise Refused(_("Choose somebody of the brokerage's staff who can sign in."))
    place = GroupStaff.objects.filter(group=held, user=person).first()
    if place and place.is_lead == is_lead:
        return False
    if is_lead:
        _take_lead_from_another(held, person, by)
    before = {"email": person.email, "is_lead": place.is_lead} if place else None
    place = place or GroupStaff(group=held, user=person)
    place.is_lead = is_lead
    place.save()
    action = "staff of client group changed" if before else "staff put in client group"
    _tell(action, held, by, before, {"email": person.email, "is_lead": is_lead})
    return True


def _take_lead_from_another(group: ClientGroup, person: User, by: object) -> None:
    leads = GroupStaff.objects.filter(group=group, is_lead=True).exclude(user=person)
    for earlier in leads.select_related("user"):
        earlier.is_lead = False
        earlier.save(update_fields=["is_lead"])
        before = {"email": earlier.user.email, "is_lead": True}
        after = {"email": earlier.user.email, "is_lead": False}
        _tell("staff of client group changed", group, by, before, after)


@transaction.atomic
def take_staff(*, group: ClientGroup, person: User, by: object) -> bool:
    """Take somebody out of a group's staff; False if they were not in it. Raises `Refused`.

    Works on their next request; what they are assigned to directly they go on seeing.
    """
    held = _held(group)
    place = GroupStaff.objects.filter(group=held, user=person).first()
    if place is None:
        return False
    before = {"email": person.email, "is_lead": place.is_lead}
    place.delete()
    _tell("staff taken out of client group", held, by, before, None)
    return True


def _tell(
    action: str,
    group: ClientGroup,
    by: object,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    told: dict[str, Any] = {"by": by, "target": group, "before": before, "after": after}
    audit.record_for_brokerage(action, **told, group=group.name)
