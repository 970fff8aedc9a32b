"""What no browser of ours sends is answered, never a fault of ours."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from clients.models import User
from tests.accounts.conftest import browser, sign_in

NONSENSE: list[Any] = [
    "",
    "x",
    "[]",
    '"x"',
    "1",
    "null",
    "{}",
    '{"id": 1}',
    '{"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {}}',
    '{"response": {"userHandle": null}}',
    '{"response": []}',
    json.dumps(
        {
            "id": "AAAA",
            "rawId": "AAAA",
            "type": "public-key",
            "response": {
                "clientDataJSON": "e30",
                "authenticatorData": "AAAA",
                "signature": "AAAA",
                "userHandle": "MQ",
            },
        }
    ),
    json.dumps(
        {
            "id": "AAAA",
            "rawId": "AAAA",
            "type": "public-key",
            "response": {"clientDataJSON": "e30", "attestationObject": "AAAA"},
        }
    ),
]


@pytest.mark.django_db
@pytest.mark.parametrize("credential", NONSENSE)
def test_a_passkey_that_is_none_signs_nobody_in(credential: str) -> None:
    client = browser()
    client.get("/account/2fa/passkeys/login/", headers={"accept": "application/json"})

    answer = client.post("/account/2fa/passkeys/login/", {"credential": credential})

    assert answer.url == "/account/login/"
    assert client.get("/account/profile/").status_code == 302


@pytest.mark.parametrize("credential", NONSENSE)
def test_a_passkey_that_is_none_is_no_second_step(credential: str, analyst: User) -> None:
    client = browser()
    sign_in(analyst, client=client)
    client.get("/account/2fa/authenticate/")

    assert client.post("/account/2fa/authenticate/", {"credential": credential}).status_code == 200
    assert client.get("/account/profile/").status_code == 302


@pytest.mark.parametrize("credential", NONSENSE)
def test_a_passkey_that_is_none_is_not_added(
    credential: str, finance: User, inside: Callable[..., Client]
) -> None:
    client = inside(finance)
    client.get("/account/2fa/passkeys/add/")

    answer = client.post("/account/2fa/passkeys/add/", {"name": "x", "credential": credential})

    assert answer.status_code == 200
    assert client.get("/account/2fa/recovery-codes/").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("/account/login/", {"login": "\0", "password": "\0"}),
        ("/account/login/", {"login": "a" * 5000 + "@x.example", "password": "x" * 9000}),
        ("/account/login/", {"login": "é@é.example", "password": "x"}),
        ("/account/password/reset/", {"email": "\0@x.example"}),
        ("/account/password/reset/", {"email": "a" * 300 + "@x.example"}),
        ("/account/password/reset/", {"email": "a@" + "b" * 250 + ".example"}),
        ("/i18n/setlang/", {"language": "\0", "next": "//evil.example"}),
        ("/account/oidc/login/", {"next": "x"}),
    ],
)
def test_nonsense_in_forms_is_answered(address: str, asked: dict[str, str]) -> None:
    assert browser().post(address, asked).status_code < 500


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "/account/confirm-email/x/",
        "/account/confirm-email/a:b:c/",
        "/account/password/reset/key/zzzzzzzzzzzzzzzzzzzz-set-password/",
        "/account/password/reset/key/1-x/",
        "/account/password/reset/key/0-set-password/",
        "/account/oidc/login/callback/?state=x&code=y",
        "/account/2fa/authenticate/",
        "/account/password/set/",
        "/account/social/connections/",
        "/account/login/code/confirm/",
    ],
)
def test_nonsense_in_addresses_is_answered(address: str) -> None:
    assert browser().get(address).status_code < 500
