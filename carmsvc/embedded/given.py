"""A database server that the environment gives with a role that may make roles, as CI has one."""

import hashlib
import hmac
import os
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql

from carmsvc.embedded.folder import kept_secret
from carmsvc.embedded.postgres import ROLES

NEEDS_BOTH = (
    "DATABASE_URL is given without DATABASE_OWNER_URL, and its role may not create roles. Set "
    "both: DATABASE_URL for carm_app and DATABASE_OWNER_URL for carm_owner; see .env.example."
)
MAY_MAKE_ROLES = "SELECT rolsuper OR (rolcreaterole AND rolcreatedb) FROM pg_roles WHERE rolname = "


def prepare(*, must_own: bool) -> bool:
    """Make the two roles on the given server and use them from here on.

    False if the given role may not: then it is taken to be carm_app, as web and workers have it.
    """
    address = os.environ["DATABASE_URL"]
    try:
        connection = psycopg2.connect(_for_libpq(address))
    except psycopg2.OperationalError as error:
        raise SystemExit(f"DATABASE_URL is given, but nothing answers there: {error}") from None
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(MAY_MAKE_ROLES + "current_user")
            if not cursor.fetchone()[0]:
                if must_own:
                    raise SystemExit(NEEDS_BOTH)
                return False
            _make_roles(cursor, address)
    except psycopg2.Error as error:
        raise SystemExit(f"The roles could not be made with DATABASE_URL: {error}") from None
    finally:
        connection.close()
    os.environ["DATABASE_URL"] = _as_role(address, "carm_app")
    os.environ["DATABASE_OWNER_URL"] = _as_role(address, "carm_owner")
    return True


def _make_roles(cursor: "psycopg2.extensions.cursor", address: str) -> None:
    cursor.execute(ROLES.read_text())
    for role in ("carm_owner", "carm_app"):
        change = sql.SQL("ALTER ROLE {} PASSWORD {}")
        password = sql.Literal(_password(address, role))
        cursor.execute(change.format(sql.Identifier(role), password))
    cursor.execute("GRANT carm_owner TO CURRENT_USER")  # or we could not hand the database over
    cursor.execute("SELECT current_database()")
    database = sql.Identifier(cursor.fetchone()[0])
    cursor.execute(sql.SQL("ALTER DATABASE {} OWNER TO carm_owner").format(database))


def _password(address: str, role: str) -> str:
    """Follows from the password that was given, so every machine that has it agrees."""
    known = unquote(urlsplit(address).password or "") or kept_secret("given-database")
    return hmac.new(known.encode(), f"carmsvc {role}".encode(), hashlib.sha256).hexdigest()


def _as_role(address: str, role: str) -> str:
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    netloc = f"{role}:{quote(_password(address, role), safe='')}@{host}"
    return urlunsplit(parts._replace(netloc=netloc))


def _for_libpq(address: str) -> str:
    """libpq knows postgres:// only; Django's addresses have more names for it."""
    return urlunsplit(urlsplit(address)._replace(scheme="postgresql"))
