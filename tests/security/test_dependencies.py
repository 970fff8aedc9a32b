"""What is installed: pinned by hash, with a reason, and asked about before it is shipped."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.security.conftest import ROOT

AUDIT = ROOT / ".ci" / "audit.py"
LOCKS = ("requirements.lock", "requirements-dev.lock")
GOOD = {"name": "django", "version": "5.2.1", "vulns": []}
WEAK = {
    "name": "pillow",
    "version": "9.0.0",
    "vulns": [
        {"id": "PYSEC-2022-10", "fix_versions": ["9.0.1"]},
        {"id": "X-1", "fix_versions": []},
    ],
}
UNKNOWN = {"name": "django", "skip_reason": "Dependency not found on PyPI: django"}


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_hashes(name: str) -> None:
    """A line that pins a version, and at least one SHA-256 before the next one."""
    text = (ROOT / name).read_text()
    pins = re.split(r"(?m)^(?=[a-z0-9])", text)[1:]

    assert len(pins) > 40
    assert [
        pin.split()[0] for pin in pins if not re.search(r"--hash=sha256:[0-9a-f]{64}", pin)
    ] == []
    assert [pin.split()[0] for pin in pins if "==" not in pin.split()[0]] == []


def test_the_image_and_the_environment_are_installed_with_hashes_checked() -> None:
    assert "--require-hashes -r requirements.lock" in (ROOT / "Dockerfile").read_text()
    assert "--require-hashes -r requirements-dev.lock" in (ROOT / "Makefile").read_text()


def test_ci_asks_about_known_vulnerabilities() -> None:
    assert "make audit" in (ROOT / ".ci" / "run").read_text().splitlines()
    assert re.search(
        r"(?m)^audit: .*\n\t@\$\(PY\) \.ci/audit\.py$", (ROOT / "Makefile").read_text()
    )


Audit = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    """`make audit` with a pip-audit that answers first about Django, then about the lock."""
    lock = tmp_path / "some.lock"
    lock.write_text(
        "celery==5.7.0 \\\n    --hash=sha256:0\ndjango==5.2.1 \\\n    --hash=sha256:0\n"
    )

    def run(about_django: Any, about_the_lock: Any = None) -> subprocess.CompletedProcess[str]:
        answers = json.dumps([about_django, about_the_lock])
        stub = tmp_path / "pip-audit"
        stub.write_text(
            f"#!{sys.executable}\nimport json, sys\n"
            f"first, second = json.loads({answers!r})\n"
            f"found = second if {str(lock)!r} in sys.argv else first\n"
            "if found is None: sys.exit('ConnectionError: advisory service')\n"
            "print(json.dumps({'dependencies': found}))\n"
            "sys.exit(any(one.get('vulns') for one in found))\n"
        )
        stub.chmod(0o755)
        command = [sys.executable, str(AUDIT), str(stub), str(lock)]
        return subprocess.run(command, capture_output=True, text=True)

    return run


def test_a_finding_fails_and_is_named(audit: Audit) -> None:
    told = audit([GOOD], [GOOD, WEAK])

    assert told.returncode == 1
    assert told.stdout.splitlines() == [
        "pillow 9.0.0: PYSEC-2022-10, fixed in 9.0.1",
        "pillow 9.0.0: X-1, fixed in no version yet",
        "2 packages audited, 1 with known vulnerabilities",
    ]


def test_no_finding_passes_and_says_how_many_were_asked_about(audit: Audit) -> None:
    told = audit([GOOD], [GOOD])

    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout == "1 packages audited, 0 with known vulnerabilities\n"


@pytest.mark.parametrize("about_django", [None, [], [UNKNOWN]])
def test_when_nobody_can_be_asked_it_passes_and_says_so_loudly(
    audit: Audit, about_django: Any
) -> None:
    told = audit(about_django, [GOOD])

    assert (told.returncode, told.stdout) == (0, "")
    assert "NOT AUDITED: no advisory service can be reached from here." in told.stderr


def test_a_service_that_goes_away_meanwhile_is_not_silence(audit: Audit) -> None:
    told = audit([GOOD], None)

    assert told.returncode == 0
    assert "NOT AUDITED" in told.stderr


def test_a_package_that_nobody_knows_is_told_beside_what_was_found(audit: Audit) -> None:
    told = audit([GOOD], [GOOD, WEAK, UNKNOWN])

    assert told.returncode == 1
    assert "Dependency not found on PyPI: django" in told.stderr
    assert "2 packages audited" in told.stdout
