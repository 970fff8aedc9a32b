"""People come by invitation, change role and go; their pages work with keys, on every screen."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from carmsvc.platform.api_keys import create_api_key
from carmsvc.platform.outbox import Letter
from carmsvc.platform.tenancy import importer_scope
from clients.actions.invitations import invite, revoke_invitation
from clients.models import ClientGroup, GroupStaff, Importer, Invitation, Membership, User
from tests.journeys.test_every_page import SCREENS

Visit = Callable[..., Page]
SECRET = "seven red maple leaves"


def enter(page: Page, person: User, base_url: str) -> Page:
    """In a browser in which the person has signed in already."""
    client = Client()
    client.force_login(person)
    cookie = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": base_url}])
    return page


def link_to(email: str) -> str:
    """Where the letter to somebody leads, without the site."""
    letter = Letter.objects.filter(to_address=email).latest("id")
    [path] = set(re.findall(r"(/invitation/[\w-]+/)", letter.text))
    return path


def invite_by_page(page: Page, importer: Importer, email: str, role: str) -> None:
    page.goto(f"/importers/{importer.pk}/")
    page.get_by_role("link", name="Access", exact=True).click()
    page.get_by_role("link", name="Invite somebody").first.click()
    page.get_by_label("E-mail").fill(email)
    page.get_by_label(re.compile(f"{role} –")).check()
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_text(f"{email} is invited.")).to_be_visible()


def accept(page: Page, email: str, name: str) -> None:
    page.goto(link_to(email))
    expect(page).to_have_url(re.compile(r".*/invitation/$"))
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Password").fill(SECRET)
    page.get_by_role("button", name="Accept and sign in").click()
    expect(page.get_by_role("heading", name="Maple Furniture Inc.", level=1)).to_be_visible()


def test_an_owner_comes_by_invitation_and_manages_their_own_people(
    visit: Visit, importer: Importer, administrator: User, live_server: Any
) -> None:
    admin = enter(visit(), administrator, live_server.url)
    invite_by_page(admin, importer, "olga@maple.example", "Owner")

    olga = visit()
    accept(olga, "olga@maple.example", "Olga Owner")
    invite_by_page(olga, importer, "fred@maple.example", "Finance")

    fred = visit()
    accept(fred, "fred@maple.example", "Fred Finance")
    expect(fred.get_by_role("link", name="Send a statement").first).to_be_visible()

    olga.reload()
    olga.get_by_role("link", name="Change Fred Finance").click()
    olga.get_by_label(re.compile("Viewer –")).check()
    olga.get_by_role("button", name="Change the role").click()
    expect(olga.get_by_text("The role of Fred Finance is changed.")).to_be_visible()
    fred.reload()
    expect(fred.get_by_role("link", name="Send a statement")).to_have_count(0)

    olga.get_by_role("link", name="Change Fred Finance").click()
    olga.get_by_role("link", name="Remove").click()
    olga.get_by_role("button", name="Remove").click()
    expect(olga.get_by_text("Fred Finance is removed.")).to_be_visible()
    fred.reload()
    expect(fred.get_by_role("heading", name="Sign in")).to_be_visible()
    with importer_scope(importer.pk):
        assert list(Membership.objects.values_list("user__email", "role")) == [
            ("olga@maple.example", "owner")
        ]


def test_somebody_is_invited_with_the_keyboard_alone(
    visit: Visit, owner: User, importer: Importer, live_server: Any
) -> None:
    page = enter(visit(), owner, live_server.url)
    page.goto(f"/importers/{importer.pk}/invitations/new/")
    page.get_by_label("E-mail").focus()
    page.keyboard.type("kay@maple.example")
    page.keyboard.press("Tab")
    page.keyboard.type("Kay")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")  # the first role
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("kay@maple.example is invited.")).to_be_visible()

    assert Invitation.objects.get().importer_role == "finance"


def test_the_people_of_a_list_are_walked_with_j_and_opened_with_enter(
    visit: Visit, owner: User, finance: User, importer: Importer, live_server: Any
) -> None:
    page = enter(visit(), owner, live_server.url)
    page.goto(f"/importers/{importer.pk}/people/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Finance", level=1)).to_be_visible()


@pytest.fixture
def invited(owner: User, importer: Importer) -> list[Invitation]:
    """Two of them: one open and one revoked."""
    found = [
        invite(
            email=f"{name}@maple.example", importer_role="viewer", importers=[importer], by=owner
        )
        for name in ("open", "revoked")
    ]
    revoke_invitation(invitation=found[1], by=owner)
    return found


@pytest.mark.parametrize("screen", SCREENS)
def test_every_page_of_people_is_accessible_and_fits(
    screen: str,
    visit: Visit,
    accessible: Callable[[Page], None],
    importer: Importer,
    administrator: User,
    analyst: User,
    owner: User,
    finance: User,
    invited: list[Invitation],
    live_server: Any,
) -> None:
    create_api_key(name="ERP", user=analyst, importer_ids=[importer.pk], grants=["*:read"])
    group = ClientGroup.objects.create(name="Furniture")
    GroupStaff.objects.create(group=group, user=analyst, is_lead=True)
    with importer_scope(importer.pk):
        place = Membership.objects.get(user=owner).pk
    page = enter(visit(**SCREENS[screen]), administrator, live_server.url)
    base = f"/importers/{importer.pk}/"
    for address in (
        f"{base}people/",
        f"{base}people/{place}/",
        f"{base}people/{place}/removal/",
        f"{base}invitations/",
        f"{base}invitations/?state=accepted",
        f"{base}invitations/new/",
        "/invitations/",
        f"/people/{analyst.pk}/",
        f"/people/{owner.pk}/deactivation/",
        f"/people/{finance.pk}/",
    ):
        page.goto(address)
        accessible(page)


@pytest.mark.parametrize("screen", SCREENS)
def test_the_pages_of_an_invitation_are_accessible_and_fit(
    screen: str,
    visit: Visit,
    accessible: Callable[[Page], None],
    invited: list[Invitation],
    finance: User,
    live_server: Any,
) -> None:
    page = visit(**SCREENS[screen])
    page.goto(link_to("open@maple.example"))
    accessible(page)
    page.locator("main form").last.get_by_role("button").click()  # nothing was filled in
    expect(page.locator(".errorlist").first).to_be_visible()
    accessible(page)
    enter(page, finance, live_server.url)
    page.goto(link_to("open@maple.example"))
    accessible(page)


def as_if_found(route: Any) -> None:
    """A page that says 404 or 410, without the browser's own complaint about it."""
    answer = route.fetch()
    assert answer.status in (404, 410)
    route.fulfill(response=answer, status=200)


@pytest.mark.parametrize("state", ["expired", "revoked", "unknown"])
def test_the_page_of_a_dead_link_is_accessible(
    state: str, visit: Visit, accessible: Callable[[Page], None], invited: list[Invitation]
) -> None:
    page = visit()
    page.context.route("**/invitation/", as_if_found)
    if state == "expired":
        past = invited[0].sent_at - timedelta(seconds=1)
        Invitation.objects.filter(pk=invited[0].pk).update(expires_at=past)
    link = {
        "expired": link_to("open@maple.example"),
        "revoked": link_to("revoked@maple.example"),
        "unknown": "/invitation/abc/",
    }[state]
    page.request.get(link, max_redirects=0)
    page.goto("/invitation/")
    accessible(page)
