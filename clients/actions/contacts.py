"""What the public writes on the contact page: received, answered, handed to an importer's staff."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from carmsvc.platform import audit
from carmsvc.platform.outbox import put_letter
from carmsvc.platform.refusals import Refused
from clients.actions.reply_addresses import ReplyTo, reply_address
from clients.actions.secrets import against_secrets
from clients.actions.support import new_number
from clients.actions.support_checks import MOST_CHARACTERS, refuse_step
from clients.actions.support_clock import move_to, note_answer, promise_anew, start_clock
from clients.actions.support_telling import tell_of_message, threading
from clients.models import (
    Contact,
    ContactMessage,
    Importer,
    SupportCategory,
    SupportMessage,
    SupportPriority,
    SupportRequest,
    SupportSource,
    User,
)
from clients.rules.letters import WRITE_ABOVE
from clients.rules.support import NEEDS_WORDS, Wish, after_message

OF_HELP = (
    *("number", "title", "category", "priority", "source", "language", "asked_at"),
    *("answer_due_at", "resolution_due_at", "clock_due_at", "paused_at", "answered_at"),
    *("solved_at", "answered_late", "solved_late", "state"),
)


@transaction.atomic
def receive_contact(
    *, name: str, address: str, text: str, now: datetime, language: str, **told: Any
) -> Contact:
    """Keep what somebody wrote, tell them so, and tell the administrators. Raises `Refused`.

    Whether the address is known here changes nothing that is said or done.
    """
    contact = Contact(
        name=" ".join(name.split()),
        address=address.strip().lower(),
        language=language,
        asked_at=now,
        number=new_number(),
        **({"source": SupportSource.CONTACT} | told),
    )
    contact.title = " ".join(contact.title.split())
    if reasons := list(_reasons_against(contact, text)):
        raise Refused(*reasons)
    start_clock(contact, now)
    contact.save()
    _add_message(contact, None, text, now, source=contact.source)
    facts = {"number": contact.number, "category": contact.category}
    audit.record_for_brokerage("contact received", by="public", target=contact, after=facts)
    _thank(contact)
    _tell_administrators(contact)
    return contact


def _reasons_against(contact: Contact, text: str) -> Any:
    words = (contact.name, contact.title, contact.company, contact.telephone, text)
    if any("\x00" in one for one in words):
        yield _("The text holds a character that cannot be kept.")
    if not 0 < len(contact.name) <= 200:
        yield _("Say who you are, in at most 200 characters.")
    if not 0 < len(contact.title) <= 200:
        yield _("Say in at most 200 characters what it is about.")
    if contact.category not in SupportCategory.values:
        yield _("There is no such category: %(word)s.") % {"word": contact.category}
    try:
        validate_email(contact.address)
    except ValidationError:
        yield _("Give an e-mail address at which we can answer.")
    yield from _reasons_against_text(text)


def _reasons_against_text(text: str) -> Any:
    if not text.strip():
        yield _("Write what you want to say.")
    elif len(text) > MOST_CHARACTERS:
        yield _("The message is too long: 20,000 characters at most. Send the rest as a file.")
    yield from against_secrets(text)


def _thank(contact: Contact) -> None:
    """The number and what comes next. Nothing they wrote: else anybody could mail anybody."""
    with translation.override(contact.language):
        context = {"contact": contact}
        put_letter(
            to=contact.address,
            subject=f"[{contact.number}] " + _("We have received your message"),
            text=render_to_string("clients/support/contact_thanks.txt", context),
            once=f"contact/{contact.pk}/thanks",
            headers=_headers(contact),
        )


def _tell_administrators(contact: Contact) -> None:
    people = User.objects.filter(staff_role=User.StaffRole.ADMINISTRATOR, is_active=True)
    for person in people.order_by("id"):
        with translation.override(person.language):
            context = {"contact": contact, "link": settings.BASE_URL + _place(contact)}
            put_letter(
                to=person.email,
                subject=f"[{contact.number}] " + _("A message from the contact page"),
                text=render_to_string("clients/support/contact_told.txt", context),
                once=f"contact/{contact.pk}/told/{person.pk}",
            )


def _place(contact: Contact) -> str:
    return reverse("contact-page", args=[contact.pk])


@transaction.atomic
def answer_contact(
    *, contact: Contact, by: User, text: str, now: datetime, is_staff_only: bool = False
) -> ContactMessage:
    """Write to somebody of the public, or among the staff about them. Raises `Refused`."""
    held = _held(contact)
    state = after_message(held.standing, is_staff=True, is_staff_only=is_staff_only)
    if state is None:
        raise Refused(_("This request is closed. Reopen it, and say why."))
    if reasons := list(_reasons_against_text(text)):
        raise Refused(*reasons)
    if not is_staff_only:
        note_answer(held, now)
        held.owner = held.owner or by
        move_to(held, state, now)
        held.save()
    message = _add_message(held, by, text, now, is_staff_only=is_staff_only)
    _tell("contact message written", held, by, message=message.pk, staff_only=is_staff_only)
    if not is_staff_only:
        _write_to(held, message)
    return message


@transaction.atomic
def contact_wrote(*, contact: Contact, text: str, letter_id: str, now: datetime) -> ContactMessage:
    """An answer of theirs came by e-mail. Raises `Refused`."""
    held = _held(contact)
    state = after_message(held.standing, is_staff=False, is_staff_only=False)
    if state is None:
        raise Refused(_("This request is closed. Reopen it, and say why."))
    move_to(held, state, now)
    held.save()
    source = SupportSource.MAIL
    message = _add_message(held, None, text, now, source=source, letter_id=letter_id)
    _tell("contact message written", held, None, message=message.pk)
    return message


def _write_to(contact: Contact, message: ContactMessage) -> None:
    headers = _headers(contact)
    with translation.override(contact.language):
        line = WRITE_ABOVE[contact.language] if "Reply-To" in headers else ""
        context = {"contact": contact, "message": message, "line": line}
        put_letter(
            to=contact.address,
            subject=f"[{contact.number}] {contact.title}",
            text=render_to_string("clients/support/contact_letter.txt", context),
            once=f"contact-message/{message.pk}",
            headers=headers,
        )


def _headers(contact: Contact) -> dict[str, str]:
    known = ContactMessage.objects.filter(contact=contact).exclude(letter_id="")
    letter_ids = list(known.order_by("-id").values_list("letter_id", flat=True)[:5])[::-1]
    return threading(contact.number, reply_address(ReplyTo(contact_id=contact.pk)), letter_ids)


@transaction.atomic
def step_contact(
    *, contact: Contact, wish: Wish, by: User, now: datetime, text: str = ""
) -> Contact:
    """Take a contact one step further, with a message to them. Raises `Refused`."""
    held = _held(contact)
    if wish is Wish.SEND_TO_CBSA:
        raise Refused(_("Hand it to an importer’s staff first: the CBSA asks for whom."))
    if held.moved_at:
        raise Refused(_("It was handed to an importer’s staff and goes on there."))
    state = refuse_step(held, wish, is_staff=True)
    if (wish in NEEDS_WORDS or text.strip()) and (reasons := list(_reasons_against_text(text))):
        raise Refused(*reasons)
    if wish is Wish.SOLVE and not (text.strip() or held.answered_at):
        raise Refused(_("Nobody has answered yet: write the answer with it."))
    if text.strip():
        note_answer(held, now)
    held.owner = held.owner or by
    before = held.state
    move_to(held, state, now)
    held.save()
    _tell("contact stepped", held, by, before={"state": before}, after={"state": held.state})
    if text.strip():
        _write_to(held, _add_message(held, by, text, now))
    return held


@transaction.atomic
def handle_contact(
    *, contact: Contact, by: User, now: datetime, owner: User | None, category: str, priority: str
) -> None:
    """Say who looks after a contact, what it is and how urgent. Raises `Refused`."""
    held = _held(contact)
    if category not in SupportCategory.values or priority not in SupportPriority.values:
        raise Refused(_("There is no such category: %(word)s.") % {"word": category})
    names = ("owner_id", "category", "priority")
    before = {name: getattr(held, name) for name in names}
    held.owner = owner
    promise_anew(held, category, priority, now)
    held.save()
    after = {name: getattr(held, name) for name in names}
    if before != after:
        _tell("contact handled", held, by, before=before, after=after)


@transaction.atomic
def move_contact(
    *, contact: Contact, importer: Importer, by: User, now: datetime
) -> SupportRequest:
    """Hand a contact to an importer's staff: its words go behind the importer's wall.

    It keeps its number. The sender gets no letters from there unless they are one of the
    importer's people. Raises `Refused`.
    """
    held = _held(contact)
    if held.moved_at:
        raise Refused(_("It was handed to an importer’s staff and goes on there."))
    asker = User.objects.filter(
        email=held.address, memberships__importer=importer, is_active=True
    ).first()
    request = SupportRequest.objects.create(
        importer=importer,
        asked_by=asker,
        owner=None,
        outside_name=held.name,
        outside_address=held.address,
        **{name: getattr(held, name) for name in OF_HELP},
    )
    _move_words(held, request)
    moved = {"number": held.number, "title": held.title, "category": held.category}
    audit.record(
        "support request opened", importer_id=importer.pk, by=by, target=request, after=moved
    )
    _empty(held, by, now)
    last = SupportMessage.objects.filter(importer=importer, request=request).last()
    if last and not last.is_from_staff:
        tell_of_message(request, last, now)
    return request


def _move_words(contact: Contact, request: SupportRequest) -> None:
    names = ("is_staff_only", "is_from_staff", "author_id", "author_name", "text", "source")
    for one in ContactMessage.objects.filter(contact=contact).order_by("id"):
        told = {name: getattr(one, name) for name in (*names, "letter_id", "written_at")}
        SupportMessage.objects.create(importer_id=request.importer_id, request=request, **told)


def _empty(contact: Contact, by: User, now: datetime) -> None:
    """What is left here names nobody and says nothing."""
    ContactMessage.objects.filter(contact=contact).delete()
    contact.name, contact.address, contact.company, contact.telephone = "–", "", "", ""
    contact.title, contact.state = "–", "closed"
    contact.moved_at, contact.moved_by = now, by
    contact.solved_at, contact.clock_due_at = contact.solved_at or now, None
    contact.save()
    _tell("contact moved", contact, by, number=contact.number)


def _held(contact: Contact) -> Contact:
    rows = Contact.objects.select_for_update(of=("self",)).select_related("owner")
    return rows.get(pk=contact.pk)


def _add_message(
    contact: Contact,
    by: User | None,
    text: str,
    now: datetime,
    *,
    is_staff_only: bool = False,
    source: str = SupportSource.PAGE,
    letter_id: str = "",
) -> ContactMessage:
    return ContactMessage.objects.create(
        contact=contact,
        is_staff_only=is_staff_only,
        is_from_staff=by is not None,
        author=by,
        author_name=(by.full_name or by.email) if by else contact.name,
        text=text.replace("\r\n", "\n").strip(),
        source=source,
        letter_id=letter_id[:250],
        written_at=now,
    )


def _tell(action: str, contact: Contact, by: User | None, **told: Any) -> None:
    audit.record_for_brokerage(action, by=by or "public", target=contact, **told)
