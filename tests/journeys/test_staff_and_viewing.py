"""In a real browser: an administrator's groups, leads and roles; a view as an importer's role."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from carmsvc.platform.tenancy import importer_scope
from clients.actions.groups import create_group, put_importers, put_staff
from clients.models import ClientGroup, Importer, User
from tests.journeys.test_every_page import SCREENS

Visit = Callable[..., Page]


@pytest.fixture
def east(importer: Importer, administrator: User, reviewer: User) -> ClientGroup:
    group = create_group(name="Québec et Atlantique", note="Clients d’ici", by=administrator)
    with importer_scope(importer.pk):
        put_importers(group=group, importers=[importer], by=administrator)
    put_staff(group=group, person=reviewer, is_lead=True, by=administrator)
    return group


@pytest.mark.parametrize("screen", SCREENS)
def test_pages_of_staff_and_groups_are_accessible_on_every_screen(
    screen: str,
    visit: Visit,
    accessible: Callable[[Page], None],
    administrator: User,
    importer: Importer,
    reviewer: User,
    east: ClientGroup,
) -> None:
    page = visit(administrator, **SCREENS[screen])

    for address in (
        "/staff/",
        "/staff/new/",
        f"/staff/{reviewer.pk}/",
        f"/staff/{administrator.pk}/importers/new/",
        f"/importers/{importer.pk}/staff/",
        f"/importers/{importer.pk}/viewing/",
        "/groups/",
        "/groups/new/",
        f"/groups/{east.pk}/",
        f"/groups/{east.pk}/description/",
        f"/groups/{east.pk}/deletion/",
        f"/groups/{east.pk}/importers/new/",
        "/permissions/",
    ):
        page.goto(address)
        accessible(page)


def test_an_administrator_gives_a_newcomer_a_group_and_a_lead(
    visit: Visit, administrator: User, importer: Importer, analyst: User, east: ClientGroup
) -> None:
    page = visit(administrator)
    page.click("summary:has-text('Administration')")
    page.click("nav >> text=Client groups")
    page.click("text=Québec et Atlantique")
    page.select_option("select[name=person]", str(analyst.pk))
    page.check("[name=is_lead]")
    page.click("button:has-text('Put in')")
    expect(page.locator("#notices")).to_contain_text("Analyst looks after every importer")
    expect(page.locator(".todo li").first).to_contain_text("Analyst")

    page.goto(f"/importers/{importer.pk}/staff/")
    page.click("[aria-label='Make Reviewer the lead']")
    expect(page.locator("tr:has-text('Reviewer')")).to_contain_text("Directly, as the lead")

    page.click("th a:has-text('Analyst')")
    page.check("[value=viewer]")
    page.click("text=Change the role")
    expect(page.locator("#notices")).to_contain_text("The role of Analyst is changed")


@pytest.mark.parametrize("screen", SCREENS)
def test_the_banner_stays_in_sight_on_every_screen_and_ends_the_view(
    screen: str,
    visit: Visit,
    accessible: Callable[[Page], None],
    analyst: User,
    importer: Importer,
) -> None:
    page = visit(analyst, **SCREENS[screen])
    page.goto(f"/importers/{importer.pk}/viewing/")
    page.check("[value=finance]")
    page.click("main button[class*=main]")
    page.wait_for_url(f"**/importers/{importer.pk}/")
    banner = page.locator(".viewing")

    accessible(page)
    assert banner.bounding_box()["y"] == 0
    page.evaluate("document.body.style.minHeight = '4000px'; window.scrollTo(0, 1500)")
    assert banner.bounding_box()["y"] == 0  # it went along
    expect(banner).to_contain_text("30 minutes")
    expect(banner).to_contain_text("Maple Furniture Inc.")

    page.keyboard.press("Tab")
    banner.locator("button").click()
    page.wait_for_url(f"**/importers/{importer.pk}/")
    expect(page.locator(".viewing")).to_have_count(0)
    page.wait_for_load_state("networkidle")


def test_a_form_that_was_open_before_the_view_changes_nothing_during_it(
    visit: Visit, analyst: User, importer: Importer
) -> None:
    page: Any = visit(analyst)
    early = page.context.new_page()
    early.goto(f"/importers/{importer.pk}/invitations/new/")
    page.goto(f"/importers/{importer.pk}/viewing/")
    page.click("main button[class*=main]")
    page.wait_for_url(f"**/importers/{importer.pk}/")

    early.fill("[name=email]", "somebody@maple.example")
    with early.expect_response(lambda answer: answer.request.method == "POST") as sent:
        early.click("main button[class*=main]")
    assert sent.value.status == 403
    expect(early.locator("main")).to_contain_text("which only reads")
    early.click("main button")
    expect(early.locator(".viewing")).to_have_count(0)
    early.wait_for_load_state("networkidle")
