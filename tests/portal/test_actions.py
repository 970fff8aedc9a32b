"""What is recorded of people in the portal: guarded, audited, nothing half-saved."""

from datetime import date, timedelta
from typing import Any

import pytest

from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importer_scope
from clients.actions.importer_contacts import add_contact, remove_contact
from clients.actions.portal import (
    change_portal_user,
    change_role,
    end_role,
    give_role,
    move_access,
    note_departure,
    record_portal_user,
    verify_role,
)
from clients.models import Importer, PortalRole, PortalUser, ProgramAccount, User
from clients.rules.portal import AccessWish

ROSA = {"name": "Rosa Roy", "email": "rosa@maple.example", "kind": "employee"}


@pytest.fixture
def rosa(scope: Importer, analyst: User, today: date) -> PortalUser:
    return record_portal_user(importer=scope, by=analyst, today=today, **ROSA)


def actions_told() -> list[str]:
    return [one.action for one in AuditEvent.objects.order_by("id") if "portal" in one.action]


def test_who_is_recorded_is_found_among_our_users_and_the_contacts(
    scope: Importer, analyst: User, owner: User, today: date
):
    contact = add_contact(
        importer=scope, by=analyst, name="Olga", function="finance", title="",
        email=owner.email.upper(), phone="", language="en",
    )  # fmt: skip

    made = record_portal_user(
        importer=scope, name="  Olga   Owen ", email=owner.email.upper(), kind="employee",
        by=analyst, today=today,
    )  # fmt: skip

    assert (made.name, made.email, made.user, made.contact) == (
        "Olga Owen",
        owner.email,
        owner,
        contact,
    )


def test_a_contact_that_is_removed_leaves_the_person_in_the_portal(
    scope: Importer, analyst: User, today: date
):
    contact = add_contact(
        importer=scope, by=analyst, name="Rosa", function="finance", title="",
        email=ROSA["email"], phone="", language="en",
    )  # fmt: skip
    made = record_portal_user(importer=scope, by=analyst, today=today, **ROSA)

    remove_contact(contact=contact, by=analyst)

    made.refresh_from_db()
    assert made.contact is None


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"name": " "}, "Give the person’s name"),
        ({"email": "rosa"}, "“rosa” is not an e-mail address"),
        ({"kind": "uncle"}, "Say whose person it is"),
    ],
)
def test_who_cannot_be_recorded_is_told_why(
    scope: Importer, analyst: User, today: date, told: dict[str, str], words: str
):
    with pytest.raises(Refused) as refusal:
        record_portal_user(importer=scope, by=analyst, today=today, **(ROSA | told))

    assert words in refusal.value.reasons[0]
    assert PortalUser.objects.count() == 0


def test_an_address_stands_once_until_the_access_is_taken_away(
    scope: Importer, rosa: PortalUser, analyst: User, today: date
):
    with pytest.raises(Refused, match="on record already"):
        record_portal_user(importer=scope, by=analyst, today=today, **ROSA)

    told = {"on": today, "today": today, "by": analyst}
    move_access(portal_user=rosa, wish=AccessWish.REMOVE, **told)
    record_portal_user(importer=scope, by=analyst, today=today, **ROSA)

    with pytest.raises(Refused, match="on record already"):
        move_access(portal_user=rosa, wish=AccessWish.INVITE, **told)


def test_taking_the_access_away_ends_every_role_that_day(
    rosa: PortalUser, account: ProgramAccount, analyst: User, today: date
):
    yesterday = today - timedelta(days=1)
    give_role(portal_user=rosa, role="bam", by=analyst, today=today)
    give_role(portal_user=rosa, role="editor", account=account, by=analyst, today=today)

    move_access(portal_user=rosa, wish=AccessWish.REMOVE, on=yesterday, today=today, by=analyst)

    held = PortalRole.objects.values_list("ended_on", "ended_by")
    assert list(held) == [(yesterday, analyst.pk)] * 2
    assert actions_told() == [
        "portal user recorded",
        "portal role given",
        "portal role given",
        "portal access removed",
    ]


def test_a_move_that_is_not_possible_says_what_is(rosa: PortalUser, analyst: User, today: date):
    with pytest.raises(Refused) as refusal:
        move_access(portal_user=rosa, wish=AccessWish.ACTIVATE, on=today, today=today, by=analyst)

    assert list(refusal.value.reasons) == [
        "“Access is in force” is not possible: the state is “Has access”. "
        "Possible: “Access is taken away”.",
    ]


