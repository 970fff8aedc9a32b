"""Raise the tenant wall around both sides' documents."""

from django.db import migrations

from carmsvc.platform.tenancy import Wall

ACCOUNT = "clients_programaccount"
STATEMENT_FILE = "statements_statementfile"
LEDGER_FILE = "statements_ledgerfile"


class Migration(migrations.Migration):
    dependencies = [("statements", "0001_initial"), ("clients", "0002_wall")]

    operations = [
        Wall("MappingProfile"),
        Wall(
            "StatementFile",
            parents={"profile_id": "statements_mappingprofile", "program_account_id": ACCOUNT},
        ),
        Wall(
            "LedgerFile",
            parents={"profile_id": "statements_mappingprofile", "program_account_id": ACCOUNT},
        ),
        Wall(
            "RowProblem",
            parents={"statement_file_id": STATEMENT_FILE, "ledger_file_id": LEDGER_FILE},
        ),
        Wall(
            "Statement",
            parents={
                "program_account_id": ACCOUNT,
                "file_id": STATEMENT_FILE,
                "superseded_by_id": "statements_statement",
            },
        ),
        Wall("StatementLine", parents={"statement_id": "statements_statement"}, bulk=True),
        Wall(
            "LedgerEntry",
            parents={"program_account_id": ACCOUNT, "file_id": LEDGER_FILE},
            bulk=True,
        ),
    ]
