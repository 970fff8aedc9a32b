"""Onboardings across importers: the register, by pages that begin after a row."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    Count,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    TextField,
    Value,
)

from carmsvc.platform.dates import toronto_day
from carmsvc.platform.tenancy import importers_in_scope, of_importers
from clients.models import Onboarding, OnboardingStep, User
from clients.queries.onboarding import StepView, views_of
from clients.queries.onboarding_checklists import newest_published
from clients.rules.onboarding import Progress, progress

State = Onboarding.State


@dataclass(frozen=True)
class Row:
    """An onboarding in the register: how far it is, what is next, whether it stands still."""

    row: Onboarding
    progress: Progress
    next_step: StepView | None
    is_stale: bool
    is_behind: bool  # a newer checklist is published


@dataclass(frozen=True)
class RegisterPage:
    """Some rows of the register, and after which one the next page begins."""

    rows: list[Row]
    after: int | None


def register(now: datetime, **wish: Any) -> Any:
    """Onboardings of the open scope that fit, by the importer's name."""
    rows = Onboarding.objects.filter(of_importers(importers_in_scope()))
    rows = rows.select_related("importer", "lead")
    for name in ("state", "variant", "lead"):
        if name in wish:
            rows = rows.filter(**{name: wish[name]})
    if wish.get("attention") == "stale":
        rows = rows.filter(_is_stale(now))
    if wish.get("attention") == "late":
        rows = rows.filter(_is_late(now))
    if "search" in wish:
        words = wish["search"].strip()
        named = Q(importer__legal_name__icontains=words)
        rows = rows.filter(named | Q(importer__bn9__startswith=words))
    return _by_name(rows)


def _is_stale(now: datetime) -> Q:
    """A step of it that can go on has not moved for the days its checklist sets."""
    days = Func(
        OuterRef("stale_days"),
        template="make_interval(days => (%(expressions)s)::int)",
        output_field=DurationField(),
    )
    since = ExpressionWrapper(
        Value(now, output_field=DateTimeField()) - days, output_field=DateTimeField()
    )
    steps = OnboardingStep.objects.filter(
        importer=OuterRef("importer"), onboarding=OuterRef("pk"), is_ready=True, moved_at__lte=since
    )
    return Q(Exists(steps), state=State.RUNNING)


def _is_late(now: datetime) -> Q:
    steps = OnboardingStep.objects.filter(
        importer=OuterRef("importer"), onboarding=OuterRef("pk"), is_ready=True,
        due_on__lt=toronto_day(now),
    )  # fmt: skip
    return Q(Exists(steps), state=State.RUNNING)


def _by_name(rows: Any) -> Any:
    """As people sort names: accents, case and punctuation aside."""
    sorting = Func(
        F("importer__legal_name"),
        template="regexp_replace(normalize(lower(%(expressions)s), NFD), '[^a-z0-9 ]', '', 'g')",
        output_field=TextField(),
    )
    return rows.annotate(sort_name=sorting).order_by("sort_name", "id")


def page_after(rows: Any, after: str, size: int, reader: User, now: datetime) -> RegisterPage:
    """The rows behind one, whatever came or went meanwhile; the first ones if it is not there."""
    if after.isdecimal() and len(after) < 19:
        every = _by_name(Onboarding.objects.filter(of_importers(importers_in_scope())))
        place = every.filter(pk=int(after)).values_list("sort_name", "pk").first()
        if place:
            tied = Q(sort_name=place[0], pk__gt=place[1])
            rows = rows.filter(Q(sort_name__gt=place[0]) | tied)
    found = list(rows[: size + 1])
    more = found[size - 1].pk if len(found) > size else None
    return RegisterPage(told(found[:size], reader, now), more)


def told(onboardings: Iterable[Onboarding], reader: User, now: datetime) -> list[Row]:
    """These onboardings as the register tells them, in three queries."""
    rows = list(onboardings)
    steps = OnboardingStep.objects.filter(
        importer__in={one.importer_id for one in rows}, onboarding__in=[one.pk for one in rows]
    )
    views = views_of(list(steps.select_related("onboarding").order_by("position")), reader, now)
    by_onboarding: dict[int, list[StepView]] = defaultdict(list)
    for view in views:
        by_onboarding[view.row.onboarding_id].append(view)
    newest = newest_published()
    return [_row(one, by_onboarding[one.pk], newest) for one in rows]


def _row(row: Onboarding, steps: list[StepView], newest: int) -> Row:
    able = [one for one in steps if one.row.is_ready] if row.is_running else []
    return Row(
        row,
        progress(one.row.state for one in steps),
        min(able, key=lambda one: (one.row.due_on, one.row.position), default=None),
        any(one.is_stale for one in steps),
        row.is_running and row.version < newest,
    )


def tally(now: datetime) -> dict[str, int]:
    """How many onboardings of the open scope are in each state, stand still, or are late."""
    rows = Onboarding.objects.filter(of_importers(importers_in_scope()))
    counts = dict(rows.order_by().values_list("state").annotate(count=Count("id")))
    found = {one: counts.get(one, 0) for one in State.values}
    return found | {
        "stale": rows.filter(_is_stale(now)).count(),
        "late": rows.filter(_is_late(now)).count(),
    }


def leads() -> Any:
    """Who leads an onboarding of the open scope."""
    rows = Onboarding.objects.filter(of_importers(importers_in_scope()), lead__isnull=False)
    return User.objects.filter(pk__in=rows.values("lead_id")).order_by("full_name", "id")
