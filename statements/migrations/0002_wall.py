"""Raise the tenant wall around both sides' documents."""

from django.db import migrations

from carmsvc.platform.tenancy import Wall

ACCOUNT = "clients_programaccount"
STATEMENT_FILE = "statements_statementfile"
LEDGER_FILE = "statements_ledgerfile"


# what may meet what: an accounting line never meets an interest or a penalty entry
FAMILY = """
CREATE FUNCTION statements_family(transaction_type text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN transaction_type IN ('LAP', 'AMPS') THEN 'penalty'
        WHEN transaction_type IN ('INTEREST', 'PAYMENT', 'DISBURSEMENT', 'NSF')
            THEN lower(transaction_type)
        WHEN transaction_type IS NOT NULL THEN 'accounting'
    END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("statements", "0001_initial"), ("clients", "0002_wall")]

    operations = [
        migrations.RunSQL(FAMILY, "DROP FUNCTION statements_family(text)"),
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
