"""What a measurement ran on."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any


def facts() -> dict[str, Any]:
    """Processor, memory, load and versions; a measurement without them says little."""
    return {
        "processor": _first("/proc/cpuinfo", "model name"),
        "cores": len(os.sched_getaffinity(0)),
        "memory_mib": int(_first("/proc/meminfo", "MemTotal").split()[0]) // 1024,
        "load_before": round(os.getloadavg()[0], 2),
        "system": platform.release(),
        "python": platform.python_version(),
        "pandas": version("pandas"),
        "datacompy": version("datacompy"),
        "polars": version("polars"),
        "commit": _commit(),
    }


def _first(path: str, name: str) -> str:
    for line in Path(path).read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return "0"


def _commit() -> str:
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    )
    return told.stdout.strip()
