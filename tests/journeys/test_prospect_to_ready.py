"""From a name on the telephone to Ready, in the browser: one of the staff and one of the client.

Nothing is written but by their pages. Every check is put right where its own link leads.
"""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from carmsvc.platform.dates import today_in_toronto
from clients.models import User
from tests.delegation.stories import PDF
from tests.journeys.test_onboarding import CLIENTS, STAFFS, do, open_step
from tests.journeys.test_people import SECRET, enter, link_to

NAME, NUMBER, ACCOUNT = "Birch Lighting Ltd.", "123456782", "123456782RM0001"
OLGA = "olga@birch.example"
MANAGERS = ("Olga Owner", "Noor Haddad")
# what only people can say, and what they saw
CLIENT_SAYS = {
    "R17": "E-mails are on; I signed in this morning.",
    "R21": "Kept for seven years at our office in Moncton.",
}
STAFF_SAY = {
    "R04": "Street, city and postal code are the same.",
    "R11": "The portal asks for 25,000.00, and shows a bond of 25,000.00.",
    "R19": "The account is new: no statement was issued.",
    "R20": "Nothing is open, and no penalty.",
    "R22": "Releases will be made by IID.",
}


def say(page: Page, told: dict[str, str]) -> None:
    """Fill fields by their labels; a choice is chosen."""
    for label, value in told.items():
        field = page.get_by_label(re.compile(f"^{re.escape(label)}( \\(optional\\))?$")).first
        is_choice = field.evaluate("field => field.tagName") == "SELECT"
        field.select_option(value) if is_choice else field.fill(value)


def save(page: Page, told: str, button: str = "Save") -> None:
    """Send the form, and see that it was taken."""
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_text(told).first).to_be_visible()


def fix(page: Page, home: str, code: str) -> None:
    """Follow a check to the page where it is put right."""
    page.goto(f"{home}readiness/")
    line = page.locator(f"#{code}, [id^={code}-]").first
    line.get_by_role("link", name="Go there").click()


def verdict(page: Page, home: str) -> str:
    page.goto(f"{home}readiness/")
    return page.locator("#verdict-title").inner_text().strip()


def open_checks(page: Page, home: str) -> list[str]:
    """The checks that are not met, or not known."""
    page.goto(f"{home}readiness/")
    return page.locator("section .readiness__line .readiness__title .number").all_inner_texts()


def registered(staff: Page) -> str:
    """A prospect is registered; returns the address of its page."""
    staff.goto("/importers/")
    staff.get_by_role("link", name="New importer").first.click()
    told = {"Legal name": NAME, "Business number (BN9)": NUMBER, "Program accounts": ACCOUNT}
    say(staff, told | {"State": "prospect"})
    save(staff, f"{NAME} is registered.", "Register")
    found = re.search(r"/importers/\d+/", staff.url)
    assert found
    return found.group()


def invited(staff: Page, client: Page, home: str) -> None:
    """The client's owner comes by the letter."""
    staff.goto(f"{home}people/")
    staff.get_by_role("link", name="Invite somebody").first.click()
    staff.get_by_label("E-mail").fill(OLGA)
    staff.get_by_label(re.compile("Owner –")).check()
    save(staff, f"{OLGA} is invited.", "Send the invitation")
    client.goto(link_to(OLGA))
    say(client, {"Your name": "Olga Owner", "Password": SECRET})
    client.get_by_role("button", name="Accept and sign in").click()
    expect(client.get_by_role("heading", name=NAME, level=1)).to_be_visible()


def onboarded(staff: Page, client: Page, home: str) -> None:
    """Both take the steps of the checklist until the portal shows the business."""
    fix(staff, home, "R03")
    staff.get_by_role("link", name="Start an onboarding").first.click()
    staff.get_by_label("Resident importer", exact=True).check()
    save(staff, "The onboarding has begun", "Start")
    steps = f"{home}onboarding/"
    for code, proof in CLIENTS.items():
        do(client, code, proof, steps)
    for code, proof in STAFFS.items():
        do(staff, code, proof, steps)
    client.goto(steps)
    open_step(client, "A11")
    client.get_by_text("Mark as not applicable").first.click()
    client.get_by_label("Why", exact=True).last.fill("The portal took the registration.")
    save(client, "Recorded: Does not apply.", "Mark as not applicable")
    do(client, "A12", f"{ACCOUNT}, importer", steps)


def described(staff: Page, home: str) -> None:
    """The name as the portal has it, what the account may do, whom to reach."""
    fix(staff, home, "R04")
    staff.get_by_role("link", name="Change the profile").click()
    told = {"Legal name at the CBSA": NAME, "As seen on": str(today_in_toronto())}
    say(staff, told | {"State": "client", "Residence": "yes"})
    staff.get_by_role("button", name="Save").click()
    fix(staff, home, "R02")
    staff.get_by_role("link", name=ACCOUNT).click()
    say(staff, {"Profile": "importer", "Status": "active"})
    staff.get_by_role("button", name="Save").click()
    for function in ("finance", "operations", "customs"):
        fix(staff, home, "R18")
        staff.get_by_role("link", name="Add a contact").first.click()
        told = {"Name": f"Head of {function}", "Function": function, "Telephone": "514 555-0142"}
        say(staff, told)
        staff.get_by_role("button", name="Save").click()


