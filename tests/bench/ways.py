"""The simpler ways to compare two books, each a program of its own: floor, pandas, datacompy.

Each is tried on a small pair of files first, and says what it found, how long it took and how
much memory it had. Starting Python and importing its libraries is not counted.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

KEY = ["number", "version", "amount"]
STATEMENT_NAMES = {"Transaction number": "number", "Version": "version", "Amount": "amount"}
LEDGER_NAMES = {"Transaction No": "number", "Version": "version", "Total": "amount"}

STATEMENT_TABLE = """
DROP TABLE IF EXISTS statement, ledger, place;
CREATE TABLE statement (number text, version int, kind text, released date, posted date, due date,
    reference text, duty numeric(14,2), surtax numeric(14,2), gst numeric(14,2),
    amount numeric(14,2), status text);
CREATE TABLE ledger (bn15 text, number text, version int, kind text, released date, posted date,
    reference text, duty numeric(14,2), surtax numeric(14,2), gst numeric(14,2),
    amount numeric(14,2), job text);
CREATE TABLE place (number text, version int, amount numeric(14,2), line bool, entry bool);
CREATE INDEX ON place (number);
"""
JOIN = """
INSERT INTO place
SELECT number, version, amount, s.kind IS NOT NULL, l.kind IS NOT NULL
FROM statement s FULL JOIN ledger l USING (number, version, amount)
"""


def floor(statement: Path, ledger: Path) -> int:
    """The least a database can do: two bare COPYs and one join into a table with an index.

    Nothing is checked, nothing is walled, nothing is classified.
    """
    import psycopg2

    connection = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    with connection, connection.cursor() as cursor:
        cursor.execute(STATEMENT_TABLE)
        for table, path in (("statement", statement), ("ledger", ledger)):
            with path.open("rb") as file:
                cursor.copy_expert(f"COPY {table} FROM STDIN (FORMAT csv, HEADER)", file)
        cursor.execute("SET LOCAL work_mem = '192MB'")
        cursor.execute(JOIN)
        connection.commit()
        cursor.execute("SELECT count(*) FROM place WHERE line AND entry")
        met = int(cursor.fetchone()[0])
    connection.close()
    return met


def pandas(statement: Path, ledger: Path) -> int:
    """What an analyst scripts in an afternoon: an outer merge, and what did not meet in a file."""
    import pandas as pd

    ours = pd.read_csv(statement, dtype={"Transaction number": "str", "Reference": "str"})
    theirs = pd.read_csv(ledger, dtype={"Transaction No": "str", "Payment reference": "str"})
    merged = ours.rename(columns=STATEMENT_NAMES).merge(
        theirs.rename(columns=LEDGER_NAMES), on=KEY, how="outer", indicator=True
    )
    merged.to_csv(statement.with_name("merged.csv"), index=False)
    return int((merged["_merge"] == "both").sum())


def datacompy(statement: Path, ledger: Path) -> int:
    """What a data team takes off the shelf, with the tolerance, and its report."""
    import polars as pl
    from datacompy import PolarsCompare

    ours = pl.read_csv(statement, schema_overrides={"Transaction number": pl.String})
    theirs = pl.read_csv(ledger, schema_overrides={"Transaction No": pl.String})
    compared = PolarsCompare(
        ours.rename(STATEMENT_NAMES).select(KEY),
        theirs.rename(LEDGER_NAMES).select(KEY),
        join_columns=["number"],
        abs_tol=0.05,
    )
    statement.with_name("report.txt").write_text(compared.report())
    return int(compared.count_matching_rows())


WAYS: dict[str, Callable[[Path, Path], int]] = {
    "floor": floor,
    "pandas": pandas,
    "datacompy": datacompy,
}


def main() -> None:
    """`python -m tests.bench.ways WAY STATEMENT LEDGER SMALL_STATEMENT SMALL_LEDGER`."""
    name, *paths = sys.argv[1:]
    statement, ledger, small_statement, small_ledger = map(Path, paths)
    way = WAYS[name]
    way(small_statement, small_ledger)
    started, cpu = time.perf_counter(), time.process_time()
    met = way(statement, ledger)
    seconds = time.perf_counter() - started
    cpu = time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpu_seconds": cpu, "peak_mib": peak, "met": met}))


if __name__ == "__main__":
    main()
