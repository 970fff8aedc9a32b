"""Both languages on every page, and errors that tell nothing of the inside."""

import re
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.views import defaults

from carmsvc.platform.models import Letter
from clients.models import User
from reconciliation.models import MatchRun
from tests.pages.conftest import Browser
from tests.pages.test_run_page import text_of


def test_the_other_language_keeps_the_page(
    run: MatchRun, signed_in: Browser, analyst: User
) -> None:
    browser = signed_in(analyst)
    here = f"/statements/{run.statement_id}/?order=-amount"
    html = browser.get(here).content.decode()
    target = re.search(r'name="next" value="([^"]+)"', html).group(1)
    assert target == here

    response = browser.post("/i18n/setlang/", {"language": "fr", "next": target})
    assert response.url == here
    french = browser.get(here).content.decode()
    assert '<html lang="fr">' in french
    assert "537,71" in french


@pytest.mark.django_db
def test_one_can_change_the_language_before_signing_in() -> None:
    browser = Client()
    response = browser.post("/i18n/setlang/", {"language": "fr", "next": "/account/login/"})

    assert response.url == "/account/login/"


@pytest.mark.django_db
def test_nobody_signs_up() -> None:
    anybody = Client()

    assert anybody.get("/account/signup/").status_code == 404
    assert anybody.post("/account/signup/", {"email": "me@x.example"}).status_code == 404


def test_signing_in_with_a_wrong_password_says_the_same_as_with_a_wrong_address(
    analyst: User,
) -> None:
    told = [
        text_of(Client().post("/account/login/", {"login": login, "password": "wrong"}))
        for login in (analyst.email, "nobody@broker.example")
    ]

    assert "not correct" in told[0]
    assert told[0] == told[1]


def test_a_forgotten_password_is_answered_the_same_for_any_address(
    analyst: User,
) -> None:
    for email in (analyst.email, "nobody@broker.example"):
        response = Client().post("/account/password/reset/", {"email": email}, follow=True)
        assert "If an account has this address" in text_of(response)


def test_a_link_sets_a_new_password_once(analyst: User) -> None:
    browser = Client()
    browser.post("/account/password/reset/", {"email": analyst.email})
    link = re.search(r"http\S+(/account/password/reset/key/\S+)", Letter.objects.get().text)[1]
    form = browser.get(link, follow=True)
    assert "Set a new password" in text_of(form)
    new = {"password1": "a new one 4 certain", "password2": "a new one 4 certain"}

    done = browser.post(form.redirect_chain[-1][0], new, follow=True)
    assert "Your password is changed" in text_of(done)
    assert "This link no longer works" in text_of(Client().get(link, follow=True))


@pytest.mark.django_db
def test_a_page_that_does_not_exist_says_so_to_anybody() -> None:
    response = Client(headers={"accept-language": "en"}).get("/nowhere/")

    assert response.status_code == 404
    assert "Page not found" in text_of(response)


@pytest.mark.django_db
def test_a_form_from_elsewhere_is_refused_in_both_languages() -> None:
    response = Client(enforce_csrf_checks=True).post("/account/login/", {})

    assert response.status_code == 403
    assert "This form is no longer valid" in text_of(response)
    assert "Ce formulaire n’est plus valide" in text_of(response)


@pytest.mark.parametrize("view", [defaults.server_error, defaults.bad_request])
def test_faults_are_told_in_both_languages_without_the_inside(view: Any) -> None:
    request = RequestFactory().get("/")
    arguments = [ValueError("secret detail")] if view is defaults.bad_request else []
    html = view(request, *arguments).content.decode()

    assert "Nothing was changed" in html
    assert 'lang="fr"' in html
    for inside in ("secret", "Traceback", "Exception", "django"):
        assert inside not in html


def test_every_page_forbids_inline_script_and_style(
    run: MatchRun, signed_in: Browser, analyst: User
) -> None:
    response = signed_in(analyst).get(f"/statements/{run.statement_id}/reconciliation/")

    policy = response["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
