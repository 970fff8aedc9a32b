"""`seed_demo`: the invented brokerage, alive; running it again adds only what is missing."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from carmsvc.demo import seeding


class Command(BaseCommand):
    """Seed the invented brokerage."""

    help = "Seed an invented brokerage: a dozen importers, a year of statements, open exceptions."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON document, nothing else")
        parser.add_argument(
            "--write-files", action="store_true", help="write the files of tests/files/demo anew"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["write_files"]:
            for path, content in seeding.demo_files().items():
                path.write_bytes(content)
            return
        done = []
        for line in seeding.seed():
            done.append(line)
            if not options["json"]:
                self.stdout.write(line)
        if options["json"]:
            self.stdout.write(json.dumps({"seeded": done}, ensure_ascii=False))
