"""Make a key for an integration; it is shown once."""

from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from carmsvc.platform.commands import WRONG_USAGE, DoorCommand
from clients.actions import issue_api_key
from clients.queries import importer_numbered, person_called

MOST_DAYS = 3650


class Command(DoorCommand):
    """`create_api_key --user EMAIL --importer BN9… [--write] --name N`."""

    help = "Make a key for an integration; it is shown once and stored hashed."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--user", required=True, metavar="EMAIL", help="who answers for it")
        parser.add_argument(
            "--importer",
            dest="importers",
            metavar="BN9",
            action="extend",
            nargs="+",
            required=True,
            help="which importers it sees; several may be given",
        )
        parser.add_argument("--name", required=True, help="what it is for")
        parser.add_argument("--write", action="store_true", help="it may also change things")
        parser.add_argument("--days", type=int, default=365, help="how long it is good for")

    def answer(self, **options: Any) -> dict[str, Any]:
        if not 0 < options["days"] <= MOST_DAYS:
            raise CommandError(f"--days is 1 to {MOST_DAYS}", returncode=WRONG_USAGE)
        importers = [importer_numbered(bn9) for bn9 in dict.fromkeys(options["importers"])]
        key, text = issue_api_key(
            name=options["name"][:100],
            user=person_called(options["user"]),
            importers=importers,
            may_write=options["write"],
            by="command",
            expires_at=timezone.now() + timedelta(days=options["days"]),
        )
        return {
            "key": text,
            "prefix": key.prefix,
            "name": key.name,
            "user": key.user.email,
            "importers": key.importer_ids,
            "may_write": key.may_write,
            "expires_at": key.expires_at.isoformat(),
        }
