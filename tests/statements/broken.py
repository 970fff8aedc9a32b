"""A database that refuses some rows for a while, as a full disk would."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections


@contextmanager
def broken_database(table: str, condition: str) -> Iterator[None]:
    """No row of a table that fits the condition can be added; the owner's trigger sees to it."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the disk is full'; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER refuse BEFORE INSERT ON {table} FOR EACH ROW "
            f"WHEN ({condition}) EXECUTE FUNCTION refuse()"
        )
    try:
        yield
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute("DROP FUNCTION refuse() CASCADE")
