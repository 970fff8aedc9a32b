"""Staff who look at an importer as one of its roles: reading only, visible, audited, and over."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.tenancy import every_importer_id, importer_scope
from clients.actions.staff import change_staff_role, unassign_staff
from clients.models import Importer, Membership, ProgramAccount, User
from clients.models.people import NobodyToSave
from clients.queries import (
    importer_ids_for,
    importers_where,
    may_here,
    permissions_by_importer,
    permissions_of,
)
from clients.rules import Permission, Viewing
from clients.viewing import looking_copy
from reconciliation.models import MatchRun
from tests.pages.conftest import october

NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


def events(importer: Importer) -> list[tuple[str, str, Any, str]]:
    """What the importer's chain tells of views: action, who, as which role, and why it ended."""
    with importer_scope(importer.pk):
        chain = AuditEvent.objects.filter(importer=importer, action__startswith="view as")
        return [
            (one.action, one.actor, (one.after or one.before)["role"], one.details.get("because"))
            for one in chain.order_by("sequence")
        ]


def begin(browser: Client, importer: Importer, role: str = "owner") -> Any:
    return browser.post(f"/importers/{importer.pk}/viewing/", {"role": role})


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """It is noon in Toronto until the test says otherwise."""
    with time_machine.travel(NOON, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def browser(analyst: User) -> Client:
    """The analyst's, in English."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(analyst)
    return client


@pytest.fixture
def looking(browser: Client, importer: Importer) -> Client:
    """The analyst looks at Maple as its owner."""
    assert begin(browser, importer).url == f"/importers/{importer.pk}/"
    return browser


@pytest.fixture
def run(importer: Importer) -> MatchRun:
    with importer_scope(importer.pk):
        return october(ProgramAccount.objects.get(bn15="123456782RM0001"))


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


# who looks, and as what


def test_a_view_begins_with_a_line_in_the_importers_audit(
    looking: Client, importer: Importer, analyst: User
) -> None:
    assert events(importer) == [("view as began", analyst.email, "owner", None)]


def test_every_page_says_that_one_looks_as_what_and_for_how_long(
    looking: Client, importer: Importer, run: MatchRun
) -> None:
    own = f"/importers/{importer.pk}/"
    pages = [own, f"{own}people/", f"/statements/{run.statement_id}/", "/deadlines/"]
    for address in [*pages, "/permissions/", "/nowhere/", "/work/", "/staff/"]:
        text = text_of(looking.get(address))
        assert "You see Maple Furniture Inc. as its role Owner does." in text, address
        assert "Reading only, 30 minutes left." in text, address
        assert "End the view" in text, address


@pytest.mark.parametrize(
    ("seconds", "left"),
    [(0, "30 minutes"), (61, "29 minutes"), (1739, "2 minutes"), (1741, "1 minute")],
)
def test_the_minutes_left_are_rounded_up(
    seconds: int, left: str, looking: Client, importer: Importer, clock: time_machine.Traveller
) -> None:
    clock.shift(seconds)

    text = text_of(looking.get(f"/importers/{importer.pk}/"))
    assert f"Reading only, {left} left." in text


def test_one_sees_what_the_role_sees_and_no_page_of_the_staff(
    looking: Client, importer: Importer, stranger: Importer, run: MatchRun
) -> None:
    assert looking.get("/", follow=True).redirect_chain[-1][0] == f"/importers/{importer.pk}/"
    assert looking.get(f"/statements/{run.statement_id}/").status_code == 200
    assert looking.get(f"/importers/{importer.pk}/audit/").status_code == 200
    assert looking.get("/work/").status_code == 403
    assert looking.get("/staff/").status_code == 403
    assert looking.get("/importers/new/").status_code == 403
    assert looking.get(f"/importers/{stranger.pk}/").status_code == 404


@pytest.mark.parametrize(
    "address",
    ["/notices/", "/notices/count/", "/calendar/", "/account/profile/", "/account/security/"],
)
def test_ones_own_pages_are_not_the_roles(address: str, looking: Client) -> None:
    response = looking.get(address)

    assert response.status_code == 403
    assert "This page is your own, and not of the importer’s role." in text_of(response)
    shown = looking.get("/permissions/").content.decode()
    assert f'"{address}"' not in shown


def test_an_administrator_who_looks_sees_that_importer_only(
    importer: Importer, stranger: Importer, administrator: User
) -> None:
    browser = Client()
    browser.force_login(administrator)
    assert browser.get(f"/importers/{stranger.pk}/").status_code == 200
    begin(browser, importer, "finance")

    assert browser.get(f"/importers/{stranger.pk}/").status_code == 404
    assert browser.get(f"/importers/{importer.pk}/").status_code == 200
    assert browser.get(f"/importers/{importer.pk}/audit/").status_code == 403
    rows = browser.get("/api/v1/importers/").json()["results"]
    assert [row["id"] for row in rows] == [importer.pk]
    assert browser.get("/api/v1/staff/").status_code == 403


@pytest.mark.parametrize("role", Membership.Role.values)
def test_the_pages_are_those_of_a_real_person_of_the_role_but_for_what_they_could_change(
    role: str, browser: Client, importer: Importer, run: MatchRun
) -> None:
    own_person = User.objects.create_user(f"{role}@maple.example", full_name="Real Person")
    with importer_scope(importer.pk):
        Membership.objects.create(importer=importer, user=own_person, role=role)
    real = Client(headers={"accept-language": "en"})
    real.force_login(own_person)
    begin(browser, importer, role)

    for address in (
        f"/importers/{importer.pk}/",
        f"/importers/{importer.pk}/audit/",
        f"/statements/{run.statement_id}/",
        f"/statements/{run.statement_id}/reconciliation/",
        "/deadlines/",
        "/work/",
    ):
        assert browser.get(address).status_code == real.get(address).status_code, address


def test_the_copy_holds_what_reads_and_nothing_else(
    importer: Importer, stranger: Importer, analyst: User
) -> None:
    copy = looking_copy(analyst, Viewing(importer.pk, "owner", NOON))

    assert (copy.is_staff_member, copy.is_administrator, copy.pk) == (False, False, analyst.pk)
    assert importer_ids_for(copy) == [importer.pk]
    assert permissions_of(copy, importer.pk) == {Permission.VIEW, Permission.READ_AUDIT}
    assert permissions_by_importer(copy, [stranger.pk]) == {stranger.pk: frozenset()}
    assert not any(may_here(copy, permission) for permission in Permission)
    with importer_scope(every_importer_id()):
        assert importers_where(copy, Permission.VIEW) == [importer.pk]
        assert importers_where(copy, Permission.UPLOAD) == []


def test_the_copy_is_never_written_and_the_person_stays_as_they_are(
    importer: Importer, analyst: User
) -> None:
    copy = looking_copy(analyst, Viewing(importer.pk, "owner", NOON))

    with pytest.raises(NobodyToSave):
        copy.save()
    with pytest.raises(NobodyToSave):
        copy.save(update_fields=["last_login"])
    with pytest.raises(NobodyToSave):
        copy.delete()
    assert (analyst.viewing, analyst.staff_role) == (None, "analyst")
    assert User.objects.get(pk=analyst.pk).staff_role == "analyst"


# who may


@pytest.mark.parametrize("who", ["staff_viewer", "finance", "owner"])
def test_without_the_right_nobody_looks_as_a_role(
    who: str, importer: Importer, request: pytest.FixtureRequest
) -> None:
    client = Client()
    client.force_login(request.getfixturevalue(who))

    assert begin(client, importer).status_code == 403
    assert "viewing" not in client.session
    assert events(importer) == []


def test_an_importer_that_one_does_not_see_cannot_be_looked_at(
    browser: Client, stranger: Importer
) -> None:
    assert begin(browser, stranger).status_code == 404


def test_there_is_no_other_role_to_look_as(browser: Client, importer: Importer) -> None:
    assert begin(browser, importer, "administrator").status_code == 422
    assert begin(browser, importer, "").status_code == 422
    assert events(importer) == []


# reading only


def addresses(patterns: Any, before: str = "/") -> Iterator[tuple[str, str | None]]:
    """Every route of the site with a value for each of its parameters, and its name."""
    for one in patterns:
        route = before + _with_values(str(one.pattern))
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, route)
        elif isinstance(one, URLPattern):
            yield route, one.name


def _with_values(route: str) -> str:
    filled = re.sub(r"<(?:\\w+:)?\\w+>", "1", re.sub(r"\(\?P<\w+>[^)]*\)", "1", route))
    return re.sub(r"<(\w+:)?\w+>", "1", filled).strip("^$").replace("\\Z", "").lstrip("/")


WAYS_OUT = {"viewing-end", "account_logout"}


def test_the_site_has_the_routes_that_are_tried() -> None:
    found = dict(addresses(get_resolver().url_patterns))

    assert len(found) > 100
    assert "/staff/1/role/" in found and "/api/v1/client-groups/1/staff/" in found
    assert set(found.values()) >= WAYS_OUT


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_every_route_of_pages_and_api_refuses_to_write(
    method: str, looking: Client, importer: Importer
) -> None:
    for address, name in addresses(get_resolver().url_patterns):
        if name in WAYS_OUT:
            continue
        response = getattr(looking, method)(address)
        assert response.status_code == 403, address
        if address.startswith("/api/"):
            assert response.json()["detail"].startswith("Nothing was changed"), address
            assert response["Content-Type"] == "application/problem+json"
        else:
            text = text_of(response)
            assert "You are looking as an importer’s role, which only reads." in text, address

    assert [action for action, *_ in events(importer)] == ["view as began"]


def test_a_key_sent_beside_the_session_does_not_write_either(
    looking: Client, importer: Importer, analyst: User
) -> None:
    response = looking.post(
        "/api/v1/match-runs/",
        json.dumps({"statement": 1}),
        content_type="application/json",
        headers={"Authorization": "Bearer carm_nothing"},
    )

    assert response.status_code == 403
    assert response.json()["type"] == "urn:carmsvc:problem:viewing"


def test_what_is_pressed_on_another_tab_of_ones_own_changes_nothing(
    looking: Client, importer: Importer, run: MatchRun
) -> None:
    response = looking.post(f"/runs/{run.pk}/sign-offs/")

    assert response.status_code == 403
    assert "Nothing was changed." in text_of(response)
    with importer_scope(importer.pk):
        assert not run.sign_offs.exists()


# its end


def test_one_ends_the_view_and_is_oneself_again(
    looking: Client, importer: Importer, analyst: User
) -> None:
    assert looking.post("/viewing/end/").url == f"/importers/{importer.pk}/"

    assert "You see" not in text_of(looking.get(f"/importers/{importer.pk}/"))
    assert looking.get("/work/").status_code == 200
    assert events(importer)[1:] == [("view as ended", analyst.email, "owner", "ended")]


def test_ending_what_has_ended_leads_home(browser: Client) -> None:
    assert browser.post("/viewing/end/").url == "/"


def test_ending_is_asked_for_by_a_form_of_our_own(importer: Importer, analyst: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(analyst)

    assert client.post("/viewing/end/").status_code == 403
    assert begin(client, importer).status_code == 403


def test_signing_out_ends_the_view(looking: Client, importer: Importer, analyst: User) -> None:
    looking.post("/account/logout/")

    assert "viewing" not in looking.session
    assert events(importer)[1:] == [("view as ended", analyst.email, "owner", "signed out")]


def test_it_ends_by_itself_after_thirty_minutes(
    looking: Client, importer: Importer, analyst: User, clock: time_machine.Traveller
) -> None:
    page = f"/importers/{importer.pk}/"
    clock.shift(timedelta(minutes=30, seconds=-1))
    assert "Reading only, 1 minute left." in text_of(looking.get(page))
    clock.shift(timedelta(seconds=1))
    text = text_of(looking.get(page))

    assert "its 30 minutes are up" in text
    assert "Reading only" not in text
    assert looking.get("/work/").status_code == 200
    assert events(importer)[1:] == [("view as ended", analyst.email, "owner", "expired")]


def test_what_is_pressed_after_its_time_on_a_page_of_the_role_changes_nothing(
    looking: Client, run: MatchRun, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(minutes=31))
    response = looking.post(f"/runs/{run.pk}/sign-offs/")

    assert response.status_code == 403
    assert "has just ended" in text_of(response)
    assert "Nothing was changed." in text_of(response)
    assert looking.post(f"/runs/{run.pk}/sign-offs/").status_code == 302  # now as oneself


def test_a_page_that_looks_again_by_itself_is_read_anew_when_the_view_is_over(
    looking: Client, importer: Importer, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(minutes=31))
    response = looking.get(f"/importers/{importer.pk}/", headers={"HX-Request": "true"})

    assert response["HX-Refresh"] == "true"


Loss = Callable[[], object]


@pytest.fixture
def right_lost(analyst: User, administrator: User) -> Loss:
    return lambda: change_staff_role(person=analyst, role="viewer", by=administrator)


@pytest.fixture
def importer_lost(analyst: User, administrator: User, importer: Importer) -> Loss:
    def lose() -> None:
        with importer_scope(importer.pk):
            unassign_staff(person=analyst, importers=[importer], by=administrator)

    return lose


@pytest.mark.parametrize("because", ["right lost", "importer lost"])
def test_it_ends_when_the_right_or_the_importer_is_lost(
    because: str,
    looking: Client,
    importer: Importer,
    analyst: User,
    request: pytest.FixtureRequest,
) -> None:
    request.getfixturevalue(because.replace(" ", "_"))()

    response = looking.get("/deadlines/")
    assert "Reading only" not in text_of(response)
    assert any("has ended" in str(message) for message in get_messages(response.wsgi_request))
    assert events(importer)[1:] == [("view as ended", analyst.email, "owner", because)]
    left = 404 if because == "importer lost" else 200
    assert looking.get(f"/importers/{importer.pk}/").status_code == left


def test_somebody_else_who_signs_in_on_the_browser_does_not_look_on(
    looking: Client, importer: Importer, administrator: User
) -> None:
    looking.force_login(administrator)

    assert "Reading only" not in text_of(looking.get(f"/importers/{importer.pk}/"))


def test_a_view_costs_a_page_only_a_few_queries_more(
    browser: Client, importer: Importer, owner: User, django_assert_max_num_queries: Any
) -> None:
    begin(browser, importer)
    browser.get("/permissions/")

    with django_assert_max_num_queries(22):
        browser.get("/permissions/")
