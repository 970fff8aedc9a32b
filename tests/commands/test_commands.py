"""The commands as a script sees them: one document, an exit code, nothing else on stdout."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, Membership, StaffAssignment, User
from clients.queries import importer_ids_for
from statements import actions

DEMO = Path(__file__).parent.parent / "files" / "demo"
STATEMENT = str(DEMO / "maple-furniture-2026-10-statement.csv")
LEDGER = str(DEMO / "maple-furniture-2026-10-ledger.csv")
OF_MAPLE = ("--program-account", "123456782RM0001", "--period-end", "2026-10-17")
NOBODYS = ("--program-account", "999999999RM0001", "--period-end", "2026-10-17")
HEADINGS = "Transaction number,Transaction type,Release date,Posting date,Amount\n"


def run(*arguments: str) -> tuple[int, dict[str, Any]]:
    """The exit code of a command and the one document it printed."""
    printed = io.StringIO()
    try:
        call_command(*arguments, "--json", stdout=printed)
    except SystemExit as left:
        return int(left.code or 0), json.loads(printed.getvalue())
    return 0, json.loads(printed.getvalue())


def wrong_usage(*arguments: str) -> str:
    """What a command says of its arguments; on a command line this exits with 2."""
    printed = io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command(*arguments, "--json", stdout=printed)
    assert printed.getvalue() == ""
    return str(error.value)


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def written(text: str, name: str = "soa.csv") -> str:
        path = tmp_path / name
        path.write_text(text)
        return str(path)

    return written


def test_an_importer_is_registered_with_its_accounts(administrator: User) -> None:
    accounts = ("--program-account", "100000009RM0001", "100000009RM0002")

    code, document = run(
        "create_importer", "--legal-name", "Optics", "--bn9", "100000009", *accounts
    )

    assert code == 0
    with importer_scope(document["importer"]):
        importer = Importer.objects.get()
    assert document == {
        "importer": importer.pk,
        "legal_name": "Optics",
        "bn9": "100000009",
        "program_accounts": ["100000009RM0001", "100000009RM0002"],
        "warnings": [],
    }


def test_a_wrong_importer_is_refused_with_every_reason(importer: Importer) -> None:
    wish = ("--legal-name", " ", "--bn9", "99", "--program-account", "123456782RM0001")

    code, document = run("create_importer", *wish)

    assert code == 1
    assert len(document["errors"]) == 3  # no name, no BN9, another business's account


def test_a_statement_and_a_ledger_are_reconciled_to_the_cent(importer: Importer) -> None:
    statement = run("import_statement", STATEMENT, *OF_MAPLE)
    ledger = run("import_ledger", LEDGER, "--importer", "123456782")
    code, found = run("reconcile", str(statement[1]["statement"]), "--items")

    assert (statement[0], ledger[0], code) == (0, 0, 0)
    assert statement[1]["state"] == "loaded"
    assert statement[1]["lines"] == 192
    assert statement[1]["activity"] == statement[1]["total_payable"] == "568398.71"
    assert statement[1]["payment_due_on"] == "2026-10-30"
    assert ledger[1]["entries"] == ledger[1]["new"] == 181
    totals = found["totals"]
    assert (totals["statement_activity"], totals["residual"]) == ("568398.71", "0.00")
    assert totals["matched"]["010_exact"]["count"] == 170
    placed = sum(len(item["line_amounts"]) for item in found["items"])
    assert placed == 192


def test_the_same_file_again_changes_nothing(importer: Importer) -> None:
    first = run("import_statement", STATEMENT, *OF_MAPLE)[1]

    code, again = run("import_statement", STATEMENT, *OF_MAPLE)

    assert code == 0
    assert again == {**first, "unchanged": True}


def test_reconciled_again_the_run_that_stands_answers(importer: Importer) -> None:
    statement = str(run("import_statement", STATEMENT, *OF_MAPLE)[1]["statement"])

    assert run("reconcile", statement) == run("reconcile", statement)


def test_a_bad_row_refuses_the_file_and_is_named(importer: Importer, write: Any) -> None:
    path = write(HEADINGS + "12345000000017,CAD,2026-10-05,2026-10-05,twelve\n")

    code, document = run("import_statement", path, *OF_MAPLE)

    assert code == 1
    assert (document["state"], document["statement"], document["lines"]) == ("rejected", None, 0)
    (error,) = document["errors"]
    assert (error["row"], error["column"], error["value"]) == (2, "Amount", "twelve")
    assert error["message"]


def test_a_file_refused_as_a_whole_says_why(importer: Importer, write: Any) -> None:
    code, document = run("import_statement", write(""), *OF_MAPLE)

    assert code == 1
    assert document["errors"][0]["row"] is None
    assert "empty" in document["errors"][0]["message"]


def test_totals_that_do_not_tie_out_are_refused(importer: Importer) -> None:
    figures = ("--opening-balance", "0.00", "--total-payable", "1.00")

    code, document = run("import_statement", STATEMENT, *OF_MAPLE, *figures)

    assert code == 1
    assert (document["state"], document["statement"]) == ("rejected", None)


def test_a_question_about_the_columns_says_what_to_answer(importer: Importer, write: Any) -> None:
    path = write(HEADINGS + "12345000000017,CAD,05/04/2026,05/04/2026,10.00\n")

    code, asked = run("import_statement", path, *OF_MAPLE)
    answer = ("--answer", "date_format=%d/%m/%Y")
    answered = run("import_statement", path, *OF_MAPLE, *answer)

    assert code == 1
    assert asked["state"] == "needs_mapping"
    (question,) = asked["errors"]
    assert (question["row"], question["column"]) == (None, "date_format")
    assert "--answer" in question["message"]
    assert answered[0] == 0
    assert answered[1]["lines"] == 1


def test_a_wrong_answer_is_refused(importer: Importer, write: Any) -> None:
    path = write(HEADINGS + "12345000000017,CAD,05/04/2026,05/04/2026,10.00\n")

    code, document = run("import_statement", path, *OF_MAPLE, "--answer", "date_format=often")

    assert code == 1
    assert document["state"] == "refused"


def test_a_period_ends_on_the_17th(importer: Importer) -> None:
    told = ("--program-account", "123456782RM0001", "--period-end", "2026-10-31")

    code, document = run("import_statement", STATEMENT, *told)

    assert code == 1
    assert "17th" in document["errors"][0]["message"]


@pytest.mark.parametrize(
    "command",
    [
        ("import_statement", STATEMENT, *NOBODYS),
        ("import_statement", STATEMENT, *OF_MAPLE, "--profile", "none of ours"),
        ("import_ledger", LEDGER, "--importer", "999999999"),
        ("reconcile", "424242424242424242424242"),
        ("create_api_key", "--user", "x@y.example", "--importer", "123456782", "--name", "n"),
        ("create_user", "--email", "no address", "--name", "", "--staff-role", "viewer"),
        ("verify_audit", "--importer", "999999999"),
    ],
)
def test_what_is_unknown_is_refused(importer: Importer, command: tuple[str, ...]) -> None:
    code, document = run(*command)

    assert code == 1
    assert document["errors"]


@pytest.mark.parametrize(
    "command",
    [
        ("import_statement", "/no/such/file.csv", *OF_MAPLE),
        ("import_statement", STATEMENT, "--program-account", "1", "--period-end", "yesterday"),
        ("import_statement", STATEMENT, *OF_MAPLE, "--opening-balance", "1.005"),
        ("import_statement", STATEMENT, *OF_MAPLE, "--opening-balance", "NaN"),
        ("import_ledger", LEDGER),
        ("import_ledger", LEDGER, "--importer", "1", "--answer", "nothing"),
        ("reconcile", "first"),
        ("create_user", "--email", "a@b.example", "--name", "A", "--role", "finance"),
        ("create_user", "--email", "a@b.example", "--name", "A", "--staff-role", "king"),
    ],
)
def test_wrong_usage_is_told_apart_from_a_refusal(db: None, command: tuple[str, ...]) -> None:
    assert wrong_usage(*command)


def test_staff_and_an_importers_people_are_let_in(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery staple\n"))
    staff = run(
        *("create_user", "--email", "Ana@Broker.example", "--name", "Ana", "--staff-role"),
        *("analyst", "--importer", "123456782", "--password-stdin"),
    )
    theirs = run(
        *("create_user", "--email", "fin@maple.example", "--name", "Fin", "--role", "finance"),
        *("--importer", "123456782"),
    )

    assert (staff[0], theirs[0]) == (0, 0)
    ana, fin = User.objects.get(pk=staff[1]["user"]), User.objects.get(pk=theirs[1]["user"])
    assert ana.check_password("correct horse battery staple")
    assert not fin.has_usable_password()
    with importer_scope(importer.pk):
        assert StaffAssignment.objects.get().user == ana
        assert Membership.objects.get().role == "finance"
    assert importer_ids_for(ana) == importer_ids_for(fin) == [importer.pk]


def test_a_weak_password_is_refused(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("password\n"))

    code, document = run(
        *("create_user", "--email", "a@b.example", "--name", "A", "--staff-role", "viewer"),
        "--password-stdin",
    )

    assert code == 1
    assert not User.objects.filter(email="a@b.example").exists()
    assert document["errors"]


def test_a_key_is_shown_once_and_bound_to_what_its_user_sees(
    importer: Importer, stranger: Importer, analyst: User
) -> None:
    wish = ("create_api_key", "--user", analyst.email, "--name", "ERP", "--write")

    code, key = run(*wish, "--importer", "123456782")
    refused, reasons = run(*wish, "--importer", "123456782", "100000009")

    assert code == 0
    assert key["key"].startswith(f"carm_{key['prefix']}_")
    assert (key["importers"], key["grants"]) == ([importer.pk], ["*:write"])
    assert refused == 1
    assert "100000009" in reasons["errors"][0]


def test_without_json_people_get_a_table(importer: Importer) -> None:
    printed = io.StringIO()

    call_command("import_statement", STATEMENT, *OF_MAPLE, stdout=printed)

    assert "total_payable    568398.71" in printed.getvalue()
    assert "  row  column " in printed.getvalue()


def test_a_file_that_a_worker_holds_is_waited_for(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in, asked = actions.take_in_statement_file, list[dict[str, int]]()

    def held_by_a_worker(**work: int) -> bool:
        asked.append(work)
        return False

    monkeypatch.setattr(actions, "take_in_statement_file", held_by_a_worker)
    monkeypatch.setattr("time.sleep", lambda _seconds: take_in(**asked[-1]))

    code, document = run("import_statement", STATEMENT, *OF_MAPLE)

    assert (code, document["state"], document["lines"]) == (0, "loaded", 192)
    assert len(asked) == 2


def test_a_file_that_cannot_be_read_ends_with_the_failure(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("statements.reading.read_and_load", fail)

    code, document = run("import_statement", STATEMENT, *OF_MAPLE)

    assert (code, document["state"]) == (1, "received")
    assert "the disk is full" in document["errors"][0]["message"]


def test_a_superseded_statement_is_not_reconciled(importer: Importer, write: Any) -> None:
    first = run("import_statement", STATEMENT, *OF_MAPLE)[1]["statement"]
    corrected = write(HEADINGS + "12345000000017,CAD,2026-10-05,2026-10-05,10.00\n")
    run("import_statement", corrected, *OF_MAPLE)

    code, document = run("reconcile", str(first))

    assert (code, document["state"]) == (1, "refused")
    assert "superseded" in document["errors"][0]
