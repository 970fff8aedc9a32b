"""Staff ask who has access, the owner answers, staff take it over; every page of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.tenancy import importer_scope
from clients.actions.portal import give_role, note_departure, record_portal_user
from clients.actions.portal_verifications import start_verification
from clients.models import Importer, PortalRole, PortalUser, PortalVerification, User
from tests.journeys.test_every_page import SCREENS

Visit = Callable[..., Page]


@pytest.fixture
def people(importer: Importer, analyst: User) -> list[PortalUser]:
    """A manager, and somebody who has left."""
    today = today_in_toronto()
    made = []
    with importer_scope(importer.pk):
        for name, role in (("Rosa Roy", "bam"), ("Sam Sy", "reader")):
            email = f"{name.split()[0].lower()}@maple.example"
            told = {"name": name, "email": email, "kind": "employee"}
            person = record_portal_user(importer=importer, by=analyst, today=today, **told)
            give_role(portal_user=person, role=role, by=analyst, today=today)
            made.append(person)
        note_departure(portal_user=made[1], left_on=today, by=analyst)
    return made


def test_two_people_find_out_who_has_access(
    visit: Visit, analyst: User, owner: User, importer: Importer, people: list[PortalUser]
) -> None:
    staff = visit(analyst)
    staff.goto(f"/importers/{importer.pk}/portal/")
    expect(staff.get_by_text("Only one business account manager").first).to_be_visible()
    staff.get_by_role("link", name="Ask who has access").click()
    staff.get_by_role("button", name="Ask", exact=True).click()
    expect(staff.get_by_text("The owners are asked by letter.")).to_be_visible()

    client = visit(owner)
    client.goto(f"/importers/{importer.pk}/portal/")
    client.get_by_role("link", name="Answer now").click()
    rosa, sam = (client.get_by_role("group", name=name) for name in ("Rosa Roy", "Sam Sy"))
    expect(sam.get_by_label("Role in the portal")).to_be_hidden()
    rosa.get_by_label("Right as it stands").check()
    sam.get_by_label("To be corrected").check()
    sam.get_by_label("Role in the portal").select_option("bam")
    client.get_by_role("button", name="Send the answers").click()
    expect(client.get_by_text("Thank you: your answers are kept.")).to_be_visible()
    expect(client.get_by_role("button", name="Apply")).to_have_count(0)

    staff.reload()
    staff.get_by_role("button", name="Apply Sam Sy").click()
    expect(staff.locator(".head").get_by_text("Done")).to_be_visible()
    with importer_scope(importer.pk):
        held = PortalRole.objects.filter(ended_on=None).order_by("portal_user__name")
        told = [(one.portal_user.name, one.role, one.verified_by) for one in held]
        assert told == [("Rosa Roy", "bam", owner), ("Sam Sy", "bam", owner)]


@pytest.fixture
def round_(
    importer: Importer, analyst: User, owner: User, people: list[PortalUser]
) -> PortalVerification:
    today = today_in_toronto()
    with importer_scope(importer.pk):
        due_on = today + timedelta(days=9)
        return start_verification(importer=importer, due_on=due_on, by=analyst, today=today)


@pytest.mark.parametrize("screen", SCREENS)
def test_every_page_of_portal_people_is_accessible_and_fits(
    screen: str,
    visit: Visit,
    accessible: Callable[[Page], None],
    importer: Importer,
    analyst: User,
    owner: User,
    people: list[PortalUser],
    round_: PortalVerification,
) -> None:
    language = "fr" if "french" in screen else "en"
    User.objects.filter(pk__in=[analyst.pk, owner.pk]).update(language=language)
    page = visit(analyst, **SCREENS[screen])
    with importer_scope(importer.pk):
        role: Any = PortalRole.objects.first()
    at = f"/importers/{importer.pk}/portal"
    for address in (
        *("/portal/", "/portal/?search=nothing", "/portal/permissions/", f"{at}/", f"{at}/new/"),
        *(f"{at}/permissions/?action=pay", f"{at}/rounds/new/", f"/portal-roles/{role.pk}/"),
        *(f"/portal-users/{people[1].pk}/", f"/portal-verifications/{round_.pk}/"),
    ):
        page.goto(address)
        accessible(page)
    client = visit(owner, **SCREENS[screen])
    client.goto(f"/portal-verifications/{round_.pk}/")
    accessible(client)
