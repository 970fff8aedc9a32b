"""Deadlines across a large brokerage cost as many queries as those of one importer."""

import itertools
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carmsvc.platform.tenancy import TenantKey, importer_scope
from clients.models import Importer, ProgramAccount, SecurityInstrument, User
from clients.queries.deadlines import listed
from statements.actions.security import watch_security
from statements.models import Statement, StatementFile
from statements.queries.security import standings

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
TODAY = date(2026, 11, 23)
MANY = 5000
OCTOBER = {
    "period_start": date(2026, 9, 18),
    "period_end": date(2026, 10, 17),
    "statement_on": date(2026, 10, 25),
    "payment_due_on": date(2026, 10, 30),
}


@pytest.fixture(autouse=True)
def on_the_23rd_of_november() -> Iterator[None]:
    with time_machine.travel("2026-11-23T15:00:00Z", tick=False):
        yield


@pytest.fixture
def many(analyst: User) -> list[int]:
    """5,000 importers, each with an account, a statement of 18,000.00 and a bond of 10,000.00."""
    ids = [key.pk for key in TenantKey.objects.bulk_create(TenantKey() for _ in range(MANY))]
    with importer_scope(ids):
        Importer.objects.bulk_create(
            Importer(id=pk, legal_name=f"Importer {at}", bn9=f"{at:09d}")
            for at, pk in enumerate(ids)
        )
        accounts = ProgramAccount.objects.bulk_create(
            ProgramAccount(importer_id=pk, bn15=f"{at:09d}RM0001") for at, pk in enumerate(ids)
        )
        files = StatementFile.objects.bulk_create(
            StatementFile(
                importer_id=one.importer_id, program_account=one, file_name="test.csv", size=1,
                original="originals/none", sha256=f"{at:064d}", state="loaded",
                period_end=OCTOBER["period_end"],
            )
            for at, one in enumerate(accounts)
        )  # fmt: skip
        statements = itertools.starmap(_statement, zip(accounts, files, strict=True))
        Statement.objects.bulk_create(statements)
        SecurityInstrument.objects.bulk_create(
            SecurityInstrument(
                importer_id=one.importer_id, program_account=one, form="bond",
                amount=Decimal("10000.00"), valid_from=date(2026, 1, 1),
                valid_to=date(2026, 12, 31), recorded_by=analyst,
            )
            for one in accounts
        )  # fmt: skip
    return ids


def _statement(account: ProgramAccount, file: StatementFile) -> Statement:
    due = Decimal("18000.00")
    return Statement(
        importer_id=account.importer_id, program_account=account, file=file, activity=due,
        opening_balance=Decimal("0.00"), total_payable=due, opening_balance_stated=True,
        line_count=0, **OCTOBER,
    )  # fmt: skip


def test_five_thousand_importers_cost_as_many_queries_as_one(many: list[int]):
    counts, found = [], []
    for importers in (many[:1], many):
        with importer_scope(importers), CaptureQueriesContext(connection) as queries:
            found.append(len(listed(importers, TODAY)))
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert found[1] == found[0] * MANY > 0


def test_their_security_is_watched_in_as_many_queries(many: list[int]):
    with importer_scope(many):
        accounts = ProgramAccount.objects.filter(importer__in=many)
        with CaptureQueriesContext(connection) as queries:
            assert {one.level for one in standings(accounts, TODAY)} == {"warning"}
    assert len(queries) == 7  # the accounts, and six whatever their number

    assert watch_security(importers=many[:200], today=TODAY) == 200
