"""Addresses that answers by e-mail go to: each is one person's for one request, and is signed.

`reply+r-<importer>-<request>-<person>-<signature>@domain`; a contact's is `c-<contact>`. Nothing
is kept of them: who can make one knows the secret key.
"""

import base64
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import parseaddr

from django.conf import settings
from django.utils.crypto import salted_hmac

_SALT = "carmsvc.reply-address"
_LENGTH = 24  # of the signature: 120 bits in small letters and digits
_TOKEN = re.compile(r"([rc])-((?:[0-9a-z]{1,13}-){1,3})([a-z2-7]{24})")
_PARTS = {"r": 3, "c": 1}
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class ReplyTo:
    """What an address was made for."""

    importer_id: int | None = None
    request_id: int | None = None
    person_id: int | None = None
    contact_id: int | None = None


def reply_address(of: ReplyTo) -> str:
    """The address an answer goes to; empty where no domain is set up."""
    if not settings.REPLY_ADDRESS:
        return ""
    local, _, domain = settings.REPLY_ADDRESS.rpartition("@")
    return f"{local}+{_token(of)}@{domain}"


def _token(of: ReplyTo) -> str:
    ids = (of.contact_id,) if of.contact_id else (of.importer_id, of.request_id, of.person_id)
    named = "-".join(["c" if of.contact_id else "r", *(_short(one or 0) for one in ids)])
    return f"{named}-{_signature(named, settings.SECRET_KEY)}"


def reply_to_of(addresses: Iterable[str]) -> ReplyTo | None:
    """What the first of our own addresses among these was made for; None if none is ours."""
    local, _, domain = settings.REPLY_ADDRESS.lower().rpartition("@")
    for one in addresses:
        name, _, host = parseaddr(one)[1].lower().rpartition("@")
        if domain and host == domain and name.startswith(f"{local}+"):
            found = _read(name.removeprefix(f"{local}+"))
            if found:
                return found
    return None


def _read(token: str) -> ReplyTo | None:
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    kind, ids, signature = found[1], found[2].rstrip("-").split("-"), found[3]
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    named = "-".join([kind, *ids])
    ours = [hmac.compare_digest(_signature(named, key), signature) for key in keys]
    if not any(ours) or len(ids) != _PARTS[kind]:
        return None
    numbers = [int(one, 36) for one in ids]
    return ReplyTo(*numbers) if kind == "r" else ReplyTo(contact_id=numbers[0])


def _signature(named: str, secret: str) -> str:
    digest = salted_hmac(_SALT, named, secret=secret, algorithm="sha256").digest()
    return base64.b32encode(digest).decode().lower()[:_LENGTH]


def _short(number: int) -> str:
    digits = ""
    while number:
        number, place = divmod(number, 36)
        digits = _DIGITS[place] + digits
    return digits or "0"
