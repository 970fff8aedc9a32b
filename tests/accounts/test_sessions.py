"""Where a person is signed in, and how they end it."""

from collections.abc import Callable
from datetime import timedelta

import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from clients.models import Importer, User
from tests.accounts.conftest import told_of, told_of_staff
from tests.pages.test_run_page import text_of

Inside = Callable[..., Client]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def is_in(client: Client) -> bool:
    return client.get("/account/profile/").status_code == 200


def ending(session: UserSession) -> str:
    return f"/account/sessions/{session.pk}/ending/"


def test_each_session_stands_with_its_device_address_and_when_it_was_used(
    finance: User, inside: Inside
) -> None:
    inside(finance, **{"user-agent": FIREFOX})
    text = text_of(inside(finance).get("/account/security/"))

    assert "Chrome on Windows This one 127.0.0.1" in text
    assert "Firefox on Linux 127.0.0.1" in text
    assert UserSession.objects.filter(user=finance).count() == 2


def test_when_it_was_last_used_is_noted_by_the_minute(finance: User, inside: Inside) -> None:
    client = inside(finance)
    began = UserSession.objects.get(user=finance).last_seen_at

    with time_machine.travel(began + timedelta(seconds=50), tick=False):
        client.get("/account/profile/")
    assert UserSession.objects.get(user=finance).last_seen_at == began

    with time_machine.travel(began + timedelta(seconds=70), tick=False):
        client.get("/account/profile/")
    assert UserSession.objects.get(user=finance).last_seen_at == began + timedelta(seconds=70)


def test_one_session_is_ended_and_the_others_go_on(
    finance: User, importer: Importer, inside: Inside
) -> None:
    lost = inside(finance, **{"user-agent": FIREFOX})
    here = inside(finance)

    answer = here.post(ending(UserSession.objects.get(user_agent=FIREFOX)))

    assert answer.url == "/account/security/"
    assert (is_in(lost), is_in(here)) == (False, True)
    assert told_of(importer)[-1] == (finance.email, "session ended")


def test_somebody_elses_session_is_not_found(
    finance: User, other_finance: User, inside: Inside
) -> None:
    stranger, here = inside(other_finance), inside(finance)

    answer = here.post(ending(UserSession.objects.get(user=other_finance)))

    assert answer.status_code == 404
    assert is_in(stranger)


def test_a_session_is_not_ended_by_a_link(finance: User, inside: Inside) -> None:
    client = inside(finance)

    assert client.get(ending(UserSession.objects.get(user=finance))).status_code == 405
    assert client.get("/account/sessions/everywhere/ending/").status_code == 405


def test_signing_out_everywhere_ends_every_session_here_too(
    analyst: User, finance: User, inside: Inside
) -> None:
    clients = [inside(analyst) for _ in range(3)]
    other = inside(finance)

    answer = clients[0].post("/account/sessions/everywhere/ending/")

    assert answer.url == "/account/login/"
    assert [is_in(client) for client in clients] == [False] * 3
    assert is_in(other)
    assert UserSession.objects.filter(user=analyst).count() == 0
    assert told_of_staff()[-1] == (analyst.email, "signed out everywhere")


def test_signing_out_ends_this_session_only_and_is_told(
    finance: User, importer: Importer, inside: Inside
) -> None:
    other, here = inside(finance), inside(finance)

    here.post("/account/logout/")

    assert (is_in(other), is_in(here)) == (True, False)
    assert told_of(importer)[-1] == (finance.email, "signed out")


def test_a_session_that_ran_out_is_not_listed(finance: User, inside: Inside) -> None:
    inside(finance, **{"user-agent": FIREFOX})
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))

    assert "Firefox" not in text_of(inside(finance).get("/account/security/"))
