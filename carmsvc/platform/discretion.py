"""A log that tells what failed and keeps quiet about what opens a door.

Passwords, one-time codes, tokens, API keys, session ids and Authorization headers of the request
that is answered are taken out of every line by their very values, wherever they got into it (a
path, an error's message, a traceback); whatever looks like one is taken out too.
"""

import logging
import re
from collections.abc import Iterator
from typing import Any

from django.conf import settings

from carmsvc.platform.audit_origin import current_request

HIDDEN = "[hidden]"
SHORTEST = 6  # characters; a shorter value would blank out ordinary words
NAMES = (
    "pass(?:word|wd|phrase)|pwd|token|secret|api[_-]?key|authorization|cookie|session(?:id)?|csrf"
    "|otp|credential"
)
IS_SECRET = re.compile(rf"{NAMES}|signature|^(?:code|state|nonce)$", re.IGNORECASE)
SHAPES = (
    (re.compile(r"(Failing row contains )\(.*\)"), rf"\1{HIDDEN}"),  # PostgreSQL tells all of it
    (re.compile(r"\b(?:pbkdf2_sha256|pbkdf2_sha1|argon2|scrypt|bcrypt\w*|md5)\$\S+"), HIDDEN),
    (re.compile(r"carm_[0-9a-f]{8}_[\w-]+"), HIDDEN),
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]+", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (re.compile(r"(\w+://[^\s:/@]*):[^\s@/]+@"), rf"\1:{HIDDEN}@"),
    (re.compile(r"(/(?:invitation|confirm-email|password/reset/key)/)[^\s/\"']+"), rf"\1{HIDDEN}"),
    (re.compile(r"(/calendar/)[^\s/\"']+\.ics"), rf"\1{HIDDEN}.ics"),
    (
        re.compile(rf"(\w*(?:{NAMES})\w*[\"']?\s*[=:]\s*[\"']?)[^\s&\"',;)\]}}]+", re.IGNORECASE),
        rf"\1{HIDDEN}",
    ),
)


class DiscreetLine(logging.Formatter):
    """A line of the log with its traceback, without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        request = getattr(record, "request", None) or current_request()
        return discreet(super().format(record), request)


def discreet(text: str, request: Any = None) -> str:
    """The text without the secrets of the request, and without what looks like one."""
    for value in sorted(set(_secrets_of(request)), key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    for shape, instead in SHAPES:
        text = shape.sub(instead, text)
    return text


def _secrets_of(request: Any) -> Iterator[str]:
    """What the request holds that nobody else may read; nothing of it is parsed for this."""
    request = getattr(request, "_request", request)  # the API wraps Django's
    if not hasattr(request, "META"):
        return
    for name, value in _said(request):
        if len(value) >= SHORTEST and IS_SECRET.search(name):
            yield value


def _said(request: Any) -> Iterator[tuple[str, str]]:
    for asked in (request.GET, request.__dict__.get("_post")):
        for name, values in asked.lists() if asked else ():
            yield from ((name, value) for value in values)
    for name, value in request.COOKIES.items():
        if name != settings.LANGUAGE_COOKIE_NAME:
            yield "cookie", value
    yield "authorization", request.META.get("HTTP_AUTHORIZATION", "").rpartition(" ")[2]
    yield "csrf", request.META.get("HTTP_X_CSRFTOKEN", "")
    match = getattr(request, "resolver_match", None)
    for name, value in (match.kwargs if match else {}).items():
        yield ("token" if name == "key" else name), str(value)
