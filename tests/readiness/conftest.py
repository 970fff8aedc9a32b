"""These stories happen on 23 November 2026, a Monday; November's statement comes on the 25th."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client

from clients.models import User

Browser = Callable[[User], Client]


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    with time_machine.travel("2026-11-23T15:00:00Z", tick=False):
        yield


@pytest.fixture
def signed_in() -> Browser:
    """A browser in which this person has signed in."""

    def browser(person: User) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(person)
        return client

    return browser
