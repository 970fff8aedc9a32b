"""Validated rows into PostgreSQL: COPY into a staging table, then one INSERT ... SELECT.

COPY cannot write to a table under row-level security, and the wall then judges every row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO

from django.conf import settings
from django.db import connection

from carmsvc.platform import audit
from statements.models import COMPONENTS, LedgerFile, Statement, StatementFile

_AMOUNTS = ("amount", *COMPONENTS, "open_amount")
_DATES = ("released_on", "accounted_on", "posted_on", "due_on")
_WHOLE = ("row_no", "version")
_BOOK_LOCK, _PERIOD_LOCK = 0x0CA3, 0x0CA4
_FROM_CBSA = ("INTEREST", "LAP", "AMPS", "DISBURSEMENT", "NSF", "CBSA_INVOICE", "ADJ_DEBIT")

# the 17th that ends a day's billing period; statements.rules.billing.period_end in SQL
PERIOD_END = "(date_trunc('month', {day} - 17) + interval '1 month')::date + 16"


@dataclass(frozen=True)
class LedgerLoad:
    """What a ledger file did: rows added, rows already there (or newer ones), rows replaced, and
    how many of those it does not hold at all.
    """

    new: int
    unchanged: int
    superseded: int
    gone: int
    periods_changed: Mapping[str, date]


def stage(columns: tuple[str, ...], spool: BinaryIO) -> None:
    """COPY validated rows into the temporary table `staged`, gone at the end of transaction."""
    described = ", ".join(f"{column} {_type_of(column)}" for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            "DROP TABLE IF EXISTS staged, entry_staged, retired, fresh_row, book_row, "
            "pair, fresh, book, span"
        )
        cursor.execute(f"CREATE TEMP TABLE staged ({described}) ON COMMIT DROP")
        spool.seek(0)
        cursor.copy_expert(f"COPY staged ({', '.join(columns)}) FROM STDIN", spool)


def _type_of(column: str) -> str:
    if column in _AMOUNTS:
        return "numeric(14,2)"
    if column in _DATES:
        return "date"
    return "integer" if column in _WHOLE else "text"


def insert_lines(statement: Statement, columns: tuple[str, ...]) -> int:
    """Move the staged rows of a statement into its lines; returns how many."""
    stored = [column for column in columns if column != "program_account"]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO statements_statementline
                (importer_id, statement_id, filed_by, {", ".join(stored)})
            SELECT %s, %s,
                CASE WHEN s.transaction_type = ANY(%s) THEN 'cbsa'
                     WHEN left(s.transaction_no, 5) = ANY(%s) THEN 'ours'
                     ELSE coalesce(k.filed_by, 'unknown') END,
                {", ".join(f"s.{column}" for column in stored)}
            FROM staged s
            LEFT JOIN statements_knownfiler k
              ON k.account_security_no = left(s.transaction_no, 5)
            ORDER BY s.row_no
            """,
            [
                statement.importer_id,
                statement.pk,
                list(_FROM_CBSA),
                settings.BROKER_ACCOUNT_SECURITY_NUMBERS,
            ],
        )
        return int(cursor.rowcount)


def staged_components() -> dict[str, str]:
    """Sum of each component over the staged rows (CAD as text), without those all empty."""
    sums = ", ".join(f"sum({component})::text" for component in COMPONENTS)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sums} FROM staged")
        found = dict(zip(COMPONENTS, cursor.fetchone(), strict=True))
    return {component: total for component, total in found.items() if total is not None}


def staged_days() -> tuple[date | None, date | None, int]:
    """The first and the last day on which staged lines were released or posted, and how many
    lines have one.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(least(released_on, posted_on)), max(greatest(released_on, posted_on)), "
            "count(coalesce(released_on, posted_on)) FROM staged"
        )
        earliest, latest, count = cursor.fetchone()
        return earliest, latest, count


def supersede_statement(file: StatementFile, statement_id: int) -> Statement | None:
    """Step aside, older statement of the same account and period. Returns the one that stands
    instead when its file was uploaded after this one, whichever was read first.
    """
    with connection.cursor() as cursor:
        _one_at_a_time(cursor, _PERIOD_LOCK, file.program_account_id)
    standing = Statement.objects.filter(
        program_account_id=file.program_account_id,
        period_end=file.period_end,
        superseded_by=None,
    )
    found: Statement | None = standing.select_for_update().first()
    if found is None or found.file_id > file.pk:
        return found
    standing.update(superseded_by=statement_id)
    audit.record(
        "statement superseded",
        importer_id=file.importer_id,
        by="worker",
        target=found,
        before={"superseded_by": None},
        after={"superseded_by": statement_id},
    )
    StatementFile.objects.filter(pk=found.file_id).update(state=StatementFile.State.SUPERSEDED)
    return None


def _one_at_a_time(cursor: Any, space: int, key: int) -> None:
    """Wait for whoever loads into the same book or account, to the end of this transaction."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [space, key % 2**31])


