"""The brokerage's staff: their roles, who looks after which importer, whom it is named to."""

import threading
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction
from django.test import Client

from carmsvc.platform.audit import AuditEvent, BrokerageEvent
from carmsvc.platform.tenancy import every_importer_id, importer_scope
from clients.actions import Refused
from clients.actions.leavers import deactivate_person
from clients.actions.staff import MOST_AT_ONCE, assign_staff, change_staff_role, unassign_staff
from clients.models import Importer, StaffAssignment, User
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
