"""The brokerage's staff: their roles, who looks after which importer, whom it is named to."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction
from django.test import Client

from carmsvc.platform.audit import AuditEvent, BrokerageEvent
from carmsvc.platform.tenancy import TenantKey, every_importer_id, importer_scope
from clients.actions import Refused
from clients.actions.leavers import deactivate_person
from clients.actions.staff import MOST_AT_ONCE, assign_staff, change_staff_role, unassign_staff
from clients.models import ClientGroup, GroupedImporter, GroupStaff, Importer, StaffAssignment, User
from clients.queries import importer_ids_for, importers_seen, lead_for
from clients.queries.staff import Reach, reach_of, seen_by, staff, who_sees
from clients.rules import STAFF_ROLES, Permission
from tests.conftest import settle


def new_staff(name: str, role: str = "analyst") -> User:
    email = f"{name.lower()}@broker.example"
    return settle(User.objects.create_user(email, full_name=name, staff_role=role))


def told_of(importer: Importer, action: str) -> list[tuple[Any, Any]]:
    """What changed by an action, as the importer's chain has it: before and after."""
    with importer_scope(importer.pk):
        events = AuditEvent.objects.filter(importer=importer, action=action).order_by("sequence")
        return [(event.before, event.after) for event in events]


def assigned(importer: Importer) -> dict[str, bool]:
    """Who looks after an importer directly, and whether as its lead."""
    with importer_scope(importer.pk):
        rows = StaffAssignment.objects.filter(importer=importer).order_by("user__email")
        return dict(rows.values_list("user__email", "is_lead"))


@pytest.fixture
def everywhere(importer: Importer, stranger: Importer) -> Any:
    """The test sees both importers, as an administrator does."""
    with importer_scope(every_importer_id()):
        yield


# roles


def test_another_role_is_told_with_before_and_after(administrator: User, analyst: User) -> None:
    assert change_staff_role(person=analyst, role="viewer", by=administrator)

    analyst.refresh_from_db()
    assert analyst.staff_role == "viewer"
    event = BrokerageEvent.objects.get(action="staff role changed")
    assert (event.before, event.after) == ({"role": "analyst"}, {"role": "viewer"})
    assert (event.actor, event.target_id) == (administrator.email, analyst.pk)


def test_the_same_role_again_changes_and_tells_nothing(administrator: User, analyst: User) -> None:
    assert change_staff_role(person=analyst, role="analyst", by=administrator) is False
    assert not BrokerageEvent.objects.filter(action="staff role changed").exists()


def test_a_changed_role_works_on_the_next_request_of_an_open_session(
    administrator: User, analyst: User, importer: Importer
) -> None:
    session = Client()
    session.force_login(analyst)
    page = f"/importers/{importer.pk}/statement-files/new/"
    assert session.get(page).status_code == 200

    change_staff_role(person=analyst, role="viewer", by=administrator)
    assert session.get(page).status_code == 403
    assert session.get(f"/importers/{importer.pk}/").status_code == 200

    change_staff_role(person=analyst, role="administrator", by=administrator)
    assert session.get("/staff/").status_code == 200


@pytest.mark.parametrize("role", ["analyst", "viewer", "administrator"])
def test_nobody_changes_their_own_role(administrator: User, role: str) -> None:
    new_staff("Second", "administrator")

    with pytest.raises(Refused, match="Nobody changes their own role"):
        change_staff_role(person=administrator, role=role, by=administrator)


@pytest.fixture
def trusted_analyst(analyst: User, monkeypatch: pytest.MonkeyPatch) -> User:
    """Were the matrix to let analysts manage staff, one who does."""
    monkeypatch.setitem(STAFF_ROLES, "analyst", frozenset({Permission.MANAGE_STAFF}))
    return analyst


def test_the_last_active_administrator_keeps_the_role(
    administrator: User, trusted_analyst: User
) -> None:
    gone = new_staff("Gone", "administrator")
    User.objects.filter(pk=gone.pk).update(is_active=False)

    with pytest.raises(Refused, match="Ada Admin is the last active administrator"):
        change_staff_role(person=administrator, role="viewer", by=trusted_analyst)

    User.objects.filter(pk=gone.pk).update(is_active=True)
    assert change_staff_role(person=administrator, role="viewer", by=trusted_analyst)


