"""People in the portal across importers: the register, by pages that begin after a row."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from carmsvc.platform.tenancy import importers_in_scope, of_importers
from clients.models import Importer, PortalVerification
from clients.queries.portal import (
    RUNNING,
    facts_by_importer,
    importers_of_risk,
    portal_risks,
    verify_days,
)
from clients.queries.portal_words import ToldRisk, told_risk
from clients.rules.portal import RiskCode, managers, next_verification_on, risks_of


@dataclass(frozen=True)
class Row:
    """An importer in the register: how many have access, what is wrong, what is under way."""

    importer: Importer
    people: int
    managers: int
    risks: tuple[ToldRisk, ...]  # one of each kind
    verify_by: date | None
    running: PortalVerification | None


@dataclass(frozen=True)
class RegisterPage:
    """Some rows of the register, and after which importer the next page begins."""

    rows: list[Row]
    after: int | None


@dataclass(frozen=True)
class Standing:
    """The importers of the open scope that are not former clients, and what is wrong with each."""

    importers: list[int]
    risks: dict[int, Any]

    @property
    def tally(self) -> dict[str, int]:
        """At how many importers each risk stands."""
        kinds = ({one.code for one in found} for found in self.risks.values())
        counts = Counter(code for found in kinds for code in found)
        return {code.value: counts[code] for code in RiskCode}


def standing(today: date) -> Standing:
    """What is wrong at every importer of the open scope, in three queries."""
    rows = Importer.objects.filter(of_importers(importers_in_scope(), "pk"))
    numbers = list(rows.exclude(state=Importer.State.FORMER).values_list("pk", flat=True))
    return Standing(numbers, portal_risks(numbers, today))


def register(known: Standing, **wish: Any) -> Any:
    """Importers that fit, by name."""
    rows = Importer.objects.filter(of_importers(known.importers, "pk"))
    if risk := wish.get("risk"):
        code = None if risk == "any" else RiskCode(risk)
        rows = rows.filter(pk__in=importers_of_risk(known.risks, code))
    if round_state := wish.get("round"):
        running = PortalVerification.objects.filter(of_importers(known.importers), ended_at=None)
        if round_state in RUNNING:
            running = running.filter(state=round_state)
        asked = Q(pk__in=list(running.values_list("importer_id", flat=True)))
        rows = rows.exclude(asked) if round_state == "none" else rows.filter(asked)
    if "search" in wish:
        words = wish["search"].strip()
        rows = rows.filter(Q(legal_name__icontains=words) | Q(bn9__startswith=words))
    return rows.order_by("folded_name", "id")


def page_after(rows: Any, after: str, size: int, today: date) -> RegisterPage:
    """The rows behind an importer; the first ones if it is not there."""
    if after.isdecimal() and len(after) < 19:
        place = Importer.objects.filter(pk=int(after)).values_list("folded_name", "pk").first()
        if place:
            tied = Q(folded_name=place[0], pk__gt=place[1])
            rows = rows.filter(Q(folded_name__gt=place[0]) | tied)
    found = list(rows[: size + 1])
    more = found[size - 1].pk if len(found) > size else None
    return RegisterPage(told(found[:size], today), more)


def told(importers: Iterable[Importer], today: date) -> list[Row]:
    """These importers as the register tells them, in three queries."""
    listed = list(importers)
    numbers = [one.pk for one in listed]
    people, running = facts_by_importer(numbers), _running(numbers)
    return [
        Row(
            importer=one,
            people=sum(person.has_access for person in people.get(one.pk, ())),
            managers=len(managers(people.get(one.pk, ()), today)),
            risks=_kinds(risks_of(people.get(one.pk, ()), today, verify_days())),
            verify_by=next_verification_on(people.get(one.pk, ()), verify_days()),
            running=running.get(one.pk),
        )
        for one in listed
    ]


def _kinds(risks: Iterable[Any]) -> tuple[ToldRisk, ...]:
    first = {one.code: one for one in reversed(list(risks))}
    return tuple(told_risk(first[code]) for code in RiskCode if code in first)


def _running(importers: Collection[int]) -> dict[int, PortalVerification]:
    rows = PortalVerification.objects.filter(of_importers(importers), state__in=RUNNING)
    return {one.importer_id: one for one in rows}
