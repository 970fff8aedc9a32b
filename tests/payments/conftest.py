"""These stories happen on 23 November 2026, a Monday; October's payment was due on the 30th."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.test import Client

from clients.models import ProgramAccount, User
from statements.actions.payments import record_payment
from statements.models import Payment

TODAY = date(2026, 11, 23)
PDF = b"%PDF-1.7\n% a confirmation of the bank"


@pytest.fixture(autouse=True)
def on_the_23rd_of_november() -> Iterator[None]:
    with time_machine.travel("2026-11-23T15:00:00Z", tick=False):
        yield


Pay = Callable[..., Payment]


@pytest.fixture
def pay(analyst: User) -> Pay:
    """Record a payment as a test says it: `pay(account, "100.00", paid_on=…)`."""

    def paid(account: ProgramAccount, amount: str, **told: Any) -> Payment:
        usual = {"paid_on": TODAY, "method": "online_banking", "payer": "importer", "by": analyst}
        return record_payment(account=account, amount=Decimal(amount), **(usual | told))

    return paid


def proof(content: bytes = PDF, name: str = "confirmation.pdf") -> "ContentFile[bytes]":
    return ContentFile(content, name=name)


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """A browser in which this person has signed in."""

    def browser(person: User) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(person)
        return client

    return browser
