"""A private PostgreSQL and Valkey for the demonstration, the tests and single commands.

`provide()` puts the servers' addresses into the environment, where it gives none, and the
servers run for as long as somebody uses them. What the environment gives is left alone.
"""

import os

from carmsvc.embedded import broker, given, migrating, postgres, supervisor
from carmsvc.embedded.children import die_with_parent, run_passing_signals_on
from carmsvc.embedded.folder import kept_secret, state_folder
from carmsvc.embedded.supervisor import leave

__all__ = [
    "die_with_parent",
    "leave",
    "migrate_if_needed",
    "provide",
    "run_passing_signals_on",
    "state_folder",
]


def provide(*, start: bool = True, must_own: bool = False) -> None:
    """Put DATABASE_URL, DATABASE_OWNER_URL, REDIS_URL and what they need into the environment.

    DATABASE_URL and REDIS_URL are taken as given, each by itself; a missing one gets this
    checkout's own server, started or joined unless `start` is off. `must_own` refuses a given
    database on which we could not migrate.
    """
    missing = {"postgres": "DATABASE_URL", "valkey": "REDIS_URL"}
    missing = {name: variable for name, variable in missing.items() if not os.environ.get(variable)}
    if start and missing:
        supervisor.join(list(missing))
    if "valkey" in missing:
        os.environ["REDIS_URL"] = broker.url()
    is_ours = "postgres" in missing
    if is_ours:
        os.environ["DATABASE_URL"] = postgres.url("carm_app")
        os.environ["DATABASE_OWNER_URL"] = postgres.url("carm_owner")
    elif start and not os.environ.get("DATABASE_OWNER_URL"):
        is_ours = given.prepare(must_own=must_own)
    if is_ours or must_own:
        _provide_the_rest()


def migrate_if_needed() -> None:
    """Bring the embedded database up to this checkout's migrations; no other database."""
    if os.environ.get("DATABASE_URL") == postgres.url("carm_app"):
        migrating.migrate_if_needed()


def _provide_the_rest() -> None:
    """What production must set, and a database for trying things out may find."""
    if not os.environ.get("SECRET_KEY"):
        os.environ["SECRET_KEY"] = kept_secret("secret-key")
    os.environ.setdefault("MEDIA_ROOT", str(state_folder() / "files"))
    os.environ.setdefault("BEAT_SCHEDULE_FILE", str(state_folder() / "celerybeat-schedule"))
    os.environ.setdefault("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
    # whoever tries it out signs in with one printed password
    os.environ.setdefault("STAFF_SECOND_FACTOR", "0")
