"""Pages of staff and client groups: what an administrator reads there, presses, and is told."""

import html
import re
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from carmsvc.platform.outbox import Letter
from carmsvc.platform.tenancy import every_importer_id, importer_scope
from clients.actions import create_importer
from clients.actions.groups import create_group, put_importers, put_staff
from clients.models import (
    ClientGroup,
    GroupedImporter,
    GroupStaff,
    Importer,
    Invitation,
    StaffAssignment,
    User,
)
from tests.pages.conftest import Browser


def text_of(response: Any) -> str:
    """The words of a page."""
    body = re.sub(r"<(?:head|svg).*?</(?:head|svg)>", " ", response.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def said(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def assignments(person: User) -> list[tuple[str, bool]]:
    with importer_scope(every_importer_id()):
        rows = StaffAssignment.objects.filter(user=person).order_by("importer__legal_name")
        return list(rows.values_list("importer__legal_name", "is_lead"))


@pytest.fixture
def page(signed_in: Browser, administrator: User) -> Client:
    return signed_in(administrator)


@pytest.fixture
def east(importer: Importer, administrator: User) -> ClientGroup:
    group = create_group(name="East", note="Halifax", by=administrator)
    with importer_scope(importer.pk):
        put_importers(group=group, importers=[importer], by=administrator)
    return group


# the list


def test_the_list_says_who_works_here_and_how_they_come_to_see_importers(
    page: Client, analyst: User, staff_viewer: User, finance: User, east: ClientGroup
) -> None:
    GroupStaff.objects.create(group=east, user=analyst)
    User.objects.filter(pk=staff_viewer.pk).update(is_active=False)
    text = text_of(page.get("/staff/"))

    assert "3 people" in text
    assert re.search(
        r"Ada Admin You admin@broker\.example Administrator All 0 0 Yes .* Active", text
    )
    assert "Analyst analyst@broker.example Analyst 1 1 1 Yes Never Active" in text
    assert "Viewer viewer@broker.example Viewer 1 1 0 Yes Never Deactivated" in text
    assert finance.email not in text


def test_the_list_is_searched_and_filtered(page: Client, analyst: User) -> None:
    User.objects.filter(pk=analyst.pk).update(is_active=False)

    assert "1 person" in text_of(page.get("/staff/", {"search": "ada"}))
    assert "1 person" in text_of(page.get("/staff/", {"state": "deactivated"}))
    assert "Nobody fits these words" in text_of(page.get("/staff/", {"search": "zzz"}))
    assert "2 people" in text_of(page.get("/staff/", {"state": "nonsense"}))


def test_somebody_without_a_second_factor_is_told_so(page: Client, analyst: User) -> None:
    analyst.authenticator_set.all().delete()

    assert "analyst@broker.example Analyst 1 1 0 No Never" in text_of(page.get("/staff/"))


@pytest.mark.parametrize("who", ["analyst", "staff_viewer", "finance", "owner"])
def test_only_an_administrator_finds_these_pages_and_their_menu(
    who: str,
    signed_in: Browser,
    importer: Importer,
    east: ClientGroup,
    request: pytest.FixtureRequest,
) -> None:
    person = request.getfixturevalue(who)
    browser = signed_in(person)
    maple = f"/importers/{importer.pk}/"
    for address in (
        "/staff/",
        "/staff/new/",
        f"/staff/{person.pk}/",
        f"/staff/{person.pk}/importers/new/",
        f"{maple}staff/",
        "/groups/",
        "/groups/new/",
        f"/groups/{east.pk}/",
        f"/groups/{east.pk}/description/",
        f"/groups/{east.pk}/deletion/",
        f"/groups/{east.pk}/importers/new/",
    ):
        assert browser.get(address).status_code == 403, address
    for address in (
        f"/staff/{person.pk}/role/",
        f"/staff/{person.pk}/importers/removal/",
        f"{maple}staff/{person.pk}/removal/",
        f"/groups/{east.pk}/importers/removal/",
        f"/groups/{east.pk}/staff/",
        f"/groups/{east.pk}/staff/{person.pk}/removal/",
    ):
        assert browser.post(address).status_code == 403, address

    shown = browser.get("/permissions/").content.decode()
    assert 'href="/staff/"' not in shown and "Administration" not in shown
    assert 'href="/permissions/"' in shown


def test_the_administrators_menu_leads_to_staff_groups_and_permissions(page: Client) -> None:
    shown = page.get("/permissions/").content.decode()

    for address in ("/staff/", "/groups/", "/permissions/"):
        assert f'href="{address}"' in shown


def test_a_page_about_somebody_who_is_no_staff_is_not_there(page: Client, finance: User) -> None:
    for address in (f"/staff/{finance.pk}/", "/staff/999999/", "/groups/999999/"):
        assert page.get(address).status_code == 404, address
    assert page.post(f"/staff/{finance.pk}/role/", {"role": "viewer"}).status_code == 404


# inviting


def test_an_administrator_invites_somebody_to_the_staff(page: Client) -> None:
    wish = {
        "email": "New@broker.example",
        "full_name": "New Comer",
        "staff_role": "analyst",
        "language": "fr",
    }
    response = page.post("/staff/new/", wish)

    assert (response.url, said(response)) == ("/staff/", ["new@broker.example is invited."])
    invitation = Invitation.objects.get()
    assert (invitation.staff_role, invitation.language) == ("analyst", "fr")
    assert Letter.objects.get().to_address == "new@broker.example"


def test_an_invitation_that_cannot_be_sent_says_why(page: Client, analyst: User) -> None:
    wish = {"email": analyst.email, "full_name": "X", "staff_role": "analyst", "language": "en"}
    response = page.post("/staff/new/", wish)

    assert response.status_code == 422
    assert "analyst@broker.example has an account already" in text_of(response)
    assert page.post("/staff/new/", {**wish, "staff_role": "owner"}).status_code == 422
    assert not Invitation.objects.exists()


# somebody's page


def test_somebodys_page_tells_what_they_see_and_why(
    page: Client, analyst: User, east: ClientGroup
) -> None:
    GroupStaff.objects.create(group=east, user=analyst, is_lead=True)
    text = text_of(page.get(f"/staff/{analyst.pk}/"))

    assert "Importers they see 1" in text
    assert "Maple Furniture Inc. 123456782 Directly Through group East" in text
    assert "Client groups East Lead" in text
    assert f'href="/people/{analyst.pk}/"' in page.get(f"/staff/{analyst.pk}/").content.decode()


def test_an_administrators_page_says_that_they_see_everything_as_one(
    page: Client, importer: Importer, administrator: User
) -> None:
    text = text_of(page.get(f"/staff/{administrator.pk}/"))

    assert "Maple Furniture Inc. 123456782 As an administrator" in text
    assert "Nobody changes their own role" in text
    assert "Change the role" not in text


def test_somebody_without_importers_is_told_what_to_do(page: Client, analyst: User) -> None:
    with importer_scope(every_importer_id()):
        StaffAssignment.objects.all().delete()
    text = text_of(page.get(f"/staff/{analyst.pk}/"))

    assert "They see no importer yet" in text
    assert "Assign importers directly, or put the person in a client group." in text


def test_a_role_is_changed_on_the_page_and_refusals_are_told(
    page: Client, analyst: User, administrator: User
) -> None:
    response = page.post(f"/staff/{analyst.pk}/role/", {"role": "viewer"})
    assert response.url == f"/staff/{analyst.pk}/"
    assert said(response) == ["The role of Analyst is changed; it works on their next page."]
    assert User.objects.get(pk=analyst.pk).staff_role == "viewer"

    response = page.post(f"/staff/{administrator.pk}/role/", {"role": "viewer"})
    assert said(response)[-1].startswith("Nobody changes their own role")
    assert User.objects.get(pk=administrator.pk).staff_role == "administrator"
    response = page.post(f"/staff/{analyst.pk}/role/", {})
    assert said(response)[-1] == "There is no role “”."


def test_several_importers_are_assigned_from_the_persons_side(
    page: Client, importer: Importer, stranger: Importer, reviewer: User
) -> None:
    newcomer = User.objects.create_user("n@broker.example", full_name="N", staff_role="analyst")
    address = f"/staff/{newcomer.pk}/importers/new/"
    text = text_of(page.get(address))
    assert "Maple Furniture Inc. 123456782 Reviewer" in text

    response = page.post(address, {"importer": [importer.pk, stranger.pk], "is_lead": "1"})
    assert response.url == f"/staff/{newcomer.pk}/"
    assert said(response) == ["2 assignments of N are changed."]
    assert assignments(newcomer) == [("Maple Furniture Inc.", True), ("Northern Optics Ltd.", True)]
    assert "Every importer is assigned to them directly" in text_of(page.get(address))

    taken = {"importer": [stranger.pk]}
    response = page.post(f"/staff/{newcomer.pk}/importers/removal/", taken)
    assert said(response)[-1] == "1 importer is taken off N."
    assert assignments(newcomer) == [("Maple Furniture Inc.", True)]


@pytest.mark.parametrize("ticked", [[], ["x"], ["-1"], ["9" * 30], ["999999999"]])
def test_assigning_nothing_that_exists_says_so(
    ticked: list[str], page: Client, analyst: User, importer: Importer
) -> None:
    response = page.post(f"/staff/{analyst.pk}/importers/new/", {"importer": ticked})

    assert response.status_code == 200
    assert "Choose at least one importer." in text_of(response)


def test_somebody_deactivated_cannot_be_assigned_and_is_not_offered(
    page: Client, analyst: User, importer: Importer
) -> None:
    User.objects.filter(pk=analyst.pk).update(is_active=False)

    assert page.get(f"/staff/{analyst.pk}/importers/new/").status_code == 404
    assert "Assign importers" not in text_of(page.get(f"/staff/{analyst.pk}/"))
    assert (
        f'value="{analyst.pk}"' not in page.get(f"/importers/{importer.pk}/staff/").content.decode()
    )


# from the importer's side


def test_an_importers_page_tells_who_sees_it_and_why(
    page: Client, importer: Importer, analyst: User, reviewer: User, east: ClientGroup
) -> None:
    GroupStaff.objects.create(group=east, user=reviewer, is_lead=True)
    with importer_scope(importer.pk):
        StaffAssignment.objects.filter(user=analyst).update(is_lead=True)
    text = text_of(page.get(f"/importers/{importer.pk}/staff/"))

    assert "Analyst Analyst Directly, as the lead" in text
    assert "Reviewer Analyst Directly Through group East, as its lead" in text
    assert "Ada Admin Administrator As an administrator" in text


def test_the_lead_is_chosen_and_somebody_taken_off_from_the_importers_side(
    page: Client, importer: Importer, analyst: User, reviewer: User
) -> None:
    address = f"/importers/{importer.pk}/staff/"
    page.post(address, {"person": analyst.pk, "is_lead": "1"})
    page.post(address, {"person": reviewer.pk, "is_lead": "1"})
    assert assignments(analyst) == [("Maple Furniture Inc.", False)]
    assert assignments(reviewer) == [("Maple Furniture Inc.", True)]

    response = page.post(f"{address}{analyst.pk}/removal/")
    assert (response.url, assignments(analyst)) == (address, [])


def test_nobody_but_staff_can_be_assigned_to_an_importer(
    page: Client, importer: Importer, finance: User
) -> None:
    address = f"/importers/{importer.pk}/staff/"

    assert page.post(address, {"person": finance.pk}).status_code == 422
    assert page.post(address, {"is_lead": "1"}).status_code == 422
    assert page.get("/importers/999999/staff/").status_code == 404


# groups


def test_a_group_is_made_described_and_filled_on_its_pages(
    page: Client, importer: Importer, stranger: Importer, analyst: User
) -> None:
    assert "No client group yet" in text_of(page.get("/groups/"))
    response = page.post("/groups/new/", {"name": "East", "note": "Halifax"})
    group = ClientGroup.objects.get()
    assert response.url == f"/groups/{group.pk}/"
    page.post(f"/groups/{group.pk}/description/", {"name": "Atlantic", "note": ""})
    page.post(f"/groups/{group.pk}/importers/new/", {"importer": [importer.pk, stranger.pk]})
    page.post(f"/groups/{group.pk}/staff/", {"person": analyst.pk, "is_lead": "1"})

    text = text_of(page.get(f"/groups/{group.pk}/"))
    assert "Atlantic" in text and "Halifax" not in text
    assert re.search(r"Importers 2 .*Maple Furniture Inc\..*Northern Optics Ltd\.", text)
    assert "Staff 1 Analyst Lead" in text
    assert "Atlantic – 2 1 Analyst" in text_of(page.get("/groups/"))

    page.post(f"/groups/{group.pk}/staff/", {"person": analyst.pk})
    assert not GroupStaff.objects.get().is_lead
    page.post(f"/groups/{group.pk}/staff/{analyst.pk}/removal/")
    page.post(f"/groups/{group.pk}/importers/removal/", {"importer": [stranger.pk]})
    text = text_of(page.get(f"/groups/{group.pk}/"))
    assert "Nobody looks after this group yet" in text
    assert "Northern Optics" not in text


def test_a_name_that_is_taken_is_refused_beside_the_field(page: Client, east: ClientGroup) -> None:
    response = page.post("/groups/new/", {"name": "east"})

    assert response.status_code == 422
    assert "There is a group called “east” already." in text_of(response)
    assert page.post(f"/groups/{east.pk}/description/", {"name": ""}).status_code == 422


def test_importers_are_put_in_by_search_all_at_once_or_ticked(
    page: Client, administrator: User
) -> None:
    for at in range(60):
        bn9 = f"1000000{at:02d}"
        name = f"Maple {at:02d}" if at < 55 else f"Cedar {at:02d}"
        accounts = [f"{bn9}RM0001"]
        create_importer(legal_name=name, bn9=bn9, program_accounts=accounts, by=administrator)
    group = create_group(name="East", by=administrator)
    address = f"/groups/{group.pk}/importers/new/"

    text = text_of(page.get(address, {"search": "maple 0"}))
    assert "Put in all" not in text  # one page: ticking is enough
    assert "Put in all 55 of this list" in text_of(page.get(address, {"search": "maple"}))
    response = page.post(f"{address}?search=maple%20", {"all": "1"})

    assert said(response) == ["55 importers are put in East."]
    with importer_scope(every_importer_id()):
        names = GroupedImporter.objects.values_list("importer__legal_name", flat=True)
        assert {name[:5] for name in names} == {"Maple"}
        assert len(names) == 55
    assert "Page 2 of 2" in text_of(page.get(f"/groups/{group.pk}/", {"page": "2"}))
    assert "Choose at least one importer." in text_of(page.post(address, {}))


def test_deleting_a_group_says_who_sees_less_and_asks_first(
    page: Client, east: ClientGroup, analyst: User, administrator: User
) -> None:
    put_staff(group=east, person=analyst, by=administrator)
    address = f"/groups/{east.pk}/deletion/"
    text = text_of(page.get(address))
    assert "1 importer leaves the group" in text and "Analyst" in text

    response = page.post(address)
    assert response.status_code == 422
    assert "This group is not empty. Confirm that it is deleted as it is." in text_of(response)
    assert page.post(address, {"sure": "1"}).url == "/groups/"
    assert not ClientGroup.objects.exists()


def test_an_empty_group_is_deleted_at_once(page: Client, administrator: User) -> None:
    group = create_group(name="Empty", by=administrator)

    assert "nobody sees less without it" in text_of(page.get(f"/groups/{group.pk}/deletion/"))
    assert page.post(f"/groups/{group.pk}/deletion/").url == "/groups/"


def test_putting_nobody_in_a_group_says_what_to_do(page: Client, east: ClientGroup) -> None:
    response = page.post(f"/groups/{east.pk}/staff/", {"person": ""})

    assert said(response) == ["Choose somebody of the brokerage's staff who can sign in."]
