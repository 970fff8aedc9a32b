"""Sign-in at an OpenID Connect provider, over HTTP, with a provider that may lie."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from clients.models import Importer, User
from tests.accounts.conftest import browser, told_of
from tests.accounts.provider import CLIENT_ID, CLIENT_SECRET, Provider, running
from tests.conftest import settle
from tests.pages.test_run_page import text_of

REFUSED = "Sign-in with Our Directory did not work."


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    """A provider that our settings name."""
    with running(Provider()) as provider:
        settings.BASE_URL = "http://testserver"
        settings.OIDC_ISSUER, settings.OIDC_NAME = provider.address, "Our Directory"
        app = {
            "provider_id": "oidc",
            "name": "Our Directory",
            "client_id": CLIENT_ID,
            "secret": CLIENT_SECRET,
            "settings": {"server_url": provider.address},
        }
        settings.SOCIALACCOUNT_PROVIDERS = {
            "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}
        }
        yield provider


def leave(client: Client, **asked: str) -> str:
    """Press the button; where the browser is sent."""
    return str(client.post("/account/oidc/login/", asked).url)


def come_back(client: Client, sent_to: str) -> Any:
    """Sign in at the provider and follow it back to us."""
    back = requests.get(sent_to, allow_redirects=False, timeout=30).headers["Location"]
    parts = urlsplit(back)
    return client.get(f"{parts.path}?{parts.query}")


def there_and_back(client: Client | None = None) -> Any:
    client = client or browser()
    return come_back(client, leave(client))


def is_in(client: Client) -> bool:
    return client.get("/account/profile/").status_code == 200


def assert_refused() -> None:
    client = browser()
    answer = there_and_back(client)
    assert answer.url == "/account/login/"
    assert REFUSED in text_of(client.get(answer.url))
    assert not is_in(client)


def test_somebody_known_is_in_and_it_is_told(
    provider: Provider, finance: User, importer: Importer
) -> None:
    client = browser()

    assert there_and_back(client).url == "/"
    assert is_in(client)
    assert told_of(importer)[-1] == (finance.email, "signed in")
    assert [one for one in provider.asked if "well-known" not in one[1]] == [
        ("POST", "/token"),
        ("GET", "/jwks"),
        ("GET", "/userinfo"),
    ]


@pytest.mark.django_db
def test_the_browser_is_sent_with_state_nonce_and_pkce_challenge(provider: Provider) -> None:
    parts = urlsplit(leave(browser()))
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}

    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{provider.address}/authorize"
    assert asked["client_id"] == CLIENT_ID
    assert asked["response_type"] == "code"
    assert sorted(asked["scope"].split()) == ["email", "openid"]
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http://testserver/account/oidc/login/callback/"
    assert min(len(asked["state"]), len(asked["nonce"]), len(asked["code_challenge"])) >= 16


def test_nothing_of_it_is_stored(provider: Provider, finance: User) -> None:
    there_and_back()

    assert not SocialAccount.objects.exists()
    assert not SocialToken.objects.exists()


def test_one_goes_on_to_the_page_one_wanted_and_never_outside(
    provider: Provider, finance: User
) -> None:
    client = browser()
    assert come_back(client, leave(client, next="/account/profile/")).url == "/account/profile/"
    other = browser()
    assert come_back(other, leave(other, next="https://evil.example/")).url == "/"


@pytest.mark.parametrize(
    "lies",
    [
        pytest.param({"lies": {"aud": "another"}}, id="made for another application"),
        pytest.param({"lies": {"aud": [CLIENT_ID, "x"], "azp": "x"}}, id="asked by another"),
        pytest.param({"lies": {"iss": "https://evil.example"}}, id="issued by another"),
        pytest.param({"lies": {"nonce": "another"}}, id="of another sign-in"),
        pytest.param({"lies": {"nonce": None}}, id="without a nonce"),
        pytest.param({"lies": {"exp": 1}}, id="too old"),
        pytest.param({"lies": {"exp": None}}, id="without an end"),
        pytest.param({"lies": {"sub": "249"}}, id="user info about somebody else"),
        pytest.param({"email_verified": False}, id="address not verified"),
        pytest.param({"email_verified": "false"}, id="a word for no"),
        pytest.param({"email_verified": None}, id="nothing said of the address"),
        pytest.param({"email": "nobody@maple.example"}, id="somebody we do not know"),
        pytest.param({"email": ""}, id="no address"),
        pytest.param({"denies": True}, id="cancelled at the provider"),
        pytest.param(
            {"signs_with": "a word of thirty-two characters!!", "algorithm": "HS256"},
            id="signed with a word",
        ),
        pytest.param({"algorithm": "none"}, id="not signed"),
    ],
)
def test_what_is_not_right_lets_nobody_in(
    lies: dict[str, Any], provider: Provider, finance: User
) -> None:
    for name, value in lies.items():
        setattr(provider, name, value)

    assert_refused()


def test_a_signature_by_another_key_lets_nobody_in(provider: Provider, finance: User) -> None:
    provider.signs_with = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    assert_refused()


def test_an_address_that_we_have_not_verified_lets_nobody_in(
    provider: Provider, finance: User
) -> None:
    EmailAddress.objects.filter(user=finance).update(verified=False)
    password = finance.password

    assert_refused()
    finance.refresh_from_db()
    assert finance.password == password


def test_nobody_signs_up_by_it(provider: Provider, db: None) -> None:
    before = User.objects.count()
    assert_refused()

    assert User.objects.count() == before


def test_a_closed_account_stays_closed(provider: Provider, finance: User) -> None:
    User.objects.filter(pk=finance.pk).update(is_active=False)
    client = browser()

    answer = there_and_back(client)

    assert answer.url in {"/account/inactive/", "/account/login/"}
    assert not is_in(client)


def test_an_answer_to_somebody_elses_question_is_refused(provider: Provider, finance: User) -> None:
    """The state is of the browser that asked."""
    attacker, victim = browser(), browser()

    answer = come_back(victim, leave(attacker))

    assert answer.url == "/account/login/"
    assert not is_in(victim)


def test_an_answer_is_taken_once(provider: Provider, finance: User) -> None:
    client = browser()
    back = requests.get(leave(client), allow_redirects=False, timeout=30).headers["Location"]
    path = back.removeprefix("http://testserver")
    assert client.get(path).url == "/"
    client.post("/account/logout/")

    assert client.get(path).url == "/account/login/"
    assert not is_in(client)


def test_a_provider_that_is_down_is_told_and_the_password_still_works(
    provider: Provider, finance: User, settings: Any
) -> None:
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    app["settings"]["server_url"] = "http://127.0.0.1:1"
    client = browser()

    assert leave(client) == "/account/login/"
    assert REFUSED in text_of(client.get("/account/login/"))


@pytest.fixture
def staff(provider: Provider, analyst: User) -> User:
    provider.email = analyst.email
    return analyst


def test_the_second_step_is_still_ours_unless_a_setting_says_otherwise(staff: User) -> None:
    client = browser()

    assert there_and_back(client).url == "/account/2fa/authenticate/"
    assert not is_in(client)


def test_the_providers_second_step_counts_when_the_setting_says_so(
    staff: User, settings: Any
) -> None:
    settings.OIDC_SECOND_FACTOR = True
    client = browser()

    assert there_and_back(client).url == "/"
    assert is_in(client)


@pytest.mark.parametrize("counts", [True, False])
def test_staff_without_a_factor_of_ours_need_one_unless_the_providers_counts(
    counts: bool, staff: User, settings: Any
) -> None:
    settings.OIDC_SECOND_FACTOR = counts
    Authenticator.objects.all().delete()
    client = browser()
    there_and_back(client)

    assert client.get("/work/").status_code == (200 if counts else 302)


def test_a_password_does_not_count_as_the_providers_second_step(staff: User, settings: Any) -> None:
    settings.OIDC_SECOND_FACTOR = True
    Authenticator.objects.all().delete()
    client = browser()
    client.force_login(settle(staff))
    Authenticator.objects.all().delete()

    assert client.get("/work/").url == "/account/second-factor/"


def test_the_sign_in_page_offers_it_by_name(provider: Provider, db: None) -> None:
    assert "Sign in with Our Directory" in text_of(browser().get("/account/login/"))


@pytest.mark.django_db
def test_without_the_setting_there_is_no_such_door() -> None:
    client = browser()

    assert "Sign in with" not in text_of(client.get("/account/login/")).replace(
        "Sign in with a passkey", ""
    )
    assert client.post("/account/oidc/login/").status_code == 404
    assert client.get("/account/oidc/login/callback/").status_code == 404


def test_a_link_cannot_start_it(provider: Provider, db: None) -> None:
    assert browser().get("/account/oidc/login/").status_code == 405


def test_the_settings_come_from_the_environment() -> None:
    given = {
        "OIDC_ISSUER": "https://id.example.ca/realms/broker/",
        "OIDC_CLIENT_ID": "carm",
        "OIDC_CLIENT_SECRET": "s",
        "OIDC_NAME": "Brokerage",
    }
    say = (
        "import json; from carmsvc import settings as s;"
        "app = s.SOCIALACCOUNT_PROVIDERS['openid_connect']['APPS'][0];"
        "form = s.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action'];"
        "print(json.dumps([app, form, s.OIDC_SECOND_FACTOR]))"
    )
    said = subprocess.run(
        [sys.executable, "-c", say], env=os.environ | given, capture_output=True, check=True
    ).stdout

    app, form, second_factor = json.loads(said)
    assert (app["name"], app["client_id"], app["secret"]) == ("Brokerage", "carm", "s")
    assert form == ["'self'", "https://id.example.ca"]
    assert second_factor is False
