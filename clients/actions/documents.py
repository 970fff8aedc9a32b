"""Documents: kept, added to, described, held, handed out."""

import hashlib
from datetime import date
from typing import Any

from django.core.files import File
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.refusals import Refused
from clients.actions.document_checks import clear_at_once, reindex
from clients.models import Document, DocumentHold, DocumentKind, DocumentVersion, Importer, User
from clients.models.importers import ProgramAccount
from clients.queries.deadlines import LAST_DAY
from clients.rules.documents import BEGINNING, LARGEST, content_type_of, retention_of
from clients.rules.retention import destroy_after
from clients.subjects import subject_of

TOLD = (
    *("kind", "title", "language", "transaction_no", "subject_kind", "subject_id"),
    *("expires_on", "counted_from_on", "destroy_after_on"),
)
NUMBER_LENGTH = 14


@transaction.atomic
def keep_document(
    *, importer: Importer, content: "File[bytes]", by: User | None, **told: Any
) -> DocumentVersion:
    """Keep a new document with its first version. Raises `Refused`; nothing is then kept."""
    document = Document(importer=importer, created_by=by)
    reasons = _describe(document, told)
    content_type, against = _looked_at(content)
    if reasons + against:
        raise Refused(*reasons, *against)
    document.save()
    _tell("document kept", document, by, after=_facts(document))
    return _keep_version(document, content, content_type, by)


@transaction.atomic
def add_version(*, document: Document, content: "File[bytes]", by: User | None) -> DocumentVersion:
    """Add a newer version; the older ones stay as they were. Raises `Refused`."""
    locked = locked_document(document)
    content_type, reasons = _looked_at(content)
    if reasons:
        raise Refused(*reasons)
    return _keep_version(locked, content, content_type, by)


@transaction.atomic
def describe_document(*, document: Document, by: User, **told: Any) -> Document:
    """Change what is said of a document, and with it how long it is kept. Raises `Refused`."""
    locked = locked_document(document)
    before = _facts(locked)
    if reasons := _describe(locked, told):
        raise Refused(*reasons)
    locked.save()
    reindex(locked)
    after = _facts(locked)
    if before != after:
        _tell("document described", locked, by, before=before, after=after)
    return locked


def locked_document(document: Document) -> Document:
    """The document, locked to the end of the transaction; `Refused` once it is destroyed."""
    locked: Document = Document.objects.select_for_update(of=("self",)).get(pk=document.pk)
    if locked.destroyed_at:
        raise Refused(_("This document is destroyed; nothing can be changed any more."))
    return locked


def _describe(document: Document, told: dict[str, Any]) -> list[str]:
    """Put what is told on the document; the reasons why it cannot be so."""
    for name, value in told.items():
        setattr(document, name, value)
    document.title = " ".join(document.title.split())
    document.transaction_no = "".join(one for one in document.transaction_no if one.isalnum())
    document.retention_class = retention_of(document.kind).value
    counted_from = document.counted_from_on or _last_day(document)
    document.counted_from_on = counted_from
    if counted_from and counted_from > LAST_DAY:  # six years on may be no day at all
        return [_("The days of a document lie before the year 2101.")]
    document.destroy_after_on = destroy_after(
        counted_from, has_transaction=bool(document.transaction_no)
    )
    return _reasons_against(document)


def _last_day(document: Document) -> date | None:
    stands = document.retention_class == Document.RetentionClass.LAST_DAY
    return document.expires_on if stands else None


def _reasons_against(document: Document) -> list[str]:
    reasons = []
    if document.kind not in DocumentKind.values:
        reasons.append(_("There is no such type of document: %(kind)s.") % {"kind": document.kind})
    if not document.title or len(document.title) > 200 or "\x00" in document.title:
        reasons.append(_("Give the document a title of at most 200 characters."))
    number = document.transaction_no
    if number and not (number.isascii() and number.isdigit() and len(number) == NUMBER_LENGTH):
        reasons.append(_("A transaction number has 14 digits; “%(no)s” has not.") % {"no": number})
    return [*reasons, *_strange_links(document)]


