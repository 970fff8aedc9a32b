"""Nothing here sends anybody to another site, whatever a link, a form or a header asks for."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from clients.models import User
from tests.accounts.conftest import browser, code_of
from tests.conftest import PASSWORD
from tests.walls.addresses import Address
from tests.walls.asking import Asker
from tests.walls.test_pages import CASES
from tests.walls.world import Tenant

ELSEWHERE = [
    "https://evil.example/",
    "http://evil.example",
    "//evil.example/",
    "///evil.example/",
    "////evil.example/",
    r"/\evil.example/",
    r"\\evil.example",
    r"\/evil.example",
    "/\t/evil.example/",
    "\t//evil.example/",
    " https://evil.example/",
    "\x08//evil.example/",
    "https:evil.example",
    "https:/evil.example",
    "http:///evil.example",
    "//testserver@evil.example/",
    "https://testserver.evil.example/",
    "https://testserver:443@evil.example/",
    "javascript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,x",
    "ftp://testserver/",
    "/\r\n//evil.example/",
    "\r\nLocation: https://evil.example/",
    "/x\r\nSet-Cookie: taken=1",
    "/x%0d%0aSet-Cookie: taken=1",
    "http://[::1",
]
WAYS_TO_ASK = ("next", "next_url", "redirect", "redirect_to", "return_to", "continue", "url", "to")
HEADERS = ("Location", "HX-Redirect", "HX-Location", "HX-Push-Url", "HX-Replace-Url", "Refresh")
HERE = "/deadlines/?kind=payment_due"


def is_here(address: str, page: str = "http://testserver/account/login/") -> bool:
    """Whether a browser that follows the address stays on the site; it forgives a lot."""
    cleaned = address.strip("".join(map(chr, range(33)))).replace("\\", "/")
    for ignored in "\t\r\n":
        cleaned = cleaned.replace(ignored, "")
    cleaned = re.sub(r"^(https?:)?/{2,}|^https?:/?", r"\1//", cleaned)
    try:
        parts = urlsplit(urljoin(page, cleaned))
    except ValueError:
        return False  # no address at all: better nowhere than somewhere
    return (parts.scheme, parts.netloc) == ("http", "testserver")


def led_away(answer: Any, told: str) -> Iterator[str]:
    headers = answer.headers
    for name in HEADERS:
        if name in headers and not is_here(headers[name]):
            yield f"{told}: {name} leads to {headers[name]!r}"
    if "taken" in getattr(answer, "cookies", {}):
        yield f"{told}: a cookie was set by the address"


def test_the_judge_knows_the_site_from_another() -> None:
    assert [address for address in ELSEWHERE if is_here(address)] == [
        "/x\r\nSet-Cookie: taken=1",
        "/x%0d%0aSet-Cookie: taken=1",
    ]
    assert is_here(HERE)


Ask = Callable[[str], Any]


@pytest.fixture
def sign_in(finance: User) -> Ask:
    asked = {"login": finance.email, "password": PASSWORD}
    return lambda wish: browser().post("/account/login/", asked | {"next": wish})


@pytest.fixture
def sign_in_by_link(finance: User) -> Ask:
    asked = {"login": finance.email, "password": PASSWORD}
    return lambda wish: browser().post("/account/login/", asked, query_params={"next": wish})


@pytest.fixture
def sign_in_twice(finance: User, inside: Any) -> Ask:
    """Somebody who is in already opens the sign-in page."""
    client = inside(finance)
    return lambda wish: client.get("/account/login/", {"next": wish})


@pytest.fixture
def second_step(analyst: User) -> Ask:
    """What was asked for at the first step is followed after the second."""

    def ask(wish: str) -> Any:
        client = browser()
        asked = {"login": analyst.email, "password": PASSWORD, "next": wish}
        client.post("/account/login/", asked)
        cache.clear()  # a code works once; here somebody signs in many times in half a minute
        return client.post("/account/2fa/authenticate/", {"code": code_of(), "next": wish})

    return ask


@pytest.fixture
def show_who_one_is(finance: User, inside: Any) -> Iterator[Ask]:
    client = inside(finance)
    asked = {"password": PASSWORD}
    with time_machine.travel(timezone.now() + timezone.timedelta(minutes=6)):
        yield lambda wish: client.post("/account/reauthenticate/", asked | {"next": wish})


@pytest.fixture
def choose_language(db: None) -> Ask:
    return lambda wish: browser().post("/i18n/setlang/", {"language": "fr", "next": wish})


@pytest.fixture
def sign_out(finance: User) -> Ask:
    def ask(wish: str) -> Any:
        client = browser()
        client.force_login(finance)
        return client.post("/account/logout/", {"next": wish})

    return ask


FOLLOW_A_WISH = (
    "sign_in",
    "sign_in_by_link",
    "sign_in_twice",
    "second_step",
    "show_who_one_is",
    "choose_language",
    "sign_out",
)


@pytest.mark.parametrize("way", FOLLOW_A_WISH)
def test_a_wish_for_a_page_of_ours_is_followed(way: str, request: Any) -> None:
    answer = request.getfixturevalue(way)(HERE)

    assert (answer.status_code, answer.headers["Location"]) == (302, HERE)


@pytest.mark.parametrize("way", FOLLOW_A_WISH)
def test_a_wish_for_another_site_is_not(way: str, request: Any, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    ask = request.getfixturevalue(way)
    answers = [(wish, ask(wish)) for wish in ELSEWHERE]

    assert {answer.status_code for _wish, answer in answers} == {302}
    assert [found for wish, answer in answers for found in led_away(answer, repr(wish))] == []


@pytest.mark.parametrize("wish", ELSEWHERE)
def test_the_page_one_comes_from_is_no_way_out_either(wish: str, db: None) -> None:
    referer = wish.replace("\r", "").replace("\n", "")
    answer = browser(referer=referer).post("/i18n/setlang/", {"language": "fr"})

    assert list(led_away(answer, referer)) == []


@pytest.mark.parametrize("path", ["//evil.example/importers", "/\\evil.example/importers"])
def test_adding_the_last_slash_leads_to_no_other_host(path: str, db: None) -> None:
    answer = Client().get("/", PATH_INFO=path)

    assert list(led_away(answer, path)) == []


def test_the_way_to_the_sign_in_page_is_remembered_as_a_path_only(db: None) -> None:
    answer = Client().get("/", PATH_INFO="/importers/", QUERY_STRING="q=//evil.example")

    assert answer.url == "/account/login/?next=/importers/%3Fq%3D//evil.example"


@pytest.mark.parametrize("name", ["signed out", "owner", "administrator"])
def test_no_page_at_all_follows_a_wish_to_another_site(
    ours: Tenant, askers: list[Asker], page_paths: dict[Address, str], name: str
) -> None:
    """In the query and the form, under every name such a wish has; with bodies that are granted."""
    [asker] = [one for one in askers if one.name == name]
    asker.headers |= {"referer": ELSEWHERE[0], "hx-current-url": ELSEWHERE[0]}
    wish = dict.fromkeys(WAYS_TO_ASK, "//evil.example/")
    found = []
    for address, path in page_paths.items():
        granted = CASES[address.name].body
        body = granted(ours) if granted else {}
        for method in ("get", "post"):
            answer = asker.ask(method, path, body | wish, query=wish)
            found += led_away(answer, f"{method.upper()} {path}")

    assert found == []
