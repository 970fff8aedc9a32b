"""What the clients room itself knows to be due: documents, and the steps of onboardings."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from carmsvc.platform.dates import toronto_day
from carmsvc.platform.tenancy import of_importers
from clients.deadlines import Deadline, Kind, register
from clients.models import Document, DocumentRequest
from clients.overview import address_of
from clients.queries.onboarding import (
    evidence_expiring,
    said,
    steps_due,
    steps_without_movement,
)
from clients.queries.onboarding_checklists import checklists
from clients.rules.onboarding import CLOSED, StepState


def register_deadlines() -> None:
    """Tell the registry; called when the app is ready."""
    register(
        Kind(
            name="document_requested",
            label=_("Document to send"),
            provider=documents_requested,
            open_provider=documents_to_send,
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
    rows = DocumentRequest.objects.filter(of_importers(importers), due_on__range=(first, last))
    yield from _documents(rows.exclude(state=DocumentRequest.State.WITHDRAWN))


def documents_to_send(importers: Collection[int], first: date, last: date) -> Iterator[Deadline]:
    """What of it is not sent yet."""
    rows = DocumentRequest.objects.filter(of_importers(importers), due_on__range=(first, last))
    yield from _documents(rows.filter(state__in=DocumentRequest.WAITS_FOR_IMPORTER))


def _documents(rows: Iterable[DocumentRequest]) -> Iterator[Deadline]:
    for wish in rows:
        yield Deadline(
            kind="document_requested",
            key=f"document-request/{wish.pk}",
            importer_id=wish.importer_id,
            due_on=wish.due_on,
            subject=wish.title,
            address=address_of("document-request", wish.pk),
            is_done=not wish.waits_for_importer,
            reasons=(_("The broker asked for this document by that day."),),
        )


def documents_expiring(importers: Collection[int], first: date, last: date) -> Iterator[Deadline]:
    """Documents in force to a day: a permit, a security, an agreement has to be renewed by then."""
    rows = Document.objects.filter(
        of_importers(importers), destroyed_at=None, expires_on__range=(first, last)
    )
    for document in rows.defer("words"):
        yield Deadline(
            kind="document_expires",
            key=f"document-expires/{document.pk}/{document.expires_on}",
            importer_id=document.importer_id,
            due_on=document.expires_on,  # type: ignore[arg-type]  # the range excludes None
            subject=document.title,
            address=address_of("document", document.pk),
            reasons=(_("It is in force to that day: keep its successor as a new document."),),
        )


def _steps(
    importers: Collection[int], first: date, last: date, *, is_ours: bool, only_open: bool
) -> Iterator[Deadline]:
    rows = steps_due(importers, first, last, only_open=only_open)
    told = rows.filter(is_for_importer=not is_ours).values_list(
        *("importer_id", "pk", "due_on", "version", "code", "state", "is_ready"),
        *("assignee_id", "assignee__full_name"),
    )
    found = list(told)
    titles = _titles((version, code) for _one, _pk, _day, version, code, *_rest in found)
    kind = "onboarding_step_of_ours" if is_ours else "onboarding_step"
    reasons = (_("The plan of the onboarding: our own day, of no law."),)
    for importer_id, pk, due_on, version, code, state, is_ready, owner_id, owner in found:
        yield Deadline(
            kind=kind,
            key=f"onboarding-step/{pk}",
            importer_id=importer_id,
            due_on=due_on,
            subject=titles[version, code],
            address=address_of("onboarding-step", pk),
            is_done=StepState(state) in CLOSED,
            owner=owner or "",
            owner_id=owner_id,
            is_quiet=not is_ready,
            reasons=reasons,
        )


def stale_steps(importers: Collection[int], first: date, last: date) -> Iterator[Deadline]:
    """By when a step that can go on has to move before its onboarding is stale: one of each."""
    rows = steps_without_movement(importers)
    titles = _titles((row.version, row.code) for row in rows)
    for row in rows:
        moved_on = toronto_day(row.moved_at)
        due_on = moved_on + timedelta(days=row.onboarding.stale_days)
        if first <= due_on <= last:
            yield Deadline(
                kind="onboarding_stale",
                key=f"onboarding-stale/{row.pk}/{moved_on}",
                importer_id=row.importer_id,
                due_on=due_on,
                subject=titles[row.version, row.code],
                address=address_of("onboarding-step", row.pk),
                owner_id=row.assignee_id or row.onboarding.lead_id,
                reasons=(_("Nothing has moved at this step since; the checklist sets the days."),),
            )


def step_evidence(importers: Collection[int], first: date, last: date) -> Iterator[Deadline]:
    """Evidence of onboarding steps that ends: it has to be renewed by then."""
    rows = list(evidence_expiring(importers, first, last))
    titles = _titles((row.version, row.code) for row in rows)
    for row in rows:
        yield Deadline(
            kind="onboarding_evidence",
            key=f"onboarding-evidence/{row.pk}/{row.evidence_expires_on}",
            importer_id=row.importer_id,
            due_on=row.evidence_expires_on,
            subject=titles[row.version, row.code],
            address=address_of("onboarding-step", row.pk),
            reasons=(_("What proves this step holds to that day."),),
        )


def _titles(steps: Iterable[tuple[int, str]]) -> dict[tuple[int, str], Any]:
    """The name and title of steps (version, code), in the language of whoever reads them."""
    wanted = set(steps)
    known = checklists({version for version, _code in wanted})
    return {
        (version, code): lazy(_title, str)(code, known[version].step(code))
        for version, code in wanted
    }


def _title(code: str, step: Any) -> str:
    return f"{code} {said(step.title)}" if step else code


ONBOARDING = (
    Kind(
        name="onboarding_step",
        label=_("Onboarding step"),
        provider=partial(_steps, is_ours=False, only_open=False),
        open_provider=partial(_steps, is_ours=False, only_open=True),
        thresholds=(2, 0, -2, -7),
        escalates_at=-2,
        audience=frozenset({"owner", "finance", "operations", "compliance"}),
    ),
    Kind(
        name="onboarding_step_of_ours",
        label=_("Onboarding step of ours"),
        provider=partial(_steps, is_ours=True, only_open=False),
        open_provider=partial(_steps, is_ours=True, only_open=True),
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
