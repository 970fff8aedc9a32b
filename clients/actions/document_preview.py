"""Previews: pictures drawn anew from what was sent, so that nothing of the file itself is shown."""

from carmsvc.platform import audit
from carmsvc.platform.pdf_text import pdf_page, redrawn
from carmsvc.platform.refusals import Refused
from clients.actions.document_checks import local_copy
from clients.models import DocumentVersion, User
from clients.rules.documents import PDF


def preview(*, version: DocumentVersion, page: int, by: User) -> bytes:
    """One page, the first is 1, as a PNG; who looked is told. Raises `Refused`, `Unreadable`."""
    if not version.has_preview or page < 1:
        raise Refused("This file has no preview.")
    with local_copy(version) as path:
        picture = pdf_page(path, page - 1) if version.content_type == PDF else redrawn(path)
    audit.record(
        "document previewed",
        importer_id=version.importer_id,
        by=by,
        target=version.document,
        version=version.number,
        page=page,
    )
    return picture
