"""The pages of people: who works with an importer, the way in by invitation, the way out."""

import html
import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from carmsvc.platform.api_keys import create_api_key
from carmsvc.platform.outbox import Letter
from carmsvc.platform.tenancy import importer_scope
from clients.actions.invitations import invite
from clients.actions.leavers import deactivate_person
from clients.models import Importer, Invitation, Membership, StaffAssignment, User
from tests.pages.conftest import Browser
from tests.test_translations import english_on

WISH = {"email": "anne@maple.example", "importer_role": "finance", "language": "en"}


def text_of(response: Any) -> str:
    """The words of a page."""
    body = re.sub(
        r"<(?:head|svg|script).*?</(?:head|svg|script)>", " ", response.content.decode(), flags=re.S
    )
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def link_in_letter() -> str:
    """Where the latest letter leads, without the site."""
    [path] = set(re.findall(r"(/invitation/[\w-]+/)", Letter.objects.latest("id").text))
    return path


def place(person: User, importer: Importer) -> Membership | None:
    with importer_scope(importer.pk):
        return Membership.objects.filter(user=person).first()


def page_about(person: User, importer: Importer, rest: str = "") -> str:
    return f"/importers/{importer.pk}/people/{place(person, importer).pk}/{rest}"


@pytest.fixture
def invited(owner: User, importer: Importer) -> Invitation:
    return invite(**WISH, full_name="Anne Roy", importers=[importer], by=owner)


@pytest.fixture
def owning(signed_in: Browser, owner: User) -> Client:
    """The owner's browser."""
    return signed_in(owner)


# an importer's people


def test_owners_see_their_people_who_is_invited_and_who_looks_after_them(
    owning: Client, importer: Importer, finance: User, analyst: User, invited: Invitation
) -> None:
    with importer_scope(importer.pk):
        StaffAssignment.objects.update(is_lead=True)
    text = text_of(owning.get(f"/importers/{importer.pk}/people/"))

    assert "Finance finance@maple.example Finance Never No Change" in text
    assert re.search(r"Owner You owner@maple.example Owner \d{4}-\d\d-\d\d \d\d:\d\d No", text)
    assert "anne@maple.example Finance Owner" in text
    assert "Send again Revoke" in text
    assert "Analyst Lead analyst@broker.example Analyst" in text
    assert "Not required: a password is enough" in text


def test_a_second_factor_is_shown_to_those_who_manage_people(
    owning: Client, importer: Importer, finance: User
) -> None:
    Authenticator.objects.bulk_create([Authenticator(user=finance, type="totp", data={})])
    text = text_of(owning.get(f"/importers/{importer.pk}/people/"))

    assert "Finance finance@maple.example Finance Never Yes Change" in text


def test_recovery_codes_alone_are_no_second_factor(
    owning: Client, importer: Importer, finance: User
) -> None:
    codes = Authenticator(user=finance, type="recovery_codes", data={})
    Authenticator.objects.bulk_create([codes])
    text = text_of(owning.get(f"/importers/{importer.pk}/people/"))

    assert "Finance finance@maple.example Finance Never No Change" in text


def test_who_does_not_manage_people_sees_names_and_roles_only(
    signed_in: Browser, importer: Importer, finance: User, owner: User, invited: Invitation
) -> None:
    page = signed_in(finance).get(f"/importers/{importer.pk}/people/")
    text = text_of(page)

    assert "Owner owner@maple.example Owner" in text
    for hidden in ("Last sign-in", "Never", "anne@maple.example", "Second factor", "Invite"):
        assert hidden not in text
    assert b"invitations/" not in page.content


def test_an_importer_without_people_says_what_to_do_first(
    signed_in: Browser, importer: Importer, analyst: User
) -> None:
    text = text_of(signed_in(analyst).get(f"/importers/{importer.pk}/people/"))

    assert "Nobody of this importer signs in yet Invite its owner first" in text


