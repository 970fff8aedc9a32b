"""Register the importers of a list of clients."""

from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from carmsvc.platform.commands import DoorCommand, readable_file
from clients.actions.client_lists import read_client_list, take_in_now
from clients.queries.client_lists import COLUMN_WORDS, FAULT_WORDS, plan_of


class Command(DoorCommand):
    """`import_importers FILE [--changes] [--dry-run]`."""

    help = "Register the importers of a CSV or XLSX list, all of them or none."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=readable_file, help="a CSV or XLSX list")
        parser.add_argument(
            "--changes", action="store_true", help="change registered importers too"
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what it would do")

    def answer(self, **options: Any) -> dict[str, Any]:
        path = options["file"]
        with transaction.atomic():
            client_list = read_client_list(
                content=path.read_bytes(), file_name=path.name, by="command"
            )
            plan = plan_of(client_list)
            told = {"state": "looked_at", **plan.counts, "errors": [_told(f) for f in plan.faults]}
            if options["dry_run"] or plan.faults:
                transaction.set_rollback(True)
                return told | {"state": "refused" if plan.faults else "looked_at"}
            if not (plan.counts["new"] or (options["changes"] and plan.counts["changes"])):
                transaction.set_rollback(True)
                return told | {"state": "nothing_to_do"}
            take_in_now(client_list=client_list, takes_changes=options["changes"], by="command")
        return told | {"state": "taken_in"}

    def is_done(self, document: Any) -> bool:
        return document["state"] != "refused"


def _told(fault: Any) -> dict[str, Any]:
    return {
        "row": fault.row,
        "column": str(COLUMN_WORDS[fault.column]),
        "value": fault.value,
        "message": str(FAULT_WORDS[fault.code]),
    }
