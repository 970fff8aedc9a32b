"""The pages of an invitation: the lists it stands in, and the one door strangers come in by."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carmsvc.platform.tenancy import importer_scope
from clients.actions.invitations import invite, revoke_invitation, send_again
from clients.models import Importer, Invitation, User
from tests.conftest import PASSWORD
from tests.pages.conftest import Browser
from tests.pages.test_people import (
    WISH,
    link_in_letter,
    place,
    text_of,
)

NEW = {"full_name": "Anne Roy", "language": "en", "password": "seven red maple leaves"}


@pytest.fixture
def invited(owner: User, importer: Importer) -> Invitation:
    return invite(**WISH, full_name="Anne Roy", importers=[importer], by=owner)


@pytest.fixture
def owning(signed_in: Browser, owner: User) -> Client:
    """The owner's browser."""
    return signed_in(owner)


@pytest.fixture
def anybody() -> Client:
    return Client(headers={"accept-language": "en"})


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
