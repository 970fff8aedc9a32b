"""Invitations: one person, one role, one use, and nobody gives what is not theirs to give."""

import hashlib
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from carmsvc.platform.audit import AuditEvent, BrokerageEvent
from carmsvc.platform.outbox import Letter
from carmsvc.platform.tenancy import importer_scope
from clients.actions import Refused
from clients.actions.invitations import (
    accept_as_newcomer,
    hash_of,
    invite,
    revoke_invitation,
    send_again,
)
from clients.models import Importer, Invitation, InvitedTo, User
from clients.queries.invitations import in_state, invitations_to, may_invite, state_of

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


def events(importer: Importer, action: str) -> list[AuditEvent]:
    with importer_scope(importer.pk):
        return list(AuditEvent.objects.filter(action=action).order_by("sequence"))


def test_an_owner_invites_one_address_to_one_role_of_their_importer(
    invited: Invitation, importer: Importer, owner: User
) -> None:
    with importer_scope(importer.pk):
        opened = list(InvitedTo.objects.values_list("importer_id", "invitation_id"))

    assert (invited.email, invited.importer_role) == ("anne@maple.example", "finance")
    assert (invited.invited_by, opened) == (owner, [(importer.pk, invited.pk)])
    assert invited.expires_at - invited.sent_at == timedelta(days=7)


def test_how_long_an_invitation_works_is_a_setting(
    owner: User, importer: Importer, settings: Any
) -> None:
    settings.INVITATION_DAYS = 2
    invited = invite(**ANNE, importers=[importer], by=owner)

    assert invited.expires_at - invited.sent_at == timedelta(days=2)


def test_the_token_is_in_the_letter_only_and_a_hash_in_the_database(
    invited: Invitation, importer: Importer, caplog: pytest.LogCaptureFixture
) -> None:
    token = latest_token()

    assert len(token) == 43  # 256 bits in base64
    assert invited.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert token not in caplog.text
    with importer_scope(importer.pk):
        for event in AuditEvent.objects.all():
            assert token not in str(event.__dict__)
            assert invited.token_hash not in str(event.__dict__)


def test_the_letter_loses_its_link_once_it_is_sent(invited: Invitation) -> None:
    assert Letter.objects.get().holds_secret is True


def test_the_letter_says_who_invites_to_what_and_until_when(
    invited: Invitation, settings: Any
) -> None:
    letter = Letter.objects.get()

    assert letter.to_address == "anne@maple.example"
    assert letter.subject == "Your invitation to Maple Furniture Inc. at carmsvc"
    for words in (letter.text, letter.html):
        assert "Hello Anne Roy," in words
        assert "Owner invites you to work with carmsvc." in words
        assert "Finance" in words
        assert "Maple Furniture Inc." in words
        local = timezone.localtime(invited.expires_at)
        assert f"until {local:%Y-%m-%d %H:%M};" in words
        assert f"{settings.BASE_URL}/invitation/{latest_token()}/" in words


def test_the_letter_speaks_the_language_of_who_is_invited(owner: User, importer: Importer) -> None:
    invite(**ANNE, language="fr", importers=[importer], by=owner)
    letter = Letter.objects.get()

    for words in (letter.subject, letter.text, letter.html):
        assert not re.search(r"\b(you|the|your|role|hello)\b", words.lower().split("http")[0])
    assert "Finances" in letter.text


def test_a_name_with_marks_stays_text_in_the_letter(owner: User, importer: Importer) -> None:
    invite(**{**ANNE, "full_name": "<b>O'Neil & Co"}, importers=[importer], by=owner)
    letter = Letter.objects.get()

    assert "Hello <b>O'Neil & Co," in letter.text
    assert "<b>" not in letter.html


@pytest.mark.parametrize("who", ["owner", "analyst", "administrator"])
def test_owners_and_staff_who_manage_people_invite(
    who: str, importer: Importer, request: pytest.FixtureRequest
) -> None:
    by = request.getfixturevalue(who)

    assert invite(**ANNE, importers=[importer], by=by).invited_by == by


@pytest.mark.parametrize("who", ["finance", "staff_viewer", "other_finance"])
def test_nobody_else_invites(who: str, importer: Importer, request: pytest.FixtureRequest) -> None:
    with pytest.raises(Refused, match="Your role does not let you"):
        invite(**ANNE, importers=[importer], by=request.getfixturevalue(who))
    assert not Invitation.objects.exists()
    assert not Letter.objects.exists()


