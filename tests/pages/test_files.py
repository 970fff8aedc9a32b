"""Files come in by the pages: sent, asked about, rejected with every reason, repaired."""

import csv
import io
import re
from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, ProgramAccount, User
from statements.actions import take_in_ledger_file, take_in_statement_file
from statements.models import LedgerEntry, LedgerFile, RowProblem, Statement, StatementFile
from tests.pages.conftest import Browser
from tests.pages.test_run_page import said, text_of

HEADER = "Transaction number,Transaction type,Release date,Amount\n"
GOOD = HEADER + "12345000000018,CAD,2026-10-05,100.00\n12345000000026,CAD,2026-10-06,50.50\n"
BAD = (
    HEADER
    + "1.2345E+13,CAD,2026-10-05,100.00\n"
    + "12345678904,CAD,2026-10-05,1.00\n"
    + "12345000000018,CAD,2026-02-31,=1+1\n"
)


@pytest.fixture
def page(signed_in: Browser, analyst: User) -> Client:
    return signed_in(analyst)


def upload(name: str, text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode(), content_type="text/csv")


def send_statement(page: Client, importer: Importer, text: str = GOOD, **told: str) -> Any:
    with importer_scope(importer.pk):
        account = ProgramAccount.objects.get(bn15="123456782RM0001")
    form = {
        "program_account": account.pk,
        "period_end": "2026-10-17",
        "content": upload("october.csv", text),
    } | told
    data = {f"form-0-{name}": value for name, value in form.items()}
    management = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0"}
    return page.post(f"/importers/{importer.pk}/statement-files/new/", management | data)


def send_ledger(page: Client, importer: Importer, *texts: str) -> Any:
    files = [upload(f"ledger-{at}.csv", text) for at, text in enumerate(texts)]
    return page.post(f"/importers/{importer.pk}/ledger-files/new/", {"content": files})


def read(importer: Importer) -> Any:
    """Let the worker's action take in whatever waits; returns the newest statement file."""
    with importer_scope(importer.pk):
        statements = [file.pk for file in StatementFile.objects.filter(state="received")]
        ledgers = [file.pk for file in LedgerFile.objects.filter(state="received")]
    for pk in statements:
        take_in_statement_file(importer_id=importer.pk, file_id=pk)
    for pk in ledgers:
        take_in_ledger_file(importer_id=importer.pk, file_id=pk)


def test_a_statement_is_sent_and_read_and_shows_what_it_became(
    page: Client, importer: Importer
) -> None:
    response = send_statement(page, importer, opening_balance="1,000.00")
    assert said(response) == ["1 file received."]
    assert "Received, waiting for a worker" in text_of(page.get(response.url))
    read(importer)

    text = text_of(page.get(response.url))
    assert "Loaded: 2 lines. Total payable 1,150.50 , due 30 October 2026 ." in text


def test_the_same_file_again_doubles_nothing(page: Client, importer: Importer) -> None:
    first, second = send_statement(page, importer), send_statement(page, importer)

    assert second.url == first.url
    assert "october.csv is already here; nothing was doubled." in said(second)


def test_a_total_that_does_not_add_up_is_refused_with_the_difference(
    page: Client, importer: Importer
) -> None:
    response = send_statement(page, importer, opening_balance="0", total_payable="150.00")
    read(importer)

    text = text_of(page.get(response.url))
    assert "Not loaded." in text
    assert "0.50" in text


@pytest.mark.parametrize("typed", ["1 204,10", "1204.10", "1 204,10 $"])
def test_amounts_are_typed_as_the_language_writes_them(
    page: Client, importer: Importer, typed: str
) -> None:
    page.cookies["django_language"] = "fr"
    send_statement(page, importer, opening_balance=typed)

    with importer_scope(importer.pk):
        assert str(StatementFile.objects.get().stated_opening_balance) == "1204.10"


def test_what_is_no_amount_is_said_beside_the_field(page: Client, importer: Importer) -> None:
    response = send_statement(page, importer, total_payable="lots")

    assert response.status_code == 422
    assert "Write an amount to the cent, for example 1204.10." in text_of(response)
    with importer_scope(importer.pk):
        assert not StatementFile.objects.exists()


def test_nothing_chosen_is_said_beside_the_field(page: Client, importer: Importer) -> None:
    response = send_statement(page, importer, content="")

    assert response.status_code == 422
    assert "This field is required." in text_of(response)


@pytest.mark.parametrize(
    ("today", "chosen"),
    [("2026-11-17", "2026-11-17"), ("2026-11-23", "2026-11-17"), ("2026-11-16", "2026-10-17")],
)
def test_the_period_that_ended_last_is_chosen_beforehand(
    importer: Importer, signed_in: Browser, analyst: User, today: str, chosen: str
) -> None:
    with time_machine.travel(f"{today}T12:00:00-05:00"):
        html = (
            signed_in(analyst)
            .get(f"/importers/{importer.pk}/statement-files/new/")
            .content.decode()
        )

    assert f'<option value="{chosen}" selected>' in html


