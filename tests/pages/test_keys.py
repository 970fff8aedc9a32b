"""The pages of API keys: what an owner sees, makes, rotates and revokes; a key is shown once."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from carmsvc.platform.api_keys import ApiKey, create_api_key, key_named
from carmsvc.platform.tenancy import importer_scope
from clients.actions.keys import issue_api_key
from clients.models import Importer, StaffAssignment, User
from clients.rules.keys import UPLOAD_AND_READ_RESULTS
from tests.pages.conftest import Browser


@pytest.fixture
def key(owner: User, importer: Importer) -> ApiKey:
    """A key of Maple's that its owner made."""
    told = {"name": "Nightly upload", "grants": ["statement-files:write"], "by": owner}
    return issue_api_key(user=owner, importers=[importer], **told)[0]


def wish(importer: Importer, person: User, **fields: Any) -> dict[str, Any]:
    """The form of a new key, filled in."""
    return {
        "name": "Nightly upload",
        "user": person.pk,
        "importers": [importer.pk],
        "days": 365,
        "scope": "read",
        "wish": uuid4(),
        **fields,
    }


def text_on(response: Any) -> str:
    """The key that a page shows, or nothing."""
    found = re.search(r"carm_[0-9a-f]{8}_[\w-]{43}", response.content.decode())
    return found[0] if found else ""


# the lists


def test_without_a_key_the_page_says_what_keys_are_for(
    owner: User, importer: Importer, signed_in: Browser
) -> None:
    for address in ("/keys/", f"/importers/{importer.pk}/keys/"):
        page = signed_in(owner).get(address).content.decode()

        assert "No API key yet" in page
        assert "curl -H &quot;Authorization: Bearer carm_…&quot;" in page or (
            'curl -H "Authorization: Bearer carm_…"' in page
        )
        assert "http://testserver/api/v1/me/" in page


def test_an_owner_sees_the_keys_of_their_importer_with_its_tab(
    owner: User, importer: Importer, key: ApiKey, signed_in: Browser
) -> None:
    page = signed_in(owner).get(f"/importers/{importer.pk}/keys/").content.decode()

    assert "Nightly upload" in page
    assert f"carm_{key.prefix}…" in page
    assert f'<a href="/importers/{importer.pk}/keys/" aria-current="page">API keys</a>' in page


@pytest.mark.parametrize(
    ("filters", "seen"),
    [
        ("", {"Ours", "Theirs"}),
        ("importer=OURS", {"Ours"}),
        ("state=revoked", {"Theirs"}),
        ("importer=OURS&state=revoked", set()),
        ("importer=7777777", set()),
        ("importer=x&state=y", {"Ours", "Theirs"}),
    ],
)
def test_all_keys_are_filtered_by_importer_and_state(
    filters: str,
    seen: set[str],
    administrator: User,
    owner: User,
    other_finance: User,
    importer: Importer,
    stranger: Importer,
    signed_in: Browser,
) -> None:
    told = {"grants": ["*:read"]}
    create_api_key(name="Ours", user=owner, importer_ids=[importer.pk], **told)
    theirs, _text = create_api_key(
        name="Theirs", user=other_finance, importer_ids=[stranger.pk], **told
    )
    ApiKey.objects.filter(pk=theirs.pk).update(revoked_at=timezone.now())

    address = f"/keys/?{filters.replace('OURS', str(importer.pk))}"
    page = signed_in(administrator).get(address)

    assert {one.name for one in page.context["page"]} == seen
    assert ("No API key like this" in page.content.decode()) is (not seen)


def test_the_list_asks_as_often_for_three_as_for_one(
    owner: User,
    importer: Importer,
    signed_in: Browser,
    connection_queries: Callable[[Callable[[], object]], int],
) -> None:
    browser, asked = signed_in(owner), []
    for count in (1, 3):
        while ApiKey.objects.count() < count:
            create_api_key(name="n", user=owner, importer_ids=[importer.pk], grants=["*:read"])
        asked.append(connection_queries(lambda: browser.get("/keys/")))

    assert asked[0] == asked[1]


# a new key


