"""Commands and the wall: who names no importer is refused, or says why it is the brokerage's."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command, get_commands

from carmsvc.platform.tenancy import importer_scope
from statements.models import Statement
from tests.walls.checking import rows_of
from tests.walls.world import Tenant

PEOPLE = ["--email", "new@quill.example", "--name", "New"]
# what names an importer: all it needs but that
OF_AN_IMPORTER: dict[str, list[str]] = {
    "create_api_key": ["--user", "owner@quillfeather.example", "--name", "Nightly"],
    "create_importer": ["--legal-name", "Northern Ltd."],
    "create_user": [*PEOPLE, "--role", "viewer"],
    "import_ledger": ["FILE"],
    "import_statement": ["FILE", "--period-end", "2026-10-17"],
    "readiness": [],
    "reconcile": [],
}
FOR_THE_BROKERAGE = {
    "carm_rules": "the law's arithmetic: reads the rulebook and no importer's row",
    "demo": "seeds and serves the invented brokerage of one's own machine",
    "import_importers": "registers a list of new importers, each in its own scope",
    "receive_mail": "e-mail finds its request by the address it was sent to, in its own scope",
    "remove_second_factors": "a person's factors are nobody else's and no importer's",
    "seed_demo": "seeds the invented brokerage",
    "verify_audit": "walks every chain unless told one; tells numbers and hashes, no content",
}
STRANGE_ACCOUNT = ("--program-account", "123456782RM0001")
OURS = ("carmsvc", "clients", "delegation", "reconciliation", "statements", "training")


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "rows.csv"
    path.write_text("Transaction number,Amount\n12345000000001,5.00\n")
    return str(path)


def refused(*words: str) -> str:
    """What a command that must not do it says."""
    with pytest.raises((CommandError, SystemExit)) as told:
        call_command(*words)
    return str(told.value)


def test_every_command_says_whose_rows_it_touches():
    ours = {name for name, app in get_commands().items() if str(app).startswith(OURS)}

    assert {*OF_AN_IMPORTER, *FOR_THE_BROKERAGE} == ours


@pytest.mark.parametrize("name", OF_AN_IMPORTER)
def test_a_command_that_is_told_no_importer_is_refused(
    ours: Tenant, theirs: Tenant, name: str, file: str
):
    before = rows_of(ours), rows_of(theirs)

    refused(name, *(file if word == "FILE" else word for word in OF_AN_IMPORTER[name]))

    assert (rows_of(ours), rows_of(theirs)) == before


@pytest.mark.parametrize(
    "words",
    [
        ["create_api_key", *OF_AN_IMPORTER["create_api_key"], "--importer", "123456782"],
        ["create_user", *OF_AN_IMPORTER["create_user"], "--importer", "123456782"],
        ["import_ledger", "FILE", "--importer", "123456782"],
        [*("import_statement", "FILE", "--period-end", "2026-10-17"), *STRANGE_ACCOUNT],
        ["readiness", "--importer", "123456782"],
        ["reconcile", str(2**40)],
        ["verify_audit", "--importer", "123456782"],
    ],
    ids=lambda words: words[0],
)
def test_an_importer_that_is_none_is_refused(
    ours: Tenant, theirs: Tenant, words: list[str], file: str
):
    before = rows_of(ours), rows_of(theirs)

    refused(*(file if word == "FILE" else word for word in words))

    assert (rows_of(ours), rows_of(theirs)) == before


def test_nobody_gets_a_key_for_an_importer_they_do_not_see(ours: Tenant, theirs: Tenant):
    before = rows_of(theirs)

    refused("create_api_key", *OF_AN_IMPORTER["create_api_key"], "--importer", theirs.bn9)

    assert rows_of(theirs) == before


@pytest.mark.parametrize("name", ["import_ledger", "import_statement"])
def test_another_importers_layout_is_not_there(
    ours: Tenant, theirs: Tenant, name: str, file: str, capsys: Any
):
    whose = {
        "import_ledger": ["--importer", ours.bn9],
        "import_statement": ["--program-account", ours.bn15, "--period-end", "2026-11-17"],
    }
    before = rows_of(theirs)

    refused(name, file, *whose[name], "--profile", f"Layout {theirs.word}")

    assert rows_of(theirs) == before


def test_a_reconciliation_stays_with_the_importer_of_its_statement(ours: Tenant, theirs: Tenant):
    with importer_scope(ours.importer.pk):
        statement = Statement.objects.get().pk
    before = rows_of(theirs)

    call_command("reconcile", str(statement), "--json")

    assert rows_of(theirs) == before


def test_the_audit_of_all_tells_no_word_of_anybody(ours: Tenant, theirs: Tenant, capsys: Any):
    call_command("verify_audit", "--json")

    told = capsys.readouterr().out.lower()
    assert (ours.word.lower() in told, theirs.word.lower() in told) == (False, False)
