"""Requests for help of importers: opened, written on, taken to their end."""

import re
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
from clients.actions.secrets import against_secrets
from clients.actions.support_clock import move_to, note_answer, promise_anew, start_clock
from clients.actions.support_telling import tell_of_message, tell_of_note
from clients.deadlines import deadlines
from clients.models import (
    SUPPORT_STATE_WORDS,
    Contact,
    DocumentKind,
    HelpWanted,
    Importer,
    SupportAttachment,
    SupportCategory,
    SupportMessage,
    SupportPriority,
    SupportRequest,
    SupportSource,
    User,
)
from clients.queries import importer_ids_for
from clients.rules.support import (
    NEEDS_WORDS,
    IllegalTransition,
    State,
    Wish,
    after_message,
    outcome,
)
from clients.subjects import subject_of, words_of

if TYPE_CHECKING:
    from django.core.files import File

MOST_CHARACTERS = 20_000
MOST_FILES = 10
DEADLINE = "deadline"
_CASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./-]{2,39}")
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
    reasons = [*_reasons_against(request), *_reasons_against_text(text), *_set_subject(request)]
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
    state = after_message(held.standing, is_staff=is_staff, is_staff_only=False)
    if state is None:
        raise Refused(_("This request is closed. Reopen it, and say why."))
    if reasons := list(_reasons_against_text(text)):
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
    reasons = list(_reasons_against_text(text))
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
    _check_step(held, wish, text, case_no, next_on, is_staff, toronto_day(now))
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


def _check_step(
    held: SupportRequest,
    wish: Wish,
    text: str,
    case_no: str,
    next_on: date | None,
    is_staff: bool,
    today: date,
) -> None:
    refuse_step(held, wish, is_staff=is_staff)
    reasons: list[str] = []
    if wish in NEEDS_WORDS or text.strip():
        reasons += _reasons_against_text(text)
    if wish is Wish.SEND_TO_CBSA:
        reasons += _reasons_against_case(case_no or held.case_no, next_on, today)
    if wish is Wish.SOLVE and is_staff and not (text.strip() or held.answered_at):
        reasons.append(_("Nobody has answered yet: write the answer with it."))
    if reasons:
        raise Refused(*reasons)


def refuse_step(held: HelpWanted, wish: Wish, *, is_staff: bool) -> State:
    """Where a step leads; raises `Refused` where it does not follow."""
    try:
        return outcome(held.standing, wish, is_staff=is_staff)
    except IllegalTransition as error:
        raise Refused(_no_such_step(error)) from error


def _no_such_step(error: IllegalTransition) -> str:
    told = {"state": SUPPORT_STATE_WORDS[error.state]}
    if not error.possible:
        return _("The request is in the state “%(state)s”: nothing can be done with it.") % told
    return _("The request is in the state “%(state)s”: this step does not follow.") % told


def _reasons_against_case(case_no: str, next_on: date | None, today: date) -> Iterable[str]:
    if not _CASE.fullmatch(" ".join(case_no.split())):
        yield _("Give the CBSA’s case number: 3 to 40 letters, digits, dots, dashes.")
    if next_on is None:
        yield _("Say when we look after it next.")
    elif next_on < today:
        yield _("The next date lies in the past.")


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
    if reasons := list(_reasons_against_handling(held, owner, case_no, next_on)):
        raise Refused(*reasons)
    held.owner, held.case_no, held.next_on = owner, case_no, next_on
    if (category, priority) != (held.category, held.priority):
        promise_anew(held, category, priority, now)
    if reasons := list(_reasons_against(held)):
        raise Refused(*reasons)
    after = {name: getattr(held, name) for name in names}
    changed = [name for name in names if before[name] != after[name]]
    if changed:
        held.save()
        told = [{name: one[name] for name in changed} for one in (before, after)]
        _tell("support request handled", held, by, before=told[0], after=told[1])
    return bool(changed)


def _reasons_against_handling(
    held: SupportRequest, owner: User | None, case_no: str, next_on: date | None
) -> Iterable[str]:
    if owner and not (owner.is_staff_member and held.importer_id in importer_ids_for(owner)):
        yield _("%(name)s does not look after this importer.") % {"name": owner.full_name}
    if case_no and not _CASE.fullmatch(case_no):
        yield _("Give the CBSA’s case number: 3 to 40 letters, digits, dots, dashes.")
    if held.state == "waiting_cbsa" and not (case_no and next_on):
        yield _("While it waits for the CBSA it needs the case number and the next date.")


def _move(request: SupportRequest, state: State, now: datetime) -> None:
    """Put it in a state; whoever the word is with then has some days to answer."""
    move_to(request, state, now)
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


def _reasons_against(request: SupportRequest) -> Iterable[str]:
    if not 0 < len(request.title) <= 200 or "\x00" in request.title:
        yield _("Say in at most 200 characters what it is about.")
    if request.category not in SupportCategory.values:
        yield _("There is no such category: %(word)s.") % {"word": request.category}
    if request.priority not in SupportPriority.values:
        yield _("There is no such priority: %(word)s.") % {"word": request.priority}


def _reasons_against_text(text: str) -> Iterable[str]:
    if not text.strip() or "\x00" in text:
        yield _("Write what you want to say.")
    elif len(text) > MOST_CHARACTERS:
        yield _("The message is too long: 20,000 characters at most. Send the rest as a file.")
    yield from against_secrets(text)


def _set_subject(request: SupportRequest) -> Iterable[str]:
    """Keep what the subject is called today; it must be there and the same importer's."""
    if request.subject_kind == DEADLINE:
        return _set_deadline(request)
    if not request.subject_kind:
        request.subject_id, request.subject_key = None, ""
        return []
    row = subject_of(request.importer_id, request.subject_kind, request.subject_id or 0)
    if row is None:
        return [_("What you ask about is not there, or not this importer’s.")]
    request.subject_label = words_of(request.subject_kind, row)[:250]
    return []


def _set_deadline(request: SupportRequest) -> Iterable[str]:
    """A deadline is no row: it is found again by its day and its key."""
    day, _colon, key = request.subject_key.partition(":")
    try:
        due_on = date.fromisoformat(day)
        found = [one for one in deadlines([request.importer_id], due_on, due_on) if one.key == key]
    except ValueError:
        found = []
    if not found:
        return [_("This deadline is not there any more; ask without it.")]
    request.subject_label = f"{due_on} {found[0].subject}"[:250]
    return []


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
