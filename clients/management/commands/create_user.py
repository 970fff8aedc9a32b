"""Let a person in: the brokerage's staff, or one of an importer's own people."""

import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser

from carmsvc.platform.commands import WRONG_USAGE, DoorCommand
from clients.actions import create_person
from clients.actions.accounts import mark_email_verified
from clients.models import Membership, User
from clients.queries import importer_numbered


class Command(DoorCommand):
    """`create_user --email E --name N [--staff-role R | --importer BN9 --role R]`."""

    help = "Let a person in: the brokerage's staff, or one of an importer's own people."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True)
        role = parser.add_mutually_exclusive_group(required=True)
        role.add_argument("--staff-role", default="", choices=User.StaffRole.values)
        role.add_argument(
            "--role", default="", choices=Membership.Role.values, help="with --importer"
        )
        parser.add_argument(
            "--importer",
            dest="importers",
            metavar="BN9",
            action="append",
            default=[],
            help="whose person it is; for staff, whom they look after (may be repeated)",
        )
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input"
        )

    def answer(self, **options: Any) -> dict[str, Any]:
        if options["role"] and len(options["importers"]) != 1:
            raise CommandError("--role needs exactly one --importer", returncode=WRONG_USAGE)
        importers = [importer_numbered(bn9) for bn9 in options["importers"]]
        password = sys.stdin.readline().rstrip("\r\n") if options["password_stdin"] else None
        person = create_person(
            email=options["email"],
            full_name=options["name"],
            staff_role=options["staff_role"],
            importers=importers,
            importer_role=options["role"],
            password=password,
            by="command",
        )
        mark_email_verified(person)  # whoever may type this vouches for it
        return {
            "user": person.pk,
            "email": person.email,
            "name": person.full_name,
            "staff_role": person.staff_role or None,
            "importers": [importer.pk for importer in importers],
            "role": options["role"] or None,
            "has_password": person.has_usable_password(),
        }
