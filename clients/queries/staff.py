"""The brokerage's staff: which importers each sees and why; whom an importer is named to."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Lower

from clients.models import GroupedImporter, GroupStaff, Importer, StaffAssignment, User
from clients.queries.accounts import people_with_second_factor


def named_lead(field: str) -> Coalesce:
    """A field of the user an importer is named to, as a column of importers.

    The lead of the importer itself comes first, then the lead of one of its client groups, then
    whoever looks after it longest, directly or through a group; nobody who cannot sign in.
    """
    direct = StaffAssignment.objects.filter(importer=OuterRef("pk"), user__is_active=True)
    grouped = GroupStaff.objects.filter(
        group__places__importer=OuterRef("pk"), user__is_active=True
    )
    leads = (direct.filter(is_lead=True), grouped.filter(is_lead=True), direct, grouped)
    return Coalesce(*(Subquery(rows.order_by("id").values(f"user__{field}")[:1]) for rows in leads))


def staff(search: str = "", state: str = "") -> Any:
    """The brokerage's people by name; `state` is `active`, `deactivated` or anything for all."""
    people = User.objects.exclude(staff_role="").order_by(Lower("full_name"), "id")
    words = search.strip()
    if words:
        people = people.filter(Q(full_name__icontains=words) | Q(email__icontains=words))
    if state in ("active", "deactivated"):
        people = people.filter(is_active=state == "active")
    return people


def with_second_factor(people: Any) -> Any:
    """People, each with whether they have a second factor."""
    has_one = Q(pk__in=people_with_second_factor())
    return people.annotate(
        has_second_factor=ExpressionWrapper(has_one, output_field=BooleanField())
    )


def assignable_staff() -> Any:
    """Those of the brokerage's people who can be given an importer or a group."""
    return staff(state="active")


def is_last_administrator(person: User) -> bool:
    """Whether nobody else could manage the deployment if this person could not."""
    administrators = User.objects.filter(staff_role=User.StaffRole.ADMINISTRATOR, is_active=True)
    return person.is_administrator and not administrators.exclude(pk=person.pk).exists()


@dataclass(frozen=True)
class Reach:
    """How many importers somebody sees, and how they come to see them."""

    direct: int
    through_groups: int
    in_all: int


def reach_of(people: Iterable[User]) -> dict[int, Reach]:
    """By person, among the importers of the open scope; three queries for any number of them."""
    ids = [person.pk for person in people]
    direct: dict[int, set[int]] = defaultdict(set)
    grouped: dict[int, set[int]] = defaultdict(set)
    members: dict[int, set[int]] = defaultdict(set)
    for user_id, importer_id in StaffAssignment.objects.filter(user__in=ids).values_list(
        "user_id", "importer_id"
    ):
        direct[user_id].add(importer_id)
    places = GroupStaff.objects.filter(user__in=ids).values_list("user_id", "group_id")
    groups = {group_id for _, group_id in places}
    for group_id, importer_id in GroupedImporter.objects.filter(group__in=groups).values_list(
        "group_id", "importer_id"
    ):
        members[group_id].add(importer_id)
    for user_id, group_id in places:
        grouped[user_id] |= members[group_id]
    return {
        one: Reach(len(direct[one]), len(grouped[one]), len(direct[one] | grouped[one]))
        for one in ids
    }


def with_reasons(importers: Any, person: User) -> Any:
    """Importers, each with why a member of the staff sees it: `is_direct`, `is_lead` and
    `group_names`; an administrator sees those without any reason too.
    """
    own = StaffAssignment.objects.filter(importer=OuterRef("pk"), user=person)
    places = GroupedImporter.objects.filter(importer=OuterRef("pk"), group__staff__user=person)
    return importers.annotate(
        is_direct=Exists(own),
        is_lead=Exists(own.filter(is_lead=True)),
        group_names=ArraySubquery(places.order_by("group__name").values("group__name")),
    )


def seen_by(importers: Any, person: User) -> Any:
    """Those of the importers that a member of the staff sees, each with why."""
    reasoned = with_reasons(importers, person)
    if person.is_administrator:
        return reasoned
    direct = StaffAssignment.objects.filter(user=person).values("importer_id")
    grouped = GroupedImporter.objects.filter(group__staff__user=person).values("importer_id")
    return reasoned.filter(Q(pk__in=direct) | Q(pk__in=grouped))


def without_direct(importers: Any, person: User) -> Any:
    """Those of the importers that somebody is not assigned to directly, each with why they see
    it all the same.
    """
    direct = StaffAssignment.objects.filter(user=person).values("importer_id")
    return with_reasons(importers, person).exclude(pk__in=direct)


@dataclass(frozen=True)
class Sight:
    """A member of the staff who sees an importer, and why."""

    person: User
    assignment: StaffAssignment | None
    groups: list[GroupStaff]

    @property
    def is_lead(self) -> bool:
        return bool(self.assignment and self.assignment.is_lead)


def who_sees(importer_id: int) -> list[Sight]:
    """Every active member of the staff who sees an importer, administrators last."""
    direct = {one.user_id: one for one in StaffAssignment.objects.filter(importer_id=importer_id)}
    grouped: dict[int, list[GroupStaff]] = defaultdict(list)
    for place in (
        GroupStaff.objects.filter(group__places__importer_id=importer_id)
        .select_related("group")
        .order_by("group__name")
    ):
        grouped[place.user_id].append(place)
    reached: Collection[int] = {*direct, *grouped}
    people = assignable_staff().filter(
        Q(pk__in=reached) | Q(staff_role=User.StaffRole.ADMINISTRATOR)
    )
    sights = [Sight(one, direct.get(one.pk), grouped[one.pk]) for one in people]
    return sorted(sights, key=lambda one: (not one.is_lead, one.person.pk not in reached))


def groups_of(person: User) -> Any:
    """A person's places in client groups, by the group's name."""
    return person.group_places.select_related("group").order_by("group__name")


def assignments() -> Any:
    """The direct assignments to importers of the open scope."""
    return StaffAssignment.objects.select_related("user")


def lead_of(importer_id: int) -> User | None:
    """The person an importer is named to, if anybody looks after it."""
    found = Importer.objects.filter(pk=importer_id).annotate(named=named_lead("id"))
    return User.objects.filter(pk__in=found.values_list(F("named"))).first()
