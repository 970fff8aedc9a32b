"""Import an export of the broker's own book for one importer."""

from functools import partial
from types import MappingProxyType
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importer_scope
from clients.queries import account_numbered, importer_numbered
from statements import actions
from statements.management.commands._file_door import FileCommand, document_of
from statements.models import LedgerFile


class Command(FileCommand):
    """`import_ledger FILE --importer BN9`."""

    help = "Import an export of the broker's own book for one importer."
    model, kind = LedgerFile, "ledger"
    nothing = MappingProxyType(
        {
            "entries": 0,
            "new": 0,
            "unchanged_entries": 0,
            "superseded_entries": 0,
            "gone_entries": 0,
        }
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--importer", required=True, metavar="BN9")
        parser.add_argument(
            "--program-account", metavar="BN15", help="only if the file has no column for it"
        )
        parser.add_argument(
            "--covers",
            choices=LedgerFile.Covers.values,
            default=LedgerFile.Covers.FILE_TELLS,
            help="whether an entry of its days that the file leaves out goes or stays",
        )

    def take_in(self, file_id: int, importer_id: int) -> None:
        actions.take_in_ledger_file(importer_id=importer_id, file_id=file_id)

    def answer(self, **options: Any) -> dict[str, Any]:
        importer = importer_numbered(options["importer"])
        account = None
        if options["program_account"]:
            account = account_numbered(options["program_account"])
            if account.importer_id != importer.pk:
                told = {"bn15": account.bn15}
                raise Refused(_("%(bn15)s is not a program account of this importer.") % told)
        receive = partial(
            actions.receive_ledger_file, program_account=account, covers=options["covers"]
        )
        received = self.brought_in(importer.pk, receive, options)
        file = received.file
        with importer_scope(importer.pk):
            return document_of(file, received.is_new) | {
                "entries": file.row_count or 0,
                "new": file.entries_new,
                "unchanged_entries": file.entries_unchanged,
                "superseded_entries": file.entries_superseded,
                "gone_entries": file.entries_gone,
            }
