"""The demonstration: what the terminal prints is what the page and the API say."""

import json
from typing import Any

import pytest
from django.core.files import File
from django.core.management import call_command
from django.test import Client

from carmsvc.demo import seeding, showing
from carmsvc.demo.cast import CLIENTS, MAPLE
from carmsvc.platform.money import plain
from carmsvc.platform.tenancy import every_importer_id, importer_scope
from clients.models import Importer, ProgramAccount, User
from reconciliation.actions import collect_from_importer, run_match
from reconciliation.models import MatchRun
from reconciliation.queries import bridge, run_document
from statements.actions import (
    receive_ledger_file,
    receive_statement_file,
    take_in_ledger_file,
    take_in_statement_file,
)


@pytest.fixture
def demo_run(importer: Importer) -> MatchRun:
    """Maple's month from the files in tests/files/demo, reconciled."""
    with importer_scope(importer.pk):
        account = ProgramAccount.objects.get(bn15=f"{MAPLE.bn9}RM0001")
    with seeding.DEMO_LEDGER.open("rb") as content, importer_scope(importer.pk):
        told = {"importer_id": importer.pk, "content": File(content), "by": None}
        ledger = receive_ledger_file(file_name="ledger.csv", **told).file
    assert take_in_ledger_file(importer_id=importer.pk, file_id=ledger.pk)
    with seeding.DEMO_STATEMENT.open("rb") as content, importer_scope(importer.pk):
        told = {"importer_id": importer.pk, "content": File(content), "by": None}
        told |= {"program_account": account, "period_end": seeding.DEMO_PERIOD}
        statement = receive_statement_file(file_name="statement.csv", **told).file
    assert take_in_statement_file(importer_id=importer.pk, file_id=statement.pk)
    for run_id in collect_from_importer(importer.pk):
        run_match(importer_id=importer.pk, run_id=run_id)
    with importer_scope(importer.pk):
        return MatchRun.objects.select_related(
            "statement__importer", "statement__program_account"
        ).get(state="finished", superseded_by=None)


def test_the_files_are_those_the_generator_writes():
    for path, content in seeding.demo_files().items():
        assert path.read_bytes() == content


def test_the_terminal_the_page_and_the_api_say_the_same(
    demo_run: MatchRun, importer: Importer, analyst: User
):
    with importer_scope(importer.pk):
        printed = "\n".join(showing.result(demo_run))
        bars = bridge(demo_run)
        document = json.loads(json.dumps(run_document(demo_run)))
    browser = Client()
    browser.force_login(analyst)
    page = browser.get(f"/statements/{demo_run.statement_id}/reconciliation/").content.decode()
    api = browser.get(f"/api/v1/match-runs/{demo_run.pk}/").json()

    assert len(bars) >= 7
    for bar in bars:
        amount = f"{abs(bar.amount):,.2f}"
        assert str(bar.label) in printed
        assert amount in printed
        assert amount in page.replace("\N{NO-BREAK SPACE}", " ")
    assert api["totals"] == document["totals"]
    assert document["totals"]["residual"] == "0.00"
    assert document["totals"]["statement_activity"] == plain(demo_run.statement.activity)


def test_the_bridge_adds_up_to_the_cent(demo_run: MatchRun, importer: Importer):
    with importer_scope(importer.pk):
        *steps, statement = bridge(demo_run)

    assert sum(bar.amount for bar in steps) == statement.amount


def test_the_month_holds_every_kind_of_match_a_client_asks_about(demo_run: MatchRun):
    assert {"010_exact", "020_within_tolerance", "030_net", "040_payment"} <= set(
        demo_run.totals["matched"]
    )
    assert demo_run.totals["suggestions"]["count"] > 0


def test_seeding_twice_changes_nothing(db: None, capsys: Any):
    call_command("seed_demo", "--json")
    first = json.loads(capsys.readouterr().out)["seeded"]
    with importer_scope(every_importer_id()):
        runs = set(MatchRun.objects.values_list("id", flat=True))

    call_command("seed_demo", "--json")

    assert len(first) == len(CLIENTS)
    assert json.loads(capsys.readouterr().out)["seeded"] == []
    with importer_scope(every_importer_id()):
        assert set(MatchRun.objects.values_list("id", flat=True)) == runs
        assert {"needs_mapping", "rejected"} <= set(
            seeding.StatementFile.objects.values_list("state", flat=True)
        )
