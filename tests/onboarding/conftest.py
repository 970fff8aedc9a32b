"""These stories happen on 23 November 2026, a Monday."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client

from clients.models import Importer, Onboarding, User
from tests.conftest import PASSWORD, settle
from tests.onboarding.stories import begun

Browser = Callable[[User], Client]


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    with time_machine.travel("2026-11-23T15:00:00Z", tick=False):
        yield


@pytest.fixture
def onboarding(scope: Importer, analyst: User) -> Onboarding:
    """A resident importer's onboarding that began today, in the importer's scope."""
    return begun(scope, analyst, lead=analyst)


@pytest.fixture
def second_administrator(db: None) -> User:
    person = User.objects.create_user(
        "second@broker.example", PASSWORD, full_name="Second", staff_role="administrator"
    )
    return settle(person)


@pytest.fixture
def signed_in() -> Browser:
    """A browser in which this person has signed in."""

    def browser(person: User) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(person)
        return client

    return browser
