"""Staff, their assignments and client groups through the API."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carmsvc.platform.audit import AuditEvent, BrokerageEvent
from carmsvc.platform.tenancy import every_importer_id, importer_scope
from clients.actions.groups import create_group
from clients.models import (
    ClientGroup,
    GroupedImporter,
    GroupStaff,
    Importer,
    StaffAssignment,
    User,
)
from tests.api.conftest import Caller, problem


@pytest.fixture
def admin(administrator: User, importer: Importer, stranger: Importer, key_for: Any) -> Caller:
    """An administrator's key for both importers."""
    return key_for(administrator, importer, stranger)


@pytest.fixture
def east(administrator: User) -> ClientGroup:
    return create_group(name="East", note="Halifax", by=administrator)


def placed(group: ClientGroup) -> list[int]:
    with importer_scope(every_importer_id()):
        places = GroupedImporter.objects.filter(group=group).order_by("importer_id")
        return list(places.values_list("importer_id", flat=True))


def test_staff_are_listed_and_filtered(admin: Caller, administrator: User, analyst: User) -> None:
    rows = admin.get("staff/").json()["results"]

    assert [row["email"] for row in rows] == [administrator.email, analyst.email]
    assert rows[1] == {
        "id": analyst.pk,
        "email": analyst.email,
        "full_name": "Analyst",
        "language": "en",
        "staff_role": "analyst",
        "is_active": True,
        "has_second_factor": True,
        "last_signed_in_at": None,
        "deactivated_at": None,
    }
    for asked in ({"staff_role": "analyst"}, {"email": "ANALYST@broker.example"}):
        assert [row["id"] for row in admin.get("staff/", **asked).json()["results"]] == [analyst.pk]
    assert admin.get("staff/", is_active="false").json()["results"] == []
    assert admin.get("staff/", ordering="-full_name").json()["results"][0]["id"] == analyst.pk


def test_a_role_is_changed_for_the_next_request_of_their_key(
    admin: Caller, api: Caller, analyst: User, run: Any
) -> None:
    variance = api.get("variances/").json()["results"][0]["id"]
    address = f"variances/{variance}/explanation/"
    assert api.post(address, {"reason_code": "timing", "note": "x"}).status_code == 201

    response = admin.post(f"staff/{analyst.pk}/role/", {"staff_role": "viewer"})
    assert (response.status_code, response.json()["staff_role"]) == (200, "viewer")
    problem(api.post(address, {"reason_code": "timing", "note": "x"}), 403)
    event = BrokerageEvent.objects.get(action="staff role changed")
    assert (event.before, event.after) == ({"role": "analyst"}, {"role": "viewer"})


def test_a_role_that_cannot_be_given_is_a_problem(
    admin: Caller, administrator: User, analyst: User, finance: User
) -> None:
    own = problem(admin.post(f"staff/{administrator.pk}/role/", {"staff_role": "viewer"}), 409)
    assert own["detail"].startswith("Nobody changes their own role")
    problem(admin.post(f"staff/{analyst.pk}/role/", {"staff_role": "owner"}), 400)
    problem(admin.post(f"staff/{analyst.pk}/role/", {"role": "viewer"}), 400)
    problem(admin.post(f"staff/{finance.pk}/role/", {"staff_role": "viewer"}), 404)
    problem(admin.get(f"staff/{finance.pk}/"), 404)


def test_only_those_with_the_right_find_staff_and_groups(
    api: Caller, analyst: User, importer: Importer, east: ClientGroup
) -> None:
    for path in ("staff/", f"staff/{analyst.pk}/", "staff-assignments/", "client-groups/"):
        problem(api.get(path), 403)
    for path, body in (
        (f"staff/{analyst.pk}/role/", {"staff_role": "administrator"}),
        ("staff-assignments/", {"person": analyst.pk, "importers": [importer.pk]}),
        ("client-groups/", {"name": "Mine"}),
        (f"client-groups/{east.pk}/importers/", {"put_in": [importer.pk]}),
        (f"client-groups/{east.pk}/staff/", {"put_in": [analyst.pk]}),
        (f"client-groups/{east.pk}/description/", {"name": "Mine"}),
        (f"client-groups/{east.pk}/deletion/", {}),
    ):
        problem(api.post(path, body), 403)
    problem(api.delete(f"client-groups/{east.pk}/"), 403)


def test_assignments_are_made_listed_and_ended(
    admin: Caller, importer: Importer, stranger: Importer, analyst: User
) -> None:
    wish = {"person": analyst.pk, "importers": [stranger.pk, importer.pk], "is_lead": True}
    made = admin.post("staff-assignments/", wish)
    assert made.status_code == 201
    assert [(row["importer"], row["person"], row["is_lead"]) for row in made.json()] == [
        (importer.pk, analyst.pk, True),
        (stranger.pk, analyst.pk, True),
    ]

    listed = admin.get("staff-assignments/", importer=stranger.pk).json()["results"]
    assert listed == [made.json()[1]]
    assert admin.delete(f"staff-assignments/{listed[0]['id']}/").status_code == 204
    assert admin.get("staff-assignments/", importer=stranger.pk).json()["results"] == []
    with importer_scope(stranger.pk):
        actions = AuditEvent.objects.filter(action__startswith="staff").values_list("action")
        assert [action for (action,) in actions.order_by("sequence")] == [
            "staff assigned",
            "staff unassigned",
        ]


