"""Letters that come in: kept as a row once, then read; what is no answer is set aside in sight.

A letter is known by its Message-ID and our address it was sent to, so that a mail server that
delivers it again, or two workers at once, make one message. What was taken in keeps no word here.
"""

import hashlib
import logging
from collections.abc import Iterable
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from carmsvc.platform import audit, work
from carmsvc.platform.nudge import nudge
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importer_scope
from clients.actions.contacts import contact_wrote, receive_contact
from clients.actions.documents import reasons_against_file
from clients.actions.reply_addresses import ReplyTo, reply_to_of
from clients.actions.secrets import against_secrets
from clients.actions.support import MOST_FILES, write_message
from clients.models import (
    Contact,
    ReceivedLetter,
    SupportCategory,
    SupportRequest,
    SupportSource,
    User,
)
from clients.queries import importer_ids_for, may
from clients.rules.letters import own_words, why_no_person, words_of_page
from clients.rules.permissions import Permission
from clients.rules.support import State

logger = logging.getLogger(__name__)
Reason, Standing = ReceivedLetter.Reason, ReceivedLetter.State
TO_US = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")
UNKEPT = frozenset({Reason.SECRET, Reason.UNREADABLE})
IGNORED = frozenset({Reason.AUTO_SUBMITTED, Reason.BULK, Reason.BOUNCE, Reason.MACHINE})