def test_a_new_key_is_shown_once_and_a_reload_shows_nothing(
    owner: User, importer: Importer, signed_in: Browser
) -> None:
    browser, form = signed_in(owner), wish(importer, owner, scope="upload")

    shown = browser.post("/keys/new/", form)
    reloaded = browser.post("/keys/new/", form, follow=True)

    text, key = text_on(shown), ApiKey.objects.get()
    assert key_named(text) == key
    assert "no-store" in shown["Cache-Control"]
    assert shown.content.decode().count(text) == 1
    assert key.grants == sorted(UPLOAD_AND_READ_RESULTS)
    assert reloaded.redirect_chain == [(f"/keys/{key.pk}/", 302)]
    assert "made and shown already" in reloaded.content.decode()
    assert text_on(reloaded) == ""
    assert text_on(browser.get(f"/keys/{key.pk}/")) == ""


def test_what_a_key_may_do_is_chosen_for_each_kind_of_thing(
    owner: User, importer: Importer, signed_in: Browser
) -> None:
    rows = {"on-statements": "read", "on-ledger-files": "write", "on-matches": ""}

    signed_in(owner).post("/keys/new/", wish(importer, owner, scope="chosen", **rows))

    assert ApiKey.objects.get().grants == ["ledger-files:write", "statements:read"]


def test_the_table_counts_only_when_it_was_asked_for(
    owner: User, importer: Importer, signed_in: Browser
) -> None:
    form = wish(importer, owner, scope="read", **{"on-statements": "write"})

    signed_in(owner).post("/keys/new/", form)

    assert ApiKey.objects.get().grants == ["*:read"]


def test_a_form_with_mistakes_names_each_and_keeps_what_was_written(
    owner: User, importer: Importer, signed_in: Browser
) -> None:
    form = wish(importer, owner, name="", scope="chosen", days=9999, importers=[])

    page = signed_in(owner).post("/keys/new/", form)

    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"name", "scope", "days", "importers"}
    assert not ApiKey.objects.exists()


def test_another_tenants_importer_cannot_be_chosen(
    owner: User, importer: Importer, stranger: Importer, signed_in: Browser
) -> None:
    page = signed_in(owner).post("/keys/new/", wish(stranger, owner))

    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["importers"]


def test_a_longer_term_than_the_brokerage_allows_is_not_offered(
    owner: User, importer: Importer, signed_in: Browser, settings: Any
) -> None:
    settings.API_KEY_DAYS, settings.API_KEY_MOST_DAYS = 90, 120

    page = signed_in(owner).get("/keys/new/")

    assert [count for count, _word in page.context["form"].fields["days"].choices] == [30, 90, 120]
    assert page.context["form"]["days"].value() == 90


def test_the_new_key_of_an_importers_tab_is_for_that_importer(
    administrator: User, importer: Importer, stranger: Importer, signed_in: Browser
) -> None:
    page = signed_in(administrator).get(f"/keys/new/?importer={stranger.pk}")

    assert page.context["form"]["importers"].value() == [str(stranger.pk)]


# one key


def test_a_keys_page_tells_its_scope_its_use_and_its_history(
    owner: User, key: ApiKey, signed_in: Browser
) -> None:
    ApiKey.objects.filter(pk=key.pk).update(
        last_used_at=timezone.now(), last_used_from="203.0.113.9", last_call="GET /api/v1/me/"
    )

    page = signed_in(owner).get(f"/keys/{key.pk}/")

    words = page.content.decode()
    assert page.context["scope"] == [("statement-files", "Statement files", "write")]
    assert [event.word for event in page.context["history"]] == ["API key created"]
    for fact in ("from 203.0.113.9", "GET /api/v1/me/", "owner@maple.example", "Maple Furniture"):
        assert fact in words
    assert key.secret_hash not in words


def test_a_rotated_key_is_shown_once_and_the_old_page_leads_to_it(
    owner: User, key: ApiKey, signed_in: Browser
) -> None:
    browser, form = signed_in(owner), {"overlap_days": 7, "days": 365, "wish": uuid4()}

    shown = browser.post(f"/keys/{key.pk}/rotation/", form)
    reloaded = browser.post(f"/keys/{key.pk}/rotation/", form, follow=True)

    new = ApiKey.objects.order_by("-id")[0]
    assert key_named(text_on(shown)) == new
    assert "no-store" in shown["Cache-Control"]
    assert reloaded.redirect_chain == [(f"/keys/{new.pk}/", 302)]
    assert ApiKey.objects.count() == 2
    old = browser.get(f"/keys/{key.pk}/").content.decode()
    assert "Being replaced" in old
    assert f'<a href="/keys/{new.pk}/">carm_{new.prefix}…</a>' in old
    assert f"/keys/{key.pk}/rotation/" not in old