def test_what_is_not_there_cannot_be_assigned(
    admin: Caller, importer: Importer, analyst: User, finance: User
) -> None:
    for person, importers, status in (
        (finance, [importer.pk], 404),
        (analyst, [importer.pk, 999999], 404),
        (analyst, [], 400),
        (analyst, ["x"], 400),
        (analyst, [2**63], 400),
    ):
        wish = {"person": person.pk, "importers": importers, "is_lead": True}
        problem(admin.post("staff-assignments/", wish), status)
    with importer_scope(importer.pk):
        assert not StaffAssignment.objects.filter(is_lead=True).exists()


def test_a_key_for_one_importer_assigns_and_groups_that_one_only(
    administrator: User,
    importer: Importer,
    stranger: Importer,
    analyst: User,
    east: ClientGroup,
    key_for: Any,
) -> None:
    narrow = key_for(administrator, importer)
    with importer_scope(stranger.pk):
        GroupedImporter.objects.create(importer=stranger, group=east)

    wish = {"person": analyst.pk, "importers": [stranger.pk]}
    problem(narrow.post("staff-assignments/", wish), 404)
    problem(narrow.post(f"client-groups/{east.pk}/importers/", {"put_in": [stranger.pk]}), 404)
    problem(narrow.post(f"client-groups/{east.pk}/importers/", {"take_out": [stranger.pk]}), 404)
    assert narrow.get(f"client-groups/{east.pk}/importers/").json()["results"] == []
    assert placed(east) == [stranger.pk]


def test_a_group_is_made_described_filled_and_deleted(
    admin: Caller, importer: Importer, stranger: Importer, analyst: User, reviewer: User
) -> None:
    made = admin.post("client-groups/", {"name": "East"})
    assert made.status_code == 201
    group = made.json()["id"]
    assert made["Location"].endswith(f"/api/v1/client-groups/{group}/")
    address = f"client-groups/{group}/"

    told = admin.post(f"{address}description/", {"name": "Atlantic", "note": "Halifax"}).json()
    assert (told["name"], told["note"]) == ("Atlantic", "Halifax")
    both = {"put_in": [importer.pk, stranger.pk]}
    assert admin.post(f"{address}importers/", both).json()["importer_count"] == 2
    staff = {"put_in": [analyst.pk, reviewer.pk], "lead": reviewer.pk}
    assert [
        (row["email"], row["is_lead"]) for row in admin.post(f"{address}staff/", staff).json()
    ] == [(reviewer.email, True), (analyst.email, False)]

    listed = admin.get(f"{address}importers/", page_size="1").json()
    assert [row["bn9"] for row in listed["results"]] == [importer.bn9]
    assert [row["bn9"] for row in admin.get(listed["next"]).json()["results"]] == [stranger.bn9]
    out = {"take_out": [importer.pk]}
    assert admin.post(f"{address}importers/", out).json()["importer_count"] == 1
    assert len(admin.post(f"{address}staff/", {"take_out": [analyst.pk]}).json()) == 1
    assert len(admin.get(f"{address}staff/").json()) == 1

    refused = problem(admin.delete(address), 409)
    assert refused["detail"].startswith("This group is not empty")
    assert admin.post(f"{address}deletion/").status_code == 204
    problem(admin.get(address), 404)


def test_putting_a_lead_in_anew_does_not_take_the_lead_away(
    admin: Caller, east: ClientGroup, analyst: User
) -> None:
    admin.post(f"client-groups/{east.pk}/staff/", {"lead": analyst.pk})
    admin.post(f"client-groups/{east.pk}/staff/", {"put_in": [analyst.pk]})

    assert GroupStaff.objects.get().is_lead


def test_an_empty_group_is_deleted(admin: Caller, east: ClientGroup) -> None:
    assert admin.delete(f"client-groups/{east.pk}/").status_code == 204
    assert not ClientGroup.objects.exists()


def test_a_group_that_cannot_be_made_is_a_problem(admin: Caller, east: ClientGroup) -> None:
    taken = problem(admin.post("client-groups/", {"name": "EAST"}), 409)
    assert taken["detail"] == "There is a group called “EAST” already."
    problem(admin.post("client-groups/", {"name": ""}), 400)
    problem(admin.post("client-groups/", {"name": "x", "colour": "red"}), 400)
    assert [row["name"] for row in admin.get("client-groups/", name="as").json()["results"]] == [
        "East"
    ]


@pytest.mark.parametrize("path", ["staff/", "staff-assignments/", "client-groups/"])
def test_a_list_asks_as_often_for_three_rows_as_for_one(
    path: str, admin: Caller, administrator: User, importer: Importer, connection_queries: Any
) -> None:
    def grow(name: str) -> None:
        person = User.objects.create_user(
            f"{name}@broker.example", full_name=name, staff_role="analyst"
        )
        group = ClientGroup.objects.create(name=name)
        with importer_scope(importer.pk):
            StaffAssignment.objects.create(importer=importer, user=person)
            GroupedImporter.objects.create(importer=importer, group=group)
        GroupStaff.objects.create(group=group, user=person)

    grow("one")
    admin.get(path)
    once = connection_queries(lambda: admin.get(path))
    grow("two")
    grow("three")

    assert len(admin.get(path).json()["results"]) >= 3
    assert connection_queries(lambda: admin.get(path)) == once


@pytest.fixture
def connection_queries(db: None) -> Any:
    """How many queries something takes."""

    def count(act: Any) -> int:
        with CaptureQueriesContext(connection) as queries:
            act()
        return len(queries)

    return count
