"""Cookies: only over TLS, only to this host, out of every script's reach."""

from typing import Any

import pytest
from django.test import Client

from clients.models import User
from tests.conftest import PASSWORD

HERE = {"secure": True, "headers": {"host": "carm.example.ca", "accept-language": "en"}}
NAMES = ["__Host-csrftoken", "__Host-django_language", "__Host-sessionid"]


@pytest.fixture
def signed_in_on_https(production: Any, finance: User) -> Client:
    client = Client()
    client.get("/account/login/", **HERE)
    asked = {"login": finance.email, "password": PASSWORD}
    assert client.post("/account/login/", asked, **HERE).url == "/"
    return client


def test_in_production_every_cookie_is_bound_to_host_tls_and_http(
    signed_in_on_https: Client,
) -> None:
    cookies = signed_in_on_https.cookies

    assert sorted(cookies) == NAMES
    for cookie in cookies.values():
        assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
        assert (cookie["path"], cookie["domain"]) == ("/", "")


def test_the_language_form_sets_the_same_kind_of_cookie(production: Any, db: None) -> None:
    client = Client()
    client.post("/i18n/setlang/", {"language": "fr", "next": "/"}, **HERE)

    [(name, cookie)] = client.cookies.items()
    assert name == "__Host-django_language"
    assert (cookie["secure"], cookie["httponly"], cookie["path"]) == (True, True, "/")


def test_what_a_page_says_in_passing_is_not_written_into_a_cookie(
    signed_in_on_https: Client,
) -> None:
    profile = {"full_name": "Fine", "language": "en", "time_zone": "America/Toronto"}

    answer = signed_in_on_https.post("/account/profile/", profile, **HERE)

    assert answer.status_code == 302
    assert "Your profile is saved." in signed_in_on_https.get(answer.url, **HERE).content.decode()
    assert sorted(signed_in_on_https.cookies) == NAMES


def test_a_session_ends_after_twelve_hours_and_with_the_browser(production_settings: Any) -> None:
    assert production_settings["SESSION_COOKIE_AGE"] == 12 * 3600
    assert production_settings["ACCOUNT_SESSION_REMEMBER"] is False


def test_forms_work_without_a_script_that_reads_the_token(production: Any, finance: User) -> None:
    client = Client(enforce_csrf_checks=True)
    page = client.get("/account/login/", **HERE)
    asked = {"login": finance.email, "password": PASSWORD}
    referer = {**HERE["headers"], "referer": "https://carm.example.ca/account/login/"}

    without = client.post("/account/login/", asked, secure=True, headers=referer)
    token = {"csrfmiddlewaretoken": str(page.context["csrf_token"])}
    with_it = client.post("/account/login/", asked | token, secure=True, headers=referer)

    assert (without.status_code, with_it.status_code) == (403, 302)
