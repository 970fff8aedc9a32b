"""Requests for help of importers: opened, written on, taken to their end."""

import secrets
from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.dates import nth_business_day_after, toronto_day
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import every_importer_id, importer_scope
from clients.actions.documents import keep_document
from clients.actions.support_checks import (
    check_step,
    reasons_against_handling,
    reasons_against_request,
    reasons_against_text,
    set_subject,
)
from clients.actions.support_clock import move_to, note_answer, promise_anew, start_clock
from clients.actions.support_telling import tell_of_message, tell_of_note
from clients.models import (
    Contact,
    DocumentKind,
    Importer,
    SupportAttachment,
    SupportMessage,
    SupportPriority,
    SupportRequest,
    SupportSource,
    User,
)
from clients.rules.support import State, Wish, after_message, outcome

if TYPE_CHECKING:
    from django.core.files import File

MOST_FILES = 10
# wish -> what was done, as the audit tells it
DONE = {
    Wish.TAKE: "taken",
    Wish.ASK_CLIENT: "put to client",
    Wish.SEND_TO_CBSA: "put to CBSA",
    Wish.RESUME: "resumed",
    Wish.SOLVE: "solved",
    Wish.CLOSE: "closed",
    Wish.REOPEN: "reopened",
}


@transaction.atomic
def open_request(
    *,
    importer: Importer,
    by: User | None,
    source: str,
    text: str,
    now: datetime,
    title: str,
    category: str,
    priority: str = SupportPriority.NORMAL,
    files: "Iterable[File[bytes]]" = (),
    **told: Any,
) -> SupportRequest:
    """Ask for help with an importer; who looks after it is told. Raises `Refused`.

    What our own staff ask goes to the importer's people and waits for them.
    """
    request = SupportRequest(
        importer=importer,
        asked_by=by,
        source=source,
        title=" ".join(title.split()),
        category=category,
        priority=priority,
        language=by.language if by else importer.language,
        number=told.pop("number", "") or new_number(),
        asked_at=now,
        **told,
    )
    reasons = [
        *reasons_against_request(request),
        *reasons_against_text(text),
        *set_subject(request),
    ]
    if reasons:
        raise Refused(*reasons)
    start_clock(request, now)
    if is_staff := bool(by and by.is_staff_member):
        request.owner = by
        note_answer(request, now)
        _move(request, outcome(request.standing, Wish.ASK_CLIENT, is_staff=True), now)
    request.save()
    facts = {"number": request.number, "title": request.title, "category": category}
    _tell("support request opened", request, by, after=facts)
    message = _add_message(request, by, text, source, now, is_staff=is_staff)
    _attach(message, files, by)
    tell_of_message(request, message, now)
    return request


def new_number() -> str:
    """A number that people can say on the telephone and nobody can count by."""
    while True:
        digits = f"{secrets.randbelow(10**8):08d}"
        number = f"SR-{digits[:4]}-{digits[4:]}"
        if not _is_taken(number):
            return number


def _is_taken(number: str) -> bool:
    """Whoever’s it is: nothing is told but that another one has to be thought of."""
    with importer_scope(every_importer_id()):
        taken = (model.objects.filter(number=number) for model in (SupportRequest, Contact))
        return any(rows.exists() for rows in taken)


@transaction.atomic
def write_message(
    *,
    request: SupportRequest,
    by: User | None,
    text: str,
    now: datetime,
    source: str = SupportSource.PAGE,
    is_staff_only: bool = False,
    files: "Iterable[File[bytes]]" = (),
    letter_id: str = "",
) -> SupportMessage:
    """Write on a request; who has to know is told, once. Raises `Refused`.

    A note among the staff is seen by nobody else and carries no file: documents are the
    importer's to see.
    """
    held, files = _held(request), list(files)
    is_staff = bool(by and by.is_staff_member)
    if is_staff_only:
        return _write_note(held, by, text, now, files)
    state = after_message(
        held.standing,
        is_staff=is_staff,
        is_staff_only=False,
        has_lapsed=held.lapsed_at is not None,
    )
    if state is None:
        raise Refused(_("This request is closed. Reopen it, and say why."))
    if reasons := list(reasons_against_text(text)):
        raise Refused(*reasons)
    if is_staff:
        note_answer(held, now)
        held.owner = held.owner or by
    _move(held, state, now)
    held.save()
    message = _add_message(held, by, text, source, now, is_staff=is_staff, letter_id=letter_id)
    _attach(message, files, by)
    told = {"message": message.pk, "source": source, "state": held.state}
    _tell("support message written", held, by, **told)
    tell_of_message(held, message, now)
    return message


def _write_note(
    held: SupportRequest, by: User | None, text: str, now: datetime, files: list[Any]
) -> SupportMessage:
    if not (by and by.is_staff_member):
        raise Refused(_("Only the brokerage’s staff write among themselves."))
    reasons = list(reasons_against_text(text))
    if files:
        reasons.append(
            _("A document is the importer’s to see: send it with a message, not with a note.")
        )
    if reasons:
        raise Refused(*reasons)
    note = _add_message(held, by, text, SupportSource.PAGE, now, is_staff=True, is_staff_only=True)
    # on the brokerage's chain: the importer's people read their own
    audit.record_for_brokerage("support note written", by=by, target=held, number=held.number)
    tell_of_note(held, note, now)
    return note


