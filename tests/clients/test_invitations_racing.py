"""Two clicks in the same moment, and two doors at once: one of them wins, whole."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

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
from clients.actions.leavers import deactivate_person
from clients.actions.people import change_role
from clients.models import Importer, Invitation, Membership, User
from tests.clients.test_invitations import ANNE, NEW, latest_token

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each answers when all begin in the same moment, each with a connection of its own."""
    answers: list[Any] = [None] * len(acts)
    start = threading.Barrier(len(acts))

    def run(place: int) -> None:
        try:
            start.wait()
            answers[place] = acts[place]()
        except Exception as error:
            answers[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def won(answers: list[Any]) -> list[Any]:
    """The answers that are no refusal; anything but a refusal is a fault."""
    errors = [answer for answer in answers if isinstance(answer, Exception)]
    assert all(isinstance(error, Refused) for error in errors), errors
    return [answer for answer in answers if not isinstance(answer, Exception)]


def taking(token: str, name: str = "Anne") -> Callable[[], User]:
    wish = {**NEW, "full_name": name}
    return lambda: accept_as_newcomer(token_hash=hash_of(token), **wish)


def test_two_clicks_at_once_accept_once(owner: User, importer: Importer) -> None:
    invite(**ANNE, importers=[importer], by=owner)
    answers = at_once(*[taking(latest_token())] * 4)

    [anne] = won(answers)
    assert User.objects.get(email="anne@maple.example") == anne
    with importer_scope(importer.pk):
        assert Membership.objects.filter(user=anne).count() == 1


def test_two_invitations_of_one_address_taken_at_once_make_one_account(
    administrator: User, importer: Importer, stranger: Importer
) -> None:
    tokens = []
    for each in (importer, stranger):
        invite(**ANNE, importers=[each], by=administrator)
        tokens.append(latest_token())

    assert len(won(at_once(*map(taking, tokens)))) == 1
    assert User.objects.filter(email="anne@maple.example").count() == 1
    assert Invitation.objects.filter(accepted_at=None).count() == 1  # theirs still to take


def test_two_invitations_of_one_address_at_once_are_one(owner: User, importer: Importer) -> None:
    answers = at_once(*[lambda: invite(**ANNE, importers=[importer], by=owner)] * 3)

    assert len(won(answers)) == 1
    assert Letter.objects.count() == 1


def test_taken_and_revoked_at_once_is_one_of_both(owner: User, importer: Importer) -> None:
    invited = invite(**ANNE, importers=[importer], by=owner)
    answers = at_once(
        taking(latest_token()), lambda: revoke_invitation(invitation=invited, by=owner)
    )
    invited.refresh_from_db()

    assert len(won(answers)) == 1
    assert bool(invited.accepted_at) != bool(invited.revoked_at)
    assert User.objects.filter(email="anne@maple.example").exists() is bool(invited.accepted_at)


def test_sent_again_twice_at_once_leaves_one_link_that_works(
    owner: User, importer: Importer
) -> None:
    invited = invite(**ANNE, importers=[importer], by=owner)
    answers = at_once(*[lambda: send_again(invitation=invited, by=owner)] * 2)
    invited.refresh_from_db()

    assert len(won(answers)) == 2
    hashes = [hash_of(token_of(letter)) for letter in Letter.objects.order_by("id")]
    assert len(hashes) == 3
    assert hashes.count(invited.token_hash) == 1


def token_of(letter: Letter) -> str:
    return letter.text.split("/invitation/")[1].split("/")[0]


def test_two_owners_who_demote_each_other_leave_one(
    administrator: User, owner: User, importer: Importer
) -> None:
    second = User.objects.create_user("second@maple.example", full_name="Second")
    with importer_scope(importer.pk):
        Membership.objects.create(importer=importer, user=second, role="owner")
        places = {held.user_id: held for held in Membership.objects.all()}

    def demoting(person: User, by: User) -> Callable[[], bool]:
        def act() -> bool:
            with importer_scope(importer.pk):
                return change_role(membership=places[person.pk], role="viewer", by=by)

        return act

    answers = at_once(demoting(owner, second), demoting(second, owner))

    assert won(answers) == [True]
    with importer_scope(importer.pk):
        assert Membership.objects.filter(role="owner").count() == 1


def test_two_administrators_who_close_each_others_account_leave_one(administrator: User) -> None:
    second = User.objects.create_user("b@b.example", full_name="B", staff_role="administrator")
    answers = at_once(
        lambda: deactivate_person(person=administrator, by=second),
        lambda: deactivate_person(person=second, by=administrator),
    )

    assert len(won(answers)) == 1
    assert User.objects.filter(is_active=True).count() == 1
