"""People through the API: their roles, their invitations, and whose business they are."""

from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from carmsvc.platform.outbox import Letter
from carmsvc.platform.tenancy import importer_scope
from clients.actions.invitations import invite
from clients.models import Importer, Invitation, Membership, User
from tests.api.conftest import Caller, problem

ANNE = {"email": "anne@maple.example", "importer_role": "finance"}


@pytest.fixture
def owning(owner: User, importer: Importer, key_for: Any) -> Caller:
    """The owner's writing key for Maple."""
    return key_for(owner, importer)


@pytest.fixture
def invited(owner: User, importer: Importer) -> Invitation:
    return invite(**ANNE, importers=[importer], by=owner)


def membership_of(person: User, importer: Importer) -> Membership | None:
    with importer_scope(importer.pk):
        return Membership.objects.filter(user=person).first()


def test_the_people_of_ones_importers_are_listed(
    owning: Caller, importer: Importer, owner: User, finance: User, other_finance: User
) -> None:
    rows = owning.get("memberships/").json()["results"]

    assert [(row["person"]["email"], row["role"], row["importer"]) for row in rows] == [
        (owner.email, "owner", importer.pk),
        (finance.email, "finance", importer.pk),
    ]
    one = owning.get(f"memberships/{rows[1]['id']}/").json()
    assert one == rows[1]
    assert one["person"] == {
        "id": finance.pk,
        "email": "finance@maple.example",
        "full_name": "Finance",
        "is_active": True,
    }


@pytest.mark.parametrize(
    ("asked", "found"),
    [({"role": "owner"}, ["owner"]), ({"email": "FINANCE@maple.example"}, ["finance"])],
)
def test_people_are_found_by_role_and_address(
    asked: dict[str, str], found: list[str], owning: Caller, finance: User
) -> None:
    rows = owning.get("memberships/", **asked).json()["results"]

    assert [row["role"] for row in rows] == found


def test_an_owner_changes_a_role(owning: Caller, finance: User, importer: Importer) -> None:
    held = membership_of(finance, importer)
    answer = owning.post(f"memberships/{held.pk}/role/", {"role": "compliance"})

    assert (answer.status_code, answer.json()["role"]) == (200, "compliance")
    assert membership_of(finance, importer).role == "compliance"


def test_what_cannot_be_is_said_by_field_or_reason(
    owning: Caller, owner: User, importer: Importer
) -> None:
    held = membership_of(owner, importer)
    address = f"memberships/{held.pk}/role/"

    assert problem(owning.post(address, {"role": "king"}), 400)["errors"][0]["field"] == "role"
    assert "your own role" in problem(owning.post(address, {"role": "viewer"}), 409)["detail"]
    last = problem(owning.post(address, {"role": "viewer", "sure": True}), 409)
    assert "only owner" in last["detail"]
    unseen = problem(owning.post(address, {"role": "viewer", "new_owner": 999_999}), 404)
    assert unseen["errors"][0]["field"] == "new_owner"


def test_an_administrator_names_the_new_owner(
    administrator: User, owner: User, finance: User, importer: Importer, key_for: Any
) -> None:
    held, heir = membership_of(owner, importer), membership_of(finance, importer)
    admin = key_for(administrator, importer)
    wish = {"role": "viewer", "new_owner": heir.pk}

    assert admin.post(f"memberships/{held.pk}/role/", wish).status_code == 200
    assert membership_of(finance, importer).role == "owner"


def test_an_owner_removes_somebody_and_not_themselves(
    owning: Caller, owner: User, finance: User, importer: Importer
) -> None:
    mine, theirs = membership_of(owner, importer), membership_of(finance, importer)

    assert owning.delete(f"memberships/{theirs.pk}/").status_code == 204
    assert membership_of(finance, importer) is None
    assert "yourself" in problem(owning.delete(f"memberships/{mine.pk}/"), 409)["detail"]


def test_who_does_not_manage_people_reads_and_changes_nothing(
    finance: User, owner: User, importer: Importer, key_for: Any, invited: Invitation
) -> None:
    caller, held = key_for(finance, importer), membership_of(owner, importer)

    assert len(caller.get("memberships/").json()["results"]) == 2
    problem(caller.post(f"memberships/{held.pk}/role/", {"role": "viewer"}), 403)
    problem(caller.delete(f"memberships/{held.pk}/"), 403)
    assert caller.get("invitations/").json()["results"] == []
    problem(caller.post(f"invitations/{invited.pk}/sending/"), 404)
    problem(caller.post("invitations/", {**ANNE, "importers": [importer.pk]}), 403)


