"""`readiness --importer BN9`, for people at the server and for scripts."""

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from clients.models import Importer
from tests.readiness.stories import FIRST, SECOND

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def run(*arguments: str) -> tuple[int, Any]:
    """The exit code of the command and the one document it printed."""
    printed = io.StringIO()
    try:
        call_command("readiness", *arguments, "--json", stdout=printed)
    except SystemExit as left:
        return int(left.code or 0), json.loads(printed.getvalue())
    return 0, json.loads(printed.getvalue())


def test_it_tells_the_verdicts_and_every_check(importer: Importer) -> None:
    code, document = run("--importer", "123456782")

    checks = document.pop("checks")
    assert (code, document) == (
        0,
        {
            "importer": importer.pk,
            "legal_name": "Maple Furniture Inc.",
            "day": "2026-11-23",
            "verdict": "not_ready",
            "areas": {"set_up": "not_ready", "rpp": "at_risk", "release": "not_ready"},
            "accounts": {FIRST: "not_ready", SECOND: "not_ready"},
        },
    )
    assert len({one["check"] for one in checks}) == 22
    assert checks[0] == {
        "check": "R07", "program_account": FIRST, "result": "failed", "severity": "blocker",
        "reason": "no_delegation", "sentence": checks[0]["sentence"], "facts": {},
    }  # fmt: skip


def test_people_read_it_as_a_table(importer: Importer) -> None:
    printed = io.StringIO()

    call_command("readiness", "--importer", "123456782", stdout=printed)

    lines = printed.getvalue().splitlines()
    assert "verdict     not_ready" in lines
    assert any("R18" in one and "Nobody to reach for:" in one for one in lines)


def test_an_importer_that_is_not_there_is_named(importer: Importer) -> None:
    assert run("--importer", "999999999") == (
        1, {"errors": ["There is no importer with business number 999999999."]},
    )  # fmt: skip


def test_it_does_not_guess_the_importer() -> None:
    with pytest.raises(CommandError, match="--importer"):
        run()