def test_several_ledgers_are_sent_at_once(page: Client, importer: Importer) -> None:
    with_account = "Program account," + HEADER.replace("Transaction type", "Type")
    one = with_account + "123456782RM0001,12345000000018,CAD,2026-10-05,100.00\n"
    two = with_account + "123456782RM0002,12345000000026,CAD,2026-10-05,50.00\n"
    response = send_ledger(page, importer, one, two)
    read(importer)

    assert said(response) == ["2 files received."]
    assert response.url == f"/importers/{importer.pk}/"
    with importer_scope(importer.pk):
        assert LedgerEntry.objects.count() == 2


def rejected(page: Client, importer: Importer) -> str:
    address = str(send_statement(page, importer, BAD).url)
    read(importer)
    return address


def test_a_ledger_says_what_it_holds_and_its_page_what_went_from_the_book(
    page: Client, importer: Importer
) -> None:
    heading = "Program account,Transaction number,Type,Release date,Amount\n"
    rows = [f"123456782RM0001,{no},CAD,2026-10-05" for no in ("12345000000018", "12345000000026")]

    def sent(*lines: str, **told: str) -> str:
        content = SimpleUploadedFile("book.csv", (heading + "\n".join(lines)).encode())
        address = f"/importers/{importer.pk}/ledger-files/new/"
        response = page.post(address, {"content": content, **told})
        with importer_scope(importer.pk):
            file = LedgerFile.objects.latest("id")
        take_in_ledger_file(importer_id=importer.pk, file_id=file.pk)
        return text_of(page.get(response.url))

    assert "What the file holds Let the file tell" in sent(f"{rows[0]},1.00", f"{rows[1]},2.00")
    changes = sent(f"{rows[0]},3.00", covers="changes_only")
    assert "What the file holds Additions and corrections only" in changes
    assert "went from the book" not in changes
    whole = sent(f"{rows[0]},4.00", covers="all_of_its_days")
    assert "1 entry of these days is not in the file any more and went from the book" in whole


def test_a_rejected_file_lists_every_bad_cell_and_what_is_expected(
    page: Client, importer: Importer
) -> None:
    text = text_of(page.get(rejected(page, importer)))

    assert "Not loaded: 4 cells are wrong." in text
    assert re.search(r"2 Transaction number 1\.2345E\+13 A spreadsheet turned", text)
    assert re.search(r"3 Transaction number 12345678904 .* 00012345678904", text)
    assert "2026-02-31 There is no such day in the calendar." in text


def test_bad_rows_leave_as_csv_without_formulas(page: Client, importer: Importer) -> None:
    response = page.get(f"{rejected(page, importer)}rows.csv")

    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows[0] == ["Row", "Column", "Value", "What is wrong", "Suggestion"]
    assert [row[:3] for row in rows[1:]][-1] == ["4", "Amount", "'=1+1"]
    assert "attachment" in response["Content-Disposition"]


def test_confirmed_repairs_are_applied_and_the_file_is_read_again(
    page: Client, importer: Importer
) -> None:
    text = HEADER + "12345678904,CAD,2026-10-05,1.00\n"
    address = str(send_statement(page, importer, text).url)
    read(importer)
    assert "Confirm 1 suggested repair" in text_of(page.get(address))

    response = page.post(f"{address}repairs/")
    assert said(response) == ["1 repair confirmed."]
    read(importer)
    assert "Loaded: 1 line." in text_of(page.get(address))
    with importer_scope(importer.pk):
        assert Statement.objects.get().lines.get().transaction_no == "00012345678904"


def test_a_corrected_file_starts_at_the_same_account_and_period(
    page: Client, importer: Importer
) -> None:
    html = page.get(rejected(page, importer)).content.decode()
    again = re.search(r'href="(/importers/\d+/statement-files/new/\?[^"]+)"', html).group(1)
    form = page.get(again.replace("&amp;", "&")).content.decode()

    assert '<option value="2026-10-17" selected>' in form


AMBIGUOUS = "Transaction no,Type,Released,Amount\n" + "".join(
    f"1234500000001{at},CAD,0{at}/05/2026,100.00\n" for at in range(1, 6)
)


def waiting_for_answers(page: Client, importer: Importer) -> str:
    send_ledger(page, importer, AMBIGUOUS)
    read(importer)
    with importer_scope(importer.pk):
        file = LedgerFile.objects.get()
        assert file.state == "needs_mapping"
    return f"/ledger-files/{file.pk}/"


def test_a_new_layout_is_asked_about_and_nothing_is_stored_before(
    page: Client, importer: Importer
) -> None:
    address = waiting_for_answers(page, importer)

    assert "We have questions about this file" in text_of(page.get(address))
    text = text_of(page.get(f"{address}mapping/"))
    assert "Day first: 05/04/2026 is 5 April" in text
    assert "not readable yet" in text
    with importer_scope(importer.pk):
        assert not LedgerEntry.objects.exists()


