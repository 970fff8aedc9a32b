"""A live server, a real browser, and people who are signed in; `tests/accounts` signs in."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright

from clients.models import User

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PATIENCE = 30_000  # milliseconds, on a machine that is busy elsewhere
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Every journey needs a browser and real commits."""
    here = Path(__file__).parent
    missing = pytest.mark.skip(
        reason="Debian's chromium is not installed: apt-get install chromium"
    )
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            databases = ["default", "owner"]
            item.add_marker(pytest.mark.django_db(transaction=True, databases=databases))
            if not Path(CHROMIUM).exists():
                item.add_marker(missing)


@pytest.fixture(scope="session", autouse=True)
def static_root(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> None:
    """WhiteNoise wants to see a folder, before the live server starts.

    So does the database, which is then given up after the server, and not under it.
    """
    settings.STATIC_ROOT = tmp_path_factory.mktemp("static")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright runs a loop in this thread
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def visit(chromium: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """Open the site as somebody, on a screen of a size; fails on script errors and strangers."""
    contexts, faults = [], list[str]()

    def opened(person: User | None = None, **screen: Any) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            **({"locale": "en-CA", "viewport": {"width": 1280, "height": 800}} | screen),
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: _tell(said, faults))
        page.on("request", lambda asked: _own(asked.url, live_server.url, faults))
        if person:
            context.add_cookies([session_of(person, live_server.url)])
            page.goto("/")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not faults


def session_of(person: User, url: str) -> Any:
    """The cookie of a session in which this person has signed in, second step and all."""
    client = Client()
    client.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}


def _tell(said: Any, faults: list[str]) -> None:
    """A script's complaint; a form that was refused (422) is none."""
    if said.type == "error" and "status of 422" not in said.text:
        faults.append(said.text)


def _own(url: str, own: str, faults: list[str]) -> None:
    if not url.startswith((own, "data:", "blob:")):
        faults.append(f"a request left the site: {url}")


@pytest.fixture
def accessible() -> Callable[[Page], None]:
    """Zero violations of WCAG 2.2 AA, as far as axe can see."""

    def check(page: Page) -> None:
        found = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert not [(page.url, rule["id"], rule["nodes"][0]["html"]) for rule in found]
        assert wide <= 0, f"{page.url} is {wide} px wider than its screen"

    return check
