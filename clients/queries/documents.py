"""Documents as pages and the API list them: by importer, type, words, days and state."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import Exists, OuterRef, Prefetch, Q

from carmsvc.platform.tenancy import importers_in_scope, of_importers
from clients.models import (
    Document,
    DocumentDestruction,
    DocumentHold,
    DocumentPackage,
    DocumentRequest,
    DocumentVersion,
)
from clients.rules.documents import folded

SOON = timedelta(days=60)
MOST_TO_CHOOSE = 200


@dataclass(frozen=True)
class DocumentSearch:
    """Which documents are asked for; nothing said is every one of the open scope."""

    importer_id: int | None = None
    words: str = ""
    kind: str = ""
    transaction_no: str = ""
    state: str = ""  # held, expiring, over, destroyed
    first: date | None = None  # of the day its years count from
    last: date | None = None
    subject_kind: str = ""
    subject_id: int | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether anything is said beside the importer."""
        return self != DocumentSearch(importer_id=self.importer_id)


def documents_to_choose(importer_id: int, chosen: int | None = None) -> Any:
    """What a form offers as evidence: an importer's newest documents that are not destroyed, and
    the one that was chosen before; by title.
    """
    kept = Document.objects.filter(importer=importer_id, destroyed_at=None)
    newest = kept.order_by("-id").values("pk")[:MOST_TO_CHOOSE]
    offered = kept.filter(Q(pk__in=newest) | Q(pk=chosen))
    return offered.defer("words").order_by("title", "id")


def documents(search: DocumentSearch, today: date) -> Any:
    """Documents that fit, the newest first, each with its versions and whether it is held.

    The importers are named, so that the planner goes by their index and not through the wall's
    rows of everybody.
    """
    whose = [search.importer_id] if search.importer_id else list(importers_in_scope())
    wanted: dict[str, Any] = {
        "kind": search.kind,
        "transaction_no": search.transaction_no,
        "counted_from_on__gte": search.first,
        "counted_from_on__lte": search.last,
        "subject_kind": search.subject_kind,
        "subject_id": search.subject_id,
    }
    rows = Document.objects.filter(
        of_importers(whose), **{name: value for name, value in wanted.items() if value}
    )
    if search.words:
        rows = rows.filter(_says(search.words))
    return _listed(rows.filter(_is_in(search.state, today)))


def _listed(rows: Any) -> Any:
    versions = DocumentVersion.objects.defer("text").select_related("uploaded_by")
    return (
        rows.annotate(is_held=Exists(_standing_holds()))
        .defer("words")
        .select_related("importer", "program_account")
        .prefetch_related(Prefetch("versions", versions.order_by("-number"), to_attr="newest"))
        .order_by("-id")
    )


def _standing_holds() -> Any:
    return DocumentHold.objects.filter(
        importer=OuterRef("importer"), document=OuterRef("pk"), released_at=None
    )


def _says(words: str) -> Q:
    query = SearchQuery(folded(words), config="simple", search_type="websearch")
    return Q(words=query) | Q(title__icontains=words) | Q(transaction_no=words)


def _is_in(state: str, today: date) -> Q:
    kept = Q(destroyed_at=None)
    if state == "held":
        return kept & Q(Exists(_standing_holds()))
    found: dict[str, Q] = {
        "expiring": kept & Q(expires_on__lte=today + SOON),
        "over": kept & Q(destroy_after_on__lt=today) & ~Q(Exists(_standing_holds())),
        "destroyed": Q(destroyed_at__isnull=False),
        "all": Q(),
    }
    return found.get(state, kept)


def document_numbered(document_id: int) -> Any:
    """One document of the open scope, as lists have it; None if it is not there."""
    rows = Document.objects.filter(of_importers(importers_in_scope()), pk=document_id)
    return _listed(rows).select_related("created_by").first()


def version_numbered(version_id: int) -> DocumentVersion | None:
    """One version of the open scope with its document; None if it is not there."""
    rows = DocumentVersion.objects.filter(of_importers(importers_in_scope()), pk=version_id)
    found: DocumentVersion | None = rows.defer("text").select_related("document").first()
    return found


def holds_of(document: Document) -> Any:
    """A document's holds, the newest first."""
    rows = DocumentHold.objects.filter(importer=document.importer_id, document=document)
    return rows.select_related("placed_by", "released_by").order_by("-id")


def destructions_of(document: Document) -> Any:
    """Who asked for its destruction and what was decided, the newest first."""
    rows = DocumentDestruction.objects.filter(importer=document.importer_id, document=document)
    return rows.select_related("asked_by", "decided_by").order_by("-id")


def requests(importer_id: int | None = None, states: tuple[str, ...] = ()) -> Any:
    """What importers are asked to send, the most urgent first."""
    whose = [importer_id] if importer_id else list(importers_in_scope())
    rows = DocumentRequest.objects.filter(of_importers(whose))
    rows = rows.filter(state__in=states) if states else rows
    people = ("asked_by", "sent_by", "decided_by")
    return rows.select_related("importer", "document", *people).order_by("due_on", "id")


def requests_to_answer(importer_id: int) -> list[DocumentRequest]:
    """What waits for the importer's own people, the most urgent first."""
    return list(requests(importer_id, DocumentRequest.WAITS_FOR_IMPORTER))


def packages(importer_id: int | None = None) -> Any:
    """Audit packages, the newest first."""
    whose = [importer_id] if importer_id else list(importers_in_scope())
    rows = DocumentPackage.objects.filter(of_importers(whose))
    return rows.select_related("importer", "requested_by").order_by("-id")
