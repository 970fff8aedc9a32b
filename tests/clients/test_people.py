"""An importer's own people: roles, going, and that somebody always owns it."""

from typing import Any

import pytest
from django.test import Client

from carmsvc.platform.api_keys import ApiKey, create_api_key
from carmsvc.platform.audit import AuditEvent, BrokerageEvent
from carmsvc.platform.tenancy import importer_scope
from clients.actions import Refused, create_person
from clients.actions.people import change_role, remove_member, require_second_factor
from clients.models import (
    ClientGroup,
    GroupedImporter,
    GroupStaff,
    Importer,
    Membership,
    StaffAssignment,
    User,
)
from clients.queries import importer_ids_for, may, permissions_of
from clients.queries.people import people_of, staff_looking_after
from clients.rules import Permission
from tests.conftest import PASSWORD


def place(person: User) -> Membership:
    return Membership.objects.select_related("user").get(user=person)


def role_of(person: User) -> str:
    return place(person).role


def last_event(importer: Importer) -> AuditEvent:
    return AuditEvent.objects.filter(importer=importer).latest("sequence")


def another_owner(importer: Importer) -> User:
    person = User.objects.create_user("second@maple.example", PASSWORD, full_name="Second")
    Membership.objects.create(importer=importer, user=person, role="owner")
    return person


def test_a_new_role_works_on_the_next_request(
    importer: Importer, owner: User, finance: User
) -> None:
    browser = Client()
    browser.force_login(finance)
    upload = f"/importers/{importer.pk}/statement-files/new/"
    assert browser.get(upload).status_code == 200

    with importer_scope(importer.pk):
        assert change_role(membership=place(finance), role="viewer", by=owner) is True
    assert browser.get(upload).status_code == 403


def test_a_change_of_role_is_audited_with_before_and_after(
    scope: Importer, owner: User, finance: User
) -> None:
    change_role(membership=place(finance), role="compliance", by=owner)

    told = last_event(scope)
    assert (told.action, told.actor, told.target_id) == ("role changed", owner.email, finance.pk)
    assert (told.before, told.after) == ({"role": "finance"}, {"role": "compliance"})
    assert told.details == {"email": finance.email}


def test_the_same_role_again_changes_and_tells_nothing(
    scope: Importer, owner: User, finance: User
) -> None:
    before = last_event(scope).sequence

    assert change_role(membership=place(finance), role="finance", by=owner) is False
    assert last_event(scope).sequence == before


def test_a_role_that_is_none_is_refused(scope: Importer, owner: User, finance: User) -> None:
    with pytest.raises(Refused, match="no role “administrator”"):
        change_role(membership=place(finance), role="administrator", by=owner)


def test_the_last_owner_keeps_the_role(scope: Importer, owner: User, analyst: User) -> None:
    for act in (
        lambda: change_role(membership=place(owner), role="viewer", by=analyst),
        lambda: remove_member(membership=place(owner), by=analyst),
        lambda: change_role(membership=place(owner), role="viewer", by=owner, sure=True),
        lambda: remove_member(membership=place(owner), by=owner, sure=True),
    ):
        with pytest.raises(Refused, match=r"Owner is the only owner\. Make somebody else an owner"):
            act()
    assert role_of(owner) == "owner"


def test_one_of_two_owners_may_go(scope: Importer, owner: User) -> None:
    second = another_owner(scope)
    remove_member(membership=place(owner), by=second)

    assert list(Membership.objects.values_list("user", flat=True)) == [second.pk]


def test_an_owner_who_cannot_sign_in_does_not_count(
    scope: Importer, owner: User, analyst: User
) -> None:
    second = another_owner(scope)
    User.objects.filter(pk=second.pk).update(is_active=False)

    with pytest.raises(Refused, match="only owner"):
        remove_member(membership=place(owner), by=analyst)


def test_an_administrator_moves_the_last_owner_by_naming_another(
    scope: Importer, owner: User, finance: User, administrator: User
) -> None:
    change_role(membership=place(owner), role="viewer", by=administrator, new_owner=place(finance))

    assert (role_of(owner), role_of(finance)) == ("viewer", "owner")
    told = AuditEvent.objects.filter(action="role changed").order_by("sequence")
    assert [(event.target_id, event.after) for event in told] == [
        (finance.pk, {"role": "owner"}),
        (owner.pk, {"role": "viewer"}),
    ]


def test_only_an_administrator_overrides(
    scope: Importer, owner: User, finance: User, analyst: User
) -> None:
    with pytest.raises(Refused, match="only owner"):
        remove_member(membership=place(owner), by=analyst, new_owner=place(finance))
    assert role_of(finance) == "finance"


def test_the_new_owner_is_somebody_else_of_the_same_importer(
    importer: Importer, owner: User, administrator: User, stranger: Importer, other_finance: User
) -> None:
    with importer_scope([importer.pk, stranger.pk]):
        for other in (place(owner), place(other_finance)):
            with pytest.raises(Refused, match="another of this importer's people"):
                remove_member(membership=place(owner), by=administrator, new_owner=other)
        assert role_of(other_finance) == "finance"


