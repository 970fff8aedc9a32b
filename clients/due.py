"""What the clients room itself knows to be due: documents, and the steps of onboardings."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from carmsvc.platform.dates import toronto_day
from clients.deadlines import Deadline, Kind, register
from clients.models import Document, DocumentRequest, OnboardingStep
from clients.queries.onboarding import (
    evidence_expiring,
    said,
    steps_due,
    steps_without_movement,
)
from clients.queries.onboarding_checklists import checklists


def register_deadlines() -> None:
    """Tell the registry; called when the app is ready."""
    register(
        Kind(
            name="document_requested",
            label=_("Document to send"),
            provider=documents_requested,
            thresholds=(2, 0, -1, -7),
            escalates_at=-7,
            audience=frozenset({"owner", "operations", "compliance"}),
        )
    )
    register(
        Kind(
            name="document_expires",
            label=_("Document expires"),
            provider=documents_expiring,
            thresholds=(60, 30, 7, 0),
            escalates_at=0,
            audience=frozenset({"owner", "compliance"}),
        )
    )
    for kind in ONBOARDING:
        register(kind)


def documents_requested(importers: Collection[int], first: date, last: date) -> Iterator[Deadline]:
    """What importers are asked to send; done once it is sent, and gone once it is withdrawn."""
    rows = DocumentRequest.objects.filter(importer__in=importers, due_on__range=(first, last))
    for wish in rows.exclude(state=DocumentRequest.State.WITHDRAWN):
        yield Deadline(
            kind="document_requested",
            key=f"document-request/{wish.pk}",
            importer_id=wish.importer_id,
            due_on=wish.due_on,
            subject=wish.title,
            address=reverse("document-request", args=[wish.pk]),
            is_done=not wish.waits_for_importer,
            reasons=(_("The broker asked for this document by that day."),),
        )


def documents_expiring(importers: Collection[int], first: date, last: date) -> Iterator[Deadline]:
    """Documents in force to a day: a permit, a security, an agreement has to be renewed by then."""
    rows = Document.objects.filter(
        importer__in=importers, destroyed_at=None, expires_on__range=(first, last)
    )
    for document in rows.defer("words"):
        yield Deadline(
            kind="document_expires",
            key=f"document-expires/{document.pk}/{document.expires_on}",
            importer_id=document.importer_id,
            due_on=document.expires_on,  # type: ignore[arg-type]  # the range excludes None
            subject=document.title,
            address=reverse("document", args=[document.pk]),
            reasons=(_("It is in force to that day: keep its successor as a new document."),),
        )


def importers_steps(importers: Collection[int], first: date, last: date) -> Iterator[Deadline]:
    """The steps of onboardings that the importer's own people do."""
    rows = steps_due(importers, first, last).filter(is_for_importer=True)
    yield from _steps("onboarding_step", list(rows))


def our_steps(importers: Collection[int], first: date, last: date) -> Iterator[Deadline]:
    """The steps of onboardings that we do, or follow at the CRA and the CBSA."""
    rows = steps_due(importers, first, last).filter(is_for_importer=False)
    yield from _steps("onboarding_step_of_ours", list(rows))


def _steps(kind: str, rows: list[OnboardingStep]) -> Iterator[Deadline]:
    titles = _titles(rows)
    for row in rows:
        yield Deadline(
            kind=kind,
            key=f"onboarding-step/{row.pk}",
            importer_id=row.importer_id,
            due_on=row.due_on,
            subject=titles[row.pk],
            address=reverse("onboarding-step", args=[row.pk]),
            is_done=row.is_closed,
            owner=row.assignee.full_name if row.assignee else "",
            owner_id=row.assignee_id,
            is_quiet=not row.is_ready,
            reasons=(_("The plan of the onboarding: our own day, of no law."),),
        )


def stale_steps(importers: Collection[int], first: date, last: date) -> Iterator[Deadline]:
    """By when a step that can go on has to move before its onboarding is stale: one of each."""
    rows = list(steps_without_movement(importers))
    titles = _titles(rows)
    for row in rows:
        moved_on = toronto_day(row.moved_at)
        due_on = moved_on + timedelta(days=row.onboarding.stale_days)
        if first <= due_on <= last:
            yield Deadline(
                kind="onboarding_stale",
                key=f"onboarding-stale/{row.pk}/{moved_on}",
                importer_id=row.importer_id,
                due_on=due_on,
                subject=titles[row.pk],
                address=reverse("onboarding-step", args=[row.pk]),
                owner_id=row.assignee_id or row.onboarding.lead_id,
                reasons=(_("Nothing has moved at this step since; the checklist sets the days."),),
            )


def step_evidence(importers: Collection[int], first: date, last: date) -> Iterator[Deadline]:
    """Evidence of onboarding steps that ends: it has to be renewed by then."""
    rows = list(evidence_expiring(importers, first, last))
    titles = _titles(rows)
    for row in rows:
        yield Deadline(
            kind="onboarding_evidence",
            key=f"onboarding-evidence/{row.pk}/{row.evidence_expires_on}",
            importer_id=row.importer_id,
            due_on=row.evidence_expires_on,
            subject=titles[row.pk],
            address=reverse("onboarding-step", args=[row.pk]),
            reasons=(_("What proves this step holds to that day."),),
        )


def _titles(rows: list[OnboardingStep]) -> dict[int, Any]:
    """Each step's name and title, in the language of whoever reads it."""
    known = checklists({one.version for one in rows})
    return {one.pk: lazy(_title, str)(one.code, known[one.version].step(one.code)) for one in rows}


def _title(code: str, step: Any) -> str:
    return f"{code} {said(step.title)}" if step else code


ONBOARDING = (
    Kind(
        name="onboarding_step",
        label=_("Onboarding step"),
        provider=importers_steps,
        thresholds=(2, 0, -2, -7),
        escalates_at=-2,
        audience=frozenset({"owner", "finance", "operations", "compliance"}),
    ),
    Kind(
        name="onboarding_step_of_ours",
        label=_("Onboarding step of ours"),
        provider=our_steps,
        thresholds=(2, 0, -2, -7),
        escalates_at=-2,
        is_for_staff=True,
    ),
    Kind(
        name="onboarding_stale",
        label=_("Onboarding without movement"),
        provider=stale_steps,
        thresholds=(0, -7, -14),
        escalates_at=-7,
        is_for_staff=True,
    ),
    Kind(
        name="onboarding_evidence",
        label=_("Evidence of onboarding expires"),
        provider=step_evidence,
        thresholds=(30, 7, 0),
        escalates_at=0,
        is_for_staff=True,
    ),
)
