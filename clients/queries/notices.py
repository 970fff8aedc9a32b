"""Who is told of what: the people of each importer, how they want it, what they were told."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from carmsvc.platform.tenancy import importers_in_scope, of_importers
from clients.deadlines import Deadline, Kind, kind_of, kinds
from clients.models import (
    GroupedImporter,
    GroupStaff,
    Membership,
    Notice,
    NoticeHours,
    NoticeMail,
    NoticePreference,
    StaffAssignment,
    User,
)
from clients.rules.telling import may_write_at, reached

LONGEST_LATE_DAYS = 30  # older ones are in the list, but nobody is told of them any more


@dataclass(frozen=True)
class Listener:
    """Somebody who may be told of an importer's deadlines: its people by role, our staff."""

    user: User
    role: str = ""
    is_lead: bool = False

    def hears(self, kind: Kind, threshold: int, owner_id: int | None = None) -> bool:
        """Whether a threshold of this kind is told to them: to whoever it was given to, the lead
        and the importer's audience; a backup hears what escalates.
        """
        if owner_id is not None and self.user.pk == owner_id:
            return True
        if self.role:
            return self.role in kind.audience
        return self.is_lead or threshold <= kind.escalates_at


def listeners(importers: Collection[int]) -> dict[int, list[Listener]]:
    """Who listens at each importer; of the staff the first is the lead.

    Where nobody of the staff is assigned, the administrators stand in.
    """
    found: dict[int, list[Listener]] = defaultdict(list)
    people = Membership.objects.filter(of_importers(importers), user__is_active=True)
    for one in people.select_related("user").order_by("id"):
        found[one.importer_id].append(Listener(one.user, role=one.role))
    staff, stand_ins = _staff(importers), _administrators()
    for importer_id in importers:
        for place, user in enumerate(staff.get(importer_id) or stand_ins):
            found[importer_id].append(Listener(user, is_lead=place == 0))
    return found


def _administrators() -> list[User]:
    rows = User.objects.filter(staff_role=User.StaffRole.ADMINISTRATOR, is_active=True)
    return list(rows.order_by("id"))


def _staff(importers: Collection[int]) -> dict[int, list[User]]:
    """Our staff at each importer, leads first, those assigned directly before a group's."""
    direct = StaffAssignment.objects.filter(of_importers(importers), user__is_active=True)
    ranked: dict[int, list[tuple[Any, User]]] = defaultdict(list)
    for one in direct.select_related("user"):
        ranked[one.importer_id].append(((not one.is_lead, 0, one.pk), one.user))
    places: dict[int, list[int]] = defaultdict(list)
    for importer_id, group in GroupedImporter.objects.filter(of_importers(importers)).values_list(
        "importer_id", "group_id"
    ):
        places[group].append(importer_id)
    members = GroupStaff.objects.filter(group__in=places, user__is_active=True)
    for member in members.select_related("user"):
        for importer_id in places[member.group_id]:
            rank = (not member.is_lead, 1, member.pk)
            ranked[importer_id].append((rank, member.user))
    return {
        importer_id: list(dict.fromkeys(user for _rank, user in sorted(rows, key=lambda r: r[0])))
        for importer_id, rows in ranked.items()
    }


@dataclass(frozen=True)
class Wishes:
    """How people want to be told."""

    preferences: dict[tuple[int, str], NoticePreference]
    hours: dict[int, NoticeHours]

    def way(self, user: User, kind: str) -> tuple[str, bool]:
        """(when by e-mail, whether in the application) for a kind of thing."""
        wish = self.preferences.get((user.pk, kind))
        return (wish.mail, wish.in_app) if wish else (NoticeMail.NOW, True)

    def hours_of(self, user: User) -> NoticeHours:
        """Their quiet hours; without a row the usual ones."""
        return self.hours.get(user.pk) or NoticeHours(user=user)

    def may_write_at(self, user: User, now: datetime) -> datetime:
        """When a letter to them may go."""
        hours = self.hours_of(user)
        return may_write_at(
            now.astimezone(ZoneInfo(user.time_zone)),
            hours.quiet_from,
            hours.quiet_until,
            hours.quiet_on_weekends,
        )


def wishes(people: Iterable[User]) -> Wishes:
    """How these people want to be told, in two queries."""
    ids = {person.pk for person in people}
    rows = NoticePreference.objects.filter(user__in=ids)
    hours = NoticeHours.objects.filter(user__in=ids)
    return Wishes(
        {(row.user_id, row.kind): row for row in rows}, {row.user_id: row for row in hours}
    )


def reached_thresholds(due: Iterable[Deadline], today: date) -> Iterable[tuple[Deadline, int]]:
    """Each open deadline with the tightest threshold of its kind that it has reached."""
    for one in due:
        threshold = reached((one.due_on - today).days, kind_of(one.kind).thresholds)
        if threshold is not None and not (one.is_done or one.is_quiet):
            yield one, threshold


def furthest_threshold() -> int:
    """The earliest that anybody is told of anything, in days before it is due."""
    return max((max(kind.thresholds) for kind in kinds()), default=0)


def told_already(importers: Collection[int], keys: Collection[str]) -> set[tuple[int, int, str]]:
    """(importer, person, key) of what was told."""
    rows = Notice.objects.filter(of_importers(importers), key__in=keys)
    return set(rows.values_list("importer_id", "user_id", "key"))


def notices_of(person: User) -> Any:
    """What a person was told in the application about importers in the open scope, newest first."""
    rows = Notice.objects.filter(of_importers(importers_in_scope()), user=person, in_app=True)
    return rows.select_related("importer").order_by("-id")


def unread_count(person: User) -> int:
    """How much of it they have not read."""
    return int(notices_of(person).filter(read_at=None).count())