def answers_of(page: Client, address: str, **said: str) -> dict[str, str]:
    """The answers that leave what is proposed, but for those said."""
    html = page.get(f"{address}mapping/").content.decode()
    chosen = dict(
        re.findall(r'<select name="([^"]+)"[^>]*>\s*<option value="([^"]*)" selected', html)
    )
    return chosen | {"name": "Monthly export", "program_account": "123456782RM0001"} | said


def test_the_preview_shows_the_effect_of_an_answer(page: Client, importer: Importer) -> None:
    address = waiting_for_answers(page, importer)
    look = answers_of(page, address, date_format="%d/%m/%Y", look="1")

    text = text_of(page.post(f"{address}mapping/", look))
    assert "2026-05-01" in text.split("as they will be read")[-1]
    look["date_format"] = "%m/%d/%Y"
    text = text_of(page.post(f"{address}mapping/", look))
    assert "2026-01-05" in text.split("as they will be read")[-1]
    with importer_scope(importer.pk):
        assert LedgerFile.objects.get().state == "needs_mapping"


def test_confirmed_answers_read_the_file(page: Client, importer: Importer) -> None:
    address = waiting_for_answers(page, importer)
    answers = answers_of(page, address, date_format="%d/%m/%Y")
    response = page.post(f"{address}mapping/", answers)
    assert said(response) == ["Confirmed. The file is being read."]
    read(importer)

    assert "Loaded: 5 entries." in text_of(page.get(address))
    with importer_scope(importer.pk):
        days = sorted(LedgerEntry.objects.values_list("released_on", flat=True))
        assert days == [date(2026, 5, day) for day in range(1, 6)]


def test_a_question_without_an_answer_is_asked_again(page: Client, importer: Importer) -> None:
    address = waiting_for_answers(page, importer)
    response = page.post(f"{address}mapping/", answers_of(page, address))

    assert response.status_code == 422
    assert "This field is required." in text_of(response)


def test_progress_counts_rows_and_asks_for_the_page_when_there_is_news(
    page: Client, importer: Importer
) -> None:
    address = send_statement(page, importer).url
    with importer_scope(importer.pk):
        StatementFile.objects.update(state="reading", rows_read=18400)

    live = page.get(f"{address}progress/")
    assert "Reading 18,400 rows" in text_of(live)
    assert b"every 1s" in live.content
    with importer_scope(importer.pk):
        StatementFile.objects.update(state="received")
    read(importer)
    assert page.get(f"{address}progress/")["HX-Refresh"] == "true"


def test_a_parked_file_is_named_to_a_person_and_tried_again(
    page: Client, importer: Importer, analyst: User
) -> None:
    address = send_statement(page, importer).url
    with importer_scope(importer.pk):
        StatementFile.objects.update(parked_at="2026-11-22T12:00Z", parked_for=analyst, attempts=3)

    assert "Analyst looks into it." in text_of(page.get(address))
    assert said(page.post(f"{address}attempts/"))[-1] == "The file is being read again."
    assert said(page.post(f"{address}attempts/"))[-1] == "This file is not parked."


def test_the_original_comes_back_byte_for_byte(page: Client, importer: Importer) -> None:
    address = send_statement(page, importer).url
    response = page.get(f"{address}original/")

    assert b"".join(response.streaming_content) == GOOD.encode()
    assert response["Content-Disposition"] == 'attachment; filename="october.csv"'
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"


def test_a_name_that_is_a_web_page_or_a_header_stays_a_name(
    page: Client, importer: Importer
) -> None:
    """A hostile name neither runs in the browser nor adds a header of its own."""
    address = send_statement(page, importer).url
    with importer_scope(importer.pk):
        StatementFile.objects.update(file_name='x".html\r\nSet-Cookie: a=b')

    response = page.get(f"{address}original/")

    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment;")
    assert "Set-Cookie" not in response


def test_an_original_that_is_gone_from_the_storage_is_said_and_not_told_as_downloaded(
    page: Client, importer: Importer
) -> None:
    address = send_statement(page, importer).url
    with importer_scope(importer.pk):
        original = StatementFile.objects.get().original
        original.storage.delete(original.name)

    response = page.get(f"{address}original/")

    assert response.url == address
    assert said(response)[-1].startswith("The original of this file is not where it was kept.")
    with importer_scope(importer.pk):
        assert not AuditEvent.objects.filter(action="original opened").exists()


def test_a_file_with_many_problems_is_shown_with_as_many_queries(
    page: Client, importer: Importer, connection_queries: Any
) -> None:
    address = rejected(page, importer)
    page.get(address)  # what is said of the upload is said once
    few = connection_queries(lambda: page.get(address))
    with importer_scope(importer.pk):
        problem = RowProblem.objects.first()
        for row in range(50):
            problem.pk, problem.row_no = None, 10 + row
            problem.save(force_insert=True)

    assert connection_queries(lambda: page.get(address)) == few
