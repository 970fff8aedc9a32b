"""Import a CARM statement export for one program account and billing period."""

from functools import partial
from types import MappingProxyType
from typing import Any

from django.core.management.base import CommandParser

from carmsvc.platform.commands import amount, day
from carmsvc.platform.money import plain
from carmsvc.platform.tenancy import importer_scope
from clients.queries import account_numbered
from statements import actions
from statements.management.commands._file_door import FileCommand, document_of
from statements.models import Statement, StatementFile
from statements.queries import statement_of


class Command(FileCommand):
    """`import_statement FILE --program-account BN15 --period-end DATE`."""

    help = "Import a CARM statement export for one program account and billing period."
    model, kind = StatementFile, "statement"
    nothing = MappingProxyType({"statement": None, "lines": 0})

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--program-account", required=True, metavar="BN15")
        parser.add_argument(
            "--period-end", required=True, metavar="DATE", type=day, help="the 17th it ends on"
        )
        parser.add_argument("--opening-balance", metavar="X", type=amount)
        parser.add_argument("--total-payable", metavar="Y", type=amount)

    def take_in(self, file_id: int, importer_id: int) -> None:
        actions.take_in_statement_file(importer_id=importer_id, file_id=file_id)

    def answer(self, **options: Any) -> dict[str, Any]:
        account = account_numbered(options["program_account"])
        told = {name: options[name] for name in ("period_end", "opening_balance", "total_payable")}
        receive = partial(actions.receive_statement_file, program_account=account, **told)
        received = self.brought_in(account.importer_id, receive, options)
        with importer_scope(account.importer_id):
            document = document_of(received.file, received.is_new)
            return document | _figures(statement_of(received.file))


def _figures(statement: Statement | None) -> dict[str, Any]:
    """What the file became, in CAD."""
    if statement is None:
        return dict(Command.nothing)
    return {
        "statement": statement.pk,
        "lines": statement.line_count,
        "opening_balance": plain(statement.opening_balance),
        "activity": plain(statement.activity),
        "total_payable": plain(statement.total_payable),
        "payment_due_on": statement.payment_due_on.isoformat(),
    }
