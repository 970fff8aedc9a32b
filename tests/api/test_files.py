"""Files through the API: sent, taken in, questioned, repaired; refused with every reason."""

from pathlib import Path
from typing import Any

import pytest

from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, User
from statements.actions import take_in_ledger_file, take_in_statement_file
from statements.models import Statement, StatementFile
from tests.api.conftest import Caller, problem
from tests.bench.books import transaction_no

DEMO = Path(__file__).parent.parent / "files" / "demo"
OF_MAPLE = {"program_account": "123456782RM0001", "period_end": "2026-10-17"}
HEADINGS = "Transaction number,Transaction type,Release date,Amount\n"
GOOD = HEADINGS + "12345000000017,CAD,2026-10-05,10.00\n12345000000028,CAD,2026-10-06,2.50\n"
ASKS = HEADINGS + "12345000000017,CAD,05/04/2026,10.00\n"
BAD = HEADINGS + "12345000000017,CAD,2026-10-05,ten\n12345000000028,CAD,2026-10-40,1.00\n"


@pytest.fixture
def send(api: Caller, upload: Any) -> Any:
    def sent(text: str, **told: Any) -> Any:
        return api.send("statement-files/", {**OF_MAPLE, "file": upload(text), **told})

    return sent


def _work(importer: Importer, response: Any) -> int:
    """What a worker does with the file that was sent."""
    file_id = response.json()["id"]
    take_in_statement_file(importer_id=importer.pk, file_id=file_id)
    return int(file_id)


def test_a_statement_is_received_and_then_loaded(
    api: Caller, send: Any, importer: Importer
) -> None:
    sent = send(GOOD, opening_balance="5.00", total_payable="17.50")
    before = api.get(sent["Location"]).json()
    file_id = _work(importer, sent)
    after = api.get(f"statement-files/{file_id}/").json()

    assert sent.status_code == 202
    assert sent["Location"] == sent.json()["status_url"]
    assert sent["Location"].endswith(f"/api/v1/statement-files/{file_id}/")
    assert (before["state"], before["is_under_way"], before["statement"]) == (
        "received",
        True,
        None,
    )
    assert (after["state"], after["is_under_way"], after["row_count"]) == ("loaded", False, 2)
    assert (after["stated_opening_balance"], after["uploaded_by"]) == (
        "5.00",
        "analyst@broker.example",
    )
    statement = api.get(f"statements/{after['statement']}/").json()
    assert statement["opening_balance"] == "5.00"
    assert statement["activity"] == "12.50"
    assert statement["total_payable"] == "17.50"
    assert statement["payment_due_on"] == "2026-10-30"


def test_the_same_bytes_again_are_not_doubled(send: Any, importer: Importer) -> None:
    first = send(GOOD)
    _work(importer, first)

    again = send(GOOD)

    assert again.status_code == 200
    assert again.json()["id"] == first.json()["id"]


def test_every_bad_row_is_told(api: Caller, send: Any, importer: Importer) -> None:
    file_id = _work(importer, send(BAD))

    file = api.get(f"statement-files/{file_id}/").json()
    problems = api.get(file["problems_url"], severity="error").json()["results"]

    assert (file["state"], file["error_count"], file["statement"]) == ("rejected", 2, None)
    assert [(one["row"], one["column"], one["value"]) for one in problems] == [
        (2, "Amount", "ten"),
        (3, "Release date", "2026-10-40"),
    ]
    assert all(one["message"] for one in problems)
    with importer_scope(importer.pk):
        assert not Statement.objects.exists()


def test_a_file_refused_as_a_whole_says_why(api: Caller, send: Any, importer: Importer) -> None:
    file_id = _work(importer, send(HEADINGS))

    refusal = api.get(f"statement-files/{file_id}/").json()["refusal"]

    assert refusal["code"] == "header_only"
    assert "no rows" in refusal["message"]


