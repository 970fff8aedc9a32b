"""A session is worth no more than the account behind it, and guessing tells nobody anything."""

from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client

from clients.actions.leavers import deactivate_person, reactivate_person
from clients.models import User
from tests.accounts.conftest import browser, sign_in
from tests.conftest import PASSWORD
from tests.pages.test_run_page import text_of

HTMX = {"hx-request": "true", "hx-current-url": "http://testserver/importers/"}
NEW_PASSWORD = "a new one 4 certain"


def sign_in_page(answer: Any) -> bool:
    return answer.status_code == 302 and answer.url.startswith("/account/login/")


@pytest.fixture(params=["the action", "the row alone"])
def closed(request: Any, administrator: User) -> Any:
    """Close an account as an administrator does, or only by its row: both are to be enough."""

    def close(person: User) -> None:
        if request.param == "the action":
            deactivate_person(person=person, by=administrator)
        else:
            User.objects.filter(pk=person.pk).update(is_active=False)

    return close


def test_a_closed_accounts_session_opens_nothing_on_its_next_request(
    closed: Any, finance: User, inside: Any
) -> None:
    """A page, a part of one that htmx asks for, a form, and the API."""
    client, page = inside(finance), "/deadlines/"
    assert client.get(page).status_code == 200
    assert client.get("/notices/count/", headers=HTMX).status_code == 200
    assert client.get("/api/v1/importers/").status_code == 200

    closed(finance)

    assert sign_in_page(client.get(page))
    assert sign_in_page(client.get("/notices/count/", headers=HTMX))
    assert sign_in_page(client.post("/account/profile/", {"full_name": "Still here"}))
    api = client.get("/api/v1/importers/")
    assert (api.status_code, api["Content-Type"]) == (401, "application/problem+json")
    finance.refresh_from_db()
    assert finance.full_name == "Finance"


def test_opening_the_account_again_does_not_bring_its_sessions_back(
    finance: User, administrator: User, inside: Any
) -> None:
    client = inside(finance)
    deactivate_person(person=finance, by=administrator)
    reactivate_person(person=finance, by=administrator)

    assert sign_in_page(client.get("/importers/"))


def key_of(client: Client) -> str:
    return client.cookies["sessionid"].value


def test_the_session_before_signing_in_is_not_the_one_after_it(finance: User) -> None:
    """Whoever planted a session id in a browser does not share what it becomes."""
    client = browser()
    session = client.session
    session["planted"] = "yes"
    session.save()
    client.cookies["sessionid"] = planted = session.session_key

    sign_in(finance, client=client)

    assert key_of(client) != planted
    thief = browser()
    thief.cookies["sessionid"] = planted
    assert sign_in_page(thief.get("/account/profile/"))


def test_a_made_up_session_id_is_not_taken_up(finance: User) -> None:
    client = browser()
    client.cookies["sessionid"] = "a" * 32

    sign_in(finance, client=client)

    assert key_of(client) != "a" * 32


def test_a_new_password_gives_a_new_session_and_ends_the_old_ones(
    finance: User, inside: Any
) -> None:
    here, elsewhere = inside(finance), inside(finance)
    before = key_of(here)
    asked = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}

    here.post("/account/password/change/", asked)

    assert key_of(here) != before
    assert here.get("/account/profile/").status_code == 200
    assert sign_in_page(elsewhere.get("/account/profile/"))
    thief = browser()
    thief.cookies["sessionid"] = before
    assert sign_in_page(thief.get("/account/profile/"))


def test_signing_out_leaves_nothing_that_the_old_id_opens(finance: User, inside: Any) -> None:
    client = inside(finance)
    before = key_of(client)

    client.post("/account/logout/")

    thief = browser()
    thief.cookies["sessionid"] = before
    assert sign_in_page(thief.get("/account/profile/"))


def test_one_does_not_sign_out_by_a_link(finance: User, inside: Any) -> None:
    client = inside(finance)

    client.get("/account/logout/")

    assert client.get("/account/profile/").status_code == 200


class Counted(MD5PasswordHasher):
    """Hashes as the tests do, and counts."""

    algorithm = "counted"
    times = 0

    def encode(self, password: str, salt: str) -> str:
        Counted.times += 1
        return super().encode(password, salt)


@pytest.fixture
def hashing(settings: Any, finance: User) -> Any:
    """How many passwords are hashed while something is done; finance's is hashed the same way."""
    settings.PASSWORD_HASHERS = [f"{__name__}.Counted"]
    finance.set_password(PASSWORD)
    finance.save()

    def count(doing: Any) -> int:
        Counted.times = 0
        doing()
        return Counted.times

    return count


def guess(email: str, times: int = 1) -> list[tuple[int, str]]:
    """(status, words) of a wrong password, each from a browser of its own."""
    asked = {"login": email, "password": "wrong"}
    answers = [browser().post("/account/login/", asked) for _ in range(times)]
    return [(one.status_code, text_of(one)) for one in answers]


KINDS_OF_NOBODY = ("nobody@maple.example", "not an address", "FINANCE@elsewhere.example")


@pytest.mark.parametrize("nobody", KINDS_OF_NOBODY)
def test_a_wrong_password_is_as_much_work_for_nobody_as_for_somebody(
    nobody: str, finance: User, hashing: Any
) -> None:
    known = hashing(lambda: guess(finance.email))
    unknown = hashing(lambda: guess(nobody))

    assert known == 1
    if "@" in nobody:
        assert unknown == known


def test_a_wrong_password_is_as_much_work_for_a_closed_account(finance: User, hashing: Any) -> None:
    User.objects.filter(pk=finance.pk).update(is_active=False)

    assert hashing(lambda: guess(finance.email)) == 1


def test_an_account_without_a_password_is_as_much_work(finance: User, hashing: Any) -> None:
    """Invited and not here yet, or signing in at a provider only."""
    finance.set_unusable_password()
    finance.save()

    assert hashing(lambda: guess(finance.email)) == 1


def test_ten_wrong_passwords_lock_somebody_and_nobody_alike(finance: User, hashing: Any) -> None:
    User.objects.filter(pk=finance.pk).update(last_login=None)
    known, unknown = guess(finance.email, 12), guess("nobody@maple.example", 12)

    assert known == unknown
    assert [status for status, _words in known] == [200] * 12
    assert len({words for _status, words in known[:10]}) == 1
    assert len({words for _status, words in known[10:]}) == 1
    assert known[9] != known[10]


def test_behind_the_lock_nothing_is_hashed_for_either(finance: User, hashing: Any) -> None:
    for email in (finance.email, "nobody@maple.example"):
        guess(email, 10)

    work = [
        hashing(lambda email=email: guess(email))
        for email in (finance.email, "nobody@maple.example")
    ]
    right = hashing(lambda: sign_in(finance))

    assert (work, right) == ([0, 0], 0)