def test_what_has_not_happened_is_not_recorded(rosa: PortalUser, analyst: User, today: date):
    tomorrow = today + timedelta(days=1)
    held = give_role(portal_user=rosa, role="bam", by=analyst, today=today)
    told = {"on": tomorrow, "today": today, "by": analyst}

    with pytest.raises(Refused, match="lies in the future"):
        move_access(portal_user=rosa, wish=AccessWish.REMOVE, **told)
    with pytest.raises(Refused, match="lies in the future"):
        end_role(role=held, **told)
    with pytest.raises(Refused, match="lies in the future"):
        verify_role(role=held, **told)


def test_somebody_who_comes_back_is_invited_and_has_left_no_more(
    rosa: PortalUser, analyst: User, today: date
):
    told = {"on": today, "today": today, "by": analyst}
    note_departure(portal_user=rosa, left_on=today, by=analyst)
    move_access(portal_user=rosa, wish=AccessWish.REMOVE, **told)

    back = move_access(portal_user=rosa, wish=AccessWish.INVITE, **told)

    assert (back.state, back.left_on, back.removed_on) == ("invited", None, None)


def test_a_departure_said_twice_is_audited_once(rosa: PortalUser, analyst: User, today: date):
    assert note_departure(portal_user=rosa, left_on=today, by=analyst) is True
    assert note_departure(portal_user=rosa, left_on=today, by=analyst) is False
    assert actions_told() == ["portal user recorded", "portal user left"]


def test_a_correction_tells_what_changed(rosa: PortalUser, analyst: User):
    changed = change_portal_user(portal_user=rosa, by=analyst, **(ROSA | {"kind": "broker"}))

    told = AuditEvent.objects.get(action="portal user changed")
    assert changed is True
    assert (told.before, told.after) == ({"kind": "employee"}, {"kind": "broker"})


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"role": "king"}, "BAM, PAM, Editor and Reader"),
        ({"role": "pam", "from_on": date(2026, 5, 2), "until_on": date(2026, 5, 1)}, "before"),
        ({"role": "bam", "evidence": "password: Maple4417!"}, "password"),
    ],
)
def test_a_role_that_cannot_be_is_told_why(
    rosa: PortalUser, analyst: User, today: date, told: dict[str, Any], words: str
):
    with pytest.raises(Refused) as refusal:
        give_role(portal_user=rosa, by=analyst, today=today, **told)

    assert words in refusal.value.reasons[0]
    assert PortalRole.objects.count() == 0


def test_a_role_is_held_once(rosa: PortalUser, account: ProgramAccount, analyst: User, today: date):
    told = {"portal_user": rosa, "by": analyst, "today": today, "role": "reader"}
    give_role(account=account, **told)
    give_role(**told)  # for an account nobody knows

    with pytest.raises(Refused, match="holds this role already"):
        give_role(**told)


def test_a_role_is_not_given_for_another_importers_account(
    rosa: PortalUser, stranger: Importer, analyst: User, today: date
):
    with importer_scope([rosa.importer_id, stranger.pk]):
        theirs = ProgramAccount.objects.get(importer=stranger)
        with pytest.raises(Refused, match="another importer’s"):
            give_role(portal_user=rosa, role="pam", account=theirs, by=analyst, today=today)


def test_what_has_ended_stays_as_it_was(rosa: PortalUser, analyst: User, today: date):
    held = give_role(portal_user=rosa, role="bam", by=analyst, today=today)
    end_role(role=held, on=today, today=today, by=analyst)

    for act in (
        lambda: end_role(role=held, on=today, today=today, by=analyst),
        lambda: verify_role(role=held, on=today, today=today, by=analyst),
        lambda: change_role(
            role=held, by=analyst, from_on=None, until_on=None, evidence="x", evidence_document=None
        ),
    ):
        with pytest.raises(Refused, match="has ended"):
            act()


def test_a_role_is_verified_on_a_day_by_somebody_with_evidence(
    rosa: PortalUser, analyst: User, today: date
):
    held = give_role(portal_user=rosa, role="bam", by=analyst, today=today)
    seen_on = today - timedelta(days=3)

    verify_role(role=held, on=seen_on, today=today, by=analyst, evidence="List of 20 November")

    held.refresh_from_db()
    assert (held.verified_on, held.verified_by, held.evidence) == (
        seen_on,
        analyst,
        "List of 20 November",
    )


def test_the_role_of_somebody_only_invited_cannot_be_verified(
    scope: Importer, analyst: User, today: date
):
    invited = record_portal_user(importer=scope, by=analyst, today=today, is_invited=True, **ROSA)
    held = give_role(portal_user=invited, role="bam", by=analyst, today=today)

    with pytest.raises(Refused, match="somebody who has access"):
        verify_role(role=held, on=today, today=today, by=analyst)
