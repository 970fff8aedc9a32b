"""`python -m carmsvc.embedded run|status|psql|stop|clean`."""

import argparse
import shutil
import sys

from carmsvc.embedded import leave, provide, run_passing_signals_on, state_folder, supervisor
from carmsvc.embedded.postgres import psql, url


def run(told: argparse.Namespace) -> int:
    """Run a command with the servers' addresses in its environment."""
    if not told.command:
        raise SystemExit("Say which command to run: python -m carmsvc.embedded run -- COMMAND")
    provide(must_own=True)
    return run_passing_signals_on(told.command)


def status(_told: argparse.Namespace) -> int:
    """Say which servers run, and where their folder is."""
    print(state_folder())
    for name in supervisor.SERVERS:
        print(f"{name}: {'running' if supervisor.is_running(name) else 'stopped'}")
    return 0


def open_psql(told: argparse.Namespace) -> int:
    """Open psql on the embedded database as the role the application has, or its owner."""
    supervisor.join(["postgres"])
    return run_passing_signals_on([psql(), url(f"carm_{told.role}"), *told.arguments])


def stop(_told: argparse.Namespace) -> int:
    """End the servers although somebody may use them."""
    stopped = [name for name in supervisor.SERVERS if supervisor.stop(name)]
    print(f"stopped: {', '.join(stopped) or 'nothing ran'}", file=sys.stderr)
    return 0


def clean(told: argparse.Namespace) -> int:
    """Remove the database, the files and the secrets."""
    stop(told)
    shutil.rmtree(state_folder())
    return 0


def supervise(told: argparse.Namespace) -> int:
    """For itself: own one server."""
    supervisor.supervise(told.name)
    return 0


def parser() -> argparse.ArgumentParser:
    """The verbs and what each takes."""
    told = argparse.ArgumentParser(prog="python -m carmsvc.embedded")
    verbs = told.add_subparsers(required=True, metavar="VERB")
    for verb in (run, status, open_psql, stop, clean, supervise):
        name = verb.__name__.removeprefix("open_")
        each = verbs.add_parser(name, description=verb.__doc__, help=verb.__doc__)
        each.set_defaults(verb=verb)
        if verb is run:
            each.add_argument("command", nargs=argparse.REMAINDER)
        elif verb is open_psql:
            each.add_argument("--role", choices=["app", "owner"], default="app")
            each.add_argument("arguments", nargs="*", help="for psql, after --")
        elif verb is supervise:
            each.add_argument("name", choices=list(supervisor.SERVERS))
    return told


def main() -> int:
    """One verb; then give the servers up again."""
    told = parser().parse_args()
    if getattr(told, "command", [])[:1] == ["--"]:
        told.command = told.command[1:]
    try:
        return int(told.verb(told))
    finally:
        leave()


if __name__ == "__main__":
    sys.exit(main())
