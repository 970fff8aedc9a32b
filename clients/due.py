"""What the clients room itself knows to be due: documents to send, documents that expire."""

from collections.abc import Collection, Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clients.deadlines import Deadline, Kind, register
from clients.models import Document, DocumentRequest


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
