"""Register an importer with its program accounts."""

from typing import Any

from django.core.management.base import CommandParser

from carmsvc.platform.commands import DoorCommand
from carmsvc.platform.tenancy import importer_scope
from clients.actions import create_importer, warnings_about
from clients.models import ProgramAccount


class Command(DoorCommand):
    """`create_importer --legal-name NAME --bn9 BN9 --program-account BN15…`."""

    help = "Register an importer with its program accounts."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--legal-name", required=True, help="exactly as the CBSA has it")
        parser.add_argument("--bn9", required=True, help="business number, nine digits")
        parser.add_argument(
            "--program-account",
            dest="program_accounts",
            metavar="BN15",
            action="extend",
            nargs="+",
            required=True,
            help="for example 123456782RM0001; several may be given",
        )

    def answer(self, **options: Any) -> dict[str, Any]:
        wish = {name: options[name] for name in ("legal_name", "bn9", "program_accounts")}
        importer = create_importer(**wish, by="command")
        with importer_scope(importer.pk):
            accounts = list(ProgramAccount.objects.values_list("bn15", flat=True))
        return {
            "importer": importer.pk,
            "legal_name": importer.legal_name,
            "bn9": importer.bn9,
            "program_accounts": accounts,
            "warnings": warnings_about(importer.bn9),
        }
