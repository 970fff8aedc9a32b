"""Is a file clean, and what does it say: asked of the scanner at once, of a worker in the end."""

import logging
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.contrib.postgres.search import SearchVector
from django.core.files.base import File
from django.db import transaction
from django.db.models import Value
from django.utils import timezone

from carmsvc.platform import audit, work
from carmsvc.platform.antivirus import Scan, ScannerAway, scan, scanner_is_set_up
from carmsvc.platform.nudge import nudge
from carmsvc.platform.pdf_text import Unreadable, pdf_text
from carmsvc.platform.tenancy import importer_scope
from clients.models import Document, DocumentVersion
from clients.queries import lead_for
from clients.rules.documents import PDF, TEXT, folded

logger = logging.getLogger(__name__)
MOST_SEARCHED = 150_000  # characters of one document that are searched; PostgreSQL takes 1 MB
MOST_KEPT = 1_000_000


def clear_at_once(version: DocumentVersion) -> None:
    """Ask the scanner while the person waits; where it is away the file is held for a worker."""
    try:
        _apply(version, _scanned(version))
    except ScannerAway as away:
        logger.warning("version %s is held: %s", version.pk, away)
        version.last_failure = str(away)[:2000]
    version.save()
    if version.state != version.State.INFECTED:
        arguments = {"importer_id": version.importer_id, "version_id": version.pk}
        nudge("clients.tasks.check_document", **arguments)


def _scanned(version: DocumentVersion) -> Scan:
    if not scanner_is_set_up():
        return Scan("")
    with version.file.open("rb") as content:
        return scan(content.chunks())


def _apply(version: DocumentVersion, found: Scan) -> None:
    """Clear the version, or set it apart where nobody is served from."""
    version.scanner, version.finding = found.scanner, found.virus
    if not found.virus:
        version.cleared_at = timezone.now()
        return
    version.state = version.State.INFECTED
    _set_apart(version)
    audit.record(
        "document infected",
        importer_id=version.importer_id,
        by=found.scanner,
        target=version.document,
        version=version.number,
        virus=found.virus,
        sha256=version.sha256,
    )


def _set_apart(version: DocumentVersion) -> None:
    """Move the content to the quarantine; the old place is emptied once this is certain."""
    storage, name = version.file.storage, str(version.file.name)
    with storage.open(name, "rb") as content:
        version.file.name = storage.save(f"quarantine/{Path(name).name}", File(content))
    transaction.on_commit(lambda: storage.delete(name))


def check_version(*, importer_id: int, version_id: int) -> bool:
    """Scan one version if nobody has, and read its text; False if it is not to be done now."""
    with importer_scope(importer_id):
        token = work.claim(DocumentVersion, version_id)
    if token is None:
        return False
    try:
        _check(importer_id, version_id, token)
    except work.LostClaim:
        logger.warning("version %s was taken over by another worker", version_id)
        return False
    except Exception as failure:
        logger.exception("version %s was not checked", version_id)
        with importer_scope(importer_id):
            person = lead_for(importer_id)
            work.give_back(DocumentVersion, version_id, token, repr(failure), person)
        return False
    return True


def _check(importer_id: int, version_id: int, token: Any) -> None:
    with importer_scope(importer_id):
        version = DocumentVersion.objects.select_related("document").get(pk=version_id)
    found = None if version.cleared_at else _scanned(version)
    text, pages, note = ("", None, "") if found and found.virus else _read(version)
    with importer_scope(importer_id):
        held = work.hold(DocumentVersion, version_id, token)
        if found:
            _apply(held, found)
        if held.state != held.State.INFECTED:
            held.state = held.State.READY
            held.text, held.pages, held.text_note = text, pages, note
        held.claim_token = held.leased_until = None
        held.last_failure = ""
        held.save()
        reindex(held.document)


def _read(version: DocumentVersion) -> tuple[str, int | None, str]:
    """(text, pages, why there is no text)."""
    if version.content_type == TEXT:
        with version.file.open("rb") as content:
            return content.read(MOST_KEPT).decode("utf-8", "replace").replace("\x00", " "), None, ""
    if version.content_type != PDF:
        return "", None, ""
    try:
        with local_copy(version) as path:
            told = pdf_text(path)
    except Unreadable as why:
        return "", None, why.code
    text = told.text.replace("\x00", " ")[:MOST_KEPT]
    return text, told.pages, "" if text.strip() else "scan"


@contextmanager
def local_copy(version: DocumentVersion) -> Iterator[Path]:
    """The content of a version as a file on this machine, wherever it is kept."""
    with tempfile.NamedTemporaryFile(prefix="document-") as copy, version.file.open("rb") as file:
        for block in file.chunks():
            copy.write(block)
        copy.flush()
        yield Path(copy.name)


def reindex(document: Document) -> None:
    """Make anew what a document is found by: its title, its number, its newest clean text."""
    clean = DocumentVersion.objects.filter(document=document, cleared_at__isnull=False)
    newest = clean.order_by("-number").values_list("file_name", "text").first()
    name, text = newest or ("", "")
    title = folded(f"{document.title} {document.transaction_no} {name}")
    words = SearchVector(Value(title), weight="A", config="simple") + SearchVector(
        Value(folded(text[:MOST_SEARCHED])), weight="B", config="simple"
    )
    Document.objects.filter(pk=document.pk).update(words=words)


def versions_to_check(importers: Collection[int]) -> list[tuple[int, int]]:
    """(importer, version) of what waits for a worker."""
    with importer_scope(importers):
        waiting = DocumentVersion.objects.filter(
            DocumentVersion.is_waiting(), importer__in=importers
        )
        return list(waiting.order_by("id").values_list("importer_id", "id"))