def test_the_tabs_lead_to_what_one_may_see(
    owning: Client, signed_in: Browser, importer: Importer, finance: User
) -> None:
    address = f"/importers/{importer.pk}/"
    for_owner = owning.get(f"{address}people/").content.decode()
    for_finance = signed_in(finance).get(f"{address}people/").content.decode()

    assert f'href="{address}people/"' in for_owner
    assert f'href="{address}invitations/"' in for_owner
    assert f'href="{address}people/"' in for_finance
    assert f'href="{address}invitations/"' not in for_finance


def test_an_owner_invites_by_the_page(owning: Client, importer: Importer) -> None:
    answer = owning.post(f"/importers/{importer.pk}/invitations/new/", WISH, follow=True)

    assert answer.redirect_chain[-1][0] == f"/importers/{importer.pk}/people/"
    assert "anne@maple.example is invited." in text_of(answer)
    assert Invitation.objects.get().importer_role == "finance"
    assert Letter.objects.count() == 1


def test_a_refused_invitation_says_every_reason_and_keeps_what_was_written(
    owning: Client, importer: Importer, owner: User
) -> None:
    answer = owning.post(
        f"/importers/{importer.pk}/invitations/new/", {**WISH, "email": owner.email}
    )
    assert answer.status_code == 422
    assert "is one of the people of Maple Furniture Inc. already" in text_of(answer)
    assert f'value="{owner.email}"' in answer.content.decode()
    nothing = owning.post(f"/importers/{importer.pk}/invitations/new/", {"email": "x"})
    assert text_of(nothing).count("This field is required") == 2


def test_a_role_is_changed_by_the_page(owning: Client, importer: Importer, finance: User) -> None:
    address = page_about(finance, importer)
    assert "Finance finance@maple.example" in text_of(owning.get(address))

    answer = owning.post(address, {"role": "viewer"}, follow=True)
    assert "The role of Finance is changed." in text_of(answer)
    assert place(finance, importer).role == "viewer"


def test_giving_up_ones_own_right_needs_a_yes(
    owning: Client, importer: Importer, owner: User, finance: User
) -> None:
    with importer_scope(importer.pk):
        Membership.objects.filter(user=finance).update(role="owner")
    address = page_about(owner, importer)

    refused = owning.post(address, {"role": "viewer"})
    assert refused.status_code == 422
    assert "Confirm that you give up managing people" in text_of(refused)
    assert place(owner, importer).role == "owner"
    owning.post(address, {"role": "viewer", "sure": "on"})
    assert place(owner, importer).role == "viewer"


def test_a_removal_is_confirmed_first(owning: Client, importer: Importer, finance: User) -> None:
    address = page_about(finance, importer, "removal/")
    asked = text_of(owning.get(address))
    assert "Remove Finance from Maple Furniture Inc.?" in asked
    assert place(finance, importer)

    done = owning.post(address, follow=True)
    assert "Finance is removed." in text_of(done)
    assert place(finance, importer) is None


def test_the_invitations_somebody_sent_are_shown_before_they_go(
    signed_in: Browser, analyst: User, importer: Importer, owner: User, invited: Invitation
) -> None:
    text = text_of(signed_in(analyst).get(page_about(owner, importer, "removal/")))

    assert "Invitations they sent that still work" in text
    assert "anne@maple.example (Finance)" in text


def test_the_last_owner_stays_and_the_page_says_why(
    owning: Client, importer: Importer, owner: User
) -> None:
    answer = owning.post(page_about(owner, importer, "removal/"), {"sure": "on"})

    assert answer.status_code == 422
    assert "Owner is the only owner. Make somebody else an owner first." in text_of(answer)


def test_an_administrator_names_the_new_owner_in_passing(
    signed_in: Browser, administrator: User, importer: Importer, owner: User, finance: User
) -> None:
    browser, address = signed_in(administrator), page_about(owner, importer, "removal/")
    heir = place(finance, importer)

    assert "New owner" in text_of(browser.get(address))
    browser.post(address, {"new_owner": heir.pk})
    assert place(owner, importer) is None
    assert place(finance, importer).role == "owner"


