"""`make bench-lists`: every list across importers, at a small and a large brokerage, in one run.

One JSON document on standard output, progress on standard error; the document is also added to
`bench-results.jsonl`.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench import machine
from tests.bench.databases import address, database
from tests.bench.main import RESULTS, migrate, run_json, say

SIZES = (500, 5000)


def measure(sizes: Sequence[int], turns: int, template: str, name: str) -> list[dict[str, Any]]:
    """Every list at each size, each in a fresh database and a process of its own."""
    told = []
    for size in sizes:
        say(f"{size} importers")
        with database(name, template) as fresh:
            environment = {**address(fresh), "DJANGO_SETTINGS_MODULE": "carmsvc.settings"}
            command = ["tests.bench.pages", str(size), str(turns)]
            told.append(run_json(command, environment))
    return told


def side_by_side(brokerages: Sequence[dict[str, Any]]) -> str:
    """The seconds of each list at each size, as a table to read."""
    sizes = [one["importers"] for one in brokerages]
    lines = [f"{'seconds at':26}" + "".join(f"{size:>10}" for size in sizes)]
    for page in brokerages[0]["pages"]:
        seconds = [one["pages"][page]["seconds"] for one in brokerages]
        lines.append(f"{page:26}" + "".join(f"{one:10.3f}" for one in seconds))
    return "\n".join(lines)


def options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.lists", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="importers")
    parser.add_argument("--turns", type=int, default=3, help="seconds are the median")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where to add the result")
    parser.add_argument("--name", default="carm_bench_lists", help="prefix of the databases' names")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> None:
    told = options(arguments)
    document: dict[str, Any] = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine.facts(),
    }
    with database(f"{told.name}_template") as template:
        migrate(template)
        document["lists"] = measure(told.sizes, told.turns, template, told.name)
    say(side_by_side(document["lists"]))
    with told.results.open("a") as results:
        results.write(json.dumps(document) + "\n")
    print(json.dumps(document, indent=2))


if __name__ == "__main__":
    main(sys.argv[1:])
