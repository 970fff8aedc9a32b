"""Client groups: how big they are, who is in them, and what one more would change."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce, Lower

from clients.models import ClientGroup, GroupedImporter, GroupStaff


def groups() -> Any:
    """Client groups by name, with how many importers of the open scope and staff each has, and
    its lead's name.
    """
    staff = GroupStaff.objects.filter(group=OuterRef("pk"))
    return ClientGroup.objects.annotate(
        importer_count=_count(GroupedImporter.objects.filter(group=OuterRef("pk"))),
        staff_count=_count(staff),
        lead_name=Subquery(staff.filter(is_lead=True).values("user__full_name")[:1]),
    ).order_by(Lower("name"), "id")


def _count(rows: Any) -> Coalesce:
    counted = rows.order_by().values("group_id").annotate(count=Count("id")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def staff_of(group: ClientGroup) -> Any:
    """A group's staff, its lead first."""
    places = GroupStaff.objects.filter(group=group).select_related("user")
    return places.order_by("-is_lead", Lower("user__full_name"), "id")


def in_group(importers: Any, group: ClientGroup) -> Any:
    """Those of the importers that are in a group."""
    return importers.filter(pk__in=_members(group))


def not_in_group(importers: Any, group: ClientGroup) -> Any:
    """Those of the importers that are not in a group, each with the groups it is in."""
    places = GroupedImporter.objects.filter(importer=OuterRef("pk"))
    named = ArraySubquery(places.order_by("group__name").values(name=F("group__name")))
    return importers.exclude(pk__in=_members(group)).annotate(group_names=named)


def _members(group: ClientGroup) -> Any:
    return GroupedImporter.objects.filter(group=group).values("importer_id")
