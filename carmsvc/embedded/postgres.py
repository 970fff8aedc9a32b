"""The private PostgreSQL: the machine's own binaries or the wheel's, on a unix socket.

Quick rather than safe (`fsync` is off, whoever reaches the socket is trusted): for the
demonstration, the tests and trying things out. Production gives DATABASE_URL.
"""

import os
import pwd
import re
import shutil
import subprocess
import time
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg2

from carmsvc.embedded.children import stop_with_parent
from carmsvc.embedded.folder import state_folder

ROLES = Path(__file__).resolve().parents[1] / "platform" / "roles.sql"
START_SECONDS = 60
OLDEST_MAJOR = 15
SMALL_SHARED_MEMORY = 2**30
SERVER_SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "256MB",
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "max_connections": "100",
    "jit": "off",
}


def url(role: str, database: str = "carm") -> str:
    """Where this checkout's PostgreSQL answers, for one role."""
    return f"postgres://{role}@{quote(str(_sockets()), safe='')}:5432/{database}"


def start(folder: Path, lock: int) -> "subprocess.Popen[bytes]":
    """Start the server, wait until it answers, and see to the roles and the database."""
    account = _account()
    programs = reachable_programs(account)
    _give(_sockets(), account)
    data = _sockets() / f"data-{_major_version(programs)}-{account.pw_uid}"
    _set_aside_if_torn(folder, data)
    if not data.exists():
        _initialise(programs, data, account)
    (folder / "up-since-boot").write_text(_boot())
    server = _start_server(programs, data, account, lock)
    _wait_for(server)
    _prepare_cluster()
    return server


def psql() -> str:
    """The psql beside the server, else the one on PATH."""
    beside = reachable_programs(_account()) / "psql"
    found = str(beside) if beside.exists() else shutil.which("psql")
    if not found:
        raise SystemExit("There is no psql here: apt-get install postgresql-client")
    return found


def _sockets() -> Path:
    """A folder that belongs to the account PostgreSQL runs as: its socket and its data."""
    return state_folder() / "db"


def _account() -> pwd.struct_passwd:
    """Who runs PostgreSQL: we do, unless we are root, whom it refuses."""
    if os.getuid():
        return pwd.struct_passwd(("", "", os.getuid(), os.getgid(), "", "/", ""))
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise SystemExit("PostgreSQL refuses to run as root and there is no other account here")


def reachable_programs(account: pwd.struct_passwd) -> Path:
    """The folder of the server's programs: of a version we support, open to that account."""
    if os.environ.get("CARM_EMBEDDED_POSTGRES") != "wheel":
        for programs in _installed_programs():
            if _major_version(programs) >= OLDEST_MAJOR:
                return programs
    wheel = find_spec("embedded_postgres")  # not imported: it warns and looks around
    if wheel is None or wheel.origin is None:
        raise SystemExit(
            f"No PostgreSQL {OLDEST_MAJOR} or newer here: install one, set DATABASE_URL, "
            "or install requirements-dev.lock"
        )
    package = Path(wheel.origin).parent
    return (package if os.getuid() else _open_copy(package)) / "pginstall" / "bin"


def _installed_programs() -> list[Path]:
    """Folders with a server and its initdb: Debian's, newest first, then PATH's."""
    debian = list(Path("/usr/lib/postgresql").glob("*/bin"))
    debian.sort(key=lambda path: [int(n) for n in re.findall(r"\d+", path.parent.name)])
    on_path = shutil.which("postgres")
    folders = [*reversed(debian), *([Path(on_path).resolve().parent] if on_path else [])]
    return [found for found in folders if _has_server(found)]


def _has_server(programs: Path) -> bool:
    return all(os.access(programs / name, os.X_OK) for name in ("postgres", "initdb"))


