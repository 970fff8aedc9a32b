"""Accounts in a real browser: the first day of somebody new, passkeys, and every page of it."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from playwright.sync_api import Browser, BrowserContext, Page, expect

from carmsvc.platform.models import AuditEvent
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, User
from tests.accounts.conftest import code_of
from tests.conftest import PASSWORD
from tests.journeys.conftest import PATIENCE
from tests.journeys.test_every_page import SCREENS


def type_in(page: Page, person: User) -> None:
    page.goto("/account/login/")
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.locator("details.menu summary").last.click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_first_sign_in_of_staff_sets_up_an_app_and_the_next_one_uses_it(
    visit: Callable[..., Page],
    accessible: Callable[[Page], None],
    analyst: User,
    importer: Importer,
) -> None:
    Authenticator.objects.all().delete()
    page = visit()

    type_in(page, analyst)
    expect(page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
    page.goto("/work/")
    expect(page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
    page.get_by_role("link", name="Use an app").click()
    expect(page.get_by_alt_text(re.compile("Picture for an authenticator app"))).to_be_visible()
    secret = page.locator("#totp-key").inner_text()
    page.get_by_label("Authenticator code").fill(code_of(secret))
    page.get_by_role("button", name="Add it").click()

    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    accessible(page)
    codes = page.locator(".codes code").all_inner_texts()
    assert len(codes) == 10
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert codes[3] in download.value.path().read_text()
    page.goto("/work/")
    expect(page.get_by_role("heading", name="Work queue")).to_be_visible()
    sign_out(page)

    cache.clear()
    type_in(page, analyst)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    accessible(page)
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Work queue")).to_be_visible()
    sign_out(page)

    type_in(page, analyst)
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Work queue")).to_be_visible()


@pytest.fixture
def phone(chromium: Browser, live_server: Any) -> Iterator[BrowserContext]:
    """A browser whose device holds passkeys and recognises its owner."""
    context = chromium.new_context(base_url=live_server.url, locale="en-CA")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield context
    context.close()


def test_a_passkey_is_added_and_signs_in_without_a_password(
    phone: BrowserContext, accessible: Callable[[Page], None], finance: User, importer: Importer
) -> None:
    page = phone.pages[0]
    type_in(page, finance)
    page.wait_for_url(f"**/importers/{importer.pk}/")
    page.goto("/account/security/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name, so that you know it again").fill("My phone")
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto("/account/security/")
    expect(page.get_by_role("rowheader", name="My phone Passkey")).to_be_visible()
    accessible(page)
    sign_out(page)

    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"**/importers/{importer.pk}/")
    with importer_scope(importer.pk):
        told = AuditEvent.objects.order_by("sequence").last()
    assert (told.action, told.details["shown"]) == ("signed in", ["mfa: webauthn"])
    sign_out(page)

    type_in(page, finance)
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_url(f"**/importers/{importer.pk}/")


def test_staff_may_set_up_a_passkey_instead_of_an_app(
    phone: BrowserContext, analyst: User, importer: Importer
) -> None:
    Authenticator.objects.all().delete()
    page = phone.pages[0]
    type_in(page, analyst)
    page.get_by_role("link", name="Use a passkey").click()
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto("/work/")
    expect(page.get_by_role("heading", name="Work queue")).to_be_visible()


def test_a_device_without_the_passkey_is_told_what_else_to_do(
    phone: BrowserContext, finance: User
) -> None:
    page = phone.pages[0]
    page.goto("/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_text("The passkey was not used.")).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_enabled()


@pytest.mark.parametrize("screen", SCREENS)
def test_every_page_of_an_account_is_accessible_and_fits(
    screen: str, visit: Callable[..., Page], accessible: Callable[[Page], None], finance: User
) -> None:
    User.objects.filter(pk=finance.pk).update(language="fr" if "french" in screen else "en")
    finance.refresh_from_db()
    page = visit(**SCREENS[screen])
    page.goto("/account/login/")
    page.fill("[name=login]", finance.email)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/account/" not in url)
    for address in (
        "profile/",
        "security/",
        "second-factor/",
        "email/",
        "password/change/",
        "2fa/totp/activate/",
        "2fa/passkeys/add/",
        "reauthenticate/",
    ):
        page.goto(f"/account/{address}")
        accessible(page)
