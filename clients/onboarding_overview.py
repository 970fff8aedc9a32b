"""What the overview of an importer says of its onboarding: how far it is, what is next."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

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
from clients.queries.onboarding import newest_onboarding, onboarding_view, steps_in_hand
from clients.rules.onboarding import StepState


def register_onboarding() -> None:
    """Tell the registry; called when the app is ready."""
    register_concerns("onboarding", onboarding_concerns)
    register_facts("onboarding", onboarding_facts, place=15)
    register_section(
        Section("onboarding", "clients/onboarding/_overview.html", onboarding_section, place=15)
    )


def onboarding_concerns(importers: Collection[int], today: date) -> Iterable[Concern]:
    """Running onboardings with a step that is blocked, or a day that has passed."""
    stuck: dict[int, Any] = {}
    for step in steps_in_hand(importers):
        if step.state == StepState.BLOCKED:
            stuck[step.importer_id] = _("A step of the onboarding is blocked.")
        elif step.due_on < today:
            stuck.setdefault(step.importer_id, _("A step of the onboarding is overdue."))
    for importer_id, sentence in stuck.items():
        address = address_of("importer-onboarding", importer_id)
        yield Concern(importer_id, Level.AT_RISK, sentence, address)


def onboarding_facts(asked: Asked) -> Iterator[Fact]:
    """One line: being onboarded, onboarded since a day, or never begun."""
    onboarding = newest_onboarding(asked.importer.pk)
    address = address_of("importer-onboarding", asked.importer.pk)
    if onboarding is None:
        yield Fact(_("Onboarding"), _("No onboarding has begun"), address)
    elif onboarding.is_running:
        progress = onboarding_view(onboarding, asked.user, timezone.now()).progress
        told = {"done": progress.done, "total": progress.total}
        note = _("%(done)s of %(total)s steps") % told
        yield Fact(_("Onboarding"), onboarding.get_state_display(), address, note)
    else:
        yield Fact(
            _("Onboarding"), onboarding.get_state_display(), address, str(onboarding.ended_on)
        )


def onboarding_section(asked: Asked) -> Mapping[str, Any] | None:
    """A running onboarding: its progress and the next step."""
    onboarding = newest_onboarding(asked.importer.pk)
    if onboarding is None or not onboarding.is_running:
        return None
    view = onboarding_view(onboarding, asked.user, timezone.now())
    return {"onboarding": onboarding, "view": view}
