"""Client groups: made, filled and emptied, and what their staff see through them."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from carmsvc.platform.audit import BrokerageEvent
from carmsvc.platform.tenancy import every_importer_id, importer_scope
from clients.actions import Refused
from clients.actions.groups import (
    create_group,
    delete_group,
    describe_group,
    put_importers,
    put_staff,
    take_importers,
    take_staff,
)
from clients.models import ClientGroup, GroupedImporter, GroupStaff, Importer, User
from clients.queries import importer_ids_for, importers_seen
from clients.queries.groups import groups, in_group, not_in_group


def told(action: str) -> list[tuple[Any, Any]]:
    events = BrokerageEvent.objects.filter(action=action).order_by("sequence")
    return [(event.before, event.after) for event in events]


def members(group: ClientGroup) -> list[str]:
    return [importer.legal_name for importer in in_group(importers_seen(), group)]


def people(group: ClientGroup) -> dict[str, bool]:
    rows = GroupStaff.objects.filter(group=group).order_by("user__email")
    return dict(rows.values_list("user__email", "is_lead"))


@pytest.fixture
def everywhere(importer: Importer, stranger: Importer) -> Iterator[None]:
    """The test sees both importers, as an administrator does."""
    with importer_scope(every_importer_id()):
        yield


@pytest.fixture
def east(administrator: User, everywhere: None) -> ClientGroup:
    return create_group(name=" East ", note="Halifax", by=administrator)


def test_a_group_is_made_renamed_and_told(east: ClientGroup, administrator: User) -> None:
    assert describe_group(group=east, name="Atlantic", note="Halifax", by=administrator)

    first, second = {"name": "East", "note": "Halifax"}, {"name": "Atlantic", "note": "Halifax"}
    assert ClientGroup.objects.get().name == "Atlantic"
    assert told("client group created") == [(None, first)]
    assert told("client group changed") == [(first, second)]
    assert describe_group(group=east, name="Atlantic", note="Halifax ", by=administrator) is False
    assert len(told("client group changed")) == 1


@pytest.mark.parametrize("name", ["East", "EAST", " east "])
def test_two_groups_do_not_share_a_name(name: str, east: ClientGroup, administrator: User) -> None:
    with pytest.raises(Refused, match="There is a group called"):
        create_group(name=name, by=administrator)

    other = create_group(name="West", by=administrator)
    with pytest.raises(Refused, match="There is a group called"):
        describe_group(group=other, name=name, note="", by=administrator)
    assert {group.name for group in ClientGroup.objects.all()} == {"East", "West"}


def test_a_group_has_a_name(east: ClientGroup, administrator: User) -> None:
    with pytest.raises(Refused, match="Give the group a name"):
        create_group(name="  ", by=administrator)
    with pytest.raises(Refused, match="Give the group a name"):
        describe_group(group=east, name="", note="x", by=administrator)


def test_staff_see_a_groups_importers_on_their_next_request_and_no_longer_when_taken_out(
    east: ClientGroup, importer: Importer, stranger: Importer, administrator: User, analyst: User
) -> None:
    session = Client()
    session.force_login(analyst)
    page = f"/importers/{stranger.pk}/"
    put_importers(group=east, importers=[importer, stranger], by=administrator)
    assert session.get(page).status_code == 404

    put_staff(group=east, person=analyst, by=administrator)
    assert session.get(page).status_code == 200

    take_importers(group=east, importers=[stranger], by=administrator)
    assert session.get(page).status_code == 404

    put_importers(group=east, importers=[stranger], by=administrator)
    assert session.get(page).status_code == 200

    take_staff(group=east, person=analyst, by=administrator)
    assert session.get(page).status_code == 404
    assert importer_ids_for(analyst) == [importer.pk]  # whom they look after directly


def test_importers_put_in_and_taken_out_are_counted_once_and_told(
    east: ClientGroup, importer: Importer, stranger: Importer, administrator: User
) -> None:
    both = [importer, stranger]
    ids = sorted(one.pk for one in both)

    assert put_importers(group=east, importers=[importer], by=administrator) == 1
    assert put_importers(group=east, importers=both, by=administrator) == 1
    assert put_importers(group=east, importers=both, by=administrator) == 0
    assert members(east) == ["Maple Furniture Inc.", "Northern Optics Ltd."]
    assert take_importers(group=east, importers=both, by=administrator) == 2
    assert take_importers(group=east, importers=both, by=administrator) == 0

    assert told("importers put in client group") == [
        (None, {"importers": [importer.pk]}),
        (None, {"importers": [stranger.pk]}),
    ]
    assert told("importers taken out of client group") == [({"importers": ids}, None)]
    assert members(east) == []


def test_an_importer_may_be_in_several_groups(
    east: ClientGroup, importer: Importer, administrator: User
) -> None:
    furniture = create_group(name="Furniture", by=administrator)
    put_importers(group=furniture, importers=[importer], by=administrator)

    outside = not_in_group(importers_seen(), east)
    assert [(one.legal_name, one.group_names) for one in outside] == [
        ("Maple Furniture Inc.", ["Furniture"]),
        ("Northern Optics Ltd.", []),
    ]
    put_importers(group=east, importers=[importer], by=administrator)
    assert [one.legal_name for one in not_in_group(importers_seen(), east)] == [
        "Northern Optics Ltd."
    ]


def test_a_group_has_one_lead_and_who_was_it_stays_in(
    east: ClientGroup, administrator: User, analyst: User, reviewer: User
) -> None:
    assert put_staff(group=east, person=analyst, is_lead=True, by=administrator)
    assert put_staff(group=east, person=reviewer, is_lead=True, by=administrator)
    assert put_staff(group=east, person=reviewer, is_lead=True, by=administrator) is False

    assert people(east) == {analyst.email: False, reviewer.email: True}
    assert told("staff put in client group") == [
        (None, {"email": analyst.email, "is_lead": True}),
        (None, {"email": reviewer.email, "is_lead": True}),
    ]
    assert told("staff of client group changed") == [
        ({"email": analyst.email, "is_lead": True}, {"email": analyst.email, "is_lead": False}),
    ]


def test_the_database_holds_no_second_lead_of_a_group(
    east: ClientGroup, analyst: User, reviewer: User
) -> None:
    GroupStaff.objects.create(group=east, user=analyst, is_lead=True)
    with pytest.raises(IntegrityError, match="one_lead_of_a_group"), transaction.atomic():
        GroupStaff.objects.create(group=east, user=reviewer, is_lead=True)


def test_taking_staff_out_is_told_and_once(
    east: ClientGroup, administrator: User, analyst: User
) -> None:
    put_staff(group=east, person=analyst, by=administrator)

    assert take_staff(group=east, person=analyst, by=administrator)
    assert take_staff(group=east, person=analyst, by=administrator) is False
    before = {"email": analyst.email, "is_lead": False}
    assert told("staff taken out of client group") == [(before, None)]


def test_only_staff_who_can_sign_in_are_put_in_a_group(
    east: ClientGroup, administrator: User, finance: User, analyst: User
) -> None:
    User.objects.filter(pk=analyst.pk).update(is_active=False)
    analyst.refresh_from_db()

    for person in (finance, analyst):
        with pytest.raises(Refused, match="staff who can sign in"):
            put_staff(group=east, person=person, by=administrator)


def test_an_empty_group_is_deleted_without_asking(east: ClientGroup, administrator: User) -> None:
    delete_group(group=east, by=administrator)

    assert not ClientGroup.objects.exists()
    with pytest.raises(Refused, match="was deleted meanwhile"):
        put_importers(group=east, importers=[], by=administrator)


def test_a_group_that_is_not_empty_is_deleted_only_when_one_is_sure(
    east: ClientGroup, importer: Importer, administrator: User, analyst: User
) -> None:
    put_importers(group=east, importers=[importer], by=administrator)
    put_staff(group=east, person=analyst, by=administrator)

    with pytest.raises(Refused, match="This group is not empty"):
        delete_group(group=east, by=administrator)
    delete_group(group=east, by=administrator, sure=True)

    assert not GroupedImporter.objects.exists() and not GroupStaff.objects.exists()
    before = {"name": "East", "note": "Halifax"}
    before |= {"staff": [analyst.email], "importers": [importer.pk]}
    assert told("client group deleted") == [(before, None)]


def test_deleting_a_group_takes_the_places_that_the_asking_scope_does_not_see(
    east: ClientGroup, importer: Importer, stranger: Importer, administrator: User
) -> None:
    put_importers(group=east, importers=[importer, stranger], by=administrator)
    with importer_scope(importer.pk):
        delete_group(group=east, by=administrator, sure=True)

    with importer_scope(every_importer_id()):
        assert not GroupedImporter.objects.exists()


def test_groups_are_listed_with_how_big_they_are(
    east: ClientGroup, importer: Importer, administrator: User, analyst: User, reviewer: User
) -> None:
    create_group(name="alone", by=administrator)
    put_importers(group=east, importers=[importer], by=administrator)
    put_staff(group=east, person=analyst, by=administrator)
    put_staff(group=east, person=reviewer, is_lead=True, by=administrator)

    assert [(one.name, one.importer_count, one.staff_count, one.lead_name) for one in groups()] == [
        ("alone", 0, 0, None),
        ("East", 1, 2, reviewer.full_name),
    ]


def test_a_groups_importers_are_counted_in_the_scope_of_who_asks(
    east: ClientGroup, importer: Importer, stranger: Importer, administrator: User
) -> None:
    put_importers(group=east, importers=[importer, stranger], by=administrator)

    with importer_scope(importer.pk):
        assert groups().get().importer_count == 1
        assert members(east) == ["Maple Furniture Inc."]