def next_statement_id() -> int:
    """The number the next statement will have, so that an older one can point at it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('statements_statement', 'id'))")
        return int(cursor.fetchone()[0])


def load_entries(file: LedgerFile, columns: tuple[str, ...]) -> LedgerLoad:
    """Move the staged rows of a ledger into its entries, replacing what they restate.

    A transaction number that the file holds replaces all entries of that number and family that
    an earlier file brought; without one a payment reference does, on the days the file covers,
    since many payments share a reference. Entries that are the same stay as they are. An entry
    without either is counted: the nth equal copy in the file is the nth in the book. What the
    file no longer holds of its own range of days goes, if it was sent as everything of its days,
    or if nobody said and it restates at least half of what the book held of them. What a file
    that was uploaded later has said stands, whichever of the two is read first.
    """
    with connection.cursor() as cursor:
        _one_at_a_time(cursor, _BOOK_LOCK, file.importer_id)
        _prepare(cursor, file)
        unchanged = superseded = gone = 0
        if _book_holds_entries(cursor, file):
            unchanged, superseded, gone = _replace(cursor, file)
        changed = _periods_changed(cursor)
        new = _insert_entries(cursor, file, columns)
    return LedgerLoad(new, unchanged, superseded, gone, changed)


def _prepare(cursor: Any, file: LedgerFile) -> None:
    """Give the staged rows their account's id, billing period, and whether they stay."""
    day = "coalesce(s.released_on, s.accounted_on, s.posted_on)"
    cursor.execute(
        f"""
        CREATE TEMP TABLE entry_staged ON COMMIT DROP AS
        SELECT s.*, a.id AS program_account_id, {PERIOD_END.format(day=day)} AS period_end
        FROM staged s JOIN clients_programaccount a
          ON a.bn15 = s.program_account AND a.importer_id = %s
        """,
        [file.importer_id],
    )
    cursor.execute("DROP TABLE staged")


def _book_holds_entries(cursor: Any, file: LedgerFile) -> bool:
    cursor.execute(
        "SELECT EXISTS (SELECT 1 FROM statements_ledgerentry "
        "WHERE importer_id = %s AND superseded_by_id IS NULL)",
        [file.importer_id],
    )
    return bool(cursor.fetchone()[0])


_SAME = (
    "program_account_id",
    "number",
    "family",
    "version",
    "transaction_type",
    "released_on",
    "accounted_on",
    "posted_on",
    "amount",
    *COMPONENTS,
    "payer",
    "reference",
)


def _replace(cursor: Any, file: LedgerFile) -> tuple[int, int, int]:
    """Drop the staged rows the book already holds, supersede what they restate or leave out."""
    _compare_with_book(cursor, file)
    cursor.execute(
        """
        CREATE TEMP TABLE retired ON COMMIT DROP AS
        SELECT id, program_account_id, period_end, NOT is_named AS is_gone
        FROM (SELECT b.*, b.day BETWEEN s.first_day AND s.last_day AS is_in_range,
                     CASE %s WHEN 'all_of_its_days' THEN true WHEN 'changes_only' THEN false
                             ELSE s.is_restated END AS is_whole,
                     EXISTS (SELECT 1 FROM fresh f
                             WHERE f.program_account_id = b.program_account_id
                               AND f.number = b.number AND f.family = b.family) AS is_named
              FROM book b JOIN span s USING (program_account_id)
              WHERE NOT b.is_same AND b.file_id < %s) AS older
        WHERE (is_whole AND is_in_range)
           OR ((transaction_no IS NOT NULL OR is_in_range) AND is_named)
        """,
        [file.covers, file.pk],
    )
    cursor.execute("SELECT count(*) FILTER (WHERE is_gone) FROM retired")
    gone = cursor.fetchone()[0]
    cursor.execute(
        "UPDATE statements_ledgerentry e SET superseded_by_id = %s FROM retired r "
        "WHERE e.id = r.id AND e.importer_id = %s",
        [file.pk, file.importer_id],
    )
    superseded = cursor.rowcount
    cursor.execute(
        "DELETE FROM entry_staged s USING fresh f WHERE f.row_no = s.row_no AND f.is_same"
    )
    return cursor.rowcount + _drop_what_is_late(cursor, file), superseded, gone


