"""People in the portal, as the tests tell of them."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.tenancy import importer_scope
from clients.actions.portal import give_role, record_portal_user
from clients.models import Importer, PortalUser, ProgramAccount, User


@pytest.fixture
def today() -> date:
    return today_in_toronto()


@pytest.fixture
def record(importer: Importer, administrator: User, today: date) -> Any:
    """Record somebody with a role: `record("Rosa Roy", "bam")`."""

    def make(
        name: str,
        role: str = "bam",
        *,
        at: Importer = importer,
        account: str = "",
        kind: str = "employee",
        email: str = "",
        days_ago: int = 0,
        **days: Any,
    ) -> PortalUser:
        with importer_scope(at.pk):
            told = {"by": administrator, "today": today - timedelta(days=days_ago)}
            address = email or name.lower().replace(" ", ".") + "@maple.example"
            made = record_portal_user(importer=at, name=name, email=address, kind=kind, **told)
            if role:
                found = ProgramAccount.objects.filter(bn15=account).first()
                give_role(portal_user=made, role=role, account=found, **told, **days)
        return made

    return make


class Browser:
    """Signs people in."""

    def __call__(self, person: User) -> Client:
        client = Client()
        client.force_login(person)
        return client


@pytest.fixture
def signed_in() -> Browser:
    return Browser()
