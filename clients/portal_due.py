"""What is due of people in the portal, and what the overview of an importer says of them."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from carmsvc.platform.tenancy import of_importers
from clients.deadlines import Deadline, Kind, register
from clients.models import PortalVerification
from clients.overview import (
    Asked,
    Concern,
    Fact,
    Level,
    Section,
    address_of,
    register_concerns,
    register_facts,
    register_section,
)
from clients.queries.portal import (
    RUNNING,
    facts_by_importer,
    portal_risks,
    running_round,
    verify_days,
)
from clients.queries.portal_words import told_risk
from clients.rules.portal import (
    RoundState,
    Severity,
    managers,
    next_verification_on,
)


def register_portal() -> None:
    """Tell the registries; called when the app is ready."""
    for kind in KINDS:
        register(kind)
    register_concerns("portal", portal_concerns)
    register_facts("portal", portal_facts, place=35)
    register_section(
        Section("portal", "clients/portal/_overview.html", portal_section, place=35, is_beside=True)
    )


def rounds_due(importers: Collection[int], first: date, last: date) -> Iterator[Deadline]:
    """Rounds that the importer has to answer; gone once withdrawn."""
    rows = PortalVerification.objects.filter(of_importers(importers), due_on__range=(first, last))
    for row in rows.exclude(state=RoundState.WITHDRAWN.value):
        yield Deadline(
            kind="portal_verification",
            key=f"portal-verification/{row.pk}",
            importer_id=row.importer_id,
            due_on=row.due_on,
            subject=_("Say who has access to the CARM portal"),
            address=address_of("portal-verification", row.pk),
            is_done=not row.is_open,
            reasons=(_("The broker asked by that day; no law sets it."),),
        )


def verifications_due(importers: Collection[int], first: date, last: date) -> Iterator[Deadline]:
    """By when an importer's people in the portal have to be verified again; one an importer."""
    people = facts_by_importer(importers)
    rows = PortalVerification.objects.filter(of_importers(importers), state__in=RUNNING)
    asked = set(rows.values_list("importer_id", flat=True))
    for importer_id, facts in people.items():
        due_on = next_verification_on(facts, verify_days())
        if due_on and first <= due_on <= last:
            yield Deadline(
                kind="portal_verification_next",
                key=f"portal-verification-next/{importer_id}/{due_on}",
                importer_id=importer_id,
                due_on=due_on,
                subject=_("Verify the people in the CARM portal"),
                address=address_of("importer-portal", importer_id),
                is_quiet=importer_id in asked,
                reasons=(_("A confirmed role counts for so many days: our own practice."),),
            )


KINDS = (
    Kind(
        name="portal_verification",
        label=_("Answer on portal people"),
        provider=rounds_due,
        thresholds=(3, 0, -3),
        escalates_at=-3,
        audience=frozenset({"owner"}),
    ),
    Kind(
        name="portal_verification_next",
        label=_("Verification of portal people"),
        provider=verifications_due,
        thresholds=(7, 0, -14),
        escalates_at=-14,
        is_for_staff=True,
    ),
)


def portal_concerns(importers: Collection[int], today: date) -> Iterator[Concern]:
    """The gravest risk of each importer's people in the portal; nothing where nobody is known."""
    for importer_id, risks in portal_risks(importers, today).items():
        if risks and risks[0].severity is not Severity.MEDIUM:
            yield Concern(
                importer_id,
                Level.AT_RISK,
                format_lazy(_("CARM portal: {risk}."), risk=told_risk(risks[0]).words.title),
                address_of("importer-portal", importer_id),
            )


def portal_facts(asked: Asked) -> Iterator[Fact]:
    """One line: how many managers and people have access."""
    people = facts_by_importer([asked.importer.pk]).get(asked.importer.pk, [])
    address = address_of("importer-portal", asked.importer.pk)
    able = len(managers(people, asked.today))
    words = ngettext(
        "%(count)s business account manager", "%(count)s business account managers", able
    )
    count = sum(one.has_access for one in people)
    note = ngettext("%(count)s person has access", "%(count)s people have access", count)
    if not people:
        yield Fact(_("Portal people"), _("Nobody on record"), address)
        return
    level = Level.FINE if able > 1 else Level.AT_RISK
    yield Fact(_("Portal people"), words % {"count": able}, address, note % {"count": count}, level)


def portal_section(asked: Asked) -> Mapping[str, Any] | None:
    """The risks, and the round under way; nothing when there is neither."""
    found = portal_risks([asked.importer.pk], asked.today)[asked.importer.pk]
    running = running_round(asked.importer.pk)
    if not found and running is None:
        return None
    kinds = {one.code: told_risk(one) for one in reversed(found)}
    return {"portal_risks": list(reversed(kinds.values())), "portal_round": running}
