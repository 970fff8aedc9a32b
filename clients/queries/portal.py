"""People in the CARM portal: who has which role at an importer, and what is risky about it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings

from carmsvc.platform.tenancy import numbered, of_importers
from clients.models import (
    PortalRole,
    PortalUser,
    PortalVerification,
    PortalVerificationLine,
)
from clients.queries.portal_words import CELL_WORDS, ToldRisk, said, told_risk
from clients.rules.portal import (
    Access,
    PersonFacts,
    PersonKind,
    PortalRoleKind,
    Risk,
    RiskCode,
    RoleFacts,
    RoundState,
    next_verification_on,
    risks_of,
)
from clients.rules.portal_permissions import Cell, PortalAction, best_of, permission_table

RUNNING = (RoundState.OPEN.value, RoundState.ANSWERED.value)


def facts_by_importer(importers: Collection[int]) -> dict[int, list[PersonFacts]]:
    """Everybody in the portal who is not removed, with the roles held, in two queries.

    The importers must be in the open scope; one without people is not named.
    """
    roles: dict[int, list[RoleFacts]] = defaultdict(list)
    for person, fact in _role_facts(importers):
        roles[person].append(fact)
    people: dict[int, list[PersonFacts]] = defaultdict(list)
    rows = PortalUser.objects.filter(of_importers(importers)).exclude(state=Access.REMOVED.value)
    told = rows.order_by("name", "id").values_list(
        "importer_id", "id", "name", "email", "kind", "state", "left_on"
    )
    for importer_id, pk, name, email, kind, state, left_on in told:
        people[importer_id].append(
            PersonFacts(pk, name, email, PersonKind(kind), Access(state), left_on, tuple(roles[pk]))
        )
    return people


def _role_facts(importers: Collection[int]) -> Iterable[tuple[int, RoleFacts]]:
    # named, though the wall has them: the planner then knows that they are many, and hashes
    rows = PortalRole.objects.filter(importer__in=numbered(importers), ended_on=None)
    told = rows.order_by("id").values_list(
        *("portal_user_id", "id", "role", "program_account__bn15"),
        *("recorded_on", "until_on", "verified_on"),
    )
    for person, pk, role, account, *days in told:
        yield person, RoleFacts(pk, PortalRoleKind(role), account or "", *days)


def verify_days() -> int:
    """For how many days a confirmed role counts as known (a setting; our practice)."""
    return int(settings.PORTAL_VERIFICATION_DAYS)


def portal_risks(importers: Collection[int], today: date) -> dict[int, tuple[Risk, ...]]:
    """What is wrong with each importer's people in the portal, the gravest first."""
    people = facts_by_importer(importers)
    days = verify_days()
    return {one: risks_of(people.get(one, ()), today, days) for one in importers}


@dataclass(frozen=True)
class RoleLine:
    """A role held, and what is wrong with it."""

    row: PortalRole
    risks: tuple[ToldRisk, ...]


@dataclass(frozen=True)
class PersonLine:
    """A person in the portal, the roles held, and what is wrong with the person."""

    row: PortalUser
    roles: tuple[RoleLine, ...]
    risks: tuple[ToldRisk, ...]


@dataclass(frozen=True)
class PortalPicture:
    """Who has access to an importer in the portal, and how well that stands."""

    people: list[PersonLine]
    removed: list[PersonLine]
    risks: tuple[ToldRisk, ...]  # of the importer as a whole
    every_risk: tuple[ToldRisk, ...]
    verify_by: date | None
    running: PortalVerification | None


def portal_picture(importer_id: int, today: date) -> PortalPicture:
    """Everybody on record at an importer, with roles and risks."""
    facts = facts_by_importer([importer_id]).get(importer_id, [])
    found = tuple(told_risk(one) for one in risks_of(facts, today, verify_days()))
    held = held_roles([importer_id])
    rows = portal_users().filter(importer=importer_id).order_by("name", "id")
    lines = [_person_line(one, held.get(one.pk, []), found) for one in rows]
    return PortalPicture(
        people=[one for one in lines if not one.row.is_removed],
        removed=[one for one in lines if one.row.is_removed],
        risks=tuple(one for one in found if one.risk.person is None),
        every_risk=found,
        verify_by=next_verification_on(facts, verify_days()),
        running=running_round(importer_id),
    )


def held_roles(importers: Collection[int]) -> dict[int, list[PortalRole]]:
    """The roles that are held, by the number of the person."""
    rows = PortalRole.objects.filter(of_importers(importers), ended_on=None)
    by_person: dict[int, list[PortalRole]] = defaultdict(list)
    rows = rows.select_related("program_account", "verified_by", "evidence_document")
    for role in rows.defer("evidence_document__words").order_by("id"):
        by_person[role.portal_user_id].append(role)
    return by_person


