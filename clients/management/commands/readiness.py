"""How ready an importer is, for people at the server and for scripts."""

from typing import Any

from django.core.management.base import CommandParser

from carmsvc.platform.commands import DoorCommand
from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.tenancy import importer_scope
from clients.queries import importer_numbered
from clients.queries.readiness import Judged, Readiness, readiness_of
from clients.queries.readiness_words import plain_value, sentence


class Command(DoorCommand):
    """`readiness --importer BN9`: the verdicts, and every check with its facts."""

    help = "Say how ready an importer is: verdicts, and every check with its facts."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--importer", required=True, metavar="BN9", help="nine digits")

    def answer(self, **options: Any) -> dict[str, Any]:
        importer = importer_numbered(options["importer"])
        with importer_scope(importer.pk):
            return _document(readiness_of(importer.pk, today_in_toronto()))


def _document(found: Readiness) -> dict[str, Any]:
    return {
        "importer": found.importer.pk,
        "legal_name": found.importer.legal_name,
        "day": found.day.isoformat(),
        "verdict": found.verdict.value,
        "areas": {area.value: verdict and verdict.value for area, verdict in found.areas.items()},
        "accounts": {one.bn15: verdict.value for one, verdict, _areas in found.by_account},
        "checks": [_check(one) for one in found.judged],
    }


def _check(one: Judged) -> dict[str, Any]:
    return {
        "check": one.check.code,
        "program_account": one.account.bn15 if one.account else None,
        "result": one.result.value,
        "severity": one.severity.value,
        "reason": one.outcome.reason,
        "sentence": sentence(one.check, one.outcome),
        "facts": {name: plain_value(value) for name, value in one.outcome.facts.items()},
    }
