"""People who sign in by the pages, and what their audit chains say of it."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa import app_settings
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client

from carmsvc.platform.models import AuditEvent, BrokerageEvent, Letter
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, User
from tests.conftest import PASSWORD, SECRET

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36"


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    """Wrong passwords of the test before are forgotten."""
    cache.clear()


def code_of(secret: str = SECRET, later: int = 0) -> str:
    """What an authenticator app shows now, or so many half minutes later."""
    counter = int(time.time()) // app_settings.TOTP_PERIOD + later
    return format_hotp_value(hotp_value(secret, counter))


def browser(**headers: str) -> Client:
    return Client(headers={"accept-language": "en", "user-agent": CHROME} | headers)


def sign_in(person: User, password: str = PASSWORD, *, client: Client | None = None) -> Any:
    """The answer to an address and a password on the sign-in page."""
    asked = {"login": person.email, "password": password}
    return (client or browser()).post("/account/login/", asked)


@pytest.fixture
def inside() -> Callable[[User], Client]:
    """A browser in which this person has signed in by the pages, second step included."""

    def opened(person: User, **headers: str) -> Client:
        client = browser(**headers)
        answer = sign_in(person, client=client)
        if answer.url == "/account/2fa/authenticate/":
            cache.clear()  # a code works once; here somebody signs in twice in half a minute
            answer = client.post(answer.url, {"code": code_of()})
        assert answer.status_code == 302, answer.content.decode()
        return client

    return opened


def told_of_staff() -> list[tuple[str, str]]:
    """(who, what) on the brokerage's chain."""
    return list(BrokerageEvent.objects.order_by("sequence").values_list("actor", "action"))


def told_of(importer: Importer) -> list[tuple[str, str]]:
    """(who, what) on an importer's chain."""
    with importer_scope(importer.pk):
        rows = AuditEvent.objects.order_by("sequence")
        return list(rows.values_list("actor", "action"))


def letters() -> list[tuple[str, str]]:
    """(to whom, about what) in the outbox."""
    return list(Letter.objects.order_by("id").values_list("to_address", "subject"))
