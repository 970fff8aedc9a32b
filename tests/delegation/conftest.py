"""The day of the stories."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client

from clients.models import User
from tests.delegation.stories import TODAY

Browser = Callable[[User], Client]


@pytest.fixture
def on_the_day() -> Iterator[None]:
    with time_machine.travel(f"{TODAY}T15:00:00Z"):
        yield


@pytest.fixture
def signed_in() -> Browser:
    """A browser in which this person has signed in."""

    def browser(person: User) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(person)
        return client

    return browser
