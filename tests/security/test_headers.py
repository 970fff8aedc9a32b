"""What every answer tells the browser: every page, every API address, every error, every file.

Everybody asks every address there is; a new address is asked by itself.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import Client

from tests.security.conftest import PRODUCTION, started
from tests.walls.addresses import Address
from tests.walls.asking import Asker

PAGE_POLICY = {
    "default-src 'none'",
    "connect-src 'self'",
    "font-src 'self'",
    "img-src 'self' data:",
    "script-src 'self'",
    "style-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}
NO_PAGE_POLICY = {
    "default-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
}
FILE_POLICY = NO_PAGE_POLICY | {"sandbox"}
SAID_OF_ALL = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
NO_REFERRER_ELSEWHERE = {"same-origin", "no-referrer"}
FOR_EVERYBODY = {"/robots.txt", "/.well-known/security.txt"}
KEPT_FOR_A_WHILE = {"calendar-feed"}


def policy_of(headers: Mapping[str, str]) -> set[str]:
    return {part.strip() for part in headers.get("Content-Security-Policy", "").split(";")}


def wrong_in(headers: Mapping[str, str], path: str, name: str = "") -> list[str]:
    """What an answer's headers lack, for a person to read."""
    found = [
        f"{path}: {header} is {headers.get(header)!r}"
        for header, value in SAID_OF_ALL.items()
        if headers.get(header) != value
    ]
    if headers.get("Referrer-Policy") not in NO_REFERRER_ELSEWHERE:
        found.append(f"{path}: its address is told to other sites")
    expected = FILE_POLICY if "Content-Disposition" in headers else PAGE_POLICY
    if policy_of(headers) != expected:
        found.append(f"{path}: {sorted(policy_of(headers) ^ expected)} in its policy")
    if "camera=()" not in headers.get("Permissions-Policy", ""):
        found.append(f"{path}: no Permissions-Policy")
    return found + wrong_in_keeping(headers, path, name)


def wrong_in_keeping(headers: Mapping[str, str], path: str, name: str) -> list[str]:
    said = {part.strip() for part in headers.get("Cache-Control", "").split(",")}
    if path in FOR_EVERYBODY and "public" in said:
        return []
    wanted = {"private"} if name in KEPT_FOR_A_WHILE else {"private", "no-store"}
    return [] if wanted <= said and "public" not in said else [f"{path}: kept as {sorted(said)}"]


def found_by(asker: Asker, paths: dict[Address, str]) -> Iterator[str]:
    for address, path in paths.items():
        for method in ("get", "post"):
            answer = asker.ask(method, path, as_json=address.is_api)
            yield from wrong_in(answer.headers, path, address.name)


@pytest.mark.parametrize("name", ["signed out", "owner", "administrator"])
def test_every_page_and_every_refusal_of_it_is_guarded(
    askers: list[Asker], page_paths: dict[Address, str], name: str, settings: Any
) -> None:
    settings.SECURITY_CONTACT = ["mailto:security@example.ca"]
    [asker] = [one for one in askers if one.name == name]

    assert list(found_by(asker, page_paths)) == []


@pytest.mark.parametrize("name", ["signed out", "owner", "administrator"])
def test_every_answer_of_the_api_is_guarded(
    askers: list[Asker], api_paths: dict[Address, str], name: str
) -> None:
    [asker] = [one for one in askers if one.name == name]

    assert list(found_by(asker, api_paths)) == []


def test_without_its_middleware_the_same_look_finds_it_missing(
    askers: list[Asker], page_paths: dict[Address, str], settings: Any
) -> None:
    ours = "carmsvc.platform.safe_answers.SafeAnswers"
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != ours]

    lists = {address: path for address, path in page_paths.items() if path == "/importers/"}
    found = list(found_by(askers[-1], lists))

    assert "/importers/: Cross-Origin-Resource-Policy is None" in found
    assert "/importers/: kept as ['']" in found


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/nowhere/", "/account/login/", "/i18n/setlang/", "/api/v1/x/"])
@pytest.mark.parametrize("method", ["get", "post", "put", "trace"])
def test_refusals_of_any_method_are_guarded(path: str, method: str) -> None:
    answer = getattr(Client(enforce_csrf_checks=True), method)(path)

    assert answer.status_code in {200, 401, 403, 404, 405}
    assert wrong_in(answer.headers, path) == []


