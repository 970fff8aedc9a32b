"""What stands against a step, a message or the facts of a request for help, in words for people.

Checks say every reason at once; what raises `Refused` says so.
"""

import re
from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from carmsvc.platform.refusals import Refused
from clients.actions.secrets import against_secrets
from clients.deadlines import deadlines
from clients.models import (
    SUPPORT_STATE_WORDS,
    HelpWanted,
    SupportCategory,
    SupportPriority,
    SupportRequest,
    User,
)
from clients.queries import importer_ids_for
from clients.rules.support import NEEDS_WORDS, IllegalTransition, State, Wish, outcome
from clients.subjects import subject_of, words_of

MOST_CHARACTERS = 20_000
DEADLINE = "deadline"
_CASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./-]{2,39}")


def check_step(
    held: SupportRequest,
    wish: Wish,
    text: str,
    case_no: str,
    next_on: date | None,
    is_staff: bool,
    today: date,
) -> None:
    """Refuse a step that does not follow, or lacks what it needs. Raises `Refused`."""
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


def reasons_against_handling(
    held: SupportRequest, owner: User | None, case_no: str, next_on: date | None
) -> Iterable[str]:
    """Why it cannot be looked after by this person, or with this case."""
    if owner and not (owner.is_staff_member and held.importer_id in importer_ids_for(owner)):
        yield _("%(name)s does not look after this importer.") % {"name": owner.full_name}
    if case_no and not _CASE.fullmatch(case_no):
        yield _("Give the CBSA’s case number: 3 to 40 letters, digits, dots, dashes.")
    if held.state == "waiting_cbsa" and not (case_no and next_on):
        yield _("While it waits for the CBSA it needs the case number and the next date.")


def reasons_against_request(request: SupportRequest) -> Iterable[str]:
    """Why its subject, category or priority are none."""
    if not 0 < len(request.title) <= 200 or "\x00" in request.title:
        yield _("Say in at most 200 characters what it is about.")
    if request.category not in SupportCategory.values:
        yield _("There is no such category: %(word)s.") % {"word": request.category}
    if request.priority not in SupportPriority.values:
        yield _("There is no such priority: %(word)s.") % {"word": request.priority}


def reasons_against_text(text: str) -> Iterable[str]:
    """Why these words are not sent: none, too many, or a secret among them."""
    if not text.strip() or "\x00" in text:
        yield _("Write what you want to say.")
    elif len(text) > MOST_CHARACTERS:
        yield _("The message is too long: 20,000 characters at most. Send the rest as a file.")
    yield from against_secrets(text)


def set_subject(request: SupportRequest) -> Iterable[str]:
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
