"""Raise the tenant wall around the runs, and let the database prove that they add up."""

from pathlib import Path

from django.db import migrations

from carmsvc.platform.tenancy import Wall

PROOF = Path(__file__).with_name("0002_proof.sql").read_text(encoding="utf-8")
NO_PROOF = """
DROP TRIGGER run_is_born_open ON reconciliation_matchrun;
DROP TRIGGER run_is_proved ON reconciliation_matchrun;
DROP FUNCTION reconciliation_prove_run();
"""
RUN = "reconciliation_matchrun"
STATEMENT = "statements_statement"


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0001_initial"), ("statements", "0002_wall")]

    operations = [
        Wall("MatchRun", parents={"statement_id": STATEMENT, "superseded_by_id": RUN}),
        Wall("Variance", parents={"run_id": RUN}),
        # nothing can be placed in a run that is not at work
        Wall(
            "Placement",
            parents={"run_id": RUN},
            bulk=True,
            only_while={RUN: "state = 'running'"},
        ),
        Wall("Decision", parents={"statement_id": STATEMENT}),
        Wall("SignOff", parents={"run_id": RUN}),
        migrations.RunSQL(PROOF, NO_PROOF),
    ]
