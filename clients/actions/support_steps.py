"""Requests for help of importers: taken in hand, put to others, solved, closed."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from carmsvc.platform.dates import toronto_day
from carmsvc.platform.refusals import Refused
from clients.actions.support_clock import note_answer, promise_anew
from clients.actions.support_telling import tell_of_message
from clients.models import (
    SUPPORT_STATE_WORDS,
    HelpWanted,
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
    outcome,
)

if TYPE_CHECKING:
    from django.core.files import File

from clients.actions.support import (
    add_message,
    attach_files,
    held_request,
    move_request,
    reasons_against_request,
    reasons_against_text,
    tell_of_request,
)

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
    held, is_staff = held_request(request), by.is_staff_member
    _check_step(held, wish, text, case_no, next_on, is_staff, toronto_day(now))
    before = {"state": held.state, "case_no": held.case_no, "next_on": held.next_on}
    state = outcome(held.standing, wish, is_staff=is_staff)
    if is_staff and text.strip():
        note_answer(held, now)
    if is_staff and wish is not Wish.REOPEN:
        held.owner = held.owner or by
    if wish is Wish.SEND_TO_CBSA:
        held.case_no, held.next_on = " ".join((case_no or held.case_no).split()), next_on
    move_request(held, state, now)
    held.save()
    after = {"state": held.state, "case_no": held.case_no, "next_on": held.next_on}
    tell_of_request(f"support request {DONE[wish]}", held, by, before=before, after=after)
    if text.strip():
        message = add_message(held, by, text, source, now, is_staff=is_staff)
        attach_files(message, files, by)
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
        reasons += reasons_against_text(text)
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
    held = held_request(request)
    names = ("owner_id", "category", "priority", "case_no", "next_on")
    before = {name: getattr(held, name) for name in names}
    case_no = " ".join(case_no.split())
    if reasons := list(_reasons_against_handling(held, owner, case_no, next_on)):
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
        tell_of_request("support request handled", held, by, before=told[0], after=told[1])
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