@pytest.mark.parametrize("who", ["owner", "analyst", "finance"])
@pytest.mark.parametrize("role", ["administrator", "analyst", "viewer"])
def test_only_those_who_manage_staff_invite_staff(
    who: str, role: str, importer: Importer, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(Refused, match="Your role does not let you"):
        invite(email="new@broker.example", staff_role=role, by=request.getfixturevalue(who))


def test_an_owner_does_not_invite_to_an_importer_they_do_not_see(
    owner: User, importer: Importer, stranger: Importer
) -> None:
    with pytest.raises(Refused, match="Your role does not let you"):
        invite(**ANNE, importers=[importer, stranger], by=owner)
    assert may_invite(owner, staff_role="", importer_ids=[importer.pk]) is True
    assert may_invite(owner, staff_role="", importer_ids=[stranger.pk]) is False


def test_staff_do_not_invite_to_an_importer_they_are_not_assigned_to(
    analyst: User, stranger: Importer
) -> None:
    with pytest.raises(Refused, match="Your role does not let you"):
        invite(**ANNE, importers=[stranger], by=analyst)


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        ({"email": "anne"}, "valid email"),
        ({"importer_role": ""}, "Choose one role"),
        ({"importer_role": "king"}, "no role “king”"),
        ({"importers": []}, "at least one importer"),
        ({"email": "owner@maple.example"}, "one of the people of Maple Furniture Inc. already"),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    wish: dict[str, Any], reason: str, owner: User, importer: Importer
) -> None:
    with pytest.raises(Refused, match=reason):
        invite(**{**ANNE, "importers": [importer], "by": owner, **wish})


def test_one_invitation_holds_one_kind_of_role(administrator: User, importer: Importer) -> None:
    with pytest.raises(Refused, match="Choose one role"):
        invite(**ANNE, staff_role="viewer", importers=[importer], by=administrator)


def test_an_address_is_invited_to_an_importer_once(
    invited: Invitation, owner: User, importer: Importer
) -> None:
    with pytest.raises(Refused, match="send that invitation again"):
        invite(**ANNE, importers=[importer], by=owner)


def test_staff_learn_that_an_address_is_a_colleagues_and_owners_do_not(
    analyst: User, reviewer: User, owner: User, importer: Importer
) -> None:
    wish = {**ANNE, "email": reviewer.email, "importers": [importer]}

    with pytest.raises(Refused, match="works for the brokerage"):
        invite(**wish, by=analyst)
    assert invite(**wish, by=owner).email == reviewer.email


def test_every_step_is_on_the_importers_chain(
    invited: Invitation, owner: User, importer: Importer
) -> None:
    send_again(invitation=invited, by=owner)
    anne = taken(latest_token())

    [told] = events(importer, "person invited")
    assert (told.actor, told.before) == (owner.email, None)
    assert (told.after["email"], told.after["role"]) == ("anne@maple.example", "finance")
    [again] = events(importer, "invitation sent again")
    assert again.before["expires_at"] < again.after["expires_at"]
    [accepted] = events(importer, "invitation accepted")
    assert (accepted.before, accepted.after) == ({"state": "open"}, {"state": "accepted"})
    assert accepted.actor_id == anne.pk
    [joined] = events(importer, "person joined")
    assert joined.after == {"email": "anne@maple.example", "role": "finance"}


def test_a_revocation_is_on_the_chain_of_each_importer(
    administrator: User, importer: Importer, stranger: Importer
) -> None:
    both = invite(**ANNE, importers=[importer, stranger], by=administrator)
    revoke_invitation(invitation=both, by=administrator)

    for each in (importer, stranger):
        [told] = events(each, "invitation revoked")
        assert (told.before, told.after) == ({"state": "open"}, {"state": "revoked"})


def test_invitations_of_staff_are_on_the_brokerages_chain_only(
    administrator: User, importer: Importer
) -> None:
    invite(email="zoe@broker.example", staff_role="viewer", importers=[importer], by=administrator)
    taken(latest_token())

    actions = list(BrokerageEvent.objects.order_by("sequence").values_list("action", flat=True))
    assert actions == ["person invited", "person joined", "invitation accepted"]
    assert events(importer, "person invited") == []


@pytest.fixture
def one_of_each(owner: User, importer: Importer) -> Iterator[dict[str, Invitation]]:
    with time_machine.travel("2026-10-01T12:00:00-04:00", tick=False) as clock:
        found = {}
        for state in ("expired", "accepted", "revoked"):
            found[state] = invite(
                email=f"{state}@maple.example",
                importer_role="viewer",
                importers=[importer],
                by=owner,
            )
            if state == "accepted":
                taken(latest_token())
        revoke_invitation(invitation=found["revoked"], by=owner)
        clock.shift(timedelta(days=8))
        found["open"] = invite(
            email="open@maple.example", importer_role="viewer", importers=[importer], by=owner
        )
        yield found


def test_invitations_are_found_by_how_they_stand(
    one_of_each: dict[str, Invitation], importer: Importer
) -> None:
    with importer_scope(importer.pk):
        everything = invitations_to(importer.pk)
        for state, invitation in one_of_each.items():
            assert list(in_state(everything, state)) == [invitation]
            assert state_of(everything.get(pk=invitation.pk)) == state
        newest_first = ["open", "revoked", "accepted", "expired"]
        assert list(everything) == [one_of_each[state] for state in newest_first]


def test_an_importers_list_shows_neither_strangers_nor_the_brokerages_own(
    invited: Invitation, administrator: User, importer: Importer, stranger: Importer
) -> None:
    invite(**{**ANNE, "email": "o@o.example"}, importers=[stranger], by=administrator)
    invite(email="zoe@broker.example", staff_role="viewer", importers=[importer], by=administrator)
    with importer_scope([importer.pk, stranger.pk]):
        assert list(invitations_to(importer.pk)) == [invited]
