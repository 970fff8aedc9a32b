"""`make bench`: the main job beside simpler ways, on the same files, in one run.

One JSON document on standard output, progress on standard error; the document is also added to
`bench-results.jsonl`, so that measurements of different days can be laid side by side.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from carmsvc.embedded import die_with_parent
from carmsvc.embedded.broker import binary
from tests.bench import books, machine
from tests.bench.databases import address, database
from tests.bench.memory import Peak

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "bench-results.jsonl"
SMALL, SMALL_BN9, BN9 = 1_000, "987654320", "123456782"
SIMPLE_WAYS = ("floor", "pandas", "datacompy")
SCALES = (10_000, 100_000, 1_000_000)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def run_json(command: Sequence[str], environment: dict[str, str], told: str = "") -> Any:
    """What a program of the bench answers; its words on standard error are ours."""
    process = subprocess.run(
        [sys.executable, "-m", *command],
        input=told,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
    )
    if process.returncode:
        raise SystemExit(f"{' '.join(command[:2])} failed")
    return json.loads(process.stdout)


class Bench:
    """One pair of files and every way to compare them."""

    def __init__(self, folder: Path, lines: int, template: str, name: str) -> None:
        self.folder, self.template, self.name = folder, template, name
        say(f"writing books of {lines} lines")
        self.small = books.write_books(folder, SMALL, SMALL_BN9)
        self.books = books.write_books(folder / "large", lines, BN9)

    def simple(self, way: str) -> dict[str, Any]:
        """A simpler way, in a process of its own."""
        pairs = [self.books, self.small]
        paths = [str(path) for pair in pairs for path in (pair.statement, pair.ledger)]
        with database(f"{self.name}_floor") as name, Peak(None, name) as peak:
            told: dict[str, Any] = run_json(["tests.bench.ways", way, *paths], address(name))
        told["cpu_seconds"] += peak.cpu_seconds  # of the database, where the way has one
        return told | {"server_mib": peak.server_mib}

    def ours(self, how: str) -> dict[str, Any]:
        """Ours in a fresh database: `deployed` through a worker, or `in-process` with clocks."""
        told = {"small": _given(self.small), "given": _given(self.books)}
        with database(self.name, self.template) as name, private_broker(self.folder) as broker:
            environment = {
                **address(name),
                "REDIS_URL": f"unix://{broker}",
                "MEDIA_ROOT": str(self.folder / "originals"),
                "DJANGO_SETTINGS_MODULE": "carmsvc.settings",
                "LOG_LEVEL": os.environ.get("BENCH_LOG_LEVEL", "WARNING"),
            }
            log = str(self.folder / "worker.log")
            told |= {"log": log, "database": name}
            return dict(run_json(["tests.bench.worker", how], environment, json.dumps(told)))

    def check(self, told: dict[str, Any]) -> None:
        """Ours must say to the cent what the books were written to give."""
        made = self.books
        expected = {
            "residual": "0.00",
            "activity": made.activity,
            "lines": made.lines,
            "entries": made.entries,
            "matched": made.matched,
            "variances": {kind: list(one) for kind, one in made.variances.items()},
            "suggestions": 0,
        }
        wrong = {key: [value, told[key]] for key, value in expected.items() if told[key] != value}
        if wrong:
            raise SystemExit(f"ours is wrong (expected, found): {json.dumps(wrong)}")


def _given(pair: books.Books) -> dict[str, str]:
    paths = {"statement": str(pair.statement), "ledger": str(pair.ledger)}
    return {**paths, "bn9": pair.bn9, "period_end": str(books.PERIOD_END)}


@contextmanager
def private_broker(folder: Path) -> Iterator[Path]:
    """A Valkey of our own, so that no other worker takes our work."""
    socket = folder / "valkey.sock"
    options = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(
        [binary(), *options], stdout=subprocess.DEVNULL, preexec_fn=die_with_parent
    )
    try:
        while not socket.exists() and process.poll() is None:
            time.sleep(0.01)
        yield socket
    finally:
        process.terminate()
        process.wait()
        socket.unlink(missing_ok=True)


def migrate(name: str) -> None:
    """Build the template of the fresh databases from the migrations."""
    say("migrating")
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--database=owner", "--verbosity=0"],
        env={**os.environ, **address(name)},
        stdout=sys.stderr,
        cwd=ROOT,
        check=True,
    )


def measure(bench: Bench, repeat: int) -> dict[str, Any]:
    """Every way, one after the other, as often as asked."""
    found: dict[str, list[dict[str, Any]]] = {way: [] for way in (*SIMPLE_WAYS, "ours")}
    for turn in range(repeat):
        for way in found:
            say(f"{way}, turn {turn + 1} of {repeat}")
            told = bench.ours("deployed") if way == "ours" else bench.simple(way)
            say(f"  {told['seconds']:.2f} s")
            found[way].append(told)
    for told in found["ours"]:
        bench.check(told)
    say("ours in one process, with clocks")
    clocks = bench.ours("in-process")
    ways = {way: _median(turns, bench.books.lines) for way, turns in found.items()}
    for way in ways.values():
        way["times_floor"] = round(way["seconds"] / ways["floor"]["seconds"], 2)
        way["times_pandas"] = round(way["seconds"] / ways["pandas"]["seconds"], 2)
    return {"ways": ways, "in_process": {name: round(s, 3) for name, s in clocks.items()}}


def _median(turns: list[dict[str, Any]], lines: int) -> dict[str, Any]:
    """The middle turn's seconds and the highest peaks."""
    seconds = median(turn["seconds"] for turn in turns)
    told: dict[str, Any] = {
        "seconds": round(seconds, 3),
        "all_seconds": [round(turn["seconds"], 3) for turn in turns],
        "cpu_seconds": round(median(turn["cpu_seconds"] for turn in turns), 3),
        "lines_per_second": round(lines / seconds),
        "peak_mib": round(max(turn["peak_mib"] for turn in turns)),
        "server_mib": round(max(turn["server_mib"] for turn in turns)),
    }
    rest = ("met", "runs", "residual", "matched", "variances")
    return told | {key: turns[-1][key] for key in rest if key in turns[-1]}


