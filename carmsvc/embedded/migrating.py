"""The embedded database follows this checkout's migrations, and says so in its own comment."""

import fcntl
import hashlib
import json
import os
import subprocess
import sys

import psycopg2

from carmsvc.embedded.folder import ROOT, state_folder, take_lock
from carmsvc.embedded.postgres import url

LOCK_FILE = "requirements.lock"  # other people's migrations change with it


def migrate_if_needed() -> None:
    """Migrate when a migration was added; start anew when one that had run was rewritten."""
    wanted = _digests()
    if _applied() == wanted:
        return
    lock = take_lock(state_folder() / "migrate.lock", fcntl.LOCK_EX)
    assert lock is not None
    try:
        applied = _applied()
        if _were_rewritten(applied, wanted):
            _set_database_aside()
        if applied != wanted:
            _migrate()
            _run_sql("COMMENT ON DATABASE carm IS %s", [json.dumps(wanted)])
    finally:
        os.close(lock)


def _digests() -> dict[str, str]:
    """Every migration of ours, and what is in it."""
    found = [path for path in ROOT.glob("*/migrations/*.*") if path.suffix in (".py", ".sql")]
    found += [path for path in ROOT.glob("*/*/migrations/*.*") if path.suffix in (".py", ".sql")]
    found += [path for path in [ROOT / LOCK_FILE] if path.exists()]
    return {
        str(path.relative_to(ROOT)): hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        for path in sorted(found)
    }


def _applied() -> dict[str, str]:
    """What had been applied when the database was last migrated."""
    told = _run_sql(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'carm'"
    )
    return json.loads(told[0]) if told and told[0] else {}


def _were_rewritten(applied: dict[str, str], wanted: dict[str, str]) -> bool:
    return any(wanted.get(name) != digest for name, digest in applied.items() if name != LOCK_FILE)


def _set_database_aside() -> None:
    print(
        "Migrations that this checkout's embedded database had run were rewritten: a new one "
        "is made; the old one is kept as carm_before until the next time.",
        file=sys.stderr,
    )
    _run_sql("DROP DATABASE IF EXISTS carm_before WITH (FORCE)")
    _run_sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = 'carm'")
    _run_sql("ALTER DATABASE carm RENAME TO carm_before")
    _run_sql("CREATE DATABASE carm OWNER carm_owner")


def _migrate() -> None:
    print("Preparing the embedded database …", file=sys.stderr)
    command = [sys.executable, str(ROOT / "manage.py"), "migrate", "--database=owner"]
    done = subprocess.run(
        [*command, "--verbosity=0"], stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False
    )
    if done.returncode:
        raise SystemExit("The embedded database could not be migrated")


def _run_sql(statement: str, values: list[str] | None = None) -> tuple[str, ...] | None:
    connection = psycopg2.connect(url("postgres", "postgres"))
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchone() if cursor.description else None
    finally:
        connection.close()