def test_an_owner_invites_and_the_answer_holds_no_way_in(
    owning: Caller, importer: Importer
) -> None:
    made = owning.post("invitations/", {**ANNE, "importers": [importer.pk], "language": "fr"})
    body = made.json()

    assert made.status_code == 201
    assert body["state"] == "open"
    assert body["importers"] == [importer.pk]
    assert (body["email"], body["importer_role"]) == ("anne@maple.example", "finance")
    assert owning.get(made["Location"]).json() == body
    assert "token" not in str(body)
    assert Letter.objects.get().to_address == "anne@maple.example"


def test_a_repeated_post_invites_once(owning: Caller, importer: Importer) -> None:
    wish = {**ANNE, "importers": [importer.pk]}
    first = owning.post("invitations/", wish, Idempotency_Key="a")
    second = owning.post("invitations/", wish, Idempotency_Key="a")

    assert second.json() == first.json()
    assert Letter.objects.count() == 1


def test_an_invitation_is_sent_again_and_revoked(owning: Caller, invited: Invitation) -> None:
    first = invited.token_hash
    again = owning.post(f"invitations/{invited.pk}/sending/")
    invited.refresh_from_db()

    assert (again.status_code, again.json()["state"]) == (200, "open")
    assert invited.token_hash != first
    gone = owning.post(f"invitations/{invited.pk}/revocation/")
    assert (gone.status_code, gone.json()["state"]) == (200, "revoked")
    problem(owning.post(f"invitations/{invited.pk}/sending/"), 409)


@pytest.mark.parametrize(
    ("asked", "count"),
    [({"state": "open"}, 1), ({"state": "revoked"}, 0), ({"email": "ANNE@maple.example"}, 1)],
)
def test_invitations_are_found_by_state_and_address(
    asked: dict[str, str], count: int, owning: Caller, invited: Invitation
) -> None:
    assert len(owning.get("invitations/", **asked).json()["results"]) == count


def test_nobody_invites_where_they_do_not_see(owning: Caller, stranger: Importer) -> None:
    told = problem(owning.post("invitations/", {**ANNE, "importers": [stranger.pk]}), 404)

    assert told["errors"][0]["field"] == "importers"


def test_staff_are_invited_by_those_who_manage_staff(
    api: Caller, administrator: User, importer: Importer, key_for: Any
) -> None:
    wish = {"email": "zoe@broker.example", "staff_role": "viewer"}

    problem(api.post("invitations/", wish), 403)
    admin = key_for(administrator, importer)
    assert admin.post("invitations/", wish).json()["staff_role"] == "viewer"
    assert [one["email"] for one in admin.get("invitations/").json()["results"]] == [wish["email"]]
    assert api.get("invitations/").json()["results"] == []


def test_a_stranger_finds_neither_people_nor_invitations(
    outsider: Caller, owner: User, importer: Importer, invited: Invitation
) -> None:
    held = membership_of(owner, importer)

    for path in (f"memberships/{held.pk}/", f"invitations/{invited.pk}/"):
        problem(outsider.get(path), 404)
    for path in ("sending", "revocation"):
        problem(outsider.post(f"invitations/{invited.pk}/{path}/"), 404)
    problem(outsider.post(f"memberships/{held.pk}/role/", {"role": "viewer"}), 404)
    problem(outsider.delete(f"memberships/{held.pk}/"), 404)
    for path in ("memberships/", "invitations/"):
        assert outsider.get(path, importer=importer.pk).json()["results"] == []


def test_an_importer_that_one_does_not_see_is_not_named_in_an_invitation(
    administrator: User, owning: Caller, importer: Importer, stranger: Importer
) -> None:
    both = invite(**ANNE, importers=[importer, stranger], by=administrator)

    assert owning.get(f"invitations/{both.pk}/").json()["importers"] == [importer.pk]


@pytest.mark.parametrize("path", ["memberships/", "invitations/"])
def test_a_list_asks_as_often_for_three_rows_as_for_one(
    path: str, owning: Caller, owner: User, importer: Importer
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connections["default"]) as queries:
            assert owning.get(path).json()["results"]
        return len(queries)

    invite(**ANNE, importers=[importer], by=owner)
    asked()  # the key is noted as used, once a while
    once = asked()
    for number in range(2):
        invite(
            email=f"{number}@maple.example", importer_role="owner", importers=[importer], by=owner
        )
        person = User.objects.create_user(f"m{number}@maple.example", full_name="M")
        with importer_scope(importer.pk):
            Membership.objects.create(importer=importer, user=person, role="viewer")
    assert asked() == once
