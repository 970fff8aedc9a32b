#!/usr/bin/env python3
"""Django's commands; on the embedded database where DATABASE_URL names no other."""

import os
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parent
VENV = HOME / ".venv"
NEED_NO_SERVER = {"collectstatic", "compilemessages", "help", "makemessages", "version"}
NEED_NO_TABLES = {"check", "makemigrations", "migrate", "showmigrations", "sqlmigrate"}
BELONG_TO_OWNER = {"migrate", "showmigrations", "sqlmigrate"}


def use_our_environment() -> None:
    """Go on with the Python that has our packages, if another one was called."""
    python = VENV / "bin" / "python"
    if python.exists() and Path(sys.prefix).resolve() != VENV.resolve():
        os.execv(python, [str(python), *sys.argv])  # noqa: S606


def main() -> None:
    """Run one command; a database of our own is there for as long as it takes."""
    use_our_environment()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carmsvc.settings")
    try:
        from django.core.management import execute_from_command_line

        from carmsvc import embedded
    except ModuleNotFoundError as missing:
        raise SystemExit(f"{missing}: say `make demo` once, it installs everything") from None

    command = next((word for word in sys.argv[1:] if not word.startswith("-")), "help")
    arguments = list(sys.argv)
    if command in BELONG_TO_OWNER and not any(word.startswith("--database") for word in arguments):
        arguments.append("--database=owner")
    asks_for_help = bool({"-h", "--help", "--version"} & set(arguments))
    try:
        is_needed = command not in NEED_NO_SERVER and not asks_for_help
        embedded.provide(start=is_needed, must_own=command == "migrate")
        if is_needed and command not in NEED_NO_TABLES:
            embedded.migrate_if_needed()
        execute_from_command_line(arguments)
    finally:
        embedded.leave()


if __name__ == "__main__":
    main()
