"""The embedded servers: private, joined by whoever needs them, gone when nobody does."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
URLS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY", "MEDIA_ROOT")
TELL = "import os; print(os.environ['DATABASE_URL'], os.environ['REDIS_URL'])"
ROLE = (
    "import os, psycopg2, redis; c = psycopg2.connect(os.environ['DATABASE_URL']).cursor(); "
    "c.execute('SELECT current_user, rolsuper, rolbypassrls FROM pg_roles "
    "WHERE rolname = current_user'); print(c.fetchone(), redis.from_url("
    "os.environ['REDIS_URL']).ping())"
)


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Path]:
    """Another checkout, in a folder with a space, with servers of its own."""
    folder = tmp_path / "another checkout"
    (folder / "carmsvc" / "platform").mkdir(parents=True)
    for name in ("__init__.py", "embedded.py", "platform/__init__.py", "platform/roles.sql"):
        shutil.copy(ROOT / "carmsvc" / name, folder / "carmsvc" / name)
    yield folder
    state = embedded(folder, "run", sys.executable, "-c", TELL).stdout.split()[1]
    shutil.rmtree(Path(state.removeprefix("unix://")).parent, ignore_errors=True)


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in URLS}
    return kept | more


def embedded(folder: Path, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "carmsvc.embedded", *words]
    return subprocess.run(
        command, cwd=folder, env=environment(**more), capture_output=True, text=True, timeout=90
    )


def servers_of(folder: Path) -> list[str]:
    """Command lines of the processes that work for a checkout."""
    address = embedded(folder, "run", sys.executable, "-c", TELL).stdout.split()[1]
    state = Path(address.removeprefix("unix://")).parent
    return processes_with(str(state))


def processes_with(word: str) -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if word in line:
            found.append(line)
    return found


def test_a_command_runs_as_the_role_that_cannot_bypass_the_wall(checkout: Path):
    told = embedded(checkout, "run", "--", sys.executable, "-c", ROLE)

    assert told.stdout.strip() == "('carm_app', False, False) True", told.stderr


def test_the_exit_code_is_the_command_s(checkout: Path):
    assert embedded(checkout, "run", sys.executable, "-c", "raise SystemExit(7)").returncode == 7


def test_nothing_is_left_running(checkout: Path):
    assert servers_of(checkout) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_running_however_the_user_ends(checkout: Path, number: int):
    command = [sys.executable, "-m", "carmsvc.embedded", "run", sys.executable, "-c"]
    wait = f"{TELL}; import sys, time; sys.stdout.flush(); time.sleep(60)"
    user = subprocess.Popen(
        [*command, wait], cwd=checkout, env=environment(), stdout=subprocess.PIPE, text=True
    )
    assert user.stdout is not None
    state = str(Path(user.stdout.readline().split()[1].removeprefix("unix://")).parent)
    assert any("postgres" in line for line in processes_with(state))

    user.send_signal(number)
    user.wait(timeout=30)

    deadline = time.monotonic() + 10
    while processes_with(state) and time.monotonic() < deadline:
        time.sleep(0.05)
    user.stdout.close()
    assert processes_with(state) == []


def test_two_users_share_the_servers_and_the_last_one_stops_them(checkout: Path):
    command = [sys.executable, "-m", "carmsvc.embedded", "run", sys.executable, "-c", ROLE]
    users = [
        subprocess.Popen(command, cwd=checkout, env=environment(), stdout=subprocess.PIPE)
        for _ in range(3)
    ]

    assert [user.communicate(timeout=90)[0].strip().endswith(b"True") for user in users] == [
        True, True, True,
    ]  # fmt: skip
    assert servers_of(checkout) == []


def test_an_address_that_is_given_is_used(checkout: Path):
    told = embedded(
        checkout, "run", sys.executable, "-c", TELL,
        DATABASE_URL="postgres://a@h/d", DATABASE_OWNER_URL="postgres://o@h/d", REDIS_URL="redis://r",
    )  # fmt: skip

    assert told.stdout.split() == ["postgres://a@h/d", "redis://r"]


def test_a_server_that_is_given_gets_the_two_roles(checkout: Path):
    """As with DATABASE_URL of an administrator on somebody's own PostgreSQL."""
    inner = (
        "import os, subprocess, sys; "
        "url = os.environ.pop('DATABASE_URL').replace('carm_app@', 'postgres@'); "
        "[os.environ.pop(n) for n in ('DATABASE_OWNER_URL', 'REDIS_URL')]; "
        "os.environ['DATABASE_URL'] = url; "
        f"sys.exit(subprocess.call([sys.executable, '-m', 'carmsvc.embedded', 'run', "
        f"sys.executable, '-c', {ROLE!r}]))"
    )
    told = embedded(checkout, "run", sys.executable, "-c", inner)

    assert told.stdout.strip() == "('carm_app', False, False) True", told.stderr


def test_the_wheel_s_postgres_serves_where_the_machine_has_none(checkout: Path):
    told = embedded(
        checkout, "run", sys.executable, "-c", ROLE, CARM_EMBEDDED_POSTGRES="wheel"
    )  # fmt: skip

    assert told.stdout.strip() == "('carm_app', False, False) True", told.stderr
