"""The bench measures, and checks what it measures; how long anything takes is nobody's promise."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from statements.layouts.readers import check_digit_of
from tests.bench.books import counts_of, write_books
from tests.bench.pages import PAGES

ROOT = Path(__file__).resolve().parents[2]
LINES = 500


def measured(tmp_path: Path, *options: str, bench: str = "main") -> dict[str, Any]:
    """What a run of the bench prints, in databases of its own."""
    results = tmp_path / "results.jsonl"
    command = [sys.executable, "-m", f"tests.bench.{bench}", "--name", f"carm_bench_{os.getpid()}"]
    told = subprocess.run(
        [*command, "--results", str(results), *options], cwd=ROOT, capture_output=True, text=True
    )
    assert told.returncode == 0, told.stderr
    document: dict[str, Any] = json.loads(told.stdout)
    assert json.loads(results.read_text()) == document
    return document


@pytest.mark.worker
def test_every_way_is_measured_and_ours_is_right(tmp_path: Path):
    document = measured(tmp_path, "--lines", str(LINES))

    ways, counts = document["ways"], counts_of(LINES)
    assert document["lines"] == LINES
    assert set(ways) == {"floor", "pandas", "datacompy", "ours"}
    for way in ways.values():
        assert {"seconds", "cpu_seconds", "lines_per_second", "peak_mib"} <= way.keys()
        assert way["seconds"] > 0 and way["peak_mib"] > 0
    assert ways["pandas"]["times_pandas"] == 1
    # the simpler ways meet what is equal; a tolerance or a net correction is beyond them
    assert ways["floor"]["met"] == counts["exact"] + 2 * counts["duplicate"]
    assert ways["ours"]["residual"] == "0.00"
    assert ways["ours"]["matched"]["010_exact"] == counts["exact"] + counts["duplicate"]
    assert ways["ours"]["matched"]["030_net"] == counts["net"]
    assert {"statement", "ledger", "match", "total"} <= document["in_process"].keys()
    assert {"cores", "memory_mib", "processor"} <= document["machine"].keys()


@pytest.mark.worker
def test_scaling_sets_growing_sizes_side_by_side(tmp_path: Path):
    document = measured(tmp_path, "--scaling", "--scales", "300", "600")

    assert [one["lines"] for one in document["scaling"]] == [300, 600]
    assert all(one["nanoseconds_per_n_log_n"] > 0 for one in document["scaling"])


@pytest.mark.worker
def test_every_list_is_measured_at_each_size_and_asks_the_database_once_for_all_rows(
    tmp_path: Path,
):
    document = measured(tmp_path, "--sizes", "40", "60", "--turns", "1", bench="lists")

    small, large = (one["pages"] for one in document["lists"])
    assert [one["importers"] for one in document["lists"]] == [40, 60]
    assert small.keys() == large.keys() == PAGES.keys()
    assert all(one["seconds"] > 0 and one["bytes"] > 0 for one in large.values())
    # ten rows more on a page; a question or two is saved where there is nothing to ask about
    more = {name: large[name]["queries"] - one["queries"] for name, one in small.items()}
    assert {name: count for name, count in more.items() if count >= 10} == {}


def test_the_books_are_the_same_each_time_and_as_large_as_asked(tmp_path: Path):
    one = write_books(tmp_path, LINES)
    before = one.statement.read_bytes(), one.ledger.read_bytes()

    again = write_books(tmp_path, LINES)

    assert (again.statement.read_bytes(), again.ledger.read_bytes()) == before
    assert again == one
    assert len(before[0].splitlines()) == LINES + 1
    assert len(before[1].splitlines()) == one.entries + 1


def test_the_books_numbers_carry_their_check_digit(tmp_path: Path):
    books = write_books(tmp_path, LINES)

    rows = [line.split(",") for line in books.statement.read_text().splitlines()[1:]]
    numbers = [row[0] for row in rows if row[0]]
    assert all(check_digit_of(number) == int(number[-1]) for number in numbers)
    assert sum(round(float(row[10]) * 100) for row in rows) == books.activity
