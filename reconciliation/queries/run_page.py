"""What the page of a run asks: what is left to explain, kind by kind, and who did what."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db.models import Case, Count, F, Q, Sum, When, Window
from django.db.models.functions import Coalesce, RowNumber
from redis.exceptions import RedisError

from carmsvc.platform.audit import AuditEvent
from reconciliation.models import (
    MatchRun,
    Placement,
    Variance,
    VarianceKind,
)
from reconciliation.queries import Group, groups, groups_numbered
from reconciliation.queries.since import undecided_suggestions


@dataclass(frozen=True)
class Left:
    """What people still have to explain of a run, in CAD."""

    activity: Decimal
    open_count: int
    open_amount: Decimal

    @property
    def explained(self) -> Decimal:
        return self.activity - self.open_amount

    @property
    def is_done(self) -> bool:
        return not self.open_count


def left_to_explain(run: MatchRun) -> Left:
    """The variances of a run that are open, by number and effect."""
    is_open = Q(state=Variance.State.OPEN)
    found = Variance.objects.filter(run=run).aggregate(
        open_count=Count("id", filter=is_open),
        open_amount=Coalesce(Sum("effect", filter=is_open), Decimal("0.00")),
    )
    return Left(run.statement_activity or Decimal("0.00"), **found)


def open_by_kind(run: MatchRun) -> dict[str, dict[str, Any]]:
    """Kind -> how many of its variances are open (`count`) and their effect (`amount`, CAD)."""
    rows = Variance.objects.filter(run=run, state=Variance.State.OPEN).order_by().values("kind")
    return {row["kind"]: row for row in rows.annotate(count=Count("id"), amount=Sum("effect"))}


def variances_by_kind(run: MatchRun, limit: int) -> list[dict[str, Any]]:
    """Each kind of variance with its total and its first groups, open ones first."""
    ranked = Window(RowNumber(), partition_by=F("kind"), order_by=[_OPEN_FIRST, F("group_no")])
    shown = Variance.objects.filter(run=run).annotate(place_in_kind=ranked)
    found = _with_groups(run, shown.filter(place_in_kind__lte=limit))
    still_open = open_by_kind(run)
    sections = []
    for kind in VarianceKind:
        total = run.totals["variances"].get(kind.value)
        if total:
            shown_here = [one for one in found if one[0].kind == kind.value]
            shown_here.sort(key=lambda one: (one[0].state != "open", one[0].group_no))
            section = {"kind": kind, "total": total, "items": shown_here}
            sections.append(section | {"still_open": still_open.get(kind.value)})
    return sections


_OPEN_FIRST = Case(When(state="open", then=0), default=1)


def variances_of_kind(run: MatchRun, kind: str, after: int, limit: int) -> list[Any]:
    """(variance, group) pairs of one kind after a group number."""
    rows = Variance.objects.filter(run=run, kind=kind, group_no__gt=after)
    return _with_groups(run, rows.order_by("group_no")[:limit])


def _with_groups(run: MatchRun, variances: Any) -> list[tuple[Variance, Group]]:
    found = {one.group_no: one for one in variances.select_related("decided_by")}
    return [(found[group.group_no], group) for group in groups_numbered(run, list(found))]


def suggestions_to_decide(run: MatchRun, limit: int) -> list[Group]:
    """The first suggestions nobody has decided on since the run."""
    rows = undecided_suggestions(run).order_by("group_no")
    return groups_numbered(run, list(rows.values_list("group_no", flat=True)[:limit]))


def current_pass(run: MatchRun) -> str:
    """The pass a worker is at, for people who wait."""
    try:
        return str(cache.get(f"run-pass:{run.pk}") or "")
    except (OSError, RedisError):
        return ""


def history_of(run: MatchRun, limit: int) -> list[AuditEvent]:
    """Who did what to a run and when, newest first."""
    variances = Variance.objects.filter(run=run).exclude(decided_at=None).values("id")
    about = Q(target_kind="matchrun", target_id=run.pk) | Q(
        target_kind="variance", target_id__in=variances
    )
    events = AuditEvent.objects.filter(about, importer_id=run.importer_id)
    return list(events.order_by("-sequence")[:limit])


def places_page(run: MatchRun, place: str, reason: str, after: int, limit: int) -> dict[str, Any]:
    """One page of the groups of a place: (variance or None, group), and where the next begins."""
    if place == Placement.Place.VARIANCE:
        items = variances_of_kind(run, reason, after, limit + 1)
    else:
        found = groups(run, place, reason=reason, after=after, limit=limit + 1)
        items = [(None, group) for group in found]
    more = len(items) > limit
    return {
        "items": items[:limit],
        "next_after": items[limit - 1][1].group_no if more else None,
    }
