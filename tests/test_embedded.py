"""The private servers: they come when asked, are shared, and never outlive their users."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest

ROOT = Path(__file__).resolve().parents[1]
OURS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY", "MEDIA_ROOT")
SAY_ENVIRONMENT = "import json, os; print(json.dumps(dict(os.environ)))"
SERVES_QUERIES = (
    "import os, psycopg2, redis;"
    "rows = psycopg2.connect(os.environ['DATABASE_URL']).cursor();"
    "rows.execute('SELECT current_user, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles"
    " WHERE rolname = current_user'); print(*rows.fetchone());"
    "print(redis.Redis.from_url(os.environ['REDIS_URL']).ping())"
)

INSIDE_THE_WALL = ["carm_app", "False", "False", "False", "True"]


@dataclass
class Checkout:
    """A copy of the package somewhere else, hence with servers of its own."""

    root: Path

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        kept = {name: value for name, value in os.environ.items() if name not in OURS}
        return subprocess.Popen(
            [sys.executable, "-m", "carmsvc.embedded", *arguments],
            cwd=self.root,
            env={**kept, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def say(self, *arguments: str, **environment: str) -> str:
        """What a finished call printed."""
        process = self.start(*arguments, **environment)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        return out

    def run(self, code: str, **environment: str) -> str:
        return self.say("run", "--", sys.executable, "-c", code, **environment)

    def hold(self, seconds: int = 60, **environment: str) -> "subprocess.Popen[str]":
        """A user who stays; returns once the servers are there."""
        code = f"print('up', flush=True); import time; time.sleep({seconds})"
        user = self.start("run", "--", sys.executable, "-c", code, **environment)
        assert user.stdout is not None
        assert user.stdout.readline() == "up\n"
        return user

    @property
    def state(self) -> Path:
        return Path(self.say("status").splitlines()[0])

    def processes(self) -> list[str]:
        """Command lines of everything that works for this checkout."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().decode().replace("\0", " ")
                is_supervisor = (
                    "carmsvc.embedded supervise" in words
                    and (folder / "cwd").resolve() == self.root
                )
            except OSError:
                continue
            if is_supervisor or str(self.state_path) in words:
                found.append(words)
        return found

    state_path: Path = Path("/nowhere")


def soon(is_so: Callable[[], bool], seconds: float = 2.0) -> bool:
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    """In a folder whose name holds spaces and an accent."""
    root = tmp_path / "my chéckout"
    shutil.copytree(ROOT / "carmsvc" / "embedded", root / "carmsvc" / "embedded")
    (root / "carmsvc" / "__init__.py").touch()
    (root / "carmsvc" / "platform").mkdir()
    shutil.copy(ROOT / "carmsvc" / "platform" / "roles.sql", root / "carmsvc" / "platform")
    copy = Checkout(root)
    copy.state_path = copy.state
    yield copy
    copy.say("clean")
    assert not copy.state_path.exists()


def test_a_command_finds_both_servers_and_the_application_role(checkout: Checkout) -> None:
    assert checkout.run(SERVES_QUERIES).split() == INSIDE_THE_WALL


def test_the_wheels_serve_where_the_machine_has_no_servers(checkout: Checkout) -> None:
    wheels = {"CARM_EMBEDDED_POSTGRES": "wheel", "CARM_EMBEDDED_VALKEY": "wheel"}

    assert checkout.run(SERVES_QUERIES, **wheels).split() == INSIDE_THE_WALL


def test_nothing_runs_after_the_last_user_left(checkout: Checkout) -> None:
    checkout.run("pass")

    assert checkout.processes() == []


def test_the_exit_code_is_the_commands(checkout: Checkout) -> None:
    for code, expected in (("raise SystemExit(7)", 7), ("import os; os.kill(os.getpid(), 9)", 137)):
        process = checkout.start("run", "--", sys.executable, "-c", code)
        process.communicate(timeout=60)

        assert process.returncode == expected


def test_a_killed_user_leaves_nothing_running(checkout: Checkout) -> None:
    user = checkout.hold()
    assert len(checkout.processes()) >= 4  # two supervisors, two servers

    user.kill()
    user.communicate()

    assert soon(lambda: checkout.processes() == []), checkout.processes()


