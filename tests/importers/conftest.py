"""These stories happen on 23 November 2026, a Monday."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clients.models import User

TODAY = date(2026, 11, 23)
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


@pytest.fixture
def connection_queries(db: None) -> Callable[[Callable[[], object]], int]:
    """How many queries something takes."""

    def count(act: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as queries:
            act()
        return len(queries)

    return count
