"""Asking an importer for a document: asked, sent, accepted or sent back, withdrawn."""

from datetime import date
from typing import Any

from django.core.files import File
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.refusals import Refused
from clients.actions.documents import add_version, keep_document, said_why
from clients.actions.reminders import tell_at_once
from clients.models import DocumentKind, DocumentRequest, DocumentVersion, Importer, User
from clients.models.documents import Document

KIND = "document_requested"
ROLES = frozenset({"owner", "operations", "compliance"})
State = DocumentRequest.State
NUMBER_LENGTH = 14


@transaction.atomic
def request_document(*, importer: Importer, by: User, today: date, **told: Any) -> DocumentRequest:
    """Ask the importer for a document by a day; its people are told. Raises `Refused`."""
    wish = DocumentRequest(importer=importer, asked_by=by, **told)
    wish.title = " ".join(wish.title.split())
    if reasons := list(_reasons_against(wish, today)):
        raise Refused(*reasons)
    wish.save()
    after = {"title": wish.title, "kind": wish.kind, "due_on": wish.due_on}
    _tell("document requested", wish, by, after=after)
    _tell_people(wish, "asked")
    return wish


def _reasons_against(wish: DocumentRequest, today: date) -> Any:
    if wish.kind not in DocumentKind.values:
        yield _("There is no such type of document: %(kind)s.") % {"kind": wish.kind}
    if not wish.title or len(wish.title) > 200 or "\x00" in wish.title + wish.explanation:
        yield _("Say what is to be sent, in at most 200 characters.")
    if wish.due_on < today:
        yield _("The day lies in the past: give the importer time.")
    number = wish.transaction_no
    if number and not (number.isascii() and number.isdigit() and len(number) == NUMBER_LENGTH):
        yield _("A transaction number has 14 digits; “%(no)s” has not.") % {"no": number}


@transaction.atomic
def answer_request(*, wish: DocumentRequest, content: "File[bytes]", by: User) -> DocumentVersion:
    """Send what was asked for: a new document, or a new version after one was sent back.

    Where a virus is found, the request stays as it was. Raises `Refused`.
    """
    held = _held(wish)
    if not held.waits_for_importer:
        raise Refused(_("Nothing is to be sent for this request any more."))
    version = _kept(held, content, by)
    if version.state == version.State.INFECTED:
        return version
    _become(held, State.SENT, document=version.document, sent_at=timezone.now(), sent_by=by)
    _tell("document request answered", held, by, after={"sha256": version.sha256})
    return version


def _kept(wish: DocumentRequest, content: "File[bytes]", by: User) -> DocumentVersion:
    if wish.document_id:
        return add_version(document=wish.document, content=content, by=by)
    return keep_document(
        importer=wish.importer,
        content=content,
        by=by,
        kind=wish.kind,
        title=wish.title,
        language=wish.importer.language,
        transaction_no=wish.transaction_no,
    )


@transaction.atomic
def accept_answer(*, wish: DocumentRequest, by: User) -> None:
    """What was sent is right. Raises `Refused`."""
    held = _held(wish)
    if held.state != State.SENT:
        raise Refused(_("There is nothing to accept: nothing was sent since."))
    if not Document.objects.filter(pk=held.document_id, versions__cleared_at__isnull=False):
        raise Refused(_("This file is not scanned for viruses yet; try again in a few minutes."))
    _decide(held, State.ACCEPTED, by, "")
    _tell("document request accepted", held, by)


@transaction.atomic
def send_back(*, wish: DocumentRequest, reason: str, due_on: date, today: date, by: User) -> None:
    """What was sent will not do, for a reason; it is asked for anew by a day. `Refused`."""
    held, why = _held(wish), said_why(reason)
    if held.state != State.SENT:
        raise Refused(_("There is nothing to send back: nothing was sent since."))
    if due_on < today:
        raise Refused(_("The day lies in the past: give the importer time."))
    held.due_on = due_on
    held.save(update_fields=["due_on"])
    _decide(held, State.SENT_BACK, by, why)
    _tell("document request sent back", held, by, after={"reason": why, "due_on": due_on})
    _tell_people(held, f"sent-back-{held.decided_at:%Y%m%d%H%M%S}")


@transaction.atomic
def withdraw_request(*, wish: DocumentRequest, reason: str, by: User) -> None:
    """It is not needed any more. Raises `Refused`."""
    held, why = _held(wish), said_why(reason)
    if held.state in (State.ACCEPTED, State.WITHDRAWN):
        raise Refused(_("This request is closed already."))
    _decide(held, State.WITHDRAWN, by, why)
    _tell("document request withdrawn", held, by, after={"reason": why})


def _held(wish: DocumentRequest) -> DocumentRequest:
    rows = DocumentRequest.objects.select_for_update(of=("self",))
    held: DocumentRequest = rows.select_related("importer", "document").get(pk=wish.pk)
    return held


def _decide(held: DocumentRequest, state: str, by: User, reason: str) -> None:
    told = {"decided_at": timezone.now(), "decided_by": by, "decision_reason": reason}
    _become(held, state, **told)


def _become(held: DocumentRequest, state: str, **told: Any) -> None:
    for name, value in {"state": state, **told}.items():
        setattr(held, name, value)
    held.save(update_fields=["state", *told])


def _tell_people(wish: DocumentRequest, occasion: str) -> None:
    """A notice and a letter to those of the importer's people who can send it."""
    tell_at_once(
        importer_id=wish.importer_id,
        roles=ROLES,
        kind=KIND,
        key=f"document-request/{wish.pk}@{occasion}",
        subject=wish.title,
        due_on=wish.due_on,
        address=reverse("document-request", args=[wish.pk]),
    )


def _tell(action: str, wish: DocumentRequest, by: User, **told: Any) -> None:
    audit.record(action, importer_id=wish.importer_id, by=by, target=wish, **told)
