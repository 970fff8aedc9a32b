"""The log tells what failed, and nothing that opens a door.

Each test provokes the failure with the secret in the request and reads what was written.
"""

import io
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core import mail
from django.test import Client, RequestFactory

from carmsvc.platform.api_keys import create_api_key
from carmsvc.platform.discretion import HIDDEN, DiscreetLine, discreet
from carmsvc.platform.models import Letter
from clients.models import Importer, User
from tests.accounts.conftest import code_of
from tests.conftest import PASSWORD

Written = Callable[[], str]


@pytest.fixture
def log() -> Iterator[Written]:
    """What the configured handler writes."""
    [handler] = [
        one for one in logging.getLogger().handlers if isinstance(one.formatter, DiscreetLine)
    ]
    written = io.StringIO()
    before = handler.setStream(written)  # type: ignore[attr-defined]
    yield written.getvalue
    handler.setStream(before)  # type: ignore[attr-defined]


@pytest.fixture
def fails(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Callable[[str], None]:
    """From now on each request fails, and its error repeats what it was asked."""
    settings.ADMINS = [("Admin", "admin@broker.example")]

    def fail_at(place: str) -> None:
        def fail(*arguments: Any, **_: Any) -> None:
            request = next(one for one in arguments if hasattr(one, "META"))
            asked = [dict(request.POST.lists()), dict(request.GET.lists()), request.COOKIES]
            raise RuntimeError(f"{asked} {request.META} at {request.path}")

        monkeypatch.setattr(place, fail)

    return fail_at


def client() -> Client:
    return Client(raise_request_exception=False, headers={"accept-language": "en"})


def test_a_password_is_not_logged(finance: User, log: Written, fails: Any) -> None:
    fails("clients.adapter.InvitationOnlyAdapter.post_login")
    asked = {"login": finance.email, "password": PASSWORD}

    assert client().post("/account/login/", asked).status_code == 500
    assert "Internal Server Error: /account/login/" in log()
    assert "RuntimeError" in log()
    assert finance.email in log()  # the test would not see anything else, either
    assert PASSWORD not in log()


def test_a_one_time_code_is_not_logged(analyst: User, log: Written, fails: Any) -> None:
    person, code = client(), code_of()
    person.post("/account/login/", {"login": analyst.email, "password": PASSWORD})
    fails("clients.adapter.InvitationOnlyAdapter.post_login")

    assert person.post("/account/2fa/authenticate/", {"code": code}).status_code == 500
    assert "RuntimeError" in log()
    assert code not in log()


def test_a_session_and_its_token_are_not_logged(finance: User, log: Written, fails: Any) -> None:
    person = client()
    person.force_login(finance)
    person.get("/account/profile/")
    fails("clients.presence.Presence.__call__")
    secrets = [person.cookies[name].value for name in ("sessionid", "csrftoken")]

    assert person.get("/account/profile/").status_code == 500
    assert "RuntimeError" in log()
    assert [secret for secret in secrets if secret in log()] == []


def test_an_api_key_is_not_logged(
    analyst: User, importer: Importer, log: Written, fails: Any
) -> None:
    told = {"name": "x", "user": analyst, "importer_ids": [importer.pk], "grants": ["*:read"]}
    text = create_api_key(**told)[1]
    fails("clients.presence.Presence.__call__")

    for scheme in ("Bearer", "bearer", "Token", "Basic"):
        key = {"Authorization": f"{scheme} {text}"}
        assert client().get("/api/v1/importers/", headers=key).status_code == 500
    assert "RuntimeError" in log()
    assert text not in log()
    assert text.rpartition("_")[2] not in log()


@pytest.mark.parametrize(
    "address",
    [
        "/invitation/{secret}/",
        "/account/password/reset/key/1-{secret}/",
        "/account/confirm-email/{secret}/",
        "/calendar/{secret}.ics",
        "/account/oidc/login/callback/?code={secret}&state={secret}",
    ],
)
def test_the_secret_of_a_link_is_not_logged(
    address: str, log: Written, fails: Any, db: None
) -> None:
    secret = "Zk3xQvTq8wYb2LmN"
    fails("clients.presence.Presence.__call__")

    assert client().get(address.format(secret=secret)).status_code == 500
    assert "RuntimeError" in log()
    assert secret not in log()


def test_a_link_that_no_longer_works_is_not_logged(log: Written, db: None) -> None:
    assert client().get("/calendar/Zk3xQvTq8wYb2LmN.ics").status_code == 404
    assert client().get("/account/confirm-email/Zk3xQvTq8wYb2LmN/").status_code == 200

    assert "Not Found: /calendar/" in log()
    assert "Zk3xQvTq8wYb2LmN" not in log()


def test_nobody_is_mailed_what_failed(finance: User, fails: Any) -> None:
    fails("clients.adapter.InvitationOnlyAdapter.post_login")
    client().post("/account/login/", {"login": finance.email, "password": PASSWORD})

    assert mail.outbox == []
    assert Letter.objects.count() == 0


def test_no_logger_has_a_way_out_of_its_own() -> None:
    names = [*logging.Logger.manager.loggerDict, ""]
    loggers = {name: logging.getLogger(name) for name in names}
    ways = {
        name: [one for one in logger.handlers if not isinstance(one, logging.NullHandler)]
        for name, logger in loggers.items()
        if name.partition(".")[0] in {"django", "carmsvc", "clients", "statements", "celery"}
    }

    assert {name: found for name, found in ways.items() if found} == {}


SAID = [
    ("Authorization: Bearer abc.DEF-123", "abc.DEF-123"),
    ("authorization=Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
    ("a key carm_0123abcd_Sx-_9 was tried", "Sx-_9"),
    ('{"password": "hunter22"}', "hunter22"),
    ("new_password='hunter22'", "hunter22"),
    ("PASSWORD=hunter22&x=1", "hunter22"),
    ("api-key: 77abc", "77abc"),
    ("SECRET_KEY = 'n0t-4-you'", "n0t-4-you"),
    ("{'sessionid': 'q8w7e6'}", "q8w7e6"),
    ("Cookie: sessionid=q8w7e6; x=y", "q8w7e6"),
    ("csrfmiddlewaretoken=tt55", "tt55"),
    ("cannot connect to postgres://carm_app:hunter22@db/carm", "hunter22"),
    ("GET /invitation/q8w7e6r5/ HTTP/1.1", "q8w7e6r5"),
    ("DETAIL:  Failing row contains (7, Ann (2nd), hash, null).", "Ann"),
    ("stored as pbkdf2_sha256$1000000$salt$hashhash=", "hashhash"),
]


@pytest.mark.parametrize(("line", "secret"), SAID)
def test_what_looks_like_a_secret_is_taken_out_without_a_request(line: str, secret: str) -> None:
    assert secret in line
    assert secret not in discreet(line)
    assert HIDDEN in discreet(line)


@pytest.mark.parametrize(
    "line",
    [
        "Not Found: /statements/7/",
        "statement 12 of 123456782RM0001 loaded: 2500 lines",
        "limits are counted in memory: Error 111 connecting to redis",
        "collected 3 files in 0.2 s",
    ],
)
def test_other_lines_are_left_as_they_are(line: str) -> None:
    request = RequestFactory().get("/importers/", {"q": "Maple", "state": "ready", "code": "x"})

    assert discreet(line, request) == line


def test_the_secrets_in_a_traceback_go_too(log: Written) -> None:
    try:
        raise RuntimeError("failing row contains password=hunter22")
    except RuntimeError:
        logging.getLogger("carmsvc.test").exception("it failed")

    assert "RuntimeError: failing row contains" in log()
    assert "hunter22" not in log()