def test_a_killed_supervisor_takes_its_server_along_and_the_next_user_gets_a_new_one(
    checkout: Checkout,
) -> None:
    user = checkout.hold()
    for name in ("postgres", "valkey"):
        pid = int((checkout.state_path / name / "supervisor.lock").read_text())
        os.kill(pid, signal.SIGKILL)

    assert checkout.run(SERVES_QUERIES).split() == INSIDE_THE_WALL
    user.terminate()
    user.communicate()
    assert soon(lambda: checkout.processes() == [])


def test_two_users_share_the_servers_and_the_last_one_ends_them(checkout: Checkout) -> None:
    first, second = checkout.hold(), checkout.hold()
    servers = checkout.processes()

    first.terminate()
    first.communicate(timeout=60)
    time.sleep(0.3)

    assert checkout.processes() == servers
    second.terminate()
    second.communicate(timeout=60)
    assert checkout.processes() == []


def test_eight_users_at_once_on_a_fresh_checkout_start_one_pair_of_servers(
    checkout: Checkout,
) -> None:
    users = [checkout.start("run", "--", sys.executable, "-c", SERVES_QUERIES) for _ in range(8)]
    told = [user.communicate(timeout=60) for user in users]

    assert [out.split() for out, _ in told] == [INSIDE_THE_WALL] * 8, told
    assert checkout.processes() == []


def test_a_termination_is_passed_on_once_to_the_command(checkout: Checkout) -> None:
    code = (
        "import signal, sys, time;"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit('tidied up'));"
        "print('up', flush=True); time.sleep(60)"
    )
    user = checkout.start("run", "--", sys.executable, "-c", code)
    assert user.stdout is not None
    assert user.stdout.readline() == "up\n"

    user.send_signal(signal.SIGTERM)
    _, err = user.communicate(timeout=60)

    assert (user.returncode, err) == (1, "tidied up\n")


def test_data_stay_from_one_run_to_the_next(checkout: Checkout) -> None:
    say = "import os, psycopg2; c = psycopg2.connect(os.environ['DATABASE_OWNER_URL']);"
    checkout.run(say + "c.cursor().execute('CREATE TABLE kept()'); c.commit()")

    assert checkout.run(
        say + "r = c.cursor(); r.execute(\"SELECT to_regclass('kept')\"); print(r.fetchone()[0])"
    ).split() == ["kept"]


def test_leftovers_of_a_crash_in_the_same_session_are_cleared(checkout: Checkout) -> None:
    checkout.run("pass")
    (data,) = (checkout.state_path / "db").glob("data-*")
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n")  # alive, but not a server
    (checkout.state_path / "db" / ".s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n")
    (checkout.state_path / "valkey" / "valkey.sock").touch()
    for name in ("postgres", "valkey"):
        (checkout.state_path / name / "ready").touch()

    assert checkout.run(SERVES_QUERIES).split() == INSIDE_THE_WALL
    assert not list((checkout.state_path / "db").glob("*-torn"))


def test_data_in_use_when_the_machine_went_down_are_set_aside(checkout: Checkout) -> None:
    checkout.run("pass")
    (data,) = (checkout.state_path / "db").glob("data-*")
    (data / "postmaster.pid").write_text("99999\n")
    (checkout.state_path / "postgres" / "up-since-boot").write_text("another boot")

    process = checkout.start("run", "--", sys.executable, "-c", SERVES_QUERIES)
    out, err = process.communicate(timeout=60)

    assert out.split() == INSIDE_THE_WALL
    assert "went down" in err
    assert len(list((checkout.state_path / "db").glob("*-torn"))) == 1


def test_what_the_environment_gives_is_left_alone(checkout: Checkout) -> None:
    given = {
        "DATABASE_URL": "postgres://carm_app@db.example/carm",
        "DATABASE_OWNER_URL": "postgres://carm_owner@db.example/carm",
        "REDIS_URL": "redis://broker.example/0",
        "SECRET_KEY": "given",
    }

    seen = json.loads(checkout.run(SAY_ENVIRONMENT, **given))

    assert given.items() <= seen.items()
    assert not (checkout.state_path / "db").exists()


def test_a_given_broker_goes_with_our_own_database(checkout: Checkout) -> None:
    seen = json.loads(checkout.run(SAY_ENVIRONMENT, REDIS_URL="redis://broker.example/0"))

    assert seen["REDIS_URL"] == "redis://broker.example/0"
    assert str(checkout.state_path.name) in seen["DATABASE_URL"]
    assert not (checkout.state_path / "valkey" / "valkey.sock").exists()


