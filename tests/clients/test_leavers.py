"""Leavers: nothing opens for them from that moment, and what they held is seen and handed over."""

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from carmsvc.platform.api_keys import ApiKey, create_api_key
from carmsvc.platform.audit import AuditEvent, BrokerageEvent
from carmsvc.platform.tenancy import importer_scope
from clients.actions import Refused
from clients.actions.invitations import invite
from clients.actions.leavers import deactivate_person, hand_over, reactivate_person
from clients.models import (
    ClientGroup,
    GroupedImporter,
    GroupStaff,
    Importer,
    Membership,
    StaffAssignment,
    User,
)
from clients.queries import importer_ids_for
from clients.queries.leavers import belongings_of


def key_of(person: User, *importers: Importer) -> tuple[ApiKey, str]:
    ids = [importer.pk for importer in importers]
    return create_api_key(name="ERP", user=person, importer_ids=ids, grants=["*:write"])


def answer_to(key: str) -> int:
    """What the API answers to whoever has a key."""
    asked = Client().get("/api/v1/importers/", headers={"Authorization": f"Bearer {key}"})
    return asked.status_code


def test_a_leavers_sessions_end_at_once(
    finance: User, owner: User, administrator: User, importer: Importer
) -> None:
    phone, desk, other = Client(), Client(), Client()
    page = f"/importers/{importer.pk}/"
    for browser, person in ((phone, finance), (desk, finance), (other, owner)):
        browser.force_login(person)
        assert browser.get(page).status_code == 200

    deactivate_person(person=finance, by=administrator)

    for browser in (phone, desk):
        assert browser.get(page).url.startswith("/account/login/")
    assert [one.get_decoded()["_auth_user_id"] for one in Session.objects.all()] == [str(owner.pk)]
    assert other.get(page).status_code == 200


def test_a_leavers_keys_are_revoked_at_once(
    analyst: User, administrator: User, importer: Importer
) -> None:
    key, text = key_of(analyst, importer)
    assert answer_to(text) == 200

    left = deactivate_person(person=analyst, by=administrator)

    assert left.keys == [key]
    assert ApiKey.objects.get(pk=key.pk).revoked_at is not None
    assert answer_to(text) == 401


def test_a_leaver_cannot_sign_in_and_it_is_known_who_closed_the_account(
    analyst: User, administrator: User
) -> None:
    deactivate_person(person=analyst, by=administrator)
    analyst.refresh_from_db()

    assert (analyst.is_active, analyst.deactivated_by) == (False, administrator)
    assert analyst.deactivated_at is not None
    assert importer_ids_for(analyst) == []


def test_what_a_leaver_still_holds_is_listed(
    analyst: User, administrator: User, importer: Importer, stranger: Importer
) -> None:
    group = ClientGroup.objects.create(name="Furniture")
    GroupStaff.objects.create(group=group, user=analyst, is_lead=True)
    with importer_scope(stranger.pk):
        GroupedImporter.objects.create(importer=stranger, group=group)
    with importer_scope(importer.pk):
        StaffAssignment.objects.filter(user=analyst).update(is_lead=True)
    key, _ = key_of(analyst, importer)
    invited = invite(
        email="new@maple.example", importer_role="viewer", importers=[importer], by=analyst
    )
    left = deactivate_person(person=analyst, by=administrator)

    assert [(one.importer, one.is_lead) for one in left.assignments] == [(importer, True)]
    assert [(one.group, one.is_lead) for one in left.groups] == [(group, True)]
    assert left.keys == [key]
    assert left.invitations == [invited]
    assert left.memberships == []
    assert left.to_hand_over == 2
    assert left.is_nothing is False


def test_a_leaver_who_was_the_only_owner_is_named_so(
    owner: User, finance: User, administrator: User, importer: Importer
) -> None:
    left = deactivate_person(person=owner, by=administrator)

    assert left.sole_owner_of == {importer.pk}
    assert belongings_of(finance).sole_owner_of == frozenset()


def test_somebody_who_holds_nothing_leaves_nothing(administrator: User) -> None:
    nobody = User.objects.create_user("n@b.example", full_name="N", staff_role="viewer")

    assert deactivate_person(person=nobody, by=administrator).is_nothing is True


@pytest.mark.parametrize("who", ["owner", "analyst", "staff_viewer"])
def test_only_those_who_manage_staff_close_and_open_accounts(
    who: str, finance: User, request: pytest.FixtureRequest
) -> None:
    by = request.getfixturevalue(who)
    with pytest.raises(Refused, match="Only an administrator"):
        deactivate_person(person=finance, by=by)
    User.objects.filter(pk=finance.pk).update(is_active=False)
    with pytest.raises(Refused, match="Only an administrator"):
        reactivate_person(person=finance, by=by)


def test_nobody_closes_their_own_account_so_an_administrator_always_stays(
    administrator: User,
) -> None:
    with pytest.raises(Refused, match="their own account"):
        deactivate_person(person=administrator, by=administrator)


def test_an_administrator_whose_account_was_just_closed_closes_none(administrator: User) -> None:
    other = User.objects.create_user("b@b.example", full_name="B", staff_role="administrator")
    as_they_were = User.objects.get(pk=other.pk)
    deactivate_person(person=other, by=administrator)

    with pytest.raises(Refused, match="Only an administrator"):
        deactivate_person(person=administrator, by=as_they_were)


