"""Take in e-mail: one letter from standard input, or a mailbox."""

import mailbox
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from carmsvc.platform.commands import DoorCommand
from carmsvc.platform.refusals import Refused
from clients.actions.received_letters import read_letter, receive_letter
from clients.models import ReceivedLetter


class Command(DoorCommand):
    """`receive_mail [--to ADDRESS] [FILE | --mbox FILE | --maildir FOLDER]`.

    For a mail server's pipe: without a file the letter comes from standard input. What was taken
    in before is not taken in again, so that a mailbox may be read as often as one likes.
    """

    help = "Take in answers by e-mail: one RFC 5322 letter, an mbox or a Maildir."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        source = parser.add_mutually_exclusive_group()
        source.add_argument("file", nargs="?", type=Path, help="a file with one letter")
        source.add_argument("--mbox", type=Path, help="a file with many letters")
        source.add_argument("--maildir", type=Path, help="a folder of letters")
        parser.add_argument("--to", default="", help="the address the letter was delivered to")

    def answer(self, **options: Any) -> dict[str, Any]:
        taken = [_taken(raw, options["to"]) for raw in _letters(options)]
        counts = {"letters": len(taken)}
        for one in taken:
            counts[one["state"]] = counts.get(one["state"], 0) + 1
        return {"counts": counts, "letters": taken}


def _letters(options: dict[str, Any]) -> Iterator[bytes]:
    """Raises `Refused` for a place that is not there."""
    box, folder, file = options["mbox"], options["maildir"], options["file"]
    for place in (box, folder, file):
        if place and not place.exists():
            raise Refused(_("There is no %(place)s.") % {"place": place})
    if box:
        yield from (one.as_bytes() for one in mailbox.mbox(box, create=False))
    elif folder:
        yield from (one.as_bytes() for one in mailbox.Maildir(folder, create=False))
    else:
        yield file.read_bytes() if file else sys.stdin.buffer.read()


def _taken(raw: bytes, recipient: str) -> dict[str, Any]:
    kept = receive_letter(raw=raw, recipient=recipient)
    read_letter(kept.pk)
    kept = ReceivedLetter.objects.defer("raw").get(pk=kept.pk)
    return {"letter": kept.pk, "state": kept.state, "reason": kept.reason}
