"""How ready importers are, across them: the register, as it was kept last, page by page."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q

from carmsvc.platform.tenancy import importers_in_scope, of_importers
from clients.models import GroupedImporter, Importer, ReadinessSnapshot
from clients.queries.readiness import newest_snapshots
from clients.queries.staff import named_lead
from clients.rules.readiness import Verdict

NOBODY = "nobody"


@dataclass(frozen=True)
class Row:
    """An importer in the register, as it stood when it was looked at last; perhaps never."""

    importer: Any  # with lead_name and group_names
    kept: ReadinessSnapshot | None


@dataclass(frozen=True)
class RegisterPage:
    """Some rows of the register, and after which importer the next page begins."""

    rows: list[Row]
    after: int | None


def standing() -> Any:
    """How each importer of the open scope stood last."""
    return ReadinessSnapshot.objects.filter(of_importers(importers_in_scope()), is_newest=True)


def register(**wish: Any) -> Any:
    """Importers of the open scope that fit, by name; former clients are not listed."""
    places = GroupedImporter.objects.filter(importer=OuterRef("pk")).order_by("group__name")
    rows = Importer.objects.filter(of_importers(importers_in_scope(), "pk"))
    rows = rows.exclude(state=Importer.State.FORMER).annotate(
        lead_id=named_lead("id"),
        lead_name=named_lead("full_name"),
        group_names=ArraySubquery(places.values("group__name")),
    )
    if found := _kept(wish):
        rows = rows.filter(pk__in=standing().filter(*found).values("importer_id"))
    if "group" in wish:
        members = GroupedImporter.objects.filter(group=wish["group"])
        rows = rows.filter(pk__in=members.values("importer_id"))
    if lead := wish.get("lead"):
        rows = rows.filter(lead_id=None if lead == NOBODY else int(lead))
    if "search" in wish:
        words = wish["search"].strip()
        rows = rows.filter(Q(legal_name__icontains=words) | Q(bn9__startswith=words))
    return rows.order_by("folded_name", "id")


def _kept(wish: dict[str, Any]) -> list[Q]:
    """What is asked of the row that was kept."""
    found = []
    if verdict := wish.get("verdict"):
        found.append(Q(verdict=verdict))
    if check := wish.get("check"):
        either = Q(failed_checks__contains=[check]) | Q(unknown_checks__contains=[check])
        found.append(either)
    return found


def page_after(rows: Any, after: str, size: int) -> RegisterPage:
    """The rows behind an importer; the first ones if it is not there."""
    if after.isdecimal() and len(after) < 19:
        place = Importer.objects.filter(pk=int(after)).values_list("folded_name", "pk").first()
        if place:
            tied = Q(folded_name=place[0], pk__gt=place[1])
            rows = rows.filter(Q(folded_name__gt=place[0]) | tied)
    found = list(rows[: size + 1])
    more = found[size - 1].pk if len(found) > size else None
    return RegisterPage(told(found[:size]), more)


def told(importers: Iterable[Any]) -> list[Row]:
    """These importers with how they stood last; one query."""
    listed = list(importers)
    kept = newest_snapshots([one.pk for one in listed])
    return [Row(one, kept.get(one.pk)) for one in listed]


def tally() -> dict[str, int]:
    """How many importers stood how."""
    current = standing().exclude(importer__state=Importer.State.FORMER)
    counts = Counter(current.order_by().values_list("verdict", flat=True))
    return {verdict.value: counts[verdict.value] for verdict in Verdict}