def test_questions_are_asked_and_answered(api: Caller, send: Any, importer: Importer) -> None:
    file_id = _work(importer, send(ASKS))
    path = f"statement-files/{file_id}/"
    (question,) = api.get(path).json()["questions"]

    nothing = problem(api.post(f"{path}mapping/", {"answers": {}}), 400)
    wrong = problem(api.post(f"{path}mapping/", {"answers": {"date_format": "x", "y": "z"}}), 400)
    told = api.post(f"{path}mapping/", {"answers": {"date_format": "%d/%m/%Y"}, "name": "CARM"})
    take_in_statement_file(importer_id=importer.pk, file_id=file_id)

    assert question["key"] == "date_format"
    assert [choice["value"] for choice in question["choices"]] == ["%d/%m/%Y", "%m/%d/%Y"]
    assert [one["field"] for one in nothing["errors"]] == ["answers.date_format"]
    assert {one["field"] for one in wrong["errors"]} == {"answers.date_format", "answers.y"}
    assert told.status_code == 202
    assert api.get(path).json()["state"] == "loaded"
    problem(api.post(f"{path}mapping/", {"answers": {}}), 409)


def test_repairs_and_attempts_are_refused_when_there_is_nothing_to_do(
    api: Caller, send: Any, importer: Importer
) -> None:
    file_id = _work(importer, send(GOOD))

    problem(api.post(f"statement-files/{file_id}/repairs/"), 409)
    problem(api.post(f"statement-files/{file_id}/attempts/"), 409)


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"period_end": "2026-10-31"}, 422, None),
        ({"period_end": "soon"}, 400, "period_end"),
        ({"opening_balance": "1.005"}, 400, "opening_balance"),
        ({"opening_balance": "NaN"}, 400, "opening_balance"),
        ({"program_account": "100000009RM0001"}, 404, "program_account"),
        ({"profile": "none of ours"}, 404, "profile"),
        ({"colour": "red"}, 400, "colour"),
        ({"file": "not a file"}, 400, "file"),
    ],
)
def test_what_is_said_with_a_file_is_checked(
    send: Any, stranger: Importer, change: dict[str, str], status: int, field: str | None
) -> None:
    told = problem(send(GOOD, **change), status)

    assert told["errors"][0]["field"] == field