def test_leaving_oneself_leads_home(
    owning: Client, importer: Importer, owner: User, finance: User
) -> None:
    with importer_scope(importer.pk):
        Membership.objects.filter(user=finance).update(role="owner")
    address = page_about(owner, importer, "removal/")

    assert "Leave Maple Furniture Inc.?" in text_of(owning.get(address))
    assert owning.post(address).status_code == 422
    assert owning.post(address, {"sure": "on"}).url == "/"
    assert place(owner, importer) is None


@pytest.mark.parametrize(("sent", "required"), [("1", True), ("0", False)])
def test_the_rule_of_the_second_factor_is_a_switch(
    sent: str, required: bool, signed_in: Browser, analyst: User, importer: Importer
) -> None:
    with importer_scope(importer.pk):
        Importer.objects.update(requires_second_factor=not required)
    address = f"/importers/{importer.pk}/people/second-factor/"
    signed_in(analyst).post(address, {"required": sent})

    with importer_scope(importer.pk):
        assert Importer.objects.get().requires_second_factor is required


def things_of(importer: Importer, person: User, invitation: Invitation) -> list[tuple[str, str]]:
    """Everything that manages an importer's people."""
    about, base = page_about(person, importer), f"/importers/{importer.pk}/"
    return [
        ("get", f"{base}invitations/"),
        ("get", f"{base}invitations/new/"),
        ("post", f"{base}invitations/new/"),
        ("post", f"{base}people/second-factor/"),
        ("get", about),
        ("post", about),
        ("get", f"{about}removal/"),
        ("post", f"{about}removal/"),
        ("post", f"/invitations/{invitation.pk}/sending/"),
        ("post", f"/invitations/{invitation.pk}/revocation/"),
    ]


def test_who_does_not_manage_people_changes_nothing(
    signed_in: Browser, importer: Importer, owner: User, finance: User, invited: Invitation
) -> None:
    browser = signed_in(finance)
    for method, address in things_of(importer, owner, invited):
        told = 404 if address.startswith("/invitations/") else 403
        assert getattr(browser, method)(address).status_code == told, address


def test_a_stranger_finds_none_of_it(
    signed_in: Browser, importer: Importer, owner: User, invited: Invitation, other_finance: User
) -> None:
    browser = signed_in(other_finance)
    for method, address in [
        ("get", f"/importers/{importer.pk}/people/"),
        *things_of(importer, owner, invited),
    ]:
        assert getattr(browser, method)(address).status_code == 404, address


def test_a_membership_is_found_at_its_own_importer_only(
    signed_in: Browser, administrator: User, importer: Importer, stranger: Importer, owner: User
) -> None:
    address = f"/importers/{stranger.pk}/people/{place(owner, importer).pk}/"

    assert signed_in(administrator).get(address).status_code == 404


def test_the_list_of_people_asks_as_often_for_three_as_for_one(
    owning: Client, importer: Importer, connection_queries: Any
) -> None:
    address = f"/importers/{importer.pk}/people/"
    once = connection_queries(lambda: owning.get(address))
    for name in ("a", "b"):
        person = User.objects.create_user(f"{name}@maple.example", full_name=name)
        with importer_scope(importer.pk):
            Membership.objects.create(importer=importer, user=person, role="viewer")
    assert connection_queries(lambda: owning.get(address)) == once


# the way out


def test_an_administrator_closes_an_account_after_seeing_what_it_holds(
    signed_in: Browser, administrator: User, finance: User, importer: Importer
) -> None:
    create_api_key(name="ERP", user=finance, importer_ids=[importer.pk], grants=["*:read"])
    browser = signed_in(administrator)
    asked = text_of(browser.get(f"/people/{finance.pk}/deactivation/"))
    assert "Close the account of Finance?" in asked
    assert "1 API key of theirs is revoked at once, for good." in asked
    assert "Maple Furniture Inc. Finance" in asked

    done = text_of(browser.post(f"/people/{finance.pk}/deactivation/", follow=True))
    assert "Finance is signed out everywhere and can no longer sign in." in done
    assert "1 API key is revoked." in done
    assert re.search(r"Closed \d{4}-\d\d-\d\d \d\d:\d\d by Ada Admin", done)
    finance.refresh_from_db()
    assert finance.is_active is False


