"""Wednesday noon in Toronto; Maple's first account owes 70.00 in six days."""

from collections.abc import Iterator

import pytest
import time_machine

from carmsvc.platform.tenancy import importer_scope
from clients.models import (
    Importer,
    ProgramAccount,
)
from tests.books import Line, soa
from tests.notices.stories import NOON, NOVEMBER


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def billed(importer: Importer) -> ProgramAccount:
    """Maple's first account owes 70.00 on 1 December; its other account has no statement yet."""
    with importer_scope(importer.pk):
        account: ProgramAccount = ProgramAccount.objects.get(bn15="123456782RM0001")
        ProgramAccount.objects.exclude(pk=account.pk).update(bn15="123456782RM0009")
        soa(account, Line("1", "70.00"), last=NOVEMBER)
    return account
