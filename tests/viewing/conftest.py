"""It is noon in Toronto, and the analyst may look at Maple as one of its roles."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from carmsvc.platform.tenancy import importer_scope
from clients.actions.staff import change_staff_role, unassign_staff
from clients.models import Importer, ProgramAccount, User
from reconciliation.models import MatchRun
from tests.pages.conftest import october
from tests.viewing.stories import NOON, Loss, begin


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """It is noon in Toronto until the test says otherwise."""
    with time_machine.travel(NOON, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def browser(analyst: User) -> Client:
    """The analyst's, in English."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(analyst)
    return client


@pytest.fixture
def looking(browser: Client, importer: Importer) -> Client:
    """The analyst looks at Maple as its owner."""
    assert begin(browser, importer).url == f"/importers/{importer.pk}/"
    return browser


@pytest.fixture
def run(importer: Importer) -> MatchRun:
    with importer_scope(importer.pk):
        return october(ProgramAccount.objects.get(bn15="123456782RM0001"))


@pytest.fixture
def right_lost(analyst: User, administrator: User) -> Loss:
    return lambda: change_staff_role(person=analyst, role="viewer", by=administrator)


@pytest.fixture
def importer_lost(analyst: User, administrator: User, importer: Importer) -> Loss:
    def lose() -> None:
        with importer_scope(importer.pk):
            unassign_staff(person=analyst, importers=[importer], by=administrator)

    return lose