def mandated(staff: Page, home: str) -> None:
    """An agreement is drawn up, and its signed copy kept."""
    today = str(today_in_toronto())
    fix(staff, home, "R09")
    staff.get_by_role("link", name="Draw up an agreement").first.click()
    told = {
        "Kind of business": "corporation",
        "Importer’s address": "1 Elm Street\nMoncton NB",
        "Broker’s legal name": "Northgate Customs Brokers",
        "Broker’s business number": "112345670",
        "Broker’s address": "1 Harbour Street\nHalifax NS",
        "Takes effect on": today,
        "Signs for the importer": "Olga Owner",
        "Signs for the broker": "Ada Admin",
    }
    say(staff, told)
    for title in staff.get_by_label("Their title").all():
        title.fill("Director")
    staff.get_by_role("button", name="Draw up").click()
    scan = {"name": "signed.pdf", "mimeType": "application/pdf", "buffer": PDF}
    staff.locator("input[type=file]").set_input_files(scan)
    say(staff, {"Signed on": today})
    staff.get_by_role("button", name="Keep the signed copy").click()
    expect(staff.get_by_role("link", name="signed.pdf")).to_be_visible()


def delegated(staff: Page, client: Page, home: str) -> None:
    """Our request in the portal, and what the client approved there."""
    fix(staff, home, "R07")
    staff.get_by_role("link", name="Prepare a request").first.click()
    staff.get_by_role("button", name="Prepare").click()
    staff.get_by_role("link", name="Record the request", exact=True).click()
    save(staff, "now in the state “Requested”", "Record the request")
    client.goto(f"{home}delegations/")
    client.get_by_role("link", name="carmsvc", exact=True).last.click()
    client.get_by_role("link", name="Record the approval", exact=True).click()
    client.get_by_label("Approved by").fill("Olga Owner")
    save(client, "now in the state “Active”", "Record the approval")


def managed(staff: Page, client: Page, home: str) -> None:
    """Two managers of the portal are on record, and the client confirms them."""
    for name in MANAGERS:
        fix(staff, home, "R05")
        staff.get_by_role("link", name="Record a person").first.click()
        mail = f"{name.split()[0].lower()}@birch.example"
        say(staff, {"Name": name, "E-mail": mail, "Role in the portal": "bam"})
        save(staff, f"{name} is recorded.")
    staff.goto(f"{home}portal/")
    staff.get_by_role("link", name="Ask who has access").first.click()
    save(staff, "The owners are asked by letter.", "Ask")
    client.goto(f"{home}portal/")
    client.get_by_role("link", name="Answer now").click()
    for name in MANAGERS:
        client.get_by_role("group", name=name).get_by_label("Right as it stands").check()
    save(client, "Thank you: your answers are kept.", "Send the answers")


def secured(staff: Page, home: str) -> None:
    """Who pays, what the portal shows of the release prior to payment, and the bond."""
    today = str(today_in_toronto())
    fix(staff, home, "R16")
    staff.get_by_role("link", name="Change who pays").first.click()
    staff.get_by_label("The importer", exact=True).check()
    staff.get_by_label("On", exact=True).check()
    staff.get_by_role("button", name="Save").click()
    fix(staff, home, "R10")
    staff.get_by_role("link", name="Note the release status").first.click()
    staff.get_by_label("Enrolled", exact=True).check()
    say(staff, {"As seen on": today})
    staff.get_by_role("button", name="Save").click()
    fix(staff, home, "R13")
    staff.get_by_role("link", name="Record security").first.click()
    staff.get_by_label("Bond or written agreement").check()
    bond = {"Amount": "25000.00", "Provider": "Boreal Surety", "Valid from": today}
    say(staff, bond | {"Reviewed on": today})
    staff.get_by_role("button", name="Save").click()


def answered(page: Page, home: str, said: dict[str, str]) -> None:
    """What no data can tell."""
    for code, words in said.items():
        page.goto(f"{home}readiness/")
        line = page.locator(f"#{code}, [id^={code}-]").first
        line.get_by_role("link", name="Answer it").click()
        say(page, {"What you found": words, "Where you saw it": "Portal"})
        save(page, "The answer is kept, and the checks know it.", "Keep the answer")


def test_a_prospect_becomes_ready_by_two_people_and_nothing_but_their_pages(
    visit: Callable[..., Page],
    accessible: Callable[[Page], None],
    administrator: User,
    live_server: Any,
) -> None:
    staff, client = enter(visit(), administrator, live_server.url), visit()
    home = registered(staff)
    assert verdict(staff, home) == "Not ready"
    accessible(staff)
    invited(staff, client, home)
    described(staff, home)
    mandated(staff, home)
    delegated(staff, client, home)
    managed(staff, client, home)
    onboarded(staff, client, home)
    assert verdict(client, home) == "At risk"
    accessible(client)
    secured(staff, home)
    answered(client, home, CLIENT_SAYS)
    answered(staff, home, STAFF_SAY)

    assert open_checks(staff, home) == ["R12"]  # advice, known once there is a statement
    assert verdict(staff, home) == verdict(client, home) == "Ready"
    staff.goto("/readiness/?verdict=ready")
    expect(staff.get_by_role("link", name=NAME)).to_be_visible()
    with client.expect_download() as report:
        client.get_by_role("link", name="Report in French").click()
    assert report.value.suggested_filename.endswith("-fr.pdf")
