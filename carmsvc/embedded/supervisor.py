"""Servers that run exactly as long as somebody uses them.

Every user holds a shared lock on a server's `users.lock`. A detached supervisor owns the server
and stops it as soon as it can take that lock alone. The kernel drops a lock when its process
ends, however it ends, so nothing is left running. The server itself inherits
`supervisor.lock`: while any process of it lives, no other supervisor starts.
"""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from carmsvc.embedded import broker, postgres
from carmsvc.embedded.folder import ROOT, is_free, subfolder, take_lock

START_SECONDS = 60
STOP_SECONDS = 20
POLL_SECONDS = 0.05
SERVERS: dict[str, Callable[[Path, int], "subprocess.Popen[bytes]"]] = {
    "postgres": postgres.start,
    "valkey": broker.start,
}

_held: dict[str, int] = {}  # server -> descriptor of the shared lock this process keeps


def join(names: list[str]) -> None:
    """Use these servers until `leave()` or our end; start those that do not run."""
    for name in names:
        if name not in _held:
            user = take_lock(subfolder(name) / "users.lock", fcntl.LOCK_SH)
            assert user is not None
            _held[name] = user
    started = {}
    for name in names:
        with _starting(name):
            started[name] = _supervisor_unless_running(name)
    for name in names:
        _wait_until_ready(name, started[name])


def leave() -> None:
    """Give the servers up; where we were the last user, wait until the server is gone."""
    names = list(_held)
    while _held:
        os.close(_held.popitem()[1])
    for name in names:
        _wait_if_last(subfolder(name))


def is_running(name: str) -> bool:
    """Whether a supervisor looks after this server and the server answers."""
    folder = subfolder(name)
    return (folder / "ready").exists() and not is_free(folder / "supervisor.lock")


def stop(name: str) -> bool:
    """End the server although it may be in use; False if it did not run."""
    folder = subfolder(name)
    if is_free(folder / "supervisor.lock"):
        return False
    with suppress(ProcessLookupError, ValueError):  # it may just be going
        os.kill(int((folder / "supervisor.lock").read_text()), signal.SIGTERM)
    _wait(lambda: is_free(folder / "supervisor.lock"), STOP_SECONDS)
    return True


def supervise(name: str) -> None:
    """Own one server until nobody uses it. This is the detached process."""
    folder = subfolder(name)
    mine = take_lock(folder / "supervisor.lock", fcntl.LOCK_EX)
    assert mine is not None
    os.truncate(mine, 0)
    os.pwrite(mine, str(os.getpid()).encode(), 0)
    signal.signal(signal.SIGTERM, _end)
    server = SERVERS[name](folder, mine)
    try:
        (folder / "ready").touch()
        _wait_until_unused(folder, server)
    finally:
        (folder / "ready").unlink(missing_ok=True)
        _stop_server(server)


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _wait_until_unused(folder: Path, server: "subprocess.Popen[bytes]") -> None:
    """Return with the users' lock taken for good: a new user waits until we have ended."""
    while take_lock(folder / "users.lock", fcntl.LOCK_EX | fcntl.LOCK_NB) is None:
        if server.poll() is not None:
            raise SystemExit(f"the server ended by itself with {server.returncode}")
        time.sleep(POLL_SECONDS)


def _stop_server(server: "subprocess.Popen[bytes]") -> None:
    server.send_signal(signal.SIGINT)  # PostgreSQL's fast way; Valkey has one way
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


@contextmanager
def _starting(name: str) -> Iterator[None]:
    """One at a time."""
    lock = take_lock(subfolder(name) / "start.lock", fcntl.LOCK_EX)
    assert lock is not None
    try:
        yield
    finally:
        os.close(lock)


def _supervisor_unless_running(name: str) -> "subprocess.Popen[bytes] | None":
    """Start a supervisor and wait until it has its lock; None if one is at work."""
    folder = subfolder(name)
    if is_running(name):
        return None
    # somebody else's is just starting or ending
    _wait(lambda: is_running(name) or is_free(folder / "supervisor.lock"), START_SECONDS)
    if is_running(name):
        return None
    (folder / "ready").unlink(missing_ok=True)
    supervisor = _spawn(name, folder)
    _wait(
        lambda: supervisor.poll() is not None or not is_free(folder / "supervisor.lock"),
        START_SECONDS,
    )
    return supervisor


def _spawn(name: str, folder: Path) -> "subprocess.Popen[bytes]":
    log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "carmsvc.embedded", "supervise", name],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    finally:
        os.close(log)


def _wait_until_ready(name: str, supervisor: "subprocess.Popen[bytes] | None") -> None:
    folder = subfolder(name)

    def is_settled() -> bool:
        ended = supervisor is not None and supervisor.poll() is not None
        return ended or (folder / "ready").exists()

    _wait(is_settled, START_SECONDS)
    if not is_running(name):
        told = (folder / "log").read_text()[-3000:]
        raise SystemExit(f"The embedded {name} did not start ({folder}/log):\n{told}")
    if supervisor is not None:
        supervisor.returncode = 0  # it lives longer than we do, and that is no mistake
        for notice in folder.glob("notice"):
            print(notice.read_text(), file=sys.stderr)
            notice.unlink()


def _wait_if_last(folder: Path) -> None:
    def is_over() -> bool:
        if is_free(folder / "supervisor.lock"):
            return True
        if is_free(folder / "users.lock"):
            return False  # the supervisor has not noticed yet
        others = take_lock(folder / "users.lock", fcntl.LOCK_SH | fcntl.LOCK_NB)
        if others is None:
            return False  # the supervisor is stopping
        os.close(others)
        return True

    _wait(is_over, STOP_SECONDS)


def _wait(is_done: Callable[[], bool], seconds: float) -> None:
    """Look again and again until done or too late; whoever needs to know asks once more."""
    deadline = time.monotonic() + seconds
    while not is_done() and time.monotonic() < deadline:
        time.sleep(0.01)
