"""An invitation taken: what it gives, to whom, once, and what it never touches."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from carmsvc.platform.outbox import Letter
from carmsvc.platform.tenancy import importer_scope
from clients.actions import Refused
from clients.actions.invitations import (
    accept_as_newcomer,
    accept_with_account,
    hash_of,
    invite,
    revoke_invitation,
    send_again,
)
from clients.models import Importer, Invitation, Membership, StaffAssignment, User
from clients.queries import importer_ids_for, permissions_of
from clients.queries.invitations import state_of
from clients.rules import Permission
from tests.conftest import PASSWORD

ANNE = {"email": "Anne@Maple.example ", "full_name": "Anne Roy", "importer_role": "finance"}

NEW = {"full_name": "Anne Roy", "language": "fr", "password": "seven red maple leaves"}


def token_in(letter: Letter) -> str:
    [token] = set(re.findall(r"/invitation/([\w-]+)/", letter.text))
    return token


def latest_token() -> str:
    return token_in(Letter.objects.latest("id"))


def taken(token: str, **told: str) -> User:
    return accept_as_newcomer(token_hash=hash_of(token), **{**NEW, **told})


@pytest.fixture
def invited(owner: User, importer: Importer) -> Invitation:
    return invite(**ANNE, importers=[importer], by=owner)


def test_a_new_person_gets_the_account_the_letter_promised(
    invited: Invitation, importer: Importer, stranger: Importer
) -> None:
    anne = taken(latest_token())

    assert (anne.email, anne.full_name, anne.language) == ("anne@maple.example", "Anne Roy", "fr")
    assert anne.check_password(NEW["password"])
    assert anne.staff_role == ""
    assert importer_ids_for(anne) == [importer.pk]
    with importer_scope(importer.pk):
        assert permissions_of(anne, importer.pk) == {
            Permission.VIEW,
            Permission.UPLOAD,
            Permission.CONFIRM_MAPPING,
            Permission.RECORD_PAYMENT,
            Permission.TAKE_ONBOARDING_STEPS,
            Permission.ASK_SUPPORT,
        }
    invited.refresh_from_db()
    assert (state_of(invited), invited.accepted_by) == ("accepted", anne)


def test_an_invitation_of_staff_brings_a_member_of_the_staff_with_their_importers(
    administrator: User, importer: Importer
) -> None:
    invite(email="zoe@broker.example", staff_role="analyst", importers=[importer], by=administrator)
    zoe = taken(latest_token())

    assert zoe.staff_role == "analyst"
    assert importer_ids_for(zoe) == [importer.pk]
    with importer_scope(importer.pk):
        assert StaffAssignment.objects.filter(user=zoe).exists()
        assert not Membership.objects.filter(user=zoe).exists()


@pytest.mark.parametrize(
    ("password", "reason"),
    [("short", "too short"), ("12345678901", "numeric"), ("password1", "common")],
)
def test_a_weak_password_is_refused_and_the_invitation_stays_open(
    password: str, reason: str, invited: Invitation
) -> None:
    with pytest.raises(Refused, match=reason):
        taken(latest_token(), password=password)
    invited.refresh_from_db()
    assert state_of(invited) == "open"
    assert not User.objects.filter(email="anne@maple.example").exists()


def test_an_invitation_works_once(invited: Invitation) -> None:
    taken(latest_token())

    with pytest.raises(Refused, match="accepted already"):
        taken(latest_token())


def test_an_old_invitation_works_no_more(invited: Invitation) -> None:
    with time_machine.travel(invited.expires_at):
        assert state_of(invited) == "expired"
        with pytest.raises(Refused, match="expired"):
            taken(latest_token())
    with time_machine.travel(invited.expires_at - timedelta(seconds=1)):
        assert taken(latest_token()).is_active


def test_a_revoked_invitation_works_no_more(invited: Invitation, owner: User) -> None:
    revoke_invitation(invitation=invited, by=owner)

    with pytest.raises(Refused, match="revoked"):
        taken(latest_token())


def test_a_made_up_token_opens_nothing(invited: Invitation) -> None:
    with pytest.raises(Refused, match="does not work"):
        taken(latest_token()[:-1] + "!")


def test_sending_again_makes_a_new_link_and_the_old_one_is_dead(
    invited: Invitation, owner: User
) -> None:
    first = latest_token()
    with time_machine.travel(invited.expires_at + timedelta(days=30)):
        again = send_again(invitation=invited, by=owner)

        assert state_of(again) == "open"
        assert latest_token() != first
        with pytest.raises(Refused, match="does not work"):
            taken(first)
        assert taken(latest_token()).email == invited.email


def test_what_is_settled_is_neither_sent_again_nor_revoked(
    invited: Invitation, owner: User
) -> None:
    taken(latest_token())
    for act in (send_again, revoke_invitation):
        with pytest.raises(Refused, match="accepted already"):
            act(invitation=invited, by=owner)


@pytest.mark.parametrize("act", [send_again, revoke_invitation])
def test_an_invitation_is_managed_by_those_who_may_give_what_it_gives(
    act: Any,
    administrator: User,
    owner: User,
    finance: User,
    importer: Importer,
    stranger: Importer,
) -> None:
    both = invite(**ANNE, importers=[importer, stranger], by=administrator)

    for person in (owner, finance):  # the owner sees one of its two importers only
        with pytest.raises(Refused, match="Your role does not let you"):
            act(invitation=both, by=person)
    assert act(invitation=both, by=administrator) == both


def test_somebody_with_an_account_takes_an_invitation_to_their_address(
    other_finance: User, administrator: User, importer: Importer, stranger: Importer
) -> None:
    invite(
        email=other_finance.email,
        importer_role="compliance",
        importers=[importer],
        by=administrator,
    )
    accept_with_account(token_hash=hash_of(latest_token()), person=other_finance)

    assert sorted(importer_ids_for(other_finance)) == sorted([importer.pk, stranger.pk])
    with importer_scope([importer.pk, stranger.pk]):
        roles = dict(
            Membership.objects.filter(user=other_finance).values_list("importer_id", "role")
        )
    assert roles == {importer.pk: "compliance", stranger.pk: "finance"}


def test_nobody_takes_an_invitation_to_another_address(
    invited: Invitation, other_finance: User
) -> None:
    with pytest.raises(Refused, match="not for this account"):
        accept_with_account(token_hash=invited.token_hash, person=other_finance)


def test_a_new_account_is_never_made_for_an_address_that_has_one(
    owner: User, importer: Importer, other_finance: User
) -> None:
    """The link alone must not set the password of somebody who is here already."""
    invite(email=other_finance.email, importer_role="viewer", importers=[importer], by=owner)
    with pytest.raises(Refused, match="already registered"):
        taken(latest_token())
    other_finance.refresh_from_db()
    assert other_finance.check_password(PASSWORD)


def test_an_importers_invitation_does_not_touch_staff(
    owner: User, reviewer: User, importer: Importer
) -> None:
    invited = invite(email=reviewer.email, importer_role="owner", importers=[importer], by=owner)
    with pytest.raises(Refused, match="not for this account"):
        accept_with_account(token_hash=invited.token_hash, person=reviewer)
    reviewer.refresh_from_db()
    assert reviewer.staff_role == "analyst"
    with importer_scope(importer.pk):
        assert not Membership.objects.filter(user=reviewer).exists()


def test_an_importers_person_does_not_become_staff_by_a_link(
    administrator: User, finance: User, importer: Importer, owner: User
) -> None:
    with pytest.raises(Refused, match="has an account already"):
        invite(email=finance.email, staff_role="administrator", by=administrator)

    invite(email="late@maple.example", staff_role="administrator", by=administrator)
    as_staff = latest_token()
    invite(email="late@maple.example", importer_role="viewer", importers=[importer], by=owner)
    late = taken(latest_token())  # meanwhile they came as an importer's person
    with pytest.raises(Refused, match="not for this account"):
        accept_with_account(token_hash=hash_of(as_staff), person=late)
    late.refresh_from_db()
    assert late.staff_role == ""


def test_a_closed_account_takes_no_invitation(
    owner: User, other_finance: User, importer: Importer
) -> None:
    invited = invite(
        email=other_finance.email, importer_role="viewer", importers=[importer], by=owner
    )
    User.objects.filter(pk=other_finance.pk).update(is_active=False)
    other_finance.refresh_from_db()

    with pytest.raises(Refused, match="not for this account"):
        accept_with_account(token_hash=invited.token_hash, person=other_finance)


def test_somebody_made_a_member_meanwhile_keeps_the_role_they_have(
    owner: User, other_finance: User, importer: Importer
) -> None:
    invited = invite(
        email=other_finance.email, importer_role="owner", importers=[importer], by=owner
    )
    with importer_scope(importer.pk):
        Membership.objects.create(importer=importer, user=other_finance, role="viewer")
    accept_with_account(token_hash=invited.token_hash, person=other_finance)

    with importer_scope(importer.pk):
        assert Membership.objects.get(user=other_finance).role == "viewer"