def scaling(folder: Path, scales: Sequence[int], template: str, name: str) -> list[dict[str, Any]]:
    """Ours at growing sizes; seconds / (n log n) should not grow."""
    told = []
    for lines in scales:
        bench = Bench(folder, lines, template, name)
        result = bench.ours("deployed")
        bench.check(result)
        per = result["seconds"] / (lines * math.log2(lines)) * 1e9
        say(f"  {lines} lines: {result['seconds']:.2f} s")
        told.append(
            {
                "lines": lines,
                "seconds": round(result["seconds"], 3),
                "nanoseconds_per_n_log_n": round(per, 1),
                "peak_mib": round(result["peak_mib"]),
            }
        )
    return told


def options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.main", description=__doc__)
    parser.add_argument("--lines", type=int, default=200_000, help="lines of the statement")
    parser.add_argument("--repeat", type=int, default=1, help="turns; seconds are the median")
    parser.add_argument("--scaling", action="store_true", help="ours alone, at growing sizes")
    parser.add_argument("--scales", type=int, nargs="+", default=SCALES, help="for --scaling")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where to add the result")
    parser.add_argument("--name", default="carm_bench", help="prefix of the databases' names")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> None:
    told = options(arguments)
    document: dict[str, Any] = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine.facts(),
    }
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        (folder / "large").mkdir()
        with database(f"{told.name}_template") as template:
            migrate(template)
            if told.scaling:
                document["scaling"] = scaling(folder, told.scales, template, told.name)
            else:
                bench = Bench(folder, told.lines, template, told.name)
                document |= {"lines": bench.books.lines, "entries": bench.books.entries}
                document |= measure(bench, told.repeat)
    with told.results.open("a") as results:
        results.write(json.dumps(document) + "\n")
    print(json.dumps(document, indent=2))


if __name__ == "__main__":
    main(sys.argv[1:])
