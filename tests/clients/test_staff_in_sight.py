"""What somebody of the staff sees and why, and whom an importer is named to."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from carmsvc.platform.tenancy import TenantKey, every_importer_id, importer_scope
from clients.models import ClientGroup, GroupedImporter, GroupStaff, Importer, StaffAssignment, User
from clients.queries import importer_ids_for, importers_seen, lead_for
from clients.queries.staff import Reach, reach_of, seen_by, staff, who_sees
from tests.conftest import settle


def new_staff(name: str, role: str = "analyst") -> User:
    email = f"{name.lower()}@broker.example"
    return settle(User.objects.create_user(email, full_name=name, staff_role=role))


@pytest.fixture
def everywhere(importer: Importer, stranger: Importer) -> Any:
    """The test sees both importers, as an administrator does."""
    with importer_scope(every_importer_id()):
        yield


# what somebody sees, and why


@pytest.fixture
def east(importer: Importer, stranger: Importer) -> ClientGroup:
    """A client group that both importers are in."""
    group = ClientGroup.objects.create(name="East")
    with importer_scope(every_importer_id()):
        for one in (importer, stranger):
            GroupedImporter.objects.create(importer=one, group=group)
    return group


def reasons(person: User) -> list[tuple[str, bool, bool, list[str]]]:
    return [
        (one.legal_name, one.is_direct, one.is_lead, one.group_names)
        for one in seen_by(importers_seen(), person)
    ]


def test_what_somebody_sees_is_listed_with_why(
    east: ClientGroup, analyst: User, everywhere: Any
) -> None:
    assert reasons(analyst) == [("Maple Furniture Inc.", True, False, [])]

    GroupStaff.objects.create(group=east, user=analyst)
    assert reasons(analyst) == [
        ("Maple Furniture Inc.", True, False, ["East"]),
        ("Northern Optics Ltd.", False, False, ["East"]),
    ]


def test_an_administrator_sees_every_importer_without_further_reason(
    administrator: User, everywhere: Any
) -> None:
    assert reasons(administrator) == [
        ("Maple Furniture Inc.", False, False, []),
        ("Northern Optics Ltd.", False, False, []),
    ]


@pytest.mark.parametrize("role", ["analyst", "viewer", "administrator"])
def test_the_list_of_what_somebody_sees_is_what_their_scope_opens(
    role: str, east: ClientGroup, everywhere: Any
) -> None:
    person = new_staff("Somebody", role)
    GroupStaff.objects.create(group=east, user=person)

    listed = set(seen_by(Importer.objects.all(), person).values_list("pk", flat=True))
    assert listed == set(importer_ids_for(person)) != set()


def test_how_many_somebody_sees_counts_an_importer_once(
    east: ClientGroup, analyst: User, reviewer: User, everywhere: Any
) -> None:
    GroupStaff.objects.create(group=east, user=analyst)

    assert reach_of([analyst, reviewer]) == {
        analyst.pk: Reach(direct=1, through_groups=2, in_all=2),
        reviewer.pk: Reach(direct=1, through_groups=0, in_all=1),
    }


def test_who_sees_an_importer_is_told_with_why_the_lead_first_administrators_last(
    east: ClientGroup, importer: Importer, administrator: User, analyst: User, everywhere: Any
) -> None:
    colleague = new_staff("Colleague", "viewer")
    new_staff("Elsewhere")
    GroupStaff.objects.create(group=east, user=colleague, is_lead=True)
    StaffAssignment.objects.filter(user=analyst).update(is_lead=True)

    assert [
        (one.person, one.is_lead, [place.group.name for place in one.groups])
        for one in who_sees(importer.pk)
    ] == [(analyst, True, []), (colleague, False, ["East"]), (administrator, False, [])]


def test_staff_are_found_by_name_address_and_state(administrator: User, analyst: User) -> None:
    User.objects.filter(pk=analyst.pk).update(is_active=False)

    assert list(staff()) == [administrator, analyst]
    assert list(staff("ADA")) == list(staff("admin@")) == [administrator]
    assert list(staff(state="active")) == [administrator]
    assert list(staff(state="deactivated")) == [analyst]


# whom an importer is named to


Place = Callable[[str, bool, bool], User]


@pytest.fixture
def place(importer: Importer) -> Place:
    """Put somebody beside the importer: directly or through a group, as the lead or not."""

    def made(name: str, directly: bool, leads: bool) -> User:
        person = new_staff(name)
        with importer_scope(importer.pk):
            if directly:
                StaffAssignment.objects.create(importer=importer, user=person, is_lead=leads)
            else:
                group = ClientGroup.objects.create(name=name)
                GroupedImporter.objects.create(importer=importer, group=group)
                GroupStaff.objects.create(group=group, user=person, is_lead=leads)
        return person

    return made


def test_an_importer_is_named_to_its_lead_then_its_groups_lead_then_whoever_looks_after_it(
    importer: Importer, administrator: User, place: Place
) -> None:
    in_order = [
        place("Through group", False, False),
        place("Directly", True, False),
        place("Leads the group", False, True),
        place("Leads", True, True),
    ]
    for person in reversed(in_order):
        with importer_scope(importer.pk):
            assert lead_for(importer.pk) == person
            assert importers_seen().get(pk=importer.pk).lead_name == person.full_name
        User.objects.filter(pk=person.pk).update(is_active=False)

    with importer_scope(importer.pk):
        assert lead_for(importer.pk) == administrator
        assert importers_seen().get(pk=importer.pk).lead_name is None


# five thousand importers


@pytest.fixture
def big_book(administrator: User) -> list[Importer]:
    """5,000 importers in 50 client groups, five people in each group."""
    keys = TenantKey.objects.bulk_create(TenantKey() for _ in range(5_000))
    rows = [
        Importer(pk=key.pk, legal_name=f"Importer {at:04d}", bn9=f"{200_000_000 + at}")
        for at, key in enumerate(keys)
    ]
    named = [ClientGroup(name=f"Group {at:02d}") for at in range(50)]
    groups = ClientGroup.objects.bulk_create(named)
    people = [new_staff(f"Person{at:02d}") for at in range(20)]
    with importer_scope(every_importer_id()):
        Importer.objects.bulk_create(rows)
        GroupedImporter.objects.bulk_create(
            GroupedImporter(importer=row, group=groups[at % 50]) for at, row in enumerate(rows)
        )
    GroupStaff.objects.bulk_create(
        GroupStaff(group=group, user=people[(at + more) % 20], is_lead=more == 0)
        for at, group in enumerate(groups)
        for more in range(5)
    )
    return rows


def test_every_page_of_staff_and_groups_asks_a_bounded_number_of_times_at_5000_importers(
    big_book: list[Importer], administrator: User, django_assert_max_num_queries: Any
) -> None:
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(administrator)
    person, group = User.objects.get(full_name="Person00"), ClientGroup.objects.get(name="Group 00")
    pages = {
        "/staff/": "21 people",
        f"/staff/{person.pk}/": "Person00",
        f"/staff/{person.pk}/?search=12": "Person00",
        f"/staff/{person.pk}/importers/new/?page=7": "Page 7 of 100",
        f"/importers/{big_book[17].pk}/staff/": "Importer 0017",
        "/groups/": "Group 49",
        f"/groups/{group.pk}/?page=2": "Page 2 of 2",
        f"/groups/{group.pk}/importers/new/?page=98": "Page 98 of 98",
        f"/groups/{group.pk}/deletion/": "100 importers leave",
    }
    browser.get("/staff/")  # the session is noted as used, once a minute

    for address, words in pages.items():
        with django_assert_max_num_queries(24):
            response = browser.get(address)
        assert words in response.content.decode(), address