def _open_copy(package: Path) -> Path:
    """The wheel's files where another account can read them: root's home is closed to it."""
    version = metadata.version("embedded-postgres")
    copy = state_folder() / f"wheel-{version}"  # laid out as it was: libraries are found by place
    if not copy.exists():
        draft = copy.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o755)
        for part in (package / "pginstall", package.parent / "embedded_postgres.libs"):
            if part.exists():
                place = draft / part.relative_to(package.parent)
                shutil.copytree(part, place, symlinks=True)
        for path in (draft, *draft.rglob("*")):  # as open as to us, whatever the umask was
            mode = path.stat().st_mode
            path.chmod(mode | (mode & 0o500) >> 3 | (mode & 0o500) >> 6)
        draft.rename(copy)
    return copy / package.name


def _give(folder: Path, account: pwd.struct_passwd) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    os.chown(folder, account.pw_uid, account.pw_gid)


def _set_aside_if_torn(folder: Path, data: Path) -> None:
    """Without fsync, data that were in use when the machine went down can't be believed."""
    mark = folder / "up-since-boot"
    was_cleanly_stopped = not (data / "postmaster.pid").exists()
    if not data.exists() or was_cleanly_stopped:
        return
    if mark.exists() and mark.read_text() == _boot():
        for left in (data / "postmaster.pid", *_sockets().glob(".s.PGSQL.*")):
            left.unlink(missing_ok=True)  # we hold the lock: none of its processes lives
        return
    torn = data.with_name(f"{data.name}-torn")
    shutil.rmtree(torn, ignore_errors=True)
    data.rename(torn)
    told = f"The machine went down while its database was in use. A new one starts; old: {torn}"
    (folder / "notice").write_text(told)


def _boot() -> str:
    """One value from one start of the machine to the next."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text()
    except OSError:
        return ""


def _major_version(programs: Path) -> int:
    told = subprocess.run(
        [str(programs / "postgres"), "--version"], capture_output=True, text=True, check=False
    )
    found = re.search(r"\) (\d+)", told.stdout)
    return int(found[1]) if found else 0


def _initialise(programs: Path, data: Path, account: pwd.struct_passwd) -> None:
    draft = data.with_name("draft")
    shutil.rmtree(draft, ignore_errors=True)
    options = ["-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]
    subprocess.run(
        [str(programs / "initdb"), "-D", str(draft), *options],
        check=True,
        stdout=subprocess.DEVNULL,
        **_as(account),
    )
    draft.rename(data)


def _start_server(
    programs: Path, data: Path, account: pwd.struct_passwd, lock: int
) -> "subprocess.Popen[bytes]":
    settings = {**SERVER_SETTINGS, "unix_socket_directories": str(_sockets())}
    if _shared_memory() < SMALL_SHARED_MEMORY:  # a container's 64 MB break parallel queries
        settings["dynamic_shared_memory_type"] = "mmap"
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return subprocess.Popen(
        [str(programs / "postgres"), "-D", str(data), *options],
        preexec_fn=stop_with_parent,
        pass_fds=[lock],
        **_as(account),
    )


def _shared_memory() -> int:
    try:
        found = os.statvfs("/dev/shm")  # noqa: S108
    except OSError:
        return 0
    return found.f_frsize * found.f_blocks


def _as(account: pwd.struct_passwd) -> dict[str, Any]:
    """How to start a program as that account, without our PG* variables."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PG") and name != "HOME"
    }
    how: dict[str, Any] = {"cwd": "/", "env": {**environment, "LC_ALL": "C.UTF-8"}}
    if os.getuid() != account.pw_uid:
        how |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return how


def _wait_for(server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg2.connect(url("postgres", "postgres")).close()
            return
        except psycopg2.OperationalError as error:
            if server.poll() is not None or time.monotonic() > deadline:
                server.kill()
                raise SystemExit(f"PostgreSQL did not come up: {error}") from None
            time.sleep(0.02)


def _prepare_cluster() -> None:
    """The two roles and the database, where they are missing."""
    connection = psycopg2.connect(url("postgres", "postgres"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(ROLES.read_text())
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'carm'")
        if cursor.fetchone() is None:
            cursor.execute("CREATE DATABASE carm OWNER carm_owner")
    connection.close()