def test_a_session_of_a_closed_account_fails_on_its_next_request(
    signed_in: Browser, administrator: User, finance: User, importer: Importer
) -> None:
    browser = signed_in(finance)
    assert browser.get(f"/importers/{importer.pk}/").status_code == 200
    signed_in(administrator).post(f"/people/{finance.pk}/deactivation/")

    answer = browser.get(f"/importers/{importer.pk}/")
    assert (answer.status_code, answer.url.split("?")[0]) == (302, "/account/login/")


def test_an_account_is_opened_again(signed_in: Browser, administrator: User, finance: User) -> None:
    browser = signed_in(administrator)
    deactivate_person(person=finance, by=administrator)

    text = text_of(browser.post(f"/people/{finance.pk}/reactivation/", follow=True))
    assert "Finance can sign in again." in text
    assert "Account closed" not in text


def test_what_a_leaver_looked_after_is_handed_over_by_the_page(
    signed_in: Browser, administrator: User, analyst: User, reviewer: User, importer: Importer
) -> None:
    browser, address = signed_in(administrator), f"/people/{analyst.pk}/"
    assert "1 place of theirs" in text_of(browser.get(address))

    done = text_of(browser.post(f"{address}handover/", {"to": reviewer.pk}, follow=True))
    assert "1 place is handed over." in done
    assert "Nothing hangs on this person" in done
    with importer_scope(importer.pk):
        assert list(StaffAssignment.objects.values_list("user", flat=True)) == [reviewer.pk]


@pytest.mark.parametrize("to", ["", "importer's person"])
def test_only_staff_can_be_chosen_to_take_over(
    to: str, signed_in: Browser, administrator: User, analyst: User, finance: User
) -> None:
    chosen = finance.pk if to else ""
    answer = signed_in(administrator).post(f"/people/{analyst.pk}/handover/", {"to": chosen})

    assert answer.status_code == 422


def test_ones_own_account_cannot_be_closed(signed_in: Browser, administrator: User) -> None:
    browser = signed_in(administrator)
    answer = browser.post(f"/people/{administrator.pk}/deactivation/", follow=True)

    assert "Nobody closes their own account" in text_of(answer)
    assert "Close the account" not in text_of(browser.get(f"/people/{administrator.pk}/"))


@pytest.mark.parametrize("who", ["owner", "analyst", "staff_viewer", "finance"])
def test_accounts_are_for_those_who_manage_staff(
    who: str, signed_in: Browser, administrator: User, request: pytest.FixtureRequest
) -> None:
    browser, base = signed_in(request.getfixturevalue(who)), f"/people/{administrator.pk}/"
    for method, address in [
        ("get", base),
        ("get", "/people/999999/"),  # whether somebody exists is not told either
        ("get", f"{base}deactivation/"),
        ("post", f"{base}deactivation/"),
        ("post", f"{base}reactivation/"),
        ("post", f"{base}handover/"),
    ]:
        assert getattr(browser, method)(address).status_code == 403, address


def test_the_only_owner_who_left_is_shown_to_be_replaced(
    signed_in: Browser, administrator: User, owner: User
) -> None:
    deactivate_person(person=owner, by=administrator)

    text = text_of(signed_in(administrator).get(f"/people/{owner.pk}/"))
    assert "Maple Furniture Inc. Owner Only owner: name another" in text


def test_every_page_of_people_is_french(
    administrator: User, analyst: User, owner: User, importer: Importer, invited: Invitation
) -> None:
    base = f"/importers/{importer.pk}/"
    browser = Client(headers={"accept-language": "fr"})
    browser.force_login(administrator)
    for address in (
        f"{base}people/",
        page_about(owner, importer),
        page_about(owner, importer, "removal/"),
        f"{base}invitations/",
        f"{base}invitations/new/",
        f"/people/{analyst.pk}/",
        f"/people/{analyst.pk}/deactivation/",
    ):
        assert not english_on(browser.get(address).content.decode()), address
    anonymous = Client(headers={"accept-language": "fr"})
    for link in (link_in_letter(), "/invitation/abc/"):
        anonymous.cookies["django_language"] = "fr"
        assert not english_on(anonymous.get(link, follow=True).content.decode())
