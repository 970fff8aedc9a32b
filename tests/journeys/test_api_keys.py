"""An owner makes a key in a browser; a program uses it over HTTP until it is revoked."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from clients.actions.keys import issue_api_key, rotate_api_key
from clients.models import Importer, User
from clients.rules.keys import UPLOAD_AND_READ_RESULTS
from tests.journeys.test_every_page import SCREENS


def asked(site: str, key: str, path: str, body: Any = None) -> tuple[int, Any]:
    """What a program is answered below /api/v1/: the status, and the document."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{site}/api/v1/{path}", content, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_a_key_made_in_a_browser_works_over_http_until_it_is_revoked(
    visit: Callable[..., Page], live_server: Any, owner: User, importer: Importer
) -> None:
    page = visit(owner)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/importers/{importer.pk}/keys/")
    page.get_by_role("link", name="New API key").first.click()
    page.get_by_label("Name", exact=True).fill("Nightly upload")
    expect(page.get_by_label("Maple Furniture Inc.")).to_be_checked()
    expect(page.get_by_role("radio", name="Nothing").first).to_be_hidden()
    page.get_by_label("Choose for each kind of thing").check()
    page.get_by_role("radiogroup", name="Importers", exact=True).get_by_label(
        "Read", exact=True
    ).check()
    page.get_by_role("button", name="Make the key").click()

    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    key = page.get_by_label("Nightly upload").input_value()
    assert page.evaluate("navigator.clipboard.readText()") == key
    status, found = asked(live_server.url, key, "importers/")
    assert (status, found["results"][0]["legal_name"]) == (200, "Maple Furniture Inc.")
    status, told = asked(live_server.url, key, "statements/")
    assert (status, told["detail"]) == (403, "This API key lacks the grant statements:read.")

    page.reload()
    expect(page.get_by_text("made and shown already")).to_be_visible()
    assert key not in page.content()
    expect(page.get_by_text("GET /api/v1/importers/")).to_be_visible()
    page.get_by_role("link", name="Revoke").click()
    page.get_by_role("button", name="Revoke it now").click()
    expect(page.get_by_text("“Nightly upload” no longer works.")).to_be_visible()
    status, told = asked(live_server.url, key, "importers/")
    assert (status, told["title"]) == (401, "Who is asking is not known")


def test_without_scripts_a_key_is_made_all_the_same(
    visit: Callable[..., Page], live_server: Any, owner: User, importer: Importer
) -> None:
    signed_in = visit(owner)
    cookies = signed_in.context.cookies()
    page = visit(java_script_enabled=False)
    page.context.add_cookies(cookies)

    page.goto("/keys/new/")
    page.get_by_label("Name", exact=True).fill("Dashboard")
    page.get_by_role("button", name="Make the key").click()

    key = page.get_by_label("Dashboard").input_value()
    assert asked(live_server.url, key, "me/")[1]["key"]["grants"] == ["*:read"]
    assert asked(live_server.url, key, "match-runs/", {"statement": 1})[0] == 403


@pytest.mark.parametrize("screen", SCREENS)
def test_every_page_of_keys_is_accessible_and_fits(
    screen: str,
    visit: Callable[..., Page],
    accessible: Callable[[Page], None],
    owner: User,
    importer: Importer,
) -> None:
    page = visit(owner, **SCREENS[screen])
    page.goto("/keys/")
    accessible(page)  # empty
    told = {"name": "Nightly upload from the ERP", "grants": UPLOAD_AND_READ_RESULTS, "by": owner}
    old, _text = issue_api_key(user=owner, importers=[importer], **told)
    new, _text = rotate_api_key(key=old, by=owner, overlap_days=7)

    for address in (
        "/keys/",
        "/keys/?state=revoked",
        f"/importers/{importer.pk}/keys/",
        f"/keys/{old.pk}/",
        f"/keys/{new.pk}/rotation/",
        f"/keys/{new.pk}/revocation/",
        "/keys/new/",
    ):
        page.goto(address)
        accessible(page)
    page.check("[name=scope][value=chosen]")
    page.locator("button.button--main").click()
    accessible(page)  # with its mistakes
    page.fill("[name=name]", "Dashboard")
    page.check("[name=scope][value=read]")
    page.locator("button.button--main").click()
    page.wait_for_selector("#key-text")
    accessible(page)