@pytest.fixture
def given_server(
    tmp_path: Path, checkout: Checkout, request: pytest.FixtureRequest
) -> Iterator[str]:
    """Somebody else's server, its superuser's address as CI gives it."""
    other = tmp_path / "other"
    shutil.copytree(checkout.root, other)
    owner = Checkout(other)
    user = owner.hold(CARM_EMBEDDED_POSTGRES=getattr(request, "param", "system"))
    yield f"postgres://postgres@{str(owner.state / 'db').replace('/', '%2F')}:5432/carm"
    user.terminate()
    user.communicate(timeout=60)
    owner.say("clean")


def test_a_given_superuser_makes_the_two_roles(checkout: Checkout, given_server: str) -> None:
    code = SERVES_QUERIES + (
        ";o = psycopg2.connect(os.environ['DATABASE_OWNER_URL']).cursor();"
        "o.execute('CREATE TABLE owned(); SELECT current_user'); print(o.fetchone()[0])"
    )

    for _ in range(2):  # the second time finds them made
        seen = checkout.run(code, DATABASE_URL=given_server).split()
        assert seen == [*INSIDE_THE_WALL, "carm_owner"]


@pytest.mark.parametrize("given_server", ["system", "wheel"], indirect=True)
def test_a_given_role_that_may_make_roles_is_enough(checkout: Checkout, given_server: str) -> None:
    """From PostgreSQL 16 on such a role has to be let into the role it made."""
    with closing(psycopg2.connect(given_server)) as connection:
        connection.autocommit = True
        rows = connection.cursor()
        for role in ("carm_app", "carm_owner"):
            rows.execute(f"REASSIGN OWNED BY {role} TO postgres")
            rows.execute(f"DROP ROLE {role}")
        rows.execute("CREATE ROLE ci LOGIN CREATEROLE CREATEDB")
        rows.execute("ALTER DATABASE carm OWNER TO ci")
    code = (
        "import os, psycopg2; o = psycopg2.connect(os.environ['DATABASE_OWNER_URL']);"
        "o.cursor().execute('CREATE TABLE owned()'); print(o.info.user)"
    )

    as_ci = given_server.replace("postgres@", "ci@")

    assert checkout.run(code, DATABASE_URL=as_ci).split() == ["carm_owner"]


def test_a_given_role_that_may_not_make_roles_is_told_what_to_set(
    checkout: Checkout, given_server: str
) -> None:
    as_app = given_server.replace("postgres@", "carm_app@")

    process = checkout.start("run", "--", "true", DATABASE_URL=as_app)
    _, err = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "DATABASE_OWNER_URL" in err
    assert "Traceback" not in err


def test_a_given_server_that_does_not_answer_is_named(checkout: Checkout) -> None:
    process = checkout.start("run", "--", "true", DATABASE_URL="postgres://x@127.0.0.1:1/carm")
    _, err = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "nothing answers there" in err
    assert "Traceback" not in err


def test_a_folder_laid_by_somebody_else_is_refused(checkout: Checkout, tmp_path: Path) -> None:
    shutil.rmtree(checkout.state_path)
    checkout.state_path.symlink_to(tmp_path)

    process = checkout.start("run", "--", "true")
    _, err = process.communicate(timeout=60)
    checkout.state_path.unlink()

    assert process.returncode == 1
    assert "was not made by us" in err


def test_secrets_and_sockets_are_ours_alone(checkout: Checkout) -> None:
    user = checkout.hold()
    try:
        state = checkout.state_path
        assert state.stat().st_mode & 0o066 == 0
        assert (state / "secret-key").stat().st_mode & 0o077 == 0
        assert (state / "db").stat().st_mode & 0o077 == 0
        assert (state / "valkey" / "valkey.sock").stat().st_mode & 0o077 == 0
    finally:
        user.terminate()
        user.communicate(timeout=60)


def test_stop_ends_the_servers_although_somebody_uses_them(checkout: Checkout) -> None:
    user = checkout.hold()

    checkout.say("stop")

    assert checkout.processes() == [] or soon(lambda: checkout.processes() == [])
    user.terminate()
    user.communicate(timeout=60)


def test_psql_comes_in_as_the_role_that_was_asked_for(checkout: Checkout) -> None:
    for role in ("app", "owner"):
        told = checkout.say("psql", "--role", role, "--", "-Atc", "SELECT current_user")

        assert told == f"carm_{role}\n"
