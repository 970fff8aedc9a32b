"""A step beside what the records tell of it: shown, counted on, and never silently contradicted."""

from typing import Any

import pytest

from carmsvc.platform.tenancy import importer_scope
from clients.actions.portal import end_role
from clients.models import Importer, Onboarding, PortalRole, User
from clients.queries.onboarding_records import records_of
from clients.readiness import checks
from clients.rules.onboarding_checklist import shipped
from tests.onboarding.conftest import Browser
from tests.onboarding.stories import TODAY, begun, finish, step
from tests.readiness.asking import words_of
from tests.readiness.stories import person

SHOWN = "The records show that it is so"
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
    every = shipped().of(running.variant)
    before = [one.code for one in every[: [one.code for one in every].index("A13") + 1]]
    with importer_scope(importer.pk):
        finish(running, analyst, *before)
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


def test_the_api_tells_the_checks_of_a_step(
    signed_in: Browser, running: Onboarding, analyst: User
) -> None:
    client = signed_in(analyst)

    def told(code: str) -> Any:
        number = page(running, code).rstrip("/").rpartition("/")[2]
        return client.get(f"/api/v1/onboarding-steps/{number}/records/").json()

    assert {one["check"] for one in told("A15")} == {"R07", "R08"}
    assert {one["check"] for one in told("A16")} == {"R10", "R11"}
    assert told("A5") == []
