"""The register of importers: filtered, in order, each with how it stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef

from carmsvc.platform.tenancy import importers_in_scope
from clients.models import ClientGroup, GroupedImporter, Importer, StaffAssignment, User
from clients.overview import Concern, Level, concerns_of, level_of
from clients.queries.importers import importers_fitting, with_accounts
from clients.queries.staff import assignable_staff, named_lead
from clients.search import Sought

NOBODY = "nobody"
ORDERS = {
    "name": ("folded_name", "id"),
    "bn9": ("bn9", "id"),
    "newest": ("-created_at", "-id"),
    "lead": ("lead_name", "folded_name", "id"),
}


@dataclass(frozen=True)
class RegisterWish:
    """Which importers are asked for, and in which order; nothing said is all of them by name."""

    words: str = ""
    state: str = ""
    language: str = ""
    lead: str = ""  # the number of a member of the staff, or `nobody`
    group: int | None = None
    level: Level | None = None
    order: str = "name"

    @property
    def is_narrow(self) -> bool:
        """Whether anything is left out."""
        return self != RegisterWish(order=self.order)


def register(wish: RegisterWish, today: date, *, is_staff: bool = True) -> Any:
    """The importers of the open scope that fit, in order, with accounts, lead and groups."""
    rows = _narrowed(Importer.objects.annotate(lead_id=named_lead("id")), wish)
    if wish.level is not None:
        rows = rows.filter(pk__in=_standing(wish.level, today, is_staff))
    places = GroupedImporter.objects.filter(importer=OuterRef("pk")).order_by("group__name")
    rows = with_accounts(rows).annotate(
        lead_name=named_lead("full_name"),
        group_names=ArraySubquery(places.values("group__name")),
    )
    return rows.order_by(*ORDERS.get(wish.order, ORDERS["name"]))


def _narrowed(rows: Any, wish: RegisterWish) -> Any:
    if wish.words.strip():
        rows = rows.filter(importers_fitting(Sought(wish.words)))
    if wish.state:
        rows = rows.filter(state=wish.state)
    if wish.language:
        rows = rows.filter(language=wish.language)
    if wish.group is not None:
        members = GroupedImporter.objects.filter(group=wish.group)
        rows = rows.filter(pk__in=members.values("importer_id"))
    if wish.lead:
        is_nobodys = wish.lead == NOBODY
        rows = rows.filter(lead_id=None) if is_nobodys else rows.filter(lead_id=int(wish.lead))
    return rows


def _standing(level: Level, today: date, is_staff: bool) -> list[int]:
    """The importers of the open scope that stand so today."""
    scope = importers_in_scope()
    only_stops = level is Level.STOPPED
    concerns = concerns_of(scope, today, is_staff=is_staff, only_stops=only_stops)
    return [one for one in scope if level_of(concerns.get(one, ())) is level]


@dataclass(frozen=True)
class Standing:
    """An importer with how it stands today, and why."""

    importer: Any
    level: Level
    concerns: list[Concern]


def with_standing(
    importers: Iterable[Any], today: date, *, is_staff: bool = True
) -> list[Standing]:
    """Each of the importers with how it stands; the queries do not grow with their number."""
    every = list(importers)
    concerns = concerns_of([one.pk for one in every], today, is_staff=is_staff)
    return [
        Standing(one, level_of(concerns.get(one.pk, ())), concerns.get(one.pk, [])) for one in every
    ]


def states_counted() -> dict[str, int]:
    """How many importers of the open scope are in each state."""
    counted = Importer.objects.order_by().values_list("state").annotate(count=Count("id"))
    return dict(counted)


def leads() -> Any:
    """The members of the staff to whom importers can be named."""
    return assignable_staff()


def groups_in_scope() -> Any:
    """The client groups that hold an importer of the open scope, by name."""
    held = GroupedImporter.objects.values("group_id")
    return ClientGroup.objects.filter(pk__in=held).order_by("name")


def staff_of(importer_id: int) -> tuple[list[User], list[User]]:
    """Who leads an importer, and who stands in: assigned to it directly, by name."""
    rows = StaffAssignment.objects.filter(importer=importer_id, user__is_active=True)
    people = list(rows.select_related("user").order_by("user__full_name", "id"))
    return [one.user for one in people if one.is_lead], [
        one.user for one in people if not one.is_lead
    ]
