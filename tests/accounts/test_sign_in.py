"""Getting in with an address and a password, and what guessing leads to."""

import subprocess
import sys
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import caches
from django.test import Client
from redis.exceptions import RedisError

from carmsvc.platform.limits_cache import LimitsOutliveRedis
from clients.models import User
from tests.accounts.conftest import browser, code_of, sign_in, told_of_staff
from tests.conftest import PASSWORD
from tests.pages.test_run_page import text_of

LOCKED = "Too many wrong tries. Wait a quarter of an hour."
WRONG = "The email address and/or password you specified are not correct."
NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)


def guess(email: str, times: int, **headers: str) -> list[str]:
    """What the page answers to wrong passwords, without what changes from form to form."""
    answers = []
    for number in range(times):
        asked = {"login": email, "password": f"wrong {number}"}
        answers.append(text_of(Client(headers=headers).post("/account/login/", asked)))
    return answers


def test_an_importers_person_is_in_with_address_and_password(finance: User) -> None:
    client = browser()

    assert sign_in(finance, client=client).url == "/"
    assert client.get("/account/profile/").status_code == 200


def test_the_address_is_the_same_in_capitals(finance: User) -> None:
    asked = {"login": finance.email.upper(), "password": PASSWORD}

    assert browser().post("/account/login/", asked).url == "/"


def test_staff_give_the_code_of_their_app_before_they_are_in(analyst: User) -> None:
    client = browser()

    assert sign_in(analyst, client=client).url == "/account/2fa/authenticate/"
    assert client.get("/work/").url.startswith("/account/login/")
    wrong = client.post("/account/2fa/authenticate/", {"code": "000000"})
    assert "Incorrect code." in text_of(wrong)
    assert client.post("/account/2fa/authenticate/", {"code": code_of()}).url == "/"
    assert client.get("/work/").status_code == 200


def test_a_code_works_once(analyst: User) -> None:
    code = code_of()
    answers = []
    for _ in range(2):
        client = browser()
        sign_in(analyst, client=client)
        answers.append(client.post("/account/2fa/authenticate/", {"code": code}).status_code)

    assert answers == [302, 200]


def test_ten_wrong_passwords_lock_the_account_even_for_the_right_one(finance: User) -> None:
    with time_machine.travel(NOW, tick=False):
        for said in guess(finance.email, 10):
            assert WRONG in said
        locked = sign_in(finance)
    with time_machine.travel(NOW + timedelta(minutes=14, seconds=59), tick=False):
        still = sign_in(finance)
    with time_machine.travel(NOW + timedelta(minutes=15, seconds=1), tick=False):
        opened = sign_in(finance)

    assert LOCKED in text_of(locked)
    assert LOCKED in text_of(still)
    assert opened.status_code == 302


def test_the_lock_says_the_same_whether_there_is_an_account_or_not(finance: User) -> None:
    known = guess(finance.email, 12)
    unknown = guess("nobody@maple.example", 12)

    assert known == unknown
    assert [WRONG in said for said in known] == [True] * 10 + [False] * 2
    assert [LOCKED in said for said in known] == [False] * 10 + [True] * 2


def test_the_lock_follows_the_account_to_any_network_address(finance: User, settings: Any) -> None:
    settings.BEHIND_TLS_PROXY = True
    for number in range(10):
        guess(finance.email, 1, x_forwarded_for=f"203.0.113.{number}")

    elsewhere = sign_in(finance, client=browser(x_forwarded_for="198.51.100.1"))

    assert LOCKED in text_of(elsewhere)


def test_guessing_at_many_accounts_locks_the_network_address_and_no_other(
    finance: User, settings: Any
) -> None:
    settings.BEHIND_TLS_PROXY = True
    for number in range(30):
        guess(f"nobody{number}@maple.example", 1, x_forwarded_for="203.0.113.7")

    same = sign_in(finance, client=browser(x_forwarded_for="203.0.113.7"))
    other = sign_in(finance, client=browser(x_forwarded_for="203.0.113.8"))

    assert LOCKED in text_of(same)
    assert other.status_code == 302


def test_a_right_password_now_and_then_does_not_reset_the_count(finance: User) -> None:
    for _ in range(2):
        guess(finance.email, 5)
        last = sign_in(finance)

    assert LOCKED in text_of(last)


def test_ten_wrong_codes_lock_the_second_step(analyst: User) -> None:
    client = browser()
    sign_in(analyst, client=client)
    for number in range(10):
        client.post("/account/2fa/authenticate/", {"code": f"00000{number}"})

    locked = client.post("/account/2fa/authenticate/", {"code": code_of()})

    assert LOCKED in text_of(locked)


def test_processes_count_together() -> None:
    """Each wrong password in a process of its own, as web workers are."""
    somebody = f"{uuid.uuid4()}@maple.example"
    command = [sys.executable, "-m", "tests.accounts.guess_once", somebody]
    said = [subprocess.run(command, capture_output=True, text=True).stdout for _ in range(4)]

    assert said == ["counted\n", "counted\n", "counted\n", "locked\n"]


@pytest.fixture
def no_redis(settings: Any) -> Any:
    """The cache of production, and nobody at its address."""
    settings.CACHES = {
        "default": {
            "BACKEND": "carmsvc.platform.limits_cache.LimitsOutliveRedis",
            "LOCATION": "redis://127.0.0.1:1/0",
            "KEY_PREFIX": "carmsvc",
        }
    }
    LimitsOutliveRedis._down_until = 0.0
    return caches["default"]


def test_without_redis_people_still_sign_in_second_step_included(
    no_redis: Any, analyst: User
) -> None:
    client = browser()

    assert sign_in(analyst, client=client).status_code == 302
    assert client.post("/account/2fa/authenticate/", {"code": code_of()}).url == "/"


def test_without_redis_guessing_still_ends(no_redis: Any, finance: User) -> None:
    said = guess(finance.email, 11)

    assert [LOCKED in one for one in said] == [False] * 10 + [True]


def test_without_redis_guessing_at_others_does_not_push_the_count_out(
    no_redis: Any, finance: User
) -> None:
    guess(finance.email, 10)
    for number in range(2_000):
        no_redis.set(f"allauth:rl:{number}", [1.0], 900)

    assert LOCKED in text_of(sign_in(finance))


def test_only_limits_outlive_redis(no_redis: Any) -> None:
    with pytest.raises(RedisError):
        no_redis.get("worker-heartbeat")


def test_a_failed_sign_in_is_on_the_chain_of_a_known_account_only(administrator: User) -> None:
    guess(administrator.email, 1)
    guess("nobody@broker.example", 1)

    assert told_of_staff() == [("sign-in", "sign-in failed")]


def test_a_session_ends_with_its_account(finance: User, inside: Callable[..., Client]) -> None:
    client = inside(finance)
    assert client.get("/importers/", follow=True).status_code == 200

    User.objects.filter(pk=finance.pk).update(is_active=False)

    assert client.get("/importers/").url.startswith("/account/login/")


def test_a_closed_account_is_told_so_only_with_its_password(finance: User) -> None:
    User.objects.filter(pk=finance.pk).update(is_active=False)

    assert sign_in(finance).url == "/account/inactive/"
    assert WRONG in text_of(sign_in(finance, "wrong"))


def test_signing_in_leads_nowhere_outside(finance: User) -> None:
    asked = {"login": finance.email, "password": PASSWORD, "next": "https://evil.example/"}

    assert browser().post("/account/login/", asked).url == "/"