@pytest.mark.django_db
def test_a_failure_of_ours_is_guarded(monkeypatch: Any) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("inside")

    monkeypatch.setattr("clients.adapter.InvitationOnlyAdapter.get_client_ip", fail)
    answer = Client(raise_request_exception=False).post(
        "/account/login/", {"login": "a@b.example", "password": "x"}
    )

    assert answer.status_code == 500
    assert wrong_in(answer.headers, "/account/login/") == []


@pytest.mark.parametrize("path", ["/", "/account/login/", "/api/v1/me/"])
def test_a_wrong_host_is_answered_with_a_guarded_page(path: str, production: Any) -> None:
    answer = Client().get(path, headers={"host": "evil.example"})

    assert answer.status_code == 400
    assert wrong_in(answer.headers, path) == []


def test_health_is_guarded_too(db: None) -> None:
    for path in ("/healthz", "/readyz"):
        headers = Client().get(path).headers

        assert policy_of(headers) == NO_PAGE_POLICY
        assert headers["Cache-Control"] == "private, no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_only_what_passkeys_need_is_permitted(db: None) -> None:
    said = Client().get("/account/login/")["Permissions-Policy"].split(", ")

    assert [one for one in said if not one.endswith("=()")] == [
        "publickey-credentials-create=(self)",
        "publickey-credentials-get=(self)",
    ]


def test_the_sign_in_at_a_provider_is_the_only_form_that_leads_elsewhere() -> None:
    provider = {"OIDC_ISSUER": "https://id.example.ca/realms/x"}
    client = {"OIDC_CLIENT_ID": "carm", "OIDC_CLIENT_SECRET": "x"}

    told = json.loads(started(**PRODUCTION, **provider, **client).stdout)
    policy = told["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]

    assert policy["form-action"] == ["'self'", "https://id.example.ca"]
    assert {word for name, words in policy.items() if name != "form-action" for word in words} == {
        "'none'",
        "'self'",
        "data:",
    }


def test_over_https_a_browser_stays_on_https_for_two_years(production: Any, db: None) -> None:
    asked = {"secure": True, "headers": {"host": "carm.example.ca"}}

    for path in ("/account/login/", "/nowhere/", "/api/v1/me/"):
        said = Client().get(path, **asked)["Strict-Transport-Security"]
        assert said == "max-age=63072000; includeSubDomains; preload"


def test_http_leads_to_https_on_our_own_host(production: Any) -> None:
    answer = Client().get("/importers/?q=x", headers={"host": "carm.example.ca"})

    assert (answer.status_code, answer.url) == (301, "https://carm.example.ca/importers/?q=x")


@pytest.fixture
def hashed_files(settings: Any, tmp_path: Path) -> str:
    """Static files as a deployment serves them; the address of a sheet."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.WHITENOISE_USE_FINDERS = False
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    return str(staticfiles_storage.url("css/tokens.css"))


def test_only_a_static_file_with_its_hash_in_the_name_is_kept_for_long(hashed_files: str) -> None:
    hashed, plain = Client().get(hashed_files), Client().get("/static/css/tokens.css")

    assert hashed["Cache-Control"] == "max-age=315360000, public, immutable"
    assert plain["Cache-Control"] == "max-age=60, public"
    for answer in (hashed, plain):
        b"".join(answer.streaming_content)
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_static_file_that_is_not_there_is_a_page_that_nobody_keeps(db: None) -> None:
    answer = Client().get("/static/nowhere.css")

    assert answer.status_code == 404
    assert wrong_in(answer.headers, "/static/nowhere.css") == []