def _person_line(
    row: PortalUser, roles: list[PortalRole], risks: tuple[ToldRisk, ...]
) -> PersonLine:
    own = [one for one in risks if one.risk.person == row.pk]
    lines = tuple(
        RoleLine(role, tuple(one for one in own if one.risk.role == role.pk)) for role in roles
    )
    return PersonLine(row, lines, tuple(one for one in own if one.risk.role is None))


def person_line(person: PortalUser, today: date) -> PersonLine:
    """One person with the roles held and what is wrong."""
    risks = portal_risks([person.importer_id], today)[person.importer_id]
    told = tuple(told_risk(one) for one in risks)
    roles = held_roles([person.importer_id]).get(person.pk, [])
    return _person_line(person, roles, told)


def portal_users() -> Any:
    """People in the portal, of the open scope."""
    return PortalUser.objects.select_related("importer", "user", "contact", "recorded_by")


def ended_roles(person: PortalUser) -> Any:
    """The roles that somebody held once, the newest first."""
    rows = PortalRole.objects.filter(importer=person.importer_id, portal_user=person)
    ended = rows.exclude(ended_on=None).select_related("program_account", "ended_by")
    return ended.order_by("-ended_on", "-id")


def running_round(importer_id: int) -> PortalVerification | None:
    """The verification round that is under way at an importer."""
    found: PortalVerification | None = (
        portal_rounds().filter(importer=importer_id, state__in=RUNNING).first()
    )
    return found


def portal_rounds() -> Any:
    """Verification rounds of the open scope."""
    related = ("importer", "started_by", "answered_by", "withdrawn_by")
    return PortalVerification.objects.select_related(*related)


def rounds_of(importer_id: int) -> Any:
    """An importer's verification rounds, the newest first."""
    return portal_rounds().filter(importer=importer_id).order_by("-id")


def lines_of_round(verification: PortalVerification) -> list[PortalVerificationLine]:
    """The lines of a round in order, those who were missing last."""
    rows = PortalVerificationLine.objects.filter(
        importer=verification.importer_id, verification=verification
    )
    return list(rows.select_related("portal_user", "portal_role", "decided_by").order_by("id"))


@dataclass(frozen=True)
class Able:
    """Somebody at the importer, and whether they can do something, by the best of their roles."""

    person: PersonFacts
    cell: Cell | None  # nothing: no role is known
    accounts: tuple[str, ...]  # for which program accounts; empty: all of them, or not known

    @property
    def where(self) -> tuple[str, ...]:
        """The program accounts in which they can, or seem to."""
        return self.accounts if self.cell in (Cell.YES, Cell.INFERRED_YES) else ()

    @property
    def word(self) -> Any:
        return CELL_WORDS[self.cell] if self.cell else CELL_WORDS[Cell.UNKNOWN]


def who_can(importer_id: int, action: PortalAction, today: date) -> list[Able]:
    """What each person with access at an importer can do of one thing."""
    present = [one for one in _with_access(importer_id) if not one.has_left(today)]
    return [_able(one, action, today) for one in present]


def _with_access(importer_id: int) -> list[PersonFacts]:
    facts = facts_by_importer([importer_id]).get(importer_id, [])
    return [one for one in facts if one.has_access]


def _able(person: PersonFacts, action: PortalAction, today: date) -> Able:
    roles = [one for one in person.roles if not one.is_over(today)]
    cell = best_of(action, (one.role for one in roles))
    giving = [one for one in roles if best_of(action, [one.role]) is cell]
    is_everywhere = any(one.role is PortalRoleKind.BAM for one in giving)
    accounts = () if is_everywhere else tuple(sorted({one.account for one in giving} - {""}))
    return Able(person, cell, accounts)


def matrix_of(importer_id: int, today: date) -> list[tuple[PortalAction, list[Able]]]:
    """The whole table with an importer's people as columns."""
    present = [one for one in _with_access(importer_id) if not one.has_left(today)]
    actions = permission_table().actions
    return [(action, [_able(one, action, today) for one in present]) for action in actions]


def importers_of_risk(risks: dict[int, tuple[Risk, ...]], code: RiskCode | None) -> list[int]:
    """The importers that have a risk, or any at all."""
    return [
        importer_id
        for importer_id, found in risks.items()
        if any(code in (None, one.code) for one in found)
    ]


def action_titles() -> list[tuple[str, str]]:
    """What can be done in the portal, for choosing."""
    return [(one.code, said(one.title)) for one in permission_table().actions]
