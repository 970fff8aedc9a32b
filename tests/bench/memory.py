"""How much memory and processor a tree of processes and its database servers take."""

import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

SECONDS_BETWEEN = 0.1
LOOKS_BETWEEN_SEARCHES = 10  # for new servers: reading every title takes milliseconds
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024


class Peak:
    """Looks at a tree of processes, and at a database's server processes, until it is closed.

    The tree counts its whole resident memory, so what its processes share counts several times.
    A server process counts what is its own: the shared buffers are not.
    """

    def __init__(self, root: int | None, database: str) -> None:
        self.root, self.database = root, database
        self.tree_mib = self.server_mib = 0.0
        self._servers = list(_servers_of(database))
        self._ticks: dict[int, tuple[int, int]] = {}  # process -> when first and last seen
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    @property
    def cpu_seconds(self) -> float:
        """Of all of them since we look; on a machine that others use it says more than a clock."""
        return sum(last - first for first, last in self._ticks.values()) / TICKS_PER_SECOND

    def __enter__(self) -> "Peak":
        self._look_once(is_first=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        looks = 0
        while not self._stop.wait(SECONDS_BETWEEN):
            looks += 1
            if looks % LOOKS_BETWEEN_SEARCHES == 1:
                self._servers = list(_servers_of(self.database))
            self._look_once()
        self._look_once()

    def _look_once(self, is_first: bool = False) -> None:
        tree = _tree_of(self.root) if self.root else []
        self.tree_mib = max(self.tree_mib, sum(map(_resident_kib, tree)) / 1024)
        self.server_mib = max(self.server_mib, sum(map(_own_kib, self._servers)) / 1024)
        for process in (*tree, *self._servers):
            ticks = _ticks_of(process)
            first, last = self._ticks.get(process, (ticks if is_first else 0, 0))
            self._ticks[process] = (first, max(ticks, last))


def _tree_of(root: int) -> list[int]:
    tree, found = [root], [root]
    while found:
        found = [child for parent in found for child in _children_of(parent)]
        tree += found
    return tree


def _children_of(process: int) -> list[int]:
    with suppress(OSError):
        return [
            int(child)
            for task in Path(f"/proc/{process}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    return []


def _resident_kib(process: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE_KIB
    return 0


def _servers_of(database: str) -> Iterator[int]:
    """PostgreSQL's processes for a database say in their title whom they serve."""
    wanted = f" {database} ".encode()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            title = path.read_bytes()
            if title.startswith(b"postgres: ") and wanted in title:
                yield int(path.parent.name)


def _ticks_of(process: int) -> int:
    with suppress(OSError):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])
    return 0


def _own_kib(process: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1])
    return 0