def _strange_links(document: Document) -> list[str]:
    """Whatever a document names must be there and the same importer's."""
    importer_id, reasons = document.importer_id, []
    account = document.program_account_id
    if account and not ProgramAccount.objects.filter(importer=importer_id, pk=account).exists():
        reasons.append(_("This importer has no such program account."))
    if bool(document.subject_kind) != (document.subject_id is not None):
        reasons.append(_("Say both what kind of thing the document is about, and which one."))
    elif document.subject_id is not None and not subject_of(
        importer_id, document.subject_kind, document.subject_id
    ):
        reasons.append(_("What the document is about is not there, or not this importer’s."))
    return reasons


def reasons_against_file(content: "File[bytes]") -> list[str]:
    """Why a file would not be kept, by its content; nothing if it would."""
    return _looked_at(content)[1]


def _looked_at(content: "File[bytes]") -> tuple[str, list[str]]:
    """(content type, reasons against the file), by its content."""
    content.seek(0)
    beginning = bytes(content.read(BEGINNING))
    content.seek(0)
    if not content.size:
        return "", [_("The file is empty.")]
    if content.size > LARGEST:
        limit = {"count": LARGEST // 2**20}
        return "", [_("The file is larger than %(count)s MB: send it in parts.") % limit]
    found = content_type_of(beginning, content.name or "")
    if found is None:
        return "", [
            _(
                "By its content the file is none of these: PDF, PNG, JPEG, TIFF, XLSX, DOCX or "
                "plain text. Save it as one of them and send it again."
            )
        ]
    return found, []


def _keep_version(
    document: Document, content: "File[bytes]", content_type: str, by: User | None
) -> DocumentVersion:
    last = DocumentVersion.objects.filter(document=document).aggregate(last=Max("number"))["last"]
    name = (content.name or "document").replace("\\", "/").rpartition("/")[2][-255:]
    version = DocumentVersion(
        importer_id=document.importer_id,
        document=document,
        number=(last or 0) + 1,
        file_name="".join(one for one in name if one.isprintable()) or "document",
        content_type=content_type,
        size=content.size,
        sha256=_sha256(content),
        uploaded_by=by,
    )
    version.file.save("version", content, save=False)
    version.save()
    told = {"version": version.number, "file_name": version.file_name, "sha256": version.sha256}
    _tell("document version kept", document, by, **told)
    clear_at_once(version)
    reindex(document)
    return version


def _sha256(content: "File[bytes]") -> str:
    digest = hashlib.sha256()
    for block in content.chunks():
        digest.update(block)
    content.seek(0)
    return digest.hexdigest()


@transaction.atomic
def place_hold(*, document: Document, reason: str, by: User) -> DocumentHold:
    """Hold a document for a reason: it is not destroyed while the hold stands. `Refused`."""
    locked = locked_document(document)
    why = said_why(reason)
    if DocumentHold.objects.filter(document=locked, released_at=None).exists():
        raise Refused(_("A legal hold stands already on this document."))
    hold = DocumentHold.objects.create(
        importer_id=locked.importer_id, document=locked, reason=why, placed_by=by
    )
    _tell("document held", locked, by, after={"hold": why})
    return hold


def said_why(reason: str) -> str:
    """A reason somebody gave; `Refused` when they gave none."""
    why = reason.strip()
    if not why or len(why) > 500 or "\x00" in why:
        raise Refused(_("Say why, in at most 500 characters."))
    return why


def open_version(*, version: DocumentVersion, by: User) -> Any:
    """The content of a version, for whoever may see it; who took it is told. `Refused`."""
    if version.state == version.State.INFECTED:
        raise Refused(_("A virus was found in this file: it is set apart and not handed out."))
    if not version.cleared_at:
        raise Refused(_("This file is not scanned for viruses yet; try again in a few minutes."))
    if not version.file:
        raise Refused(_("The content of this document is destroyed."))
    told = {"version": version.number, "sha256": version.sha256}
    _tell("document opened", version.document, by, **told)
    return version.file.open("rb")


def _facts(document: Document) -> dict[str, Any]:
    told = {name: getattr(document, name) for name in TOLD}
    return told | {"program_account": document.program_account_id}


def _tell(action: str, document: Document, by: object, **told: Any) -> None:
    audit.record(
        action, importer_id=document.importer_id, by=by or "system", target=document, **told
    )
