"""A delegation from the request to its revocation, by staff and the importer; every page."""

from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile
from playwright.sync_api import Page, expect

from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, User
from delegation.actions import keep_evidence, write_paper
from delegation.models import AgreementPaper, Delegation
from delegation.rules import Wish
from tests.delegation.stories import PDF, TODAY, active, agreement, approval, requested, step
from tests.journeys.test_every_page import SCREENS

Visit = Callable[..., Page]


def state_of(importer: Importer) -> str:
    with importer_scope(importer.pk):
        state: str = Delegation.objects.get().state
        return state


def record(page: Page, button: str) -> None:
    """Open a step from the delegation's page, as it stands."""
    page.get_by_role("link", name=button, exact=True).click()


def test_a_request_is_approved_for_too_little_set_right_and_revoked(
    visit: Visit, analyst: User, owner: User, importer: Importer
) -> None:
    staff = visit(analyst)
    staff.goto(f"/importers/{importer.pk}/")
    staff.get_by_role("link", name="Authority", exact=True).click()
    staff.get_by_role("link", name="Prepare a request").first.click()
    staff.get_by_role("button", name="Prepare").click()
    record(staff, "Record the request")
    staff.get_by_role("button", name="Record the request").click()
    expect(staff.get_by_text("now in the state “Requested”")).to_be_visible()

    olga = visit(owner)
    olga.goto(f"/importers/{importer.pk}/delegations/")
    olga.get_by_role("link", name="carmsvc", exact=True).last.click()
    record(olga, "Record the approval")
    olga.get_by_label("Third visibility tick").uncheck()
    olga.get_by_label("Approved by").fill("Olga Owner")
    olga.get_by_role("button", name="Record the approval").click()
    expect(olga.get_by_text("less is approved in the portal than was agreed")).to_be_visible()
    assert state_of(importer) == "insufficient"

    staff.goto(f"/importers/{importer.pk}/")
    warning = staff.get_by_text("Visibility ticks that are not set in the portal: 3.")
    expect(warning).to_be_visible()
    staff.get_by_role("link", name="Open the delegation").click()
    expect(staff.get_by_text("ask the importer to set all three")).to_be_visible()

    record(olga, "Record a change in the portal")
    olga.get_by_label("Third visibility tick").check()
    olga.get_by_role("button", name="Record a change in the portal").click()
    expect(olga.get_by_text("now in the state “Active”")).to_be_visible()

    record(olga, "Record the revocation")
    olga.get_by_label("Reason").fill("We changed our broker.")
    olga.get_by_role("button", name="Record the revocation").click()
    expect(olga.get_by_text("now in the state “Revoked”")).to_be_visible()
    assert state_of(importer) == "revoked"

    staff.locator("summary", has_text="Registers").click()
    staff.get_by_role("link", name="Delegations", exact=True).first.click()
    staff.get_by_label("State", exact=True).select_option("revoked")
    staff.get_by_role("button", name="Show").click()
    staff.get_by_role("link", name="Maple Furniture Inc.").click()
    expect(staff.get_by_text("We changed our broker.")).to_be_visible()


@pytest.fixture
def told(importer: Importer, analyst: User) -> tuple[int, int, int]:
    """A delegation of ours that falls short, one asked for, and an agreement on paper."""
    with importer_scope(importer.pk):
        ours = active(importer)
        short = step(ours, Wish.CHANGE, approval=approval(approved_ticks=(1,)))
        scan = ContentFile(PDF, "mail.pdf")
        evidence = {"reference": "Portal e-mail", "evidence_on": TODAY, "by": analyst}
        keep_evidence(delegation=short, **evidence, content=scan, file_name="mail.pdf")
        asked = requested(
            importer,
            provider_kind="trade_consultant",
            provider_name="Tariff House",
            provider_bn9="112345670",
        )
        made = agreement(importer)
        paper = AgreementPaper.objects.get().pk
    write_paper(importer_id=importer.pk, paper_id=paper)
    return ours.pk, asked.pk, made.pk


@pytest.mark.parametrize("screen", SCREENS)
def test_every_page_of_delegation_is_accessible_and_fits(
    screen: str,
    visit: Visit,
    accessible: Callable[[Page], None],
    importer: Importer,
    administrator: User,
    told: tuple[int, int, int],
) -> None:
    language = "fr" if "french" in screen else "en"
    User.objects.filter(pk=administrator.pk).update(language=language)
    page = visit(administrator, **SCREENS[screen])
    ours, asked, made = told
    of_importer = f"/importers/{importer.pk}/"
    for address in (
        *(of_importer, f"{of_importer}delegations/", f"{of_importer}delegations/new/"),
        f"{of_importer}agency-agreements/new/",
        *("/delegations/", "/delegations/?attention=missing", "/delegations/?state=expired"),
        *(f"/delegations/{ours}/", f"/delegations/{ours}/terms/", f"/delegations/{ours}/evidence/"),
        f"/delegations/{ours}/transitions/suspend/",
        f"/delegations/{ours}/transitions/request/",  # one that does not follow
        f"/delegations/{asked}/",
        f"/delegations/{asked}/transitions/approve/",
        f"/agency-agreements/{made}/",
    ):
        page.goto(address)
        accessible(page)


def test_a_step_is_taken_with_the_keyboard_alone(
    visit: Visit, analyst: User, importer: Importer
) -> None:
    with importer_scope(importer.pk):
        ours = active(importer)
    page = visit(analyst)
    page.goto(f"/delegations/{ours.pk}/transitions/suspend/")
    page.get_by_label("Reason").focus()
    page.keyboard.type("Credit hold.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_text("now in the state “Suspended”")).to_be_visible()
