"""Make a key for an integration; it is shown once."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from carmsvc.platform.commands import WRONG_USAGE, DoorCommand
from carmsvc.platform.key_grants import READ_ALL, WRITE_ALL
from clients.actions import issue_api_key
from clients.queries import importer_numbered, person_called


class Command(DoorCommand):
    """`create_api_key --user EMAIL --importer BN9… [--grant RESOURCE:RIGHT…] --name N`."""

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
        parser.add_argument(
            "--grant",
            dest="grants",
            metavar="RESOURCE:RIGHT",
            action="extend",
            nargs="+",
            default=[],
            help="what it may do, such as statements:read or statement-files:write (includes "
            f"reading); several may be given; {READ_ALL} when nothing is said",
        )
        parser.add_argument(
            "--write", action="store_true", help=f"it may change everything: --grant {WRITE_ALL}"
        )
        parser.add_argument(
            "--days", type=int, default=settings.API_KEY_DAYS, help="how long it is good for"
        )

    def answer(self, **options: Any) -> dict[str, Any]:
        if not 0 < options["days"] <= settings.API_KEY_MOST_DAYS:
            message = f"--days is 1 to {settings.API_KEY_MOST_DAYS}"
            raise CommandError(message, returncode=WRONG_USAGE)
        importers = [importer_numbered(bn9) for bn9 in dict.fromkeys(options["importers"])]
        grants = [*options["grants"], *([WRITE_ALL] if options["write"] else [])]
        key, text = issue_api_key(
            name=options["name"],
            user=person_called(options["user"]),
            importers=importers,
            grants=grants or [READ_ALL],
            by="command",
            days=options["days"],
        )
        return {
            "key": text,
            "prefix": key.prefix,
            "name": key.name,
            "user": key.user.email,
            "importers": key.importer_ids,
            "grants": key.grants,
            "expires_at": key.expires_at.isoformat(),
        }