def test_a_refused_rotation_says_why(owner: User, key: ApiKey, signed_in: Browser) -> None:
    ApiKey.objects.filter(pk=key.pk).update(expires_at=timezone.now() - timedelta(days=1))
    form = {"overlap_days": 7, "days": 365, "wish": uuid4()}

    page = signed_in(owner).post(f"/keys/{key.pk}/rotation/", form)

    assert page.status_code == 422
    assert "This key no longer works; make a new one." in page.content.decode()


def test_a_key_is_revoked_after_saying_what_that_means(
    owner: User, key: ApiKey, signed_in: Browser
) -> None:
    browser = signed_in(owner)

    sure = browser.get(f"/keys/{key.pk}/revocation/").content.decode()
    assert ApiKey.objects.get().revoked_at is None
    done = browser.post(f"/keys/{key.pk}/revocation/", follow=True).content.decode()

    assert "Its next request for Maple Furniture Inc. fails." in sure
    assert "“Nightly upload” no longer works." in done
    assert ApiKey.objects.get().revoked_by == owner
    again = browser.post(f"/keys/{key.pk}/revocation/", follow=True).content.decode()
    assert "“Nightly upload” was revoked before." in again


# who may


@pytest.mark.parametrize("person", ["finance", "analyst", "staff_viewer"])
def test_who_does_not_manage_keys_has_no_page_of_them(
    person: str,
    key: ApiKey,
    importer: Importer,
    signed_in: Browser,
    request: pytest.FixtureRequest,
) -> None:
    browser = signed_in(request.getfixturevalue(person))

    pages = {
        address: browser.get(address).status_code
        for address in ("/keys/", "/keys/new/", f"/importers/{importer.pk}/keys/")
    }
    about_one = {
        browser.get(f"/keys/{key.pk}/{page}").status_code
        for page in ("", "rotation/", "revocation/")
    }

    assert set(pages.values()) == {403}
    assert about_one == {404}
    assert "API keys" not in browser.get(f"/importers/{importer.pk}/people/").content.decode()


def test_another_tenants_key_is_not_there(
    other_finance: User, key: ApiKey, importer: Importer, signed_in: Browser
) -> None:
    browser = signed_in(other_finance)

    for address in (f"/importers/{importer.pk}/keys/", f"/keys/{key.pk}/"):
        assert browser.get(address).status_code == 404
    assert browser.post(f"/keys/{key.pk}/revocation/").status_code == 404
    assert ApiKey.objects.get().revoked_at is None


def test_who_answers_for_a_key_sees_it_and_cannot_change_it(
    administrator: User, analyst: User, importer: Importer, signed_in: Browser
) -> None:
    told = {"name": "Dashboard", "grants": ["*:read"], "by": administrator}
    key, _text = issue_api_key(user=analyst, importers=[importer], **told)
    browser = signed_in(analyst)

    page = browser.get(f"/keys/{key.pk}/").content.decode()

    assert "Dashboard" in page
    assert "/rotation/" not in page
    assert browser.get(f"/keys/{key.pk}/rotation/").status_code == 403
    assert browser.post(f"/keys/{key.pk}/revocation/").status_code == 403


def test_an_importer_that_its_person_no_longer_sees_is_told_as_closed(
    administrator: User, analyst: User, importer: Importer, stranger: Importer, signed_in: Browser
) -> None:
    with importer_scope(stranger.pk):
        seen = StaffAssignment.objects.create(importer=stranger, user=analyst)
    told = {"name": "Dashboard", "grants": ["*:read"], "by": administrator}
    key, _text = issue_api_key(user=analyst, importers=[importer, stranger], **told)
    with importer_scope(stranger.pk):
        seen.delete()

    page = signed_in(administrator).get(f"/keys/{key.pk}/")

    assert page.context["closed"] == [stranger]
    assert "closed: Analyst no longer sees it" in page.content.decode()


def test_the_pages_speak_french(owner: User, key: ApiKey) -> None:
    browser = Client(headers={"accept-language": "fr-CA"})
    browser.force_login(owner)

    assert "Clés d’API" in browser.get("/keys/").content.decode()
    assert "Téléverser des fichiers et lire les résultats" in (
        browser.get("/keys/new/").content.decode()
    )