def test_the_last_active_administrator_is_not_deactivated(
    administrator: User, trusted_analyst: User
) -> None:
    with pytest.raises(Refused, match="Ada Admin is the last active administrator"):
        deactivate_person(person=administrator, by=trusted_analyst)

    new_staff("Second", "administrator")
    deactivate_person(person=administrator, by=trusted_analyst)
    administrator.refresh_from_db()
    assert not administrator.is_active


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_two_administrators_who_demote_each_other_at_once_leave_one() -> None:
    first, second = new_staff("First", "administrator"), new_staff("Second", "administrator")
    start, answers = threading.Barrier(2), []

    def demote(person: User, by: User) -> None:
        start.wait()
        try:
            answers.append(change_staff_role(person=person, role="analyst", by=by))
        except Refused as refusal:
            answers.append(str(refusal))
        finally:
            connections.close_all()

    pairs = [(first, second), (second, first)]
    threads = [threading.Thread(target=demote, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(str, answers)) == ["Only those who manage staff change a role.", "True"]
    assert User.objects.filter(staff_role="administrator").count() == 1


def test_only_those_who_manage_staff_change_a_role(analyst: User, reviewer: User) -> None:
    with pytest.raises(Refused, match="Only those who manage staff"):
        change_staff_role(person=reviewer, role="administrator", by=analyst)


def test_an_importers_person_cannot_be_made_staff(administrator: User, finance: User) -> None:
    with pytest.raises(Refused, match="does not work for the brokerage"):
        change_staff_role(person=finance, role="administrator", by=administrator)


def test_there_is_no_other_role_than_the_three(administrator: User, analyst: User) -> None:
    for role in ("", "owner", "root"):
        with pytest.raises(Refused, match="There is no role"):
            change_staff_role(person=analyst, role=role, by=administrator)


# assignments


def test_somebody_sees_an_importer_from_being_assigned_until_taken_off(
    importer: Importer, administrator: User, everywhere: Any
) -> None:
    newcomer = new_staff("Newcomer")
    session = Client()
    session.force_login(newcomer)
    page = f"/importers/{importer.pk}/"
    assert session.get(page).status_code == 404

    assert assign_staff(person=newcomer, importers=[importer], by=administrator) == 1
    assert session.get(page).status_code == 200

    assert unassign_staff(person=newcomer, importers=[importer], by=administrator) == 1
    assert session.get(page).status_code == 404


def test_several_importers_are_assigned_at_once_and_told_on_the_chain_of_each(
    importer: Importer, stranger: Importer, administrator: User, everywhere: Any
) -> None:
    newcomer = new_staff("Newcomer")

    assert assign_staff(person=newcomer, importers=[importer, stranger], by=administrator) == 2

    after = {"email": newcomer.email, "is_lead": False}
    assert told_of(importer, "staff assigned") == [(None, after)]
    assert told_of(stranger, "staff assigned") == [(None, after)]
    assert assign_staff(person=newcomer, importers=[importer, stranger], by=administrator) == 0
    assert told_of(importer, "staff assigned") == [(None, after)]


def test_an_importer_has_one_lead_and_who_was_it_stays_assigned(
    importer: Importer, administrator: User, analyst: User, reviewer: User, everywhere: Any
) -> None:
    assign_staff(person=analyst, importers=[importer], is_lead=True, by=administrator)
    assign_staff(person=reviewer, importers=[importer], is_lead=True, by=administrator)

    assert assigned(importer) == {analyst.email: False, reviewer.email: True}
    assert told_of(importer, "staff assignment changed") == [
        ({"email": analyst.email, "is_lead": False}, {"email": analyst.email, "is_lead": True}),
        ({"email": analyst.email, "is_lead": True}, {"email": analyst.email, "is_lead": False}),
        ({"email": reviewer.email, "is_lead": False}, {"email": reviewer.email, "is_lead": True}),
    ]


def test_a_lead_is_made_an_ordinary_one_again(
    importer: Importer, administrator: User, analyst: User, everywhere: Any
) -> None:
    assign_staff(person=analyst, importers=[importer], is_lead=True, by=administrator)
    assign_staff(person=analyst, importers=[importer], is_lead=False, by=administrator)

    assert assigned(importer) == {analyst.email: False}


def test_the_database_holds_no_second_lead(
    importer: Importer, analyst: User, reviewer: User
) -> None:
    with importer_scope(importer.pk):
        StaffAssignment.objects.filter(user=analyst).update(is_lead=True)
        with pytest.raises(IntegrityError, match="one_lead_of_an_importer"), transaction.atomic():
            StaffAssignment.objects.filter(user=reviewer).update(is_lead=True)


def test_taking_an_importer_off_is_told_with_what_was(
    importer: Importer, administrator: User, analyst: User, everywhere: Any
) -> None:
    assert unassign_staff(person=analyst, importers=[importer], by=administrator) == 1

    before = {"email": analyst.email, "is_lead": False}
    assert told_of(importer, "staff unassigned") == [(before, None)]
    assert unassign_staff(person=analyst, importers=[importer], by=administrator) == 0


def test_an_importers_person_or_a_deactivated_one_cannot_be_assigned(
    importer: Importer, administrator: User, finance: User, analyst: User, everywhere: Any
) -> None:
    User.objects.filter(pk=analyst.pk).update(is_active=False)
    analyst.refresh_from_db()

    for person in (finance, analyst):
        with pytest.raises(Refused, match="staff who can sign in"):
            assign_staff(person=person, importers=[importer], by=administrator)


def test_at_least_one_importer_and_at_most_a_few_hundred_are_assigned_at_once(
    importer: Importer, administrator: User, analyst: User
) -> None:
    with pytest.raises(Refused, match="Choose at least one importer"):
        assign_staff(person=analyst, importers=[], by=administrator)
    many = [Importer(pk=number) for number in range(1, MOST_AT_ONCE + 2)]
    with pytest.raises(Refused, match="at most 200 importers"):
        assign_staff(person=analyst, importers=many, by=administrator)


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
