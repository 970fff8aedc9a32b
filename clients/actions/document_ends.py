"""How a document ends: after its time, without a hold, by two people's word."""

from datetime import date
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.refusals import Refused
from clients.actions.documents import locked_document, said_why
from clients.models import Document, DocumentDestruction, DocumentHold, DocumentVersion, User


@transaction.atomic
def release_hold(*, hold: DocumentHold, reason: str, by: User) -> None:
    """Release a legal hold for a reason. Raises `Refused`."""
    why = said_why(reason)
    told = {"released_at": timezone.now(), "released_by": by, "release_reason": why}
    if not DocumentHold.objects.filter(pk=hold.pk, released_at=None).update(**told):
        raise Refused(_("This hold is released already."))
    after = {"hold": None, "reason": why}
    _tell("document released", hold.document, by, before={"hold": hold.reason}, after=after)


@transaction.atomic
def ask_destruction(*, document: Document, reason: str, on: date, by: User) -> DocumentDestruction:
    """Ask that a document be destroyed; another person decides. Raises `Refused`."""
    locked = locked_document(document)
    why = said_why(reason)
    _refuse_unless_over(locked, on)
    if DocumentDestruction.objects.filter(document=locked, decision="").exists():
        raise Refused(_("Somebody has asked for this already; another person decides."))
    wish = DocumentDestruction.objects.create(
        importer_id=locked.importer_id, document=locked, reason=why, asked_by=by
    )
    _tell("document destruction asked", locked, by, after={"reason": why})
    return wish


@transaction.atomic
def approve_destruction(*, wish: DocumentDestruction, on: date, by: User) -> None:
    """Destroy the content of a document; what it was and its hashes stay. Raises `Refused`."""
    document = locked_document(wish.document)
    if wish.asked_by_id == by.pk:
        raise Refused(_("You asked for it: another person has to approve the destruction."))
    _refuse_unless_over(document, on)
    _decide(wish, DocumentDestruction.Decision.APPROVED, by)
    hashes = _empty(document)
    Document.objects.filter(pk=document.pk).update(destroyed_at=timezone.now(), words=None)
    _tell("document destroyed", document, by, before={"sha256": hashes}, after={"sha256": []})


@transaction.atomic
def refuse_destruction(*, wish: DocumentDestruction, by: User) -> None:
    """Leave the document as it is; whoever asked may take the wish back this way too."""
    document = locked_document(wish.document)
    _decide(wish, DocumentDestruction.Decision.REFUSED, by)
    _tell("document destruction refused", document, by)


def _decide(wish: DocumentDestruction, decision: str, by: User) -> None:
    told = {"decision": decision, "decided_at": timezone.now(), "decided_by": by}
    if not DocumentDestruction.objects.filter(pk=wish.pk, decision="").update(**told):
        raise Refused(_("This is decided already."))


def _refuse_unless_over(document: Document, on: date) -> None:
    reasons = []
    if document.destroy_after_on is None:
        reasons.append(
            _("The day from which its years count is not known, so it is kept: say the day first.")
        )
    elif on <= document.destroy_after_on:
        last = {"last": document.destroy_after_on.isoformat()}
        reasons.append(_("It has to be kept to %(last)s (Customs Act, s. 40).") % last)
    if DocumentHold.objects.filter(document=document, released_at=None).exists():
        reasons.append(_("A legal hold stands on it: release the hold first."))
    if reasons:
        raise Refused(*reasons)


def _empty(document: Document) -> list[str]:
    """Take the content of every version away, once it is certain; returns their hashes."""
    hashes = []
    for version in DocumentVersion.objects.filter(document=document).order_by("number"):
        hashes.append(version.sha256)
        storage, name = version.file.storage, version.file.name
        transaction.on_commit(partial(storage.delete, name))
        version.file, version.text = "", ""
        version.parked_at = version.parked_at or timezone.now()  # no worker takes it any more
        version.save(update_fields=["file", "text", "parked_at"])
    return hashes


def _tell(action: str, document: Document, by: User, **told: Any) -> None:
    audit.record(action, importer_id=document.importer_id, by=by, target=document, **told)