class SetAside(Exception):
    """A letter that is not taken as a message, for a reason of `ReceivedLetter.Reason`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def receive_letter(*, raw: bytes, recipient: str = "") -> ReceivedLetter:
    """Keep a letter as it came (RFC 5322) until it is read; the same one is kept once.

    `recipient` is the address it was delivered to, where the mail server says so. `Refused` for
    one that is larger than we take.
    """
    if len(raw) > settings.RECEIVED_LETTER_MOST_BYTES:
        raise Refused(_("The letter is larger than we take."))
    letter = _parsed(raw)
    key = _key(letter, raw, recipient)
    told = {
        "raw": raw,
        "recipient": _plain(recipient, 254),
        "sender": _plain(_sender(letter), 254),
        "title": _plain(letter.get("subject", ""), 250),
    }
    kept, is_new = ReceivedLetter.objects.get_or_create(key=key, defaults=told)
    if is_new:
        nudge("clients.tasks.read_letter", letter_id=kept.pk)
    return kept


def _parsed(raw: bytes) -> EmailMessage:
    letter = message_from_bytes(raw, policy=policy.default)
    assert isinstance(letter, EmailMessage)
    return letter


def _key(letter: EmailMessage, raw: bytes, recipient: str) -> str:
    known = _header(letter, "message-id").strip()
    to = sorted({recipient.strip().lower(), *_addresses(letter)}) if known else []
    content = "\n".join([known, *to]).encode() if known else raw
    return hashlib.sha256(content).hexdigest()


def read_letter(letter_id: int) -> bool:
    """Read one letter if nobody has: a message on its request, ignored, or set aside.

    A crash leaves it to be read again; the message and the word that it was read are one
    transaction. False where it was not to be read.
    """
    token = work.claim(ReceivedLetter, letter_id)
    if token is None:
        return False
    try:
        with transaction.atomic():
            held = work.hold(ReceivedLetter, letter_id, token)
            _read(held, timezone.now())
    except work.LostClaim:
        return False
    except Exception as failure:
        logger.exception("letter %s was not read", letter_id)
        work.give_back(ReceivedLetter, letter_id, token, repr(failure), None)
        return False
    return True


def _read(held: ReceivedLetter, now: datetime) -> None:
    letter = _parsed(bytes(held.raw))
    try:
        with transaction.atomic():
            _take_in(held, letter, now)
    except SetAside as why:
        ignored = why.reason in IGNORED
        held.state = Standing.IGNORED if ignored else Standing.SET_ASIDE
        unkept = ignored or why.reason in UNKEPT
        held.reason, held.text = why.reason, "" if unkept else _readable(letter)
    else:
        held.state = Standing.ACCEPTED
        held.sender = held.recipient = held.title = ""
    held.raw = b""
    held.claim_token = held.leased_until = None
    held.save()


def _take_in(held: ReceivedLetter, letter: EmailMessage, now: datetime) -> None:
    """Raises `SetAside`."""
    sender = _sender(letter)
    headers = {name: _plain(value, 1000) for name, value in letter.items()}
    if reason := why_no_person(headers, sender):
        raise SetAside(reason)
    to = reply_to_of([held.recipient, *_addresses(letter)])
    if to is None:
        raise SetAside(Reason.NO_ADDRESS)
    files, notes = _files(letter), _words(letter)
    if not notes and not files:
        raise SetAside(Reason.EMPTY)
    if against_secrets(notes):
        raise SetAside(Reason.SECRET)
    letter_id = _header(letter, "message-id").strip()
    if to.contact_id:
        _to_contact(to, sender, notes, files, letter_id, now)
    else:
        _to_request(to, sender, notes, files, letter_id, now)


def _to_contact(
    to: ReplyTo, sender: str, text: str, files: list[Any], letter_id: str, now: datetime
) -> None:
    contact = Contact.objects.filter(pk=to.contact_id or 0).first()
    if contact is None or contact.moved_at:
        raise SetAside(Reason.NO_ADDRESS if contact is None else Reason.CLOSED)
    if sender != contact.address:
        raise SetAside(Reason.STRANGER)
    if contact.standing is State.CLOSED:
        raise SetAside(Reason.CLOSED)
    text = "\n\n".join(filter(None, [text, _not_kept([one.name for one in files])]))
    contact_wrote(contact=contact, text=text, letter_id=letter_id, now=now)


def _to_request(
    to: ReplyTo, sender: str, text: str, files: list[Any], letter_id: str, now: datetime
) -> None:
    person = User.objects.filter(email=sender, is_active=True).first()
    if person is None:
        raise SetAside(Reason.STRANGER)
    if person.pk != to.person_id:
        raise SetAside(Reason.OTHER_ADDRESS)
    importer_id = to.importer_id or 0
    if importer_id not in importer_ids_for(person):
        raise SetAside(Reason.STRANGER)
    with importer_scope(importer_id):
        if not may(person, Permission.ASK_SUPPORT, importer_id):
            raise SetAside(Reason.STRANGER)
        rows = SupportRequest.objects.filter(importer=importer_id, pk=to.request_id or 0)
        request = rows.select_related("importer").first()
        if request is None:
            raise SetAside(Reason.NO_ADDRESS)
        if request.standing is State.CLOSED and not request.lapsed_at:
            raise SetAside(Reason.CLOSED)
        _write(request, person, text, files, letter_id, now)


def _write(
    request: SupportRequest,
    person: User,
    text: str,
    files: list[Any],
    letter_id: str,
    now: datetime,
) -> None:
    """The message with its files; of a file that is not taken the message says so."""
    kept: list[Any] = []
    refused: list[Any] = []
    for content in files[:MOST_FILES]:
        reasons = reasons_against_file(content)
        (refused if reasons else kept).append(content)
    refused += files[MOST_FILES:]
    words = [text, _not_kept([one.name for one in refused])]
    write_message(
        request=request,
        by=person,
        text="\n\n".join(filter(None, words)) or _("Files are attached."),
        now=now,
        source=SupportSource.MAIL,
        files=kept,
        letter_id=letter_id,
    )


def _not_kept(names: list[str]) -> str:
    if not names:
        return ""
    told = _("[Not kept, because files like these are not taken: %(names)s]")
    return told % {"names": ", ".join(names)}


def _files(letter: EmailMessage) -> list[Any]:
    files = []
    for part in letter.iter_attachments():
        content = _content(part)
        if content:
            name = _plain(part.get_filename() or "letter", 200)
            files.append(ContentFile(content, name=name))
    return files


def _content(part: Any) -> bytes:
    """The bytes of an attachment; a letter that was forwarded whole is one too."""
    if part.get_content_maintype() == "message":
        return b"".join(one.as_bytes() for one in part.get_payload())
    return part.get_payload(decode=True) or b""


def _words(letter: EmailMessage) -> str:
    try:
        body = letter.get_body(preferencelist=("plain", "html"))
        text = str(body.get_content()) if body else ""
    except (LookupError, KeyError, UnicodeError, AttributeError):
        raise SetAside(Reason.UNREADABLE) from None
    is_page = body is not None and body.get_content_subtype() == "html"
    return own_words(words_of_page(text) if is_page else text)


def _readable(letter: EmailMessage) -> str:
    """Its words for whoever looks at it; none where they cannot be read."""
    try:
        return _words(letter)
    except SetAside:
        return ""


def _sender(letter: EmailMessage) -> str:
    """The one address it is from; none where it names several."""
    found = [address for _name, address in getaddresses([_header(letter, "from")]) if address]
    return found[0].strip().lower() if len(found) == 1 else ""


def _addresses(letter: EmailMessage) -> Iterable[str]:
    said = [str(one) for name in TO_US for one in letter.get_all(name, [])]
    return [address.lower() for _name, address in getaddresses(said) if address]


def _header(letter: EmailMessage, name: str) -> str:
    return str(letter.get(name, ""))


def _plain(value: Any, longest: int) -> str:
    return " ".join(str(value).replace("\x00", " ").split())[:longest]


def letters_to_read() -> list[int]:
    """What waits for a worker."""
    waiting = ReceivedLetter.objects.filter(ReceivedLetter.is_waiting())
    return list(waiting.order_by("id").values_list("id", flat=True)[:1000])


def park_exhausted_letters() -> int:
    """Park what died three times without a word; returns how many."""
    return work.park_exhausted(ReceivedLetter, lambda letter: None)


@transaction.atomic
def dismiss_letter(*, letter: ReceivedLetter, by: User) -> bool:
    """Somebody looked at it, and nothing is to be done; its words go. False if it was settled."""
    return _settle(letter, by, "dismissed")


@transaction.atomic
def take_as_contact(*, letter: ReceivedLetter, by: User, now: datetime) -> Contact | None:
    """Treat a letter that was set aside as one from the public; None if it was settled.

    Raises `Refused` where it has no sender or no words.
    """
    held = ReceivedLetter.objects.select_for_update().get(pk=letter.pk)
    told = {"sender": held.sender, "title": held.title or _("A letter"), "text": held.text}
    if not _settle(held, by, "taken as a contact"):
        return None
    return receive_contact(
        name=told["sender"],
        address=told["sender"],
        title=told["title"][:200],
        text=told["text"],
        category=SupportCategory.OTHER,
        language=User.Language.ENGLISH,
        source=SupportSource.MAIL,
        now=now,
    )


def _settle(letter: ReceivedLetter, by: User, how: str) -> bool:
    rows = ReceivedLetter.objects.filter(pk=letter.pk, settled_at=None)
    stuck = rows.filter(state=Standing.SET_ASIDE) | rows.exclude(parked_at=None)
    words = {"sender": "", "recipient": "", "title": "", "text": "", "raw": b""}
    settled = stuck.update(
        state=Standing.SETTLED,
        settled_at=timezone.now(),
        settled_by=by,
        parked_at=None,
        leased_until=None,
        **words,
    )
    if settled:
        audit.record_for_brokerage("received letter settled", by=by, target=letter, how=how)
    return bool(settled)