def test_nobody_demotes_or_removes_themselves_by_accident(scope: Importer, owner: User) -> None:
    another_owner(scope)

    with pytest.raises(Refused, match="your own role"):
        change_role(membership=place(owner), role="finance", by=owner)
    with pytest.raises(Refused, match="This is yourself"):
        remove_member(membership=place(owner), by=owner)
    assert change_role(membership=place(owner), role="finance", by=owner, sure=True) is True


def test_somebody_removed_sees_nothing_and_is_signed_out_everywhere(
    importer: Importer, owner: User, finance: User
) -> None:
    phone, desk = Client(), Client()
    for browser in (phone, desk):
        browser.force_login(finance)
    key, _ = create_api_key(name="ERP", user=finance, importer_ids=[importer.pk], grants=["*:read"])
    with importer_scope(importer.pk):
        remove_member(membership=place(finance), by=owner)

    assert importer_ids_for(finance) == []
    for browser in (phone, desk):
        assert browser.get("/importers/").url.startswith("/account/login/")
    key.refresh_from_db()
    assert key.revoked_at is not None
    finance.refresh_from_db()
    assert finance.is_active  # the account stays, and opens nothing


def test_somebody_who_still_sees_another_importer_stays_signed_in(
    importer: Importer, stranger: Importer, owner: User, finance: User
) -> None:
    with importer_scope(stranger.pk):
        Membership.objects.create(importer=stranger, user=finance, role="viewer")
    browser = Client()
    browser.force_login(finance)
    key, _ = create_api_key(name="ERP", user=finance, importer_ids=[importer.pk], grants=["*:read"])
    with importer_scope(importer.pk):
        remove_member(membership=place(finance), by=owner)

    assert browser.get(f"/importers/{importer.pk}/").status_code == 404
    assert browser.get(f"/importers/{stranger.pk}/").status_code == 200
    assert ApiKey.objects.get(pk=key.pk).revoked_at is None


def test_a_removal_is_audited_with_the_role_that_ended(
    scope: Importer, owner: User, finance: User
) -> None:
    remove_member(membership=place(finance), by=owner)

    told = last_event(scope)
    assert (told.action, told.target_id) == ("person removed", finance.pk)
    assert (told.before, told.after) == ({"role": "finance"}, None)


def test_what_was_removed_meanwhile_is_told_so(scope: Importer, owner: User, finance: User) -> None:
    held = place(finance)
    Membership.objects.filter(pk=held.pk).delete()

    with pytest.raises(Refused, match="removed meanwhile"):
        change_role(membership=held, role="viewer", by=owner)


def test_the_rule_of_the_second_factor_is_switched_and_audited(
    scope: Importer, owner: User
) -> None:
    assert require_second_factor(importer=scope, required=True, by=owner) is True
    assert require_second_factor(importer=scope, required=True, by=owner) is False

    told = last_event(scope)
    assert Importer.objects.get().requires_second_factor is True
    assert told.action == "second factor rule changed"
    assert told.before == {"requires_second_factor": False}
    assert told.after == {"requires_second_factor": True}


def test_the_list_shows_the_importers_own_people_by_name(
    scope: Importer, owner: User, finance: User, analyst: User
) -> None:
    assert [(one.user, one.role) for one in people_of(scope.pk)] == [
        (finance, "finance"),
        (owner, "owner"),
    ]


def test_who_looks_after_an_importer_is_shown_with_the_lead_first(
    scope: Importer, analyst: User, reviewer: User
) -> None:
    group = ClientGroup.objects.create(name="Furniture")
    GroupedImporter.objects.create(importer=scope, group=group)
    mei = User.objects.create_user("mei@b.example", full_name="Mei", staff_role="viewer")
    gone = User.objects.create_user(
        "gone@b.example", full_name="Gone", staff_role="viewer", is_active=False
    )
    for person in (mei, gone, analyst):
        GroupStaff.objects.create(group=group, user=person)
    StaffAssignment.objects.filter(user=reviewer).update(is_lead=True)

    assert staff_looking_after(scope.pk) == [reviewer, analyst, mei]


def test_somebody_new_on_the_staff_is_told_on_the_brokerages_chain(administrator: User) -> None:
    zoe = create_person(
        email="zoe@broker.example", full_name="Zoe", staff_role="viewer", by=administrator
    )
    told = BrokerageEvent.objects.get()

    assert (told.action, told.target_id) == ("person joined", zoe.pk)
    assert told.after == {"email": "zoe@broker.example", "role": "viewer"}


@pytest.mark.parametrize("role", Membership.Role.values)
def test_who_manages_people_is_the_owner_alone(
    role: str, scope: Importer, owner: User, finance: User
) -> None:
    another_owner(scope)
    change_role(membership=place(owner), role=role, by=finance, sure=True)

    assert may(owner, Permission.MANAGE_PEOPLE, scope.pk) is (role == "owner")
    assert Permission.VIEW in permissions_of(owner, scope.pk)


def test_the_list_of_people_asks_once_for_any_number(
    scope: Importer, owner: User, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        assert len(people_of(scope.pk)) == 1
    another_owner(scope)
    with django_assert_num_queries(1):
        assert len(people_of(scope.pk)) == 2
