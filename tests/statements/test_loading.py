"""Loading is whole or nothing: what fails half way leaves no trace, what is stored is exact."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, ProgramAccount
from statements.actions import take_in_ledger_file, take_in_statement_file
from statements.models import (
    LedgerEntry,
    RowProblem,
    Statement,
    StatementFile,
    StatementLine,
)
from tests.books import PERIOD_END
from tests.statements.broken import broken_database
from tests.statements.door import (
    LEDGER,
    bring_ledger,
    bring_statement,
    entry,
    ledger_file,
    line,
    read,
    statement,
    text,
)

SPLIT = (
    "Transaction number,Version,Transaction type,Release date,Posting date,Due date,Reference,"
    "Customs duties,SIMA,Surtax,GST,Amount"
)


@pytest.fixture
def committed(importer: Importer) -> ProgramAccount:
    """The first account, in a database that really commits."""
    with importer_scope(importer.pk):
        return ProgramAccount.objects.get(bn15="123456782RM0001")


# whole or nothing


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.parametrize(
    ("table", "condition"),
    [
        ("statements_statementline", "NEW.row_no = 3"),
        ("statements_statement", "NEW.activity = 12.00"),
        ("platform_auditevent", "NEW.action = 'file loaded'"),
    ],
)
def test_a_corrected_statement_that_fails_half_way_leaves_the_older_one_standing(
    committed: ProgramAccount, table: str, condition: str
) -> None:
    with importer_scope(committed.importer_id):
        older = statement(committed, line("1", "10.00"))
        corrected = bring_statement(committed, text([line("1", "10.00"), line("2", "2.00")])).file

    with broken_database(table, condition):
        file = _read_outside(corrected)
    with importer_scope(committed.importer_id):
        assert (file.state, file.attempts, file.error_count) == ("received", 1, 0)
        assert "the disk is full" in file.last_failure
        assert list(Statement.objects.values_list("id", "superseded_by")) == [(older.pk, None)]
        assert StatementLine.objects.count() == 1
        StatementFile.objects.update(leased_until=None)
    _read_outside(corrected)
    with importer_scope(committed.importer_id):
        assert Statement.objects.get(superseded_by=None).activity == Decimal("12.00")


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_ledger_that_fails_half_way_leaves_the_book_as_it_was(committed: ProgramAccount) -> None:
    with importer_scope(committed.importer_id):
        ledger_file(committed, entry("1", "10.00"), entry("2", "20.00"))
        rows = [entry("1", "11.00"), entry("2", "22.00"), entry("3", "30.00")]
        file = bring_ledger(committed, text(rows, LEDGER)).file

    with broken_database("statements_ledgerentry", "NEW.row_no = 4"):
        failed = _read_outside(file)

    with importer_scope(committed.importer_id):
        assert (failed.state, failed.entries_new, failed.entries_superseded) == ("received", 0, 0)
        amounts = LedgerEntry.objects.filter(superseded_by=None).values_list("amount", flat=True)
        assert sorted(amounts) == [Decimal("10.00"), Decimal("20.00")]


def _read_outside(file: Any) -> Any:
    """Taken in as a worker does: in transactions of its own."""
    is_statement = isinstance(file, StatementFile)
    take_in = take_in_statement_file if is_statement else take_in_ledger_file
    take_in(importer_id=file.importer_id, file_id=file.pk)
    with importer_scope(file.importer_id):
        return type(file).objects.get(pk=file.pk)


def test_a_rejected_file_saves_its_problems_and_nothing_else(account: ProgramAccount) -> None:
    file = read(bring_statement(account, text([line("1", "ten"), line("2", "2.00")])).file)

    assert file.state == "rejected"
    assert RowProblem.objects.filter(severity="error").count() == 1
    assert not Statement.objects.exists()
    assert not StatementLine.objects.exists()
    assert AuditEvent.objects.filter(action="file rejected").count() == 1


# exact


def test_what_the_file_says_is_what_is_stored(account: ProgramAccount) -> None:
    rows = [
        "12345000000018,2,CAD,2026-10-05,2026-10-07,2026-10-30,R-1,1.00,2.00,3.00,4.10,10.10",
        ",,Interest,,2026-10-09,,,,,,,99999999999.99",
        "12345000000018,3,CAD correction,2026-10-05,2026-10-08,,,,,,-0.01,-0.01",
    ]

    loaded = read(bring_statement(account, text(rows, SPLIT)).file)

    assert loaded.state == "loaded", (loaded.refusal, loaded.proposal)
    first, second, third = StatementLine.objects.order_by("row_no")
    assert (first.row_no, first.transaction_no, first.version, first.transaction_type) == (
        2,
        "12345000000018",
        2,
        "CAD",
    )
    days = (first.released_on, first.posted_on, first.due_on)
    assert days == (date(2026, 10, 5), date(2026, 10, 7), date(2026, 10, 30))
    assert (first.amount, first.duty, first.sima, first.surtax, first.gst) == tuple(
        map(Decimal, ("10.10", "1.00", "2.00", "3.00", "4.10"))
    )
    assert (second.transaction_no, second.version, second.released_on) == (None, None, None)
    assert (second.amount, second.duty) == (Decimal("99999999999.99"), None)
    assert (third.amount, third.gst) == (Decimal("-0.01"), Decimal("-0.01"))
    kept = Statement.objects.get()
    assert kept.activity == kept.total_payable == Decimal("100000000010.08")
    assert kept.components == {"duty": "1.00", "sima": "2.00", "surtax": "3.00", "gst": "4.09"}
    assert kept.line_count == loaded.row_count == 3


def test_odd_letters_are_stored_as_they_are(account: ProgramAccount) -> None:
    odd = "tab\\t \\N \\. é « naïve » 🧾 'x' = $1 %s"

    statement(account, line("1", "1.00", reference=odd))

    assert StatementLine.objects.get().reference == odd


def test_a_line_says_who_filed_it(account: ProgramAccount, settings: Any) -> None:
    settings.BROKER_ACCOUNT_SECURITY_NUMBERS = ["12345"]
    rows = [
        line("1", "1.00"),
        line("2", "1.00").replace("12345", "99999", 1),
        line("1", "1.00", type="LAP"),
        line(None, "1.00", type="Interest"),
    ]

    statement(account, *rows)

    filed = StatementLine.objects.order_by("row_no").values_list("filed_by", flat=True)
    assert list(filed) == ["ours", "unknown", "cbsa", "cbsa"]


def test_two_files_are_loaded_in_one_transaction(account: ProgramAccount) -> None:
    """A command may do so; what was staged for one must not reach the other."""
    with transaction.atomic():
        statement(account, line("1", "1.00"))
        ledger_file(account, entry("1", "1.00"))
        ledger_file(account, entry("2", "2.00"))
        statement(account, line("2", "2.00"), last=date(2026, 9, 17))

    assert StatementLine.objects.count() == LedgerEntry.objects.count() == 2


@pytest.mark.parametrize(
    ("day", "period"),
    [
        ("2026-10-17", "2026-10-17"),
        ("2026-10-18", "2026-11-17"),
        ("2026-12-18", "2027-01-17"),
        ("2027-01-17", "2027-01-17"),
        ("2024-02-29", "2024-03-17"),
        ("2026-03-31", "2026-04-17"),
    ],
)
def test_an_entry_knows_the_billing_period_it_is_due_in(
    account: ProgramAccount, day: str, period: str
) -> None:
    content = text([entry("1", "1.00", released=day)], LEDGER)

    file = read(bring_ledger(account, content).file)

    assert file.state == "loaded", [problem.code for problem in file.problems.all()]
    assert LedgerEntry.objects.get().period_end == date.fromisoformat(period)


# for good


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE statements_statementline SET amount = 0",
        "DELETE FROM statements_statementline",
        "UPDATE statements_ledgerentry SET amount = 0",
        "DELETE FROM statements_ledgerentry",
        "DELETE FROM statements_statement",
    ],
)
def test_what_is_loaded_is_not_edited(account: ProgramAccount, change: str) -> None:
    statement(account, line("1", "1.00"))
    ledger_file(account, entry("1", "1.00"))

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(change)

    assert Statement.objects.get().period_end == PERIOD_END
