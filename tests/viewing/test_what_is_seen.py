"""Staff who look at an importer as one of its roles see what the role sees, and it is audited."""

from typing import Any

import pytest
import time_machine
from django.test import Client

from carmsvc.platform.tenancy import every_importer_id, importer_scope
from clients.models import Importer, Membership, User
from clients.models.people import NobodyToSave
from clients.queries import (
    importer_ids_for,
    importers_where,
    may_here,
    permissions_by_importer,
    permissions_of,
)
from clients.rules import Permission, Viewing
from clients.viewing import looking_copy
from reconciliation.models import MatchRun
from tests.viewing.stories import NOON, begin, events, text_of


def test_a_view_begins_with_a_line_in_the_importers_audit(
    looking: Client, importer: Importer, analyst: User
) -> None:
    assert events(importer) == [("view as began", analyst.email, "owner", None)]


def test_every_page_says_that_one_looks_as_what_and_for_how_long(
    looking: Client, importer: Importer, run: MatchRun
) -> None:
    own = f"/importers/{importer.pk}/"
    pages = [own, f"{own}people/", f"/statements/{run.statement_id}/", "/deadlines/"]
    for address in [*pages, "/permissions/", "/nowhere/", "/work/", "/staff/"]:
        text = text_of(looking.get(address))
        assert "You see Maple Furniture Inc. as its role Owner does." in text, address
        assert "Reading only, 30 minutes left." in text, address
        assert "End the view" in text, address


@pytest.mark.parametrize(
    ("seconds", "left"),
    [(0, "30 minutes"), (61, "29 minutes"), (1739, "2 minutes"), (1741, "1 minute")],
)
def test_the_minutes_left_are_rounded_up(
    seconds: int, left: str, looking: Client, importer: Importer, clock: time_machine.Traveller
) -> None:
    clock.shift(seconds)

    text = text_of(looking.get(f"/importers/{importer.pk}/"))
    assert f"Reading only, {left} left." in text


def test_one_sees_what_the_role_sees_and_no_page_of_the_staff(
    looking: Client, importer: Importer, stranger: Importer, run: MatchRun
) -> None:
    assert looking.get("/", follow=True).redirect_chain[-1][0] == f"/importers/{importer.pk}/"
    assert looking.get(f"/statements/{run.statement_id}/").status_code == 200
    assert looking.get(f"/importers/{importer.pk}/audit/").status_code == 200
    assert looking.get("/work/").status_code == 403
    assert looking.get("/staff/").status_code == 403
    assert looking.get("/importers/new/").status_code == 403
    assert looking.get(f"/importers/{stranger.pk}/").status_code == 404


@pytest.mark.parametrize(
    "address",
    ["/notices/", "/notices/count/", "/calendar/", "/account/profile/", "/account/security/"],
)
def test_ones_own_pages_are_not_the_roles(address: str, looking: Client) -> None:
    response = looking.get(address)

    assert response.status_code == 403
    assert "This page is your own, and not of the importer’s role." in text_of(response)
    shown = looking.get("/permissions/").content.decode()
    assert f'"{address}"' not in shown


def test_an_administrator_who_looks_sees_that_importer_only(
    importer: Importer, stranger: Importer, administrator: User
) -> None:
    browser = Client()
    browser.force_login(administrator)
    assert browser.get(f"/importers/{stranger.pk}/").status_code == 200
    begin(browser, importer, "finance")

    assert browser.get(f"/importers/{stranger.pk}/").status_code == 404
    assert browser.get(f"/importers/{importer.pk}/").status_code == 200
    assert browser.get(f"/importers/{importer.pk}/audit/").status_code == 403
    rows = browser.get("/api/v1/importers/").json()["results"]
    assert [row["id"] for row in rows] == [importer.pk]
    assert browser.get("/api/v1/staff/").status_code == 403


@pytest.mark.parametrize("role", Membership.Role.values)
def test_the_pages_are_those_of_a_real_person_of_the_role_but_for_what_they_could_change(
    role: str, browser: Client, importer: Importer, run: MatchRun
) -> None:
    own_person = User.objects.create_user(f"{role}@maple.example", full_name="Real Person")
    with importer_scope(importer.pk):
        Membership.objects.create(importer=importer, user=own_person, role=role)
    real = Client(headers={"accept-language": "en"})
    real.force_login(own_person)
    begin(browser, importer, role)

    for address in (
        f"/importers/{importer.pk}/",
        f"/importers/{importer.pk}/audit/",
        f"/statements/{run.statement_id}/",
        f"/statements/{run.statement_id}/reconciliation/",
        "/deadlines/",
        "/work/",
    ):
        assert browser.get(address).status_code == real.get(address).status_code, address


def test_the_copy_holds_what_reads_and_nothing_else(
    importer: Importer, stranger: Importer, analyst: User
) -> None:
    copy = looking_copy(analyst, Viewing(importer.pk, "owner", NOON))

    assert (copy.is_staff_member, copy.is_administrator, copy.pk) == (False, False, analyst.pk)
    assert importer_ids_for(copy) == [importer.pk]
    assert permissions_of(copy, importer.pk) == {Permission.VIEW, Permission.READ_AUDIT}
    assert permissions_by_importer(copy, [stranger.pk]) == {stranger.pk: frozenset()}
    assert not any(may_here(copy, permission) for permission in Permission)
    with importer_scope(every_importer_id()):
        assert importers_where(copy, Permission.VIEW) == [importer.pk]
        assert importers_where(copy, Permission.UPLOAD) == []


def test_the_copy_is_never_written_and_the_person_stays_as_they_are(
    importer: Importer, analyst: User
) -> None:
    copy = looking_copy(analyst, Viewing(importer.pk, "owner", NOON))

    with pytest.raises(NobodyToSave):
        copy.save()
    with pytest.raises(NobodyToSave):
        copy.save(update_fields=["last_login"])
    with pytest.raises(NobodyToSave):
        copy.delete()
    assert (analyst.viewing, analyst.staff_role) == (None, "analyst")
    assert User.objects.get(pk=analyst.pk).staff_role == "analyst"


# who may


@pytest.mark.parametrize("who", ["staff_viewer", "finance", "owner"])
def test_without_the_right_nobody_looks_as_a_role(
    who: str, importer: Importer, request: pytest.FixtureRequest
) -> None:
    client = Client()
    client.force_login(request.getfixturevalue(who))

    assert begin(client, importer).status_code == 403
    assert "viewing" not in client.session
    assert events(importer) == []


def test_an_importer_that_one_does_not_see_cannot_be_looked_at(
    browser: Client, stranger: Importer
) -> None:
    assert begin(browser, stranger).status_code == 404


def test_there_is_no_other_role_to_look_as(browser: Client, importer: Importer) -> None:
    assert begin(browser, importer, "administrator").status_code == 422
    assert begin(browser, importer, "").status_code == 422
    assert events(importer) == []


def test_a_view_costs_a_page_only_a_few_queries_more(
    browser: Client, importer: Importer, owner: User, django_assert_max_num_queries: Any
) -> None:
    begin(browser, importer)
    browser.get("/permissions/")

    with django_assert_max_num_queries(22):
        browser.get("/permissions/")
