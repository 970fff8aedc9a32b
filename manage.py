#!/usr/bin/env python3
"""Django's commands; on the embedded database where DATABASE_URL names no other."""

import os
import sys
from pathlib import Path

VENV_PYTHON = Path(__file__).resolve().parent / ".venv" / "bin" / "python"
NEEDS_NO_SERVER = {"help", "makemessages", "compilemessages"}


def main() -> None:
    if VENV_PYTHON.exists() and Path(sys.prefix) != VENV_PYTHON.parent.parent:
        os.execv(VENV_PYTHON, [str(VENV_PYTHON), *sys.argv])  # noqa: S606
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carmsvc.settings")
    from django.core.management import execute_from_command_line

    from carmsvc import embedded

    given = "DATABASE_URL" in os.environ
    embedded.provide()
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if not given and command not in {"migrate", "makemigrations", *NEEDS_NO_SERVER}:
        embedded.migrate_if_needed()
    try:
        execute_from_command_line(sys.argv)
    finally:
        embedded.leave()


if __name__ == "__main__":
    main()