@transaction.atomic
def take_step(
    *,
    request: SupportRequest,
    wish: Wish,
    by: User,
    now: datetime,
    text: str = "",
    case_no: str = "",
    next_on: date | None = None,
    files: "Iterable[File[bytes]]" = (),
    source: str = SupportSource.PAGE,
) -> SupportRequest:
    """Take a request one step further, with a message to the other side. Raises `Refused`.

    Asking the client and reopening need words; the CBSA a case number and a next date; solving
    an answer, now or before.
    """
    held, is_staff = _held(request), by.is_staff_member
    check_step(held, wish, text, case_no, next_on, is_staff, toronto_day(now))
    before = {"state": held.state, "case_no": held.case_no, "next_on": held.next_on}
    state = outcome(held.standing, wish, is_staff=is_staff)
    if is_staff and text.strip():
        note_answer(held, now)
    if is_staff and wish is not Wish.REOPEN:
        held.owner = held.owner or by
    if wish is Wish.SEND_TO_CBSA:
        held.case_no, held.next_on = " ".join((case_no or held.case_no).split()), next_on
    _move(held, state, now)
    held.save()
    after = {"state": held.state, "case_no": held.case_no, "next_on": held.next_on}
    _tell(f"support request {DONE[wish]}", held, by, before=before, after=after)
    if text.strip():
        message = _add_message(held, by, text, source, now, is_staff=is_staff)
        _attach(message, files, by)
        tell_of_message(held, message, now)
    return held


@transaction.atomic
def handle_request(
    *,
    request: SupportRequest,
    by: User,
    now: datetime,
    owner: User | None,
    category: str,
    priority: str,
    case_no: str,
    next_on: date | None,
) -> bool:
    """Say who looks after it, what it is, how urgent; False if nothing changes. `Refused`."""
    held = _held(request)
    names = ("owner_id", "category", "priority", "case_no", "next_on")
    before = {name: getattr(held, name) for name in names}
    case_no = " ".join(case_no.split())
    if reasons := list(reasons_against_handling(held, owner, case_no, next_on)):
        raise Refused(*reasons)
    held.owner, held.case_no, held.next_on = owner, case_no, next_on
    if (category, priority) != (held.category, held.priority):
        promise_anew(held, category, priority, now)
    if reasons := list(reasons_against_request(held)):
        raise Refused(*reasons)
    after = {name: getattr(held, name) for name in names}
    changed = [name for name in names if before[name] != after[name]]
    if changed:
        held.save()
        told = [{name: one[name] for name in changed} for one in (before, after)]
        _tell("support request handled", held, by, before=told[0], after=told[1])
    return bool(changed)


def _move(request: SupportRequest, state: State, now: datetime) -> None:
    """Put it in a state; whoever the word is with then has some days to answer.

    Whoever says or does anything puts off that it closes by itself.
    """
    move_to(request, state, now)
    request.lapse_warned_at = request.lapsed_at = None
    if state is not State.WAITING_CLIENT:
        request.client_due_on = None
    elif request.client_due_on is None:
        days, province = settings.SUPPORT_CLIENT_DAYS, settings.SUPPORT_PROVINCE
        request.client_due_on = nth_business_day_after(toronto_day(now), days, province)


def _held(request: SupportRequest) -> SupportRequest:
    """The row as it is now; steps of one request wait for each other."""
    rows = SupportRequest.objects.select_for_update(of=("self",))
    held: SupportRequest = rows.select_related("importer", "owner", "asked_by").get(pk=request.pk)
    return held


def _add_message(
    request: SupportRequest,
    by: User | None,
    text: str,
    source: str,
    now: datetime,
    *,
    is_staff: bool,
    is_staff_only: bool = False,
    letter_id: str = "",
) -> SupportMessage:
    name = (by.full_name or by.email) if by else request.outside_name
    message: SupportMessage = SupportMessage.objects.create(
        importer_id=request.importer_id,
        request=request,
        is_staff_only=is_staff_only,
        is_from_staff=is_staff,
        author=by,
        author_name=name,
        text=text.replace("\r\n", "\n").strip(),
        source=source,
        letter_id=letter_id[:250],
        written_at=now,
    )
    return message


def _attach(message: SupportMessage, files: "Iterable[File[bytes]]", by: User | None) -> None:
    """Keep the files as documents of the importer, guarded as those are. Raises `Refused`."""
    files = list(files)
    if len(files) > MOST_FILES:
        raise Refused(_("At most ten files go with one message."))
    for content in files:
        title = (content.name or "").replace("\\", "/").rpartition("/")[2]
        version = keep_document(
            importer=message.request.importer,
            content=content,
            by=by,
            kind=DocumentKind.CORRESPONDENCE,
            title=title[:200] or message.request.number,
            language=message.request.language,
            subject_kind="support_request",
            subject_id=message.request_id,
        )
        SupportAttachment.objects.create(
            importer_id=message.importer_id, message=message, document=version.document
        )


def _tell(action: str, request: SupportRequest, by: object, **told: Any) -> None:
    name = by or request.outside_name or "mail"
    audit.record(action, importer_id=request.importer_id, by=name, target=request, **told)
