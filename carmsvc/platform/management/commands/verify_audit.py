"""Check that nobody edited, removed or reordered what the audit chains tell."""

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandParser
from django.db import connection
from django.utils.translation import gettext as _

from carmsvc.platform.audit import AuditEvent, broken_links
from carmsvc.platform.commands import DoorCommand
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import every_importer_id, importer_scope


class Command(DoorCommand):
    """`verify_audit [--importer BN9]`; exit code 1 when a chain is broken."""

    help = "Check that nobody edited, removed or reordered what the audit chains tell."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--importer", metavar="BN9", help="this importer's chain only")

    def is_done(self, document: Mapping[str, Any]) -> bool:
        return not document["broken"]

    def answer(self, **options: Any) -> dict[str, Any]:
        chains = [_chain(*importer) for importer in _importers(options["importer"])]
        broken = sum(1 for chain in chains if chain["problems"])
        return {"checked": len(chains), "broken": broken, "importers": chains}


def _importers(bn9: str | None) -> list[tuple[int, str]]:
    """(number, BN9) of the importers whose chains are checked; raises `Refused`."""
    # the platform imports no room, so it asks for the importers' numbers in SQL
    with importer_scope(every_importer_id()), connection.cursor() as cursor:
        cursor.execute("SELECT id, bn9 FROM clients_importer ORDER BY id")
        found = [(number, text) for number, text in cursor if bn9 in (None, text)]
    if bn9 is not None and not found:
        raise Refused(_("There is no importer with business number %(bn9)s.") % {"bn9": bn9})
    return found


def _chain(importer_id: int, bn9: str) -> dict[str, Any]:
    with importer_scope(importer_id):
        events = AuditEvent.objects.filter(importer_id=importer_id).count()
        problems = broken_links(importer_id)
    return {"importer": importer_id, "bn9": bn9, "events": events, "problems": problems}
