"""People who are signed in, and a reconciliation with one of nearly everything."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, ProgramAccount, User
from reconciliation.models import MatchRun
from tests.books import PERIOD_END, Line, ledger, reconciled, soa

Browser = Callable[[User], Client]


@pytest.fixture
def signed_in() -> Browser:
    """A browser in which this person has signed in."""

    def browser(person: User) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(person)
        return client

    return browser


def october(account: ProgramAccount, last: date = PERIOD_END) -> MatchRun:
    """A run with a match, a rounding, differences of several kinds and a suggestion."""
    statement = soa(
        account,
        Line(1, "100.00", parts=(("duty", "20.00"), ("gst", "80.00"))),
        Line(2, "240.10", parts=(("duty", "40.10"), ("gst", "200.00"))),
        Line(3, "50.00"),
        Line(None, "75.25", reference="K-118"),
        Line(None, "12.34", type="INTEREST"),
        Line(5, "60.02"),
        last=last,
    )
    ledger(
        account,
        Line(1, "100.00", parts=(("duty", "20.00"), ("gst", "80.00"))),
        Line(2, "204.10", parts=(("duty", "4.10"), ("gst", "200.00"))),
        Line(None, "75.25", reference="our own"),
        Line(4, "1000.00"),
        Line(5, "60.00"),
    )
    return reconciled(statement)


@pytest.fixture
def run(importer: Importer) -> MatchRun:
    with importer_scope(importer.pk):
        run = october(ProgramAccount.objects.get(bn15="123456782RM0001"))
        assert run.statement.program_account  # loaded now, for tests outside the scope
        return run


@pytest.fixture
def connection_queries(db: None) -> Callable[[Callable[[], object]], int]:
    """How many queries something takes."""

    def count(act: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as queries:
            act()
        return len(queries)

    return count