def test_a_file_larger_than_the_limit_is_refused_at_the_door(send: Any, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 10

    told = problem(send(GOOD), 400)

    assert told["errors"][0]["field"] == "file"


def test_a_ledger_is_received_and_loaded(api: Caller, upload: Any, importer: Importer) -> None:
    text = (DEMO / "maple-furniture-2026-10-ledger.csv").read_text()
    sent = api.send("ledger-files/", {"importer": importer.pk, "file": upload(text, "l.csv")})
    file_id = sent.json()["id"]
    take_in_ledger_file(importer_id=importer.pk, file_id=file_id)

    file = api.get(f"ledger-files/{file_id}/").json()
    entries = api.get("ledger-entries/", file=file_id, current="true", page_size=500).json()

    assert sent.status_code == 202
    assert (file["state"], file["entries_new"], file["program_account"]) == ("loaded", 181, None)
    assert len(entries["results"]) == 181
    first = entries["results"][0]
    one = api.get("ledger-entries/", transaction_no=first["transaction_no"]).json()["results"]
    assert first in one


def test_lines_are_read_filtered_and_ordered(api: Caller, send: Any, importer: Importer) -> None:
    file_id = _work(importer, send(GOOD))
    statement = api.get(f"statement-files/{file_id}/").json()["statement"]

    lines = api.get(f"statements/{statement}/lines/").json()["results"]
    dearest = api.get(f"statements/{statement}/lines/", ordering="amount").json()["results"]
    one = api.get(f"statements/{statement}/lines/", transaction_no="12345000000028").json()

    assert [line["amount"] for line in lines] == ["10.00", "2.50"]
    assert [line["amount"] for line in dearest] == ["2.50", "10.00"]
    assert [line["row_no"] for line in one["results"]] == [3]
    problem(api.get(f"statements/{statement}/lines/", period_end="2026-10-17"), 400)


def test_files_and_statements_are_filtered(api: Caller, send: Any, importer: Importer) -> None:
    _work(importer, send(GOOD))
    send(ASKS, period_end="2026-09-17")

    def ids(path: str, **told: Any) -> int:
        return len(api.get(path, **told).json()["results"])

    assert ids("statement-files/") == 2
    assert ids("statement-files/", state="loaded") == 1
    assert ids("statement-files/", state=["loaded", "received"]) == 2
    assert ids("statement-files/", period_end="2026-09-17") == 1
    assert ids("statement-files/", program_account="123456782RM0002") == 0
    assert ids("statements/", current="true", period_end_from="2026-10-17") == 1
    assert ids("statements/", period_end_to="2026-10-16") == 0
    assert ids("statements/", payment_due_from="2026-10-30", payment_due_to="2026-10-30") == 1


def test_who_may_not_upload_is_refused(
    importer: Importer, staff_viewer: User, finance: User, key_for: Any, upload: Any
) -> None:
    viewing, paying = key_for(staff_viewer, importer), key_for(finance, importer)
    body = {**OF_MAPLE, "file": upload(GOOD)}

    told = problem(viewing.send("statement-files/", body), 403)
    allowed = paying.send("statement-files/", {**OF_MAPLE, "file": upload(GOOD)})

    assert "upload" in told["detail"]
    assert allowed.status_code == 202
    with importer_scope(importer.pk):
        assert StatementFile.objects.count() == 1


def test_the_original_comes_back_as_it_was_sent(
    api: Caller, outsider: Caller, send: Any, importer: Importer
) -> None:
    sent = send(GOOD).json()
    path = f"statement-files/{sent['id']}/original/"

    for accepted in ("*/*", "text/csv", "application/octet-stream", "application/json"):
        api.headers["Accept"] = accepted
        response = api.get(path)
        assert b"".join(response.streaming_content) == GOOD.encode()
    problem(outsider.get(path), 404)

    assert sent["original_url"].endswith(path)
    assert response["Content-Disposition"] == 'attachment; filename="soa.csv"'
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Cache-Control"] == "private, no-store"
    with importer_scope(importer.pk):
        opened = AuditEvent.objects.filter(action="original opened")
        assert set(opened.values_list("target_id", flat=True)) == {sent["id"]}
        original = StatementFile.objects.get().original
        original.storage.delete(original.name)
    api.headers["Accept"] = "text/csv"
    assert "not where it was kept" in problem(api.get(path), 409)["detail"]


def test_a_ledger_of_changes_leaves_the_rest_of_the_book(
    api: Caller, upload: Any, importer: Importer
) -> None:
    heading = "Program account,Transaction number,Type,Release date,Amount\n"
    numbers = [transaction_no("12345", serial) for serial in (1, 2)]
    rows = [f"123456782RM0001,{number},CAD,2026-10-05,10.00\n" for number in numbers]

    def sent(text: str, **told: str) -> Any:
        content = {"importer": importer.pk, "file": upload(heading + text, "book.csv"), **told}
        response = api.send("ledger-files/", content)
        assert response.status_code == 202, response.content
        take_in_ledger_file(importer_id=importer.pk, file_id=response.json()["id"])
        return api.get(f"ledger-files/{response.json()['id']}/").json()

    whole = sent("".join(rows))
    changes = sent(rows[0].replace("10.00", "11.00"), covers="changes_only")
    silent = sent(rows[0].replace("10.00", "12.00"))

    assert (whole["state"], whole["covers"], whole["entries_new"]) == ("loaded", "file_tells", 2)
    told = ("covers", "entries_new", "entries_superseded", "entries_gone")
    assert [changes[name] for name in told] == ["changes_only", 1, 1, 0]
    assert [silent[name] for name in told] == ["file_tells", 1, 2, 1]
    nonsense = {"importer": importer.pk, "file": upload(heading), "covers": "some"}
    assert problem(api.send("ledger-files/", nonsense), 400)["errors"][0]["field"] == "covers"
