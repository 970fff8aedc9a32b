"""Letters as a mail server hands them over."""

from email.message import EmailMessage
from typing import Any

from clients.actions.received_letters import read_letter, receive_letter
from clients.actions.reply_addresses import ReplyTo, reply_address
from clients.models import ReceivedLetter, SupportRequest, User


def address_for(request: SupportRequest, person: User) -> str:
    """The address an answer of this person's on this request goes to."""
    return reply_address(ReplyTo(request.importer_id, request.pk, person.pk))


def letter(sender: str, to: str, text: str = "October’s.", **headers: str) -> EmailMessage:
    """A letter; headers with underscores for dashes."""
    message = EmailMessage()
    usual = {"Message-ID": "<1@maple.example>", "Subject": "Re: [SR-1] Billed twice?"}
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in {"From": sender, "To": to, **usual, **told}.items():
        message[name] = value
    message.set_content(text)
    return message


def comes_in(message: EmailMessage | bytes, recipient: str = "") -> ReceivedLetter:
    """The mail server hands it over, and a worker reads it."""
    raw: Any = message if isinstance(message, bytes) else message.as_bytes()
    kept = receive_letter(raw=raw, recipient=recipient)
    read_letter(kept.pk)
    return ReceivedLetter.objects.get(pk=kept.pk)
