"""Are there known vulnerabilities in what the lock pins? `make audit` asks pip-audit.

Exit code 1: there are; each is named. 0: none, or nobody could be asked, which is said on standard
error. pip-audit itself passes, with "no known vulnerabilities", where a package index answers that
it knows no package at all; so it is asked about Django first.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

LOCK = Path(__file__).resolve().parents[1] / "requirements-dev.lock"
PIP_AUDIT = str(Path(sys.executable).with_name("pip-audit"))
LONGEST_SECONDS = 600


def asked(pip_audit: str, *arguments: str) -> list[dict[str, Any]] | None:
    """What pip-audit found of each package; None where it came back with nothing."""
    command = [pip_audit, "--disable-pip", "--format=json", "--progress-spinner=off", *arguments]
    try:
        told = subprocess.run(
            command, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False
        )
        return list(json.loads(told.stdout)["dependencies"])
    except (OSError, subprocess.TimeoutExpired, ValueError, KeyError):
        return None


def is_reachable(pip_audit: str, lock: str) -> bool:
    """Whether somebody answers who knows Django."""
    pin = next(line.split()[0] for line in lock.splitlines() if line.startswith("django=="))
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as requirements:
        requirements.write(f"{pin}\n")
        requirements.flush()
        found = asked(pip_audit, "--no-deps", "--requirement", requirements.name)
    return bool(found) and "skip_reason" not in found[0]


def say(*lines: str) -> None:
    """Loudly."""
    print("\n".join(("!" * 78, *lines, "!" * 78)), file=sys.stderr)


def main(pip_audit: str = PIP_AUDIT, lock: Path = LOCK) -> int:
    """Ask, tell, and answer with the exit code."""
    found = None
    if is_reachable(pip_audit, lock.read_text()):
        found = asked(pip_audit, "--require-hashes", "--requirement", str(lock))
    if found is None:
        say("NOT AUDITED: no advisory service can be reached from here.", "Run `make audit` again.")
        return 0
    skipped = [one for one in found if "skip_reason" in one]
    if skipped:
        say("NOT AUDITED:", *(one["skip_reason"] for one in skipped))
    weak = [one for one in found if one.get("vulns")]
    for one in weak:
        for weakness in one["vulns"]:
            fixed = ", ".join(weakness["fix_versions"]) or "no version yet"
            print(f"{one['name']} {one['version']}: {weakness['id']}, fixed in {fixed}")
    print(f"{len(found) - len(skipped)} packages audited, {len(weak)} with known vulnerabilities")
    return 1 if weak else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2], *map(Path, sys.argv[2:3])))
