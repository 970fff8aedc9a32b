"""From prospect to onboarded in a real browser: two people take every step from A1 to A20."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, Onboarding, OnboardingStep, User
from clients.rules.onboarding_checklist import shipped

# what the client does alone, with the words that prove it
CLIENTS = {
    "A1": "CRA letter of 2026-10-01",
    "A2": "123456782RM0001, importer",
    "A3": "CRA extract, compared letter by letter",
    "A4": "Olivia Chen, chief financial officer",
    "A5": "",
    "A6": "",
    "A7": "Notifications are on for olivia.chen@maple.example",
    "A8": "",
    "A9": "",
}
STAFFS = {"A10": "Two questions; the facts were given by telephone"}
CLIENTS_AFTER = {
    "A12": "123456782RM0001 and RM0002, both importer",
    "A13": "Olivia Chen and Noor Haddad",
    "A14": "One editor for RM0001",
    "A15": "Business management, all ticks",
    "A16": "Bond of 25,000 lodged by the surety",
    "A17": "Online banking",
    "A18": "The first method",
}


def open_step(page: Page, code: str) -> None:
    title = step_title(code)
    page.get_by_role("link", name=title, exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(code)


def step_title(code: str) -> str:
    found = shipped().step(code)
    assert found is not None
    return found.title["en"]


def do(page: Page, code: str, proof: str, home: str) -> None:
    """Prove a step in words where it asks for it, and mark it as done."""
    page.goto(home)
    open_step(page, code)
    if proof:
        page.get_by_label("What proves it").fill(proof)
        page.get_by_role("button", name="Keep the evidence").click()
        expect(page.get_by_text("The evidence is kept.")).to_be_visible()
    page.get_by_role("button", name="Mark as done").click()
    expect(page.get_by_text("Recorded: Done.")).to_be_visible()


def test_staff_and_client_take_an_importer_from_prospect_through_every_step(
    visit: Callable[..., Page],
    accessible: Callable[[Page], None],
    importer: Importer,
    analyst: User,
    owner: User,
) -> None:
    home = f"/importers/{importer.pk}/onboarding/"
    staff, client = visit(analyst), visit(owner)
    staff.goto(home)
    accessible(staff)
    staff.get_by_role("link", name="Start an onboarding").first.click()
    accessible(staff)
    staff.get_by_label("Resident importer", exact=True).check()
    staff.get_by_label("To be done by").fill("2099-06-30")
    staff.get_by_role("button", name="Start", exact=True).click()
    expect(staff.get_by_text("The onboarding has begun: every step has its day.")).to_be_visible()
    accessible(staff)

    client.goto(home)
    accessible(client)
    open_step(client, "A2")
    expect(client.get_by_text("It can go on once A1 is over.")).to_be_visible()
    accessible(client)
    for code, proof in CLIENTS.items():
        do(client, code, proof, home)

    # a password in a comment is refused, and is not on the page any more
    client.get_by_role("textbox", name="Comment").fill("The GCKey password is Soleil2026!")
    client.get_by_role("button", name="Comment", exact=True).click()
    expect(client.get_by_text("This seems to hold a password.")).to_be_visible()
    assert "Soleil2026" not in client.content()
    client.get_by_role("textbox", name="Comment").fill("Signed in at the first try.")
    client.get_by_role("button", name="Comment", exact=True).click()
    expect(client.get_by_text("Signed in at the first try.")).to_be_visible()

    for code, proof in STAFFS.items():
        do(staff, code, proof, home)
    client.goto(home)
    open_step(client, "A11")
    client.get_by_text("Mark as not applicable").first.click()
    client.get_by_label("Why", exact=True).last.fill("The portal took the registration.")
    client.get_by_role("button", name="Mark as not applicable").click()
    expect(client.get_by_text("Recorded: Does not apply.")).to_be_visible()
    for code, proof in CLIENTS_AFTER.items():
        do(client, code, proof, home)

    staff.goto(home)
    open_step(staff, "A19")
    staff.get_by_label("What proves it").fill("Form sent to the CBSA")
    staff.get_by_role("button", name="Keep the evidence").click()
    expect(staff.get_by_text("The evidence is kept.")).to_be_visible()
    staff.get_by_label("Waiting for").select_option("cbsa")
    staff.get_by_role("button", name="Wait for an answer").click()
    expect(staff.get_by_text("CBSA has the ball")).to_be_visible()
    staff.get_by_role("button", name="Go on").click()
    expect(staff.get_by_text("Recorded: In progress.")).to_be_visible()
    staff.get_by_role("button", name="Mark as done").click()
    expect(staff.get_by_text("Recorded: Done.")).to_be_visible()
    do(staff, "A20", "Responsibilities matrix signed on both sides", home)

    staff.goto(home)
    expect(staff.get_by_text("100 %")).to_be_visible()
    accessible(staff)
    staff.get_by_role("button", name="The importer is onboarded").click()
    expect(staff.get_by_text("Maple Furniture Inc. is onboarded.")).to_be_visible()
    client.goto(home)
    expect(client.get_by_text("Onboarded", exact=True)).to_be_visible()
    staff.goto("/onboardings/")
    accessible(staff)
    with importer_scope(importer.pk):
        assert Onboarding.objects.get().state == "finished"
        states = dict(OnboardingStep.objects.values_list("code", "state"))
    expected = {f"A{number}": "done" for number in range(1, 21)} | {"A11": "not_applicable"}
    assert states == expected


def test_a_step_on_a_phone(
    visit: Callable[..., Page],
    accessible: Callable[[Page], None],
    importer: Importer,
    analyst: User,
    owner: User,
) -> None:
    home = f"/importers/{importer.pk}/onboarding/"
    staff = visit(analyst)
    staff.goto(f"{home}new/")
    staff.get_by_role("button", name="Start", exact=True).click()
    client = visit(owner, viewport={"width": 390, "height": 800})
    client.goto(home)
    accessible(client)
    open_step(client, "A4")
    accessible(client)
    client.get_by_text("Report a blocker").first.click()
    client.get_by_label("Why", exact=True).first.fill("Nobody has the authority yet.")
    client.get_by_role("button", name="Report a blocker").click()
    expect(client.get_by_text("Recorded: Blocked.")).to_be_visible()
    accessible(client)
    staff.goto("/onboardings/")
    expect(staff.get_by_role("link", name="Maple Furniture Inc.")).to_be_visible()
