"""These stories begin on Monday 23 November 2026, at ten in the morning in Toronto."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from carmsvc.platform.tenancy import importer_scope
from clients.actions.support import open_request
from clients.models import Contact, Importer, SupportRequest, User
from tests.conftest import settle

TORONTO = ZoneInfo("America/Toronto")
NOW = datetime.fromisoformat("2026-11-23T15:00:00+00:00")
Browser = Callable[[User], Client]
Ask = Callable[..., SupportRequest]


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    """Time stands at the beginning until a test moves it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def replies(settings: Any) -> None:
    settings.REPLY_ADDRESS = "reply@mail.northgate.example"
    settings.SUPPORT_TARGETS = "urgent=1/8 high=4/16 normal=8/40"


@pytest.fixture
def signed_in() -> Browser:
    """A browser in which this person has signed in."""

    def browser(person: User) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(person)
        return client

    return browser


@pytest.fixture
def ask(importer: Importer, finance: User) -> Ask:
    """Finance asks, or whoever a test says, what it says; in a scope of its own."""

    def asked(**told: Any) -> SupportRequest:
        usual: dict[str, Any] = {
            "importer": importer,
            "by": finance,
            "source": "page",
            "title": "Billed twice?",
            "text": "Line 14 looks like line 12.",
            "category": "statement",
            "now": timezone.now(),
        }
        with importer_scope(importer.pk):
            return open_request(**(usual | told))

    return asked


def as_now(request: SupportRequest) -> SupportRequest:
    """The request as it is kept now."""
    with importer_scope(request.importer_id):
        found: SupportRequest = SupportRequest.objects.select_related("owner").get(pk=request.pk)
    return found


@pytest.fixture
def second_owner(importer: Importer) -> User:
    """A colleague of the owner, who took no part in anything."""
    from clients.models import Membership

    person = User.objects.create_user("colleague@maple.example", full_name="Colleague")
    with importer_scope(importer.pk):
        Membership.objects.create(importer=importer, user=person, role="owner")
    return settle(person)


def only_contact() -> Contact:
    return Contact.objects.get()
