"""Letters that open or change an account: a forgotten password, a new address, a confirmation."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from carmsvc.platform.models import Letter
from clients.actions.accounts import mark_email_verified
from clients.models import Importer, User
from tests.accounts.conftest import browser, letters, sign_in, told_of, told_of_staff
from tests.conftest import PASSWORD
from tests.pages.test_run_page import text_of

Inside = Callable[..., Client]
NEW_PASSWORD = "a new one 4 certain"


def forgotten(email: str) -> Any:
    return browser().post("/account/password/reset/", {"email": email}, follow=True)


def link_in(letter: Letter) -> str:
    """The address in a letter, without the site it stands on."""
    return re.search(r"http://[^/]+(/\S+)", letter.text)[1]


def set_password(link: str, client: Client | None = None) -> Any:
    client = client or browser()
    form = client.get(link, follow=True).redirect_chain[-1][0]
    return client.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})


def test_a_forgotten_password_is_answered_the_same_whoever_asks(finance: User) -> None:
    known, unknown = forgotten(finance.email), forgotten("nobody@maple.example")

    assert text_of(known) == text_of(unknown)
    assert known.redirect_chain == unknown.redirect_chain


def test_a_letter_goes_either_way_and_a_worker_sends_both(finance: User, mailoutbox: Any) -> None:
    forgotten(finance.email)
    forgotten("nobody@maple.example")

    assert letters() == [
        (finance.email, "Set a new password"),
        ("nobody@maple.example", "Set a new password"),
    ]
    assert "There is no account with this address." in Letter.objects.last().text
    assert mailoutbox == []  # nothing is sent while somebody waits for the page


def test_asking_writes_as_much_for_no_account_as_for_one(finance: User) -> None:
    def written(email: str) -> list[str]:
        with CaptureQueriesContext(connection) as asked:
            forgotten(email)
        words = [query["sql"].split()[0] for query in asked]
        return [word for word in words if word in {"INSERT", "UPDATE", "DELETE"}]

    assert written(finance.email) == written("nobody@maple.example")


def test_a_closed_account_gets_no_link(finance: User) -> None:
    User.objects.filter(pk=finance.pk).update(is_active=False)
    forgotten(finance.email)

    assert "/password/reset/key/" not in Letter.objects.get().text


def test_the_letter_loses_its_link_once_it_is_sent(finance: User) -> None:
    forgotten(finance.email)

    assert Letter.objects.get().holds_secret


def test_the_link_is_on_our_own_site_whatever_the_request_says(
    finance: User, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    settings.BASE_URL = "https://carm.example.ca"
    asked = {"email": finance.email}
    browser(host="evil.example").post("/account/password/reset/", asked)

    assert "https://carm.example.ca/account/password/reset/key/" in Letter.objects.get().text


def test_sixth_letter_in_a_quarter_of_an_hour_is_refused_account_or_not(finance: User) -> None:
    codes = {
        email: [forgotten(email).status_code for _ in range(6)]
        for email in (finance.email, "nobody@maple.example")
    }

    assert list(codes.values()) == [[200] * 5 + [429]] * 2


def test_the_link_sets_a_password_once_ends_every_session_and_is_told(
    finance: User, importer: Importer, inside: Inside
) -> None:
    elsewhere = inside(finance)
    forgotten(finance.email)
    link = link_in(Letter.objects.get())

    assert set_password(link).url == "/account/password/reset/key/done/"
    assert elsewhere.get("/account/profile/").url.startswith("/account/login/")
    assert "This link no longer works" in text_of(browser().get(link, follow=True))
    assert sign_in(finance, NEW_PASSWORD).url == "/"
    assert letters()[-1] == (finance.email, "Your password was changed")
    assert told_of(importer)[-2:] == [
        ("link", "password changed"),
        (finance.email, "signed in"),
    ]


def test_who_sets_it_where_they_are_signed_in_signs_in_anew(finance: User, inside: Inside) -> None:
    client = inside(finance)
    forgotten(finance.email)

    answer = set_password(link_in(Letter.objects.get()), client)

    assert answer.url == "/account/password/reset/key/done/"
    assert client.get("/account/profile/").url.startswith("/account/login/")


def test_a_new_password_from_a_letter_does_not_spare_the_second_step(analyst: User) -> None:
    forgotten(analyst.email)
    set_password(link_in(Letter.objects.get()))

    assert sign_in(analyst, NEW_PASSWORD).url == "/account/2fa/authenticate/"


def test_changing_the_password_needs_the_old_one_and_ends_the_other_sessions(
    finance: User, importer: Importer, inside: Inside
) -> None:
    here, elsewhere = inside(finance), inside(finance)
    asked = {"oldpassword": "wrong", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert here.post("/account/password/change/", asked).status_code == 200
    assert not finance.check_password(NEW_PASSWORD)

    changed = here.post("/account/password/change/", asked | {"oldpassword": PASSWORD})

    assert changed.url == "/account/security/"
    assert here.get("/account/profile/").status_code == 200
    assert elsewhere.get("/account/profile/").url.startswith("/account/login/")
    finance.refresh_from_db()
    assert finance.check_password(NEW_PASSWORD)
    assert finance.password_changed_at is not None
    assert told_of(importer)[-1] == (finance.email, "password changed")
    assert letters() == [(finance.email, "Your password was changed")]


def test_an_unconfirmed_address_gets_a_letter_instead_of_a_session(finance: User) -> None:
    EmailAddress.objects.filter(user=finance).delete()
    client = browser()

    assert sign_in(finance, client=client).url == "/account/confirm-email/"
    assert client.get("/account/profile/").url.startswith("/account/login/")
    link = link_in(Letter.objects.get())
    assert client.post(link).status_code == 302
    assert sign_in(finance).url == "/"


def test_an_address_is_marked_as_confirmed_by_who_vouches_for_it(finance: User) -> None:
    EmailAddress.objects.all().delete()
    EmailAddress.objects.create(user=finance, email="old@maple.example", verified=True)

    mark_email_verified(finance)
    mark_email_verified(finance)

    rows = EmailAddress.objects.values_list("user", "email", "verified", "primary")
    assert list(rows) == [(finance.pk, finance.email, True, True)]


@pytest.fixture
def asked_for(finance: User, inside: Inside) -> Client:
    """Finance has asked for another address."""
    client = inside(finance)
    wish = {"email": "Fin@Maple.example", "action_add": ""}
    assert client.post("/account/email/", wish).url == "/account/email/"
    return client


def test_a_new_address_counts_only_when_its_letter_is_followed(
    asked_for: Client, finance: User, importer: Importer
) -> None:
    assert letters() == [("fin@maple.example", "Confirm your e-mail address")]
    assert "fin@maple.example waits to be confirmed" in text_of(asked_for.get("/account/security/"))
    finance.refresh_from_db()
    assert finance.email == "finance@maple.example"

    asked_for.post(link_in(Letter.objects.get()))

    finance.refresh_from_db()
    assert finance.email == "fin@maple.example"
    assert sign_in(finance).url == "/"
    rows = EmailAddress.objects.filter(user=finance).values_list("email", "verified", "primary")
    assert list(rows) == [("fin@maple.example", True, True)]
    assert [what for _, what in told_of(importer)][-3:] == [
        "address change asked for",
        "address changed",
        "signed in",
    ]


def test_the_old_address_is_told_where_the_account_went(asked_for: Client, finance: User) -> None:
    asked_for.post(link_in(Letter.objects.get()))

    notice = Letter.objects.last()
    assert (notice.to_address, notice.subject) == (
        "finance@maple.example",
        "Your e-mail address was changed",
    )
    assert "It was finance@maple.example and is now fin@maple.example." in notice.text


def test_the_link_in_a_letter_asks_before_it_changes_anything(
    asked_for: Client, finance: User
) -> None:
    """Mail programs follow links by themselves."""
    asked_for.get(link_in(Letter.objects.get()))

    finance.refresh_from_db()
    assert finance.email == "finance@maple.example"


def test_an_old_link_changes_nothing(asked_for: Client, finance: User) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=4)):
        late = browser().post(link_in(Letter.objects.get()))

    assert late.status_code == 404
    finance.refresh_from_db()
    assert finance.email == "finance@maple.example"


def test_one_may_keep_the_old_address(asked_for: Client, finance: User) -> None:
    link = link_in(Letter.objects.get())
    asked_for.post("/account/email/", {"email": "fin@maple.example", "action_remove": ""})

    assert browser().post(link).status_code == 404
    assert EmailAddress.objects.filter(user=finance).count() == 1


@pytest.mark.parametrize("is_confirmed", [True, False])
def test_somebody_elses_address_is_not_taken_and_not_told_of(
    is_confirmed: bool, finance: User, other_finance: User, inside: Inside
) -> None:
    if not is_confirmed:
        EmailAddress.objects.filter(user=other_finance).delete()
    client = inside(finance)
    wish = {"email": other_finance.email, "action_add": ""}

    assert client.post("/account/email/", wish).url == "/account/email/"
    client.post(link_in(Letter.objects.get()))

    finance.refresh_from_db()
    assert finance.email == "finance@maple.example"


def test_changing_the_address_needs_a_fresh_password(finance: User, inside: Inside) -> None:
    client = inside(finance)

    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        wish = {"email": "fin@maple.example", "action_add": ""}
        assert client.post("/account/email/", wish).url.startswith("/account/reauthenticate/")
    assert Letter.objects.count() == 0


def test_somebody_with_a_second_factor_may_change_their_address(
    analyst: User, inside: Inside
) -> None:
    client = inside(analyst)
    client.post("/account/email/", {"email": "ann@broker.example", "action_add": ""})
    client.post(link_in(Letter.objects.get()))

    analyst.refresh_from_db()
    assert analyst.email == "ann@broker.example"
    assert ("ann@broker.example", "address changed") in told_of_staff()


@pytest.mark.parametrize(
    ("language", "subject"),
    [("en", "Your password was changed"), ("fr", "Votre mot de passe a été modifié")],
)
def test_letters_are_in_their_readers_language(
    language: str, subject: str, finance: User, inside: Inside
) -> None:
    client = inside(finance)
    User.objects.filter(pk=finance.pk).update(language=language)
    asked = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    client.post("/account/password/change/", asked)

    assert letters() == [(finance.email, subject)]
