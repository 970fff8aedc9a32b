"""A step beside what the records tell of it: shown, counted on, and never silently contradicted."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carmsvc.platform.tenancy import importer_scope
from clients.actions.portal import end_role
from clients.models import Importer, Onboarding, PortalRole, User
from clients.queries.onboarding_records import records_of
from clients.readiness import checks
from clients.rules.onboarding_checklist import Variant, shipped
from tests.onboarding.conftest import Browser
from tests.onboarding.stories import TODAY, begun, finish, step
from tests.readiness.asking import words_of
from tests.readiness.stories import person

SHOWN = "The records show that it is so"
MARKED = "Not so by the records"
CONTRADICTED = "This step is marked as done, and the records do not show it"


@pytest.fixture
def running(importer: Importer, analyst: User) -> Onboarding:
    with importer_scope(importer.pk):
        return begun(importer, analyst, lead=analyst)


def managers(importer: Importer, analyst: User, *names: str) -> None:
    with importer_scope(importer.pk):
        for name in names:
            person(importer, name, analyst)


def page(running: Onboarding, code: str) -> str:
    with importer_scope(running.importer_id):
        return f"/onboarding-steps/{step(running, code).pk}/"


def until(code: str) -> list[str]:
    """The steps of a resident importer up to this one."""
    codes = [one.code for one in shipped().of(Variant.RESIDENT)]
    return codes[: codes.index(code) + 1]


def test_every_check_names_steps_of_the_shipped_checklist() -> None:
    known = {one.code for one in shipped().steps}

    assert {code for one in checks() for code in one.steps} <= known
    assert {code for one in checks() for code in one.steps} >= {"A13", "A15", "A16"}


def test_a_step_says_what_is_missing_and_where_it_is_put_right(
    signed_in: Browser, running: Onboarding, analyst: User
) -> None:
    answer = signed_in(analyst).get(page(running, "A15"))

    told = words_of(answer)
    assert "What the records show" in told
    assert "Our delegation in the portal works for the account" in told
    assert f'href="/importers/{running.importer_id}/delegations/"' in answer.content.decode()
    assert SHOWN not in told
    assert CONTRADICTED not in told


def test_a_second_manager_on_record_is_offered_as_what_the_step_is_for(
    signed_in: Browser, running: Onboarding, importer: Importer, analyst: User
) -> None:
    managers(importer, analyst, "Rosa Roy", "Noor Haddad")

    assert SHOWN in words_of(signed_in(analyst).get(page(running, "A13")))


def test_a_step_that_is_done_is_held_against_the_records_when_they_change(
    signed_in: Browser, running: Onboarding, importer: Importer, analyst: User
) -> None:
    managers(importer, analyst, "Rosa Roy", "Noor Haddad")
    with importer_scope(importer.pk):
        finish(running, analyst, *until("A13"))
    client, address = signed_in(analyst), page(running, "A13")
    assert CONTRADICTED not in words_of(client.get(address))

    with importer_scope(importer.pk):
        last = PortalRole.objects.order_by("-id").first()
        assert last
        end_role(role=last, on=TODAY, today=TODAY, by=analyst)

    assert CONTRADICTED in words_of(client.get(address))


def test_a_step_of_which_no_record_tells_says_nothing(
    signed_in: Browser, running: Onboarding, analyst: User
) -> None:
    with importer_scope(running.importer_id):
        assert records_of(step(running, "A5"), TODAY) is None

    assert "What the records show" not in words_of(signed_in(analyst).get(page(running, "A5")))


def test_the_api_tells_of_each_check_which_steps_it_speaks_of(
    signed_in: Browser, running: Onboarding, analyst: User
) -> None:
    told = signed_in(analyst).get(f"/api/v1/readiness/{running.importer_id}/").json()["checks"]

    steps = {one["check"]: one["onboarding_steps"] for one in told}
    assert (steps["R07"], steps["R05"], steps["R21"]) == (["A15"], ["A13"], [])


def test_a_step_that_is_done_and_of_which_nothing_is_on_record_says_so(
    signed_in: Browser, running: Onboarding, importer: Importer, analyst: User
) -> None:
    with importer_scope(importer.pk):
        finish(running, analyst, *until("A13"))

    told = words_of(signed_in(analyst).get(page(running, "A13")))

    assert "nothing on record shows it yet" in told
    assert CONTRADICTED not in told


def test_the_list_of_steps_marks_those_that_are_not_so_in_as_many_queries_for_one_as_for_many(
    signed_in: Browser,
    running: Onboarding,
    importer: Importer,
    analyst: User,
    django_assert_num_queries: Any,
) -> None:
    client, address = signed_in(analyst), f"/importers/{importer.pk}/onboarding/"
    managers(importer, analyst, "Rosa Roy")  # one, where two are asked for
    with importer_scope(importer.pk):
        finish(running, analyst, *until("A13"))
    client.get(address)  # what is asked once only
    with CaptureQueriesContext(connection) as asked:
        assert words_of(client.get(address)).count(MARKED) == 1

    with importer_scope(importer.pk):
        finish(running, analyst, *until("A17")[len(until("A13")) :])
    with django_assert_num_queries(len(asked)):
        assert words_of(client.get(address)).count(MARKED) == 3  # delegation and security too
