"""The pages of people: who works with an importer, the way in by invitation, the way out."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carmsvc.platform.api_keys import create_api_key
from carmsvc.platform.outbox import Letter
from carmsvc.platform.tenancy import importer_scope
from clients.actions.invitations import invite, revoke_invitation, send_again
from clients.actions.leavers import deactivate_person
from clients.models import Importer, Invitation, Membership, StaffAssignment, User
from tests.conftest import PASSWORD
from tests.pages.conftest import Browser
from tests.test_translations import english_on

WISH = {"email": "anne@maple.example", "importer_role": "finance", "language": "en"}
NEW = {"full_name": "Anne Roy", "language": "en", "password": "seven red maple leaves"}


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
def anybody() -> Client:
    return Client(headers={"accept-language": "en"})


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
    for_owner = owning.get(address).content.decode()
    for_finance = signed_in(finance).get(address).content.decode()

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


# invitations


def test_invitations_are_listed_by_state(
    owning: Client, importer: Importer, invited: Invitation, owner: User
) -> None:
    gone = invite(
        email="gone@maple.example", importer_role="viewer", importers=[importer], by=owner
    )
    revoke_invitation(invitation=gone, by=owner)
    address = f"/importers/{importer.pk}/invitations/"

    everything = text_of(owning.get(address))
    assert re.search(r"gone@maple.example Viewer Revoked .* by Owner", everything)
    assert "anne@maple.example Anne Roy Finance Open" in everything
    only_open = text_of(owning.get(f"{address}?state=open"))
    assert "anne@maple.example" in only_open
    assert "gone@maple.example" not in only_open
    assert "No invitation here" in text_of(owning.get(f"{address}?state=accepted"))


def test_an_invitation_is_sent_again_and_revoked_by_the_page(
    owning: Client, importer: Importer, invited: Invitation
) -> None:
    first = link_in_letter()
    again = owning.post(f"/invitations/{invited.pk}/sending/", follow=True)
    assert "A new invitation is on its way to anne@maple.example" in text_of(again)
    assert link_in_letter() != first

    gone = owning.post(f"/invitations/{invited.pk}/revocation/", follow=True)
    assert "The invitation of anne@maple.example is revoked." in text_of(gone)
    twice = owning.post(f"/invitations/{invited.pk}/revocation/", follow=True)
    assert "This invitation was revoked." in text_of(twice)


def test_the_invitations_of_staff_are_for_those_who_manage_staff(
    signed_in: Browser, administrator: User, analyst: User, owner: User
) -> None:
    invited = invite(email="zoe@broker.example", staff_role="viewer", by=administrator)
    browser = signed_in(administrator)

    assert "zoe@broker.example Viewer Open" in text_of(browser.get("/invitations/"))
    assert browser.post(f"/invitations/{invited.pk}/sending/").url == "/invitations/"
    for person in (analyst, owner):
        assert signed_in(person).get("/invitations/").status_code == 403
        assert signed_in(person).post(f"/invitations/{invited.pk}/sending/").status_code == 404


def test_the_list_of_invitations_asks_as_often_for_three_as_for_one(
    owning: Client, importer: Importer, invited: Invitation, owner: User, connection_queries: Any
) -> None:
    address = f"/importers/{importer.pk}/invitations/"
    once = connection_queries(lambda: owning.get(address))
    for name in ("a", "b"):
        invite(email=f"{name}@maple.example", importer_role="owner", importers=[importer], by=owner)
    assert connection_queries(lambda: owning.get(address)) == once


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


# the way in


def test_the_link_takes_the_token_out_of_the_address(anybody: Client, invited: Invitation) -> None:
    link = link_in_letter()
    answer = anybody.get(link)

    assert (answer.status_code, answer.url) == (302, "/invitation/")
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]
    token = link.split("/")[2]
    assert token not in str(dict(anybody.session))
    page = anybody.get("/invitation/")
    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "same-origin"
    assert token not in page.content.decode()


@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_the_token_is_never_logged(
    method: str, invited: Invitation, caplog: pytest.LogCaptureFixture
) -> None:
    browser = Client(enforce_csrf_checks=True)
    answer = getattr(browser, method)(link_in_letter(), follow=True)

    assert answer.status_code in (200, 403, 405)
    assert link_in_letter().split("/")[2] not in caplog.text


def test_looking_at_an_invitation_does_not_use_it(anybody: Client, invited: Invitation) -> None:
    """Mail scanners open links too."""
    for _ in range(3):
        anybody.get(link_in_letter(), follow=True)
    invited.refresh_from_db()

    assert invited.accepted_at is None


def test_the_page_says_who_invites_to_what(anybody: Client, invited: Invitation) -> None:
    text = text_of(anybody.get(link_in_letter(), follow=True))

    assert "Owner invites you to work with carmsvc." in text
    assert "anne@maple.example" in text
    assert "Role Finance" in text
    assert "Importer Maple Furniture Inc." in text


def test_a_new_person_sets_name_language_and_password_and_is_in(
    anybody: Client, invited: Invitation, importer: Importer
) -> None:
    anybody.get(link_in_letter())
    answer = anybody.post("/invitation/", NEW, follow=True)
    anne = User.objects.get(email="anne@maple.example")

    assert answer.redirect_chain[-1][0] == f"/importers/{importer.pk}/"
    assert anne.check_password(NEW["password"])
    assert int(anybody.session["_auth_user_id"]) == anne.pk
    assert "invitation" not in anybody.session
    assert place(anne, importer).role == "finance"


def test_who_came_by_the_letter_has_shown_their_address(
    anybody: Client, invited: Invitation
) -> None:
    anybody.get(link_in_letter())
    anybody.post("/invitation/", NEW)

    shown = EmailAddress.objects.values_list("user__email", "email", "verified", "primary")
    assert ("anne@maple.example", "anne@maple.example", True, True) in shown


@pytest.mark.parametrize("kind", ["staff", "an importer that requires it"])
def test_who_needs_a_second_factor_goes_straight_to_its_set_up(
    kind: str, anybody: Client, administrator: User, importer: Importer
) -> None:
    if kind == "staff":
        invite(email=WISH["email"], staff_role="analyst", by=administrator)
    else:
        with importer_scope(importer.pk):
            Importer.objects.update(requires_second_factor=True)
        invite(**WISH, importers=[importer], by=administrator)
    anybody.get(link_in_letter())
    answer = anybody.post("/invitation/", NEW, follow=True)

    assert answer.redirect_chain[-1][0] == reverse("second-factor")
    assert "_auth_user_id" in anybody.session


def test_the_invitation_page_speaks_the_letters_language_until_another_is_chosen(
    owner: User, importer: Importer, anybody: Client
) -> None:
    invite(**{**WISH, "language": "fr"}, importers=[importer], by=owner)
    french = anybody.get(link_in_letter(), follow=True).content.decode()
    assert '<html lang="fr">' in french

    anybody.post("/i18n/setlang/", {"language": "en", "next": "/invitation/"})
    assert '<html lang="en">' in anybody.get("/invitation/").content.decode()


def test_a_weak_password_is_refused_at_the_field(anybody: Client, invited: Invitation) -> None:
    anybody.get(link_in_letter())
    answer = anybody.post("/invitation/", {**NEW, "password": "anne roy"})

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not User.objects.filter(email="anne@maple.example").exists()
    assert anybody.post("/invitation/", NEW).status_code == 302


def in_some_state(state: str, invited: Invitation, owner: User) -> str:
    """A link that no longer works, or never did."""
    link = link_in_letter()
    if state == "accepted":
        browser = Client()
        browser.get(link)
        browser.post("/invitation/", NEW)
    elif state == "revoked":
        revoke_invitation(invitation=invited, by=owner)
    elif state == "replaced":
        send_again(invitation=invited, by=owner)
    elif state == "expired":
        Invitation.objects.update(expires_at=invited.sent_at - timedelta(seconds=1))
    elif state == "made up":
        link = "/invitation/abc/"
    return link


@pytest.mark.parametrize(
    ("state", "status", "words"),
    [
        ("accepted", 410, "This invitation was used An invitation works once"),
        ("expired", 410, "This invitation is too old It worked until"),
        ("revoked", 410, "This invitation was taken back"),
        ("replaced", 404, "This link does not work It is not one of ours, or a newer letter"),
        ("made up", 404, "This link does not work"),
    ],
)
def test_a_dead_link_is_explained_and_takes_nobody_in(
    state: str, status: int, words: str, anybody: Client, invited: Invitation, owner: User
) -> None:
    link = in_some_state(state, invited, owner)
    people = User.objects.count()
    anybody.get(link)

    for answer in (anybody.get("/invitation/"), anybody.post("/invitation/", NEW)):
        assert answer.status_code == status
        assert words in text_of(answer)
    assert User.objects.count() == people
    assert "_auth_user_id" not in anybody.session


def test_every_dead_link_asks_the_same_of_the_database(
    anybody: Client, invited: Invitation, owner: User
) -> None:
    """So that the time an answer takes tells nothing about it."""
    told = {}
    for state in ("made up", "replaced", "expired", "revoked"):
        anybody.get(in_some_state(state, invited, owner))
        with CaptureQueriesContext(connections["default"]) as queries:
            anybody.get("/invitation/")
        told[state] = [re.sub(r"\d+|'[^']*'", "?", one["sql"])[:60] for one in queries]

    assert len(told["made up"]) > 5
    assert told["made up"] == told["replaced"] == told["expired"] == told["revoked"]


def test_the_page_without_a_link_is_the_page_of_an_unknown_one(anybody: Client, db: None) -> None:
    assert anybody.get("/invitation/").status_code == 404


def test_who_has_an_account_signs_in_first_and_then_accepts(
    anybody: Client, owner: User, importer: Importer, other_finance: User, stranger: Importer
) -> None:
    invite(**{**WISH, "email": other_finance.email}, importers=[importer], by=owner)
    page = anybody.get(link_in_letter(), follow=True)
    assert "You have an account with this address already." in text_of(page)
    assert 'name="password"' not in page.content.decode()
    assert anybody.post("/invitation/", NEW).status_code == 200
    assert place(other_finance, importer) is None

    anybody.post(
        "/account/login/?next=/invitation/", {"login": other_finance.email, "password": PASSWORD}
    )
    assert "You are signed in as finance@optics.example." in text_of(anybody.get("/invitation/"))
    assert anybody.post("/invitation/").url == "/"
    assert place(other_finance, importer).role == "finance"
    assert place(other_finance, stranger).role == "finance"


def test_who_is_signed_in_as_somebody_else_is_asked_to_change(
    signed_in: Browser, invited: Invitation, other_finance: User, importer: Importer
) -> None:
    browser = signed_in(other_finance)
    page = browser.get(link_in_letter(), follow=True)
    assert "this invitation is for another address" in text_of(page)
    browser.post("/invitation/", NEW)
    assert place(other_finance, importer) is None

    changed = browser.post("/invitation/other-account/", follow=True)
    assert "_auth_user_id" not in browser.session
    assert "Accept and sign in" in text_of(changed)


@pytest.mark.parametrize(
    ("who", "words"),
    [("reviewer", "You work for the brokerage"), ("other_finance", "does not change sides")],
)
def test_nobody_changes_sides_by_a_link(
    who: str,
    words: str,
    signed_in: Browser,
    owner: User,
    administrator: User,
    importer: Importer,
    request: pytest.FixtureRequest,
) -> None:
    if who == "reviewer":
        person = request.getfixturevalue(who)
        invite(**{**WISH, "email": person.email}, importers=[importer], by=owner)
    else:
        invite(email="finance@optics.example", staff_role="analyst", by=administrator)
        person = request.getfixturevalue(who)
    role = person.staff_role
    browser = signed_in(person)

    assert words in text_of(browser.get(link_in_letter(), follow=True))
    browser.post("/invitation/")
    person.refresh_from_db()
    assert person.staff_role == role
    assert place(person, importer) is None


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


def test_an_expired_invitation_can_be_sent_again_by_the_page(
    signed_in: Browser, owner: User, importer: Importer, invited: Invitation
) -> None:
    with time_machine.travel(invited.expires_at + timedelta(days=1)):
        browser = signed_in(owner)
        text = text_of(browser.get(f"/importers/{importer.pk}/invitations/?state=expired"))
        assert "anne@maple.example Anne Roy Finance Expired" in text
        browser.post(f"/invitations/{invited.pk}/sending/")
        invited.refresh_from_db()
        assert invited.expires_at > invited.sent_at + timedelta(days=6)


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