def test_closed_twice_and_opened_twice_are_refused(analyst: User, administrator: User) -> None:
    deactivate_person(person=analyst, by=administrator)
    with pytest.raises(Refused, match="closed already"):
        deactivate_person(person=analyst, by=administrator)
    reactivate_person(person=analyst, by=administrator)
    with pytest.raises(Refused, match="open already"):
        reactivate_person(person=analyst, by=administrator)


def test_who_comes_back_sees_what_is_theirs_and_their_keys_stay_revoked(
    analyst: User, administrator: User, importer: Importer
) -> None:
    _, text = key_of(analyst, importer)
    deactivate_person(person=analyst, by=administrator)
    reactivate_person(person=analyst, by=administrator)
    analyst.refresh_from_db()

    assert (analyst.is_active, analyst.deactivated_at, analyst.deactivated_by) == (True, None, None)
    assert importer_ids_for(analyst) == [importer.pk]
    assert answer_to(text) == 401


def test_leaving_is_on_the_brokerages_chain_and_on_each_importers(
    analyst: User, administrator: User, importer: Importer
) -> None:
    key_of(analyst, importer)
    deactivate_person(person=analyst, by=administrator)

    told = BrokerageEvent.objects.get()
    assert (told.action, told.target_id, told.actor) == (
        "person deactivated",
        analyst.pk,
        administrator.email,
    )
    assert (told.before, told.after) == ({"is_active": True}, {"is_active": False})
    with importer_scope(importer.pk):
        actions = AuditEvent.objects.order_by("-sequence").values_list("action", flat=True)
        assert list(actions[:2]) == ["person deactivated", "API key revoked"]


def test_what_somebody_looked_after_is_handed_over_with_the_lead(
    analyst: User, administrator: User, importer: Importer, stranger: Importer
) -> None:
    mei = User.objects.create_user("mei@b.example", full_name="Mei", staff_role="analyst")
    group = ClientGroup.objects.create(name="Furniture")
    GroupStaff.objects.create(group=group, user=analyst, is_lead=True)
    with importer_scope(stranger.pk):
        GroupedImporter.objects.create(importer=stranger, group=group)
    with importer_scope(importer.pk):
        StaffAssignment.objects.filter(user=analyst).update(is_lead=True)

    assert hand_over(person=analyst, to=mei, by=administrator) == 2

    assert importer_ids_for(mei) == sorted([importer.pk, stranger.pk])
    assert importer_ids_for(analyst) == []
    assert belongings_of(analyst).is_nothing
    with importer_scope(importer.pk):
        assert StaffAssignment.objects.get(user=mei).is_lead is True
        told = AuditEvent.objects.filter(target_kind="user").order_by("sequence")
        assert [(event.action, event.before, event.after) for event in told][-2:] == [
            ("staff unassigned", {"email": analyst.email, "is_lead": True}, None),
            ("staff assigned", None, {"email": mei.email, "is_lead": True}),
        ]


def test_who_is_there_already_takes_the_lead_too(
    analyst: User, reviewer: User, administrator: User, importer: Importer
) -> None:
    with importer_scope(importer.pk):
        StaffAssignment.objects.filter(user=analyst).update(is_lead=True)
    hand_over(person=analyst, to=reviewer, by=administrator)

    with importer_scope(importer.pk):
        held = list(StaffAssignment.objects.values_list("user", "is_lead"))
    assert held == [(reviewer.pk, True)]


def test_who_leads_already_goes_on_leading(
    analyst: User, reviewer: User, administrator: User, importer: Importer
) -> None:
    with importer_scope(importer.pk):
        StaffAssignment.objects.filter(user=reviewer).update(is_lead=True)
    hand_over(person=analyst, to=reviewer, by=administrator)

    with importer_scope(importer.pk):
        held = list(StaffAssignment.objects.values_list("user", "is_lead"))
    assert held == [(reviewer.pk, True)]


@pytest.mark.parametrize("case", ["closed", "importer's person", "themselves"])
def test_only_active_staff_take_over(
    case: str, analyst: User, reviewer: User, finance: User, administrator: User
) -> None:
    to = {"closed": reviewer, "importer's person": finance, "themselves": analyst}[case]
    if case == "closed":
        deactivate_person(person=reviewer, by=administrator)
        reviewer.refresh_from_db()
    with pytest.raises(Refused, match="somebody else of the brokerage's staff"):
        hand_over(person=analyst, to=to, by=administrator)


def test_only_those_who_assign_staff_hand_over(
    analyst: User, reviewer: User, staff_viewer: User
) -> None:
    with pytest.raises(Refused, match="Only those who assign staff"):
        hand_over(person=analyst, to=reviewer, by=staff_viewer)


def test_what_other_rooms_know_is_asked_of_them(
    analyst: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clients import ownership

    monkeypatch.setattr(ownership, "_answers", [])
    asked: list[Any] = []

    @ownership.register
    def answer(person: User) -> list[ownership.Owned]:
        asked.append(person)
        return [ownership.Owned("a run to review", "/runs/1/", "Maple")]

    assert belongings_of(analyst).elsewhere == [
        ownership.Owned("a run to review", "/runs/1/", "Maple")
    ]
    assert asked == [analyst]


def test_a_membership_of_a_leaver_is_not_lost(
    finance: User, administrator: User, importer: Importer
) -> None:
    deactivate_person(person=finance, by=administrator)

    with importer_scope(importer.pk):
        assert Membership.objects.get(user=finance).role == "finance"
