"""Telling people of what was written on a request for help: once each, as they want to be told.

The notice is what makes it once: its key names the message and the person, and letter and notice
are written in the transaction of the message. A note among the staff goes to staff only, and
never by e-mail.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from carmsvc.platform.dates import toronto_day
from carmsvc.platform.outbox import our_domain, put_letter
from clients.actions.reply_addresses import ReplyTo, reply_address
from clients.models import Notice, NoticeMail, SupportMessage, SupportRequest, User
from clients.queries.notices import Wishes, wishes
from clients.queries.support_people import client_side, staff_side
from clients.rules.letters import WRITE_ABOVE

TO_CLIENT, TO_STAFF = "support_message", "support_answer"


def tell_of_message(request: SupportRequest, message: SupportMessage, now: datetime) -> int:
    """Tell the other side of a message, and nobody who wrote it; returns how many."""
    people = client_side(request) if message.is_from_staff else staff_side(request)
    kind = TO_CLIENT if message.is_from_staff else TO_STAFF
    told = [person for person in people if person.pk != message.author_id]
    ways = wishes(told)
    for person in told:
        mail, in_app = ways.way(person, kind)
        _note(request, message, person, kind, mail, in_app, now)
        if mail == NoticeMail.NOW:
            _write(request, message, person, ways, now)
    return len(told)


def tell_of_note(request: SupportRequest, note: SupportMessage, now: datetime) -> None:
    """Tell who looks after the request of a note among the staff, in the application."""
    owner = request.owner
    if owner and owner.is_active and owner.pk != note.author_id:
        _note(request, note, owner, TO_STAFF, NoticeMail.NEVER, True, now)


def _note(
    request: SupportRequest,
    message: SupportMessage,
    person: User,
    kind: str,
    mail: str,
    in_app: bool,
    now: datetime,
) -> None:
    Notice.objects.create(
        importer_id=request.importer_id,
        user=person,
        key=f"support-message/{message.pk}",
        kind=kind,
        subject=f"{request.number} {request.title}"[:200],
        due_on=request.client_due_on or toronto_day(request.clock_due_at or now),
        address=reverse("support-request", args=[request.pk]),
        in_app=in_app,
        mail=mail,
        created_at=now,
        mailed_at=now if mail == NoticeMail.NOW else None,
    )


def _write(
    request: SupportRequest, message: SupportMessage, person: User, ways: Wishes, now: datetime
) -> None:
    """One letter with the words of one message, to be answered by e-mail."""
    answer_to = reply_address(ReplyTo(request.importer_id, request.pk, person.pk))
    not_before = ways.may_write_at(person, now)
    with translation.override(person.language):
        context = {
            "person": person,
            "request": request,
            "message": message,
            "link": settings.BASE_URL + reverse("support-request", args=[request.pk]),
            "settings_link": settings.BASE_URL + reverse("notice-settings"),
            "line": WRITE_ABOVE[person.language] if answer_to else "",
        }
        put_letter(
            to=person.email,
            subject=f"[{request.number}] {request.title}",
            text=render_to_string("clients/support/letter.txt", context),
            html=render_to_string("clients/support/letter.html", context),
            once=f"support-message/{request.importer_id}/{message.pk}/{person.pk}",
            not_before=not_before if not_before > now else None,
            headers=threading(request.number, answer_to, _letter_ids(request)),
        )


def tell_of_lapse(request: SupportRequest, now: datetime, closes_on: date | None) -> None:
    """Write to the importer's people that it closes on a day, or with None that it has closed.

    Once each for the same warning; who wants no e-mail of requests gets none.
    """
    people = client_side(request)
    ways = wishes(people)
    what = "closing" if closes_on else "closed"
    key = f"support-{what}/{request.importer_id}/{request.pk}/{request.lapse_warned_at}"
    for person in people:
        if ways.way(person, TO_CLIENT)[0] == NoticeMail.NEVER:
            continue
        answer_to = reply_address(ReplyTo(request.importer_id, request.pk, person.pk))
        not_before = ways.may_write_at(person, now)
        with translation.override(person.language):
            context = {
                "request": request,
                "closes_on": closes_on,
                "link": settings.BASE_URL + reverse("support-request", args=[request.pk]),
                "settings_link": settings.BASE_URL + reverse("notice-settings"),
                "line": WRITE_ABOVE[person.language] if answer_to else "",
            }
            put_letter(
                to=person.email,
                subject=f"[{request.number}] {request.title}",
                text=render_to_string("clients/support/lapse.txt", context),
                once=f"{key}/{person.pk}",
                not_before=not_before if not_before > now else None,
                headers=threading(request.number, answer_to, _letter_ids(request)),
            )


def threading(number: str, answer_to: str, letter_ids: Iterable[str]) -> dict[str, str]:
    """Headers that keep the letters of one request together, and say where an answer goes."""
    first = f"<{number.lower()}@{our_domain()}>"
    known = [first, *letter_ids]
    headers = {"In-Reply-To": known[-1], "References": " ".join(known)}
    return headers | ({"Reply-To": answer_to} if answer_to else {})


def _letter_ids(request: SupportRequest) -> list[str]:
    """The letters that came in about it, the last few."""
    rows = SupportMessage.objects.filter(importer=request.importer_id, request=request)
    known = rows.exclude(letter_id="").order_by("-id").values_list("letter_id", flat=True)
    return list(known[:5])[::-1]