def _drop_what_is_late(cursor: Any, file: LedgerFile) -> int:
    """Drop the staged rows that a file uploaded after this one has restated; returns how many."""
    cursor.execute(
        """
        DELETE FROM entry_staged s USING fresh f, book b
        WHERE f.row_no = s.row_no AND NOT f.is_same AND b.file_id > %s
          AND b.program_account_id = f.program_account_id
          AND b.number = f.number AND b.family = f.family
          AND (b.transaction_no IS NOT NULL OR b.day = f.day)
        """,
        [file.pk],
    )
    return int(cursor.rowcount)


def _compare_with_book(cursor: Any, file: LedgerFile) -> None:
    """Make `fresh` (the file) and `book` (what stands), each row saying if the other has it."""
    same = ", ".join(_SAME)
    number = "coalesce(transaction_no, reference)"
    family = "coalesce(statements_family(transaction_type), 'accounting')"
    day = "coalesce(released_on, accounted_on, posted_on)"
    shape = f"*, {number} AS number, {family} AS family, {day} AS day"
    cursor.execute(
        f"""
        CREATE TEMP TABLE fresh_row ON COMMIT DROP AS
        SELECT *, row_number() OVER (PARTITION BY {same} ORDER BY row_no) AS nth
        FROM (SELECT {shape} FROM entry_staged) s;
        CREATE TEMP TABLE book_row ON COMMIT DROP AS
        SELECT *, row_number() OVER (PARTITION BY {same} ORDER BY id) AS nth
        FROM (SELECT {shape} FROM statements_ledgerentry
              WHERE importer_id = %s AND superseded_by_id IS NULL) e
        """,
        [file.importer_id],
    )
    equal = " AND ".join(f"f.{name} IS NOT DISTINCT FROM b.{name}" for name in (*_SAME, "nth"))
    key = f"md5(concat_ws('|', {', '.join(f'{n}::text' for n in ('number', 'amount', 'nth'))}))"
    cursor.execute(
        f"""
        CREATE TEMP TABLE pair ON COMMIT DROP AS
        SELECT f.row_no, b.id
        FROM (SELECT *, {key} AS quick FROM fresh_row) f
        JOIN (SELECT *, {key} AS quick FROM book_row) b USING (quick)
        WHERE {equal};
        CREATE TEMP TABLE fresh ON COMMIT DROP AS
        SELECT f.*, EXISTS (SELECT 1 FROM pair p WHERE p.row_no = f.row_no) AS is_same
        FROM fresh_row f;
        CREATE TEMP TABLE book ON COMMIT DROP AS
        SELECT b.*, EXISTS (SELECT 1 FROM pair p WHERE p.id = b.id) AS is_same FROM book_row b;
        ANALYZE fresh; ANALYZE book;
        CREATE TEMP TABLE span ON COMMIT DROP AS
        SELECT r.program_account_id, r.first_day, r.last_day,
               2 * count(*) FILTER (WHERE b.is_same OR EXISTS (
                   SELECT 1 FROM fresh f WHERE f.program_account_id = b.program_account_id
                    AND f.number = b.number AND f.family = b.family)) >= count(*) AS is_restated
        FROM (SELECT program_account_id, min(day) AS first_day, max(day) AS last_day
              FROM fresh GROUP BY 1) r
        LEFT JOIN book b ON b.program_account_id = r.program_account_id
                        AND b.day BETWEEN r.first_day AND r.last_day
        GROUP BY 1, 2, 3
        """
    )


def _periods_changed(cursor: Any) -> dict[str, date]:
    """The first billing period end in which each account's entries change."""
    cursor.execute("SELECT to_regclass('pg_temp.retired') IS NOT NULL")
    retired = (
        "UNION ALL SELECT program_account_id, period_end FROM retired"
        if cursor.fetchone()[0]
        else ""
    )
    cursor.execute(
        f"""
        SELECT program_account_id, min(period_end)
        FROM (SELECT program_account_id, period_end FROM entry_staged {retired}) c GROUP BY 1
        """
    )
    return {str(account): first for account, first in cursor.fetchall()}


def _insert_entries(cursor: Any, file: LedgerFile, columns: tuple[str, ...]) -> int:
    stored = [column for column in columns if column != "program_account"]
    listed = ", ".join((*stored, "program_account_id", "period_end"))
    cursor.execute(
        f"INSERT INTO statements_ledgerentry (importer_id, file_id, {listed}) "
        f"SELECT %s, %s, {listed} FROM entry_staged ORDER BY row_no",
        [file.importer_id, file.pk],
    )
    return int(cursor.rowcount)


def sum_of_staged() -> Decimal:
    """Sum of the staged amounts in CAD, added up by the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(amount), 0.00) FROM staged")
        return Decimal(cursor.fetchone()[0])
