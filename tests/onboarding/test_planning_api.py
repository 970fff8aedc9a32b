"""The plan of an onboarding through the API: lead, days, who sees to what, reminders, its end."""

from datetime import date
from typing import Any

import pytest

from carmsvc.platform.tenancy import importer_scope
from clients.actions.onboarding_checklists import draft_checklist, publish_checklist
from clients.models import Importer, Notice, Onboarding, User
from tests.onboarding.conftest import Browser
from tests.onboarding.stories import begun, step
from tests.onboarding.test_api import post

SECRET = "The password is Winter2026!"


@pytest.fixture
def running(importer: Importer, analyst: User) -> Onboarding:
    with importer_scope(importer.pk):
        return begun(importer, analyst, lead=analyst)


def test_it_begins_with_somebody_of_ours_who_leads_it(
    signed_in: Browser, importer: Importer, analyst: User, reviewer: User, owner: User
) -> None:
    client, said = signed_in(analyst), {"importer": importer.pk, "variant": "resident"}

    theirs = post(client, "onboardings/", said | {"lead": owner.email})
    ours = post(client, "onboardings/", said | {"lead": reviewer.email.upper()})

    assert theirs.status_code == 409
    assert "Only one of our staff leads an onboarding." in theirs.content.decode()
    assert (ours.status_code, ours.json()["lead"]) == (201, reviewer.email)


def test_a_new_day_plans_the_open_steps_anew_and_what_is_left_out_stays(
    signed_in: Browser, running: Onboarding, analyst: User
) -> None:
    client, path = signed_in(analyst), f"onboardings/{running.pk}/plan/"

    planned = post(client, path, {"target_on": "2027-06-30"}).json()

    assert (planned["target_on"], planned["lead"]) == ("2027-06-30", analyst.email)
    with importer_scope(running.importer_id):
        assert max(one.due_on for one in running.steps.all()) == date(2027, 6, 30)
    assert post(client, path, {"lead": None}).json()["lead"] is None
    assert post(client, path, {"target_on": "2026-11-20"}).status_code == 409


def test_a_step_is_given_to_somebody_by_a_day(
    signed_in: Browser, running: Onboarding, analyst: User, owner: User, other_finance: User
) -> None:
    client = signed_in(analyst)
    with importer_scope(running.importer_id):
        row = step(running, "A4")
    path = f"onboarding-steps/{row.pk}/assignment/"

    given = post(client, path, {"assignee": owner.email, "due_on": "2026-12-15"}).json()
    again = post(client, path, {"due_on": "2026-12-16"}).json()
    strange = post(client, path, {"assignee": other_finance.email})
    early = post(client, path, {"due_on": "2026-11-01"})

    assert (given["assignee"], given["due_on"]) == (owner.email, "2026-12-15")
    assert (again["assignee"], again["due_on"]) == (owner.email, "2026-12-16")
    assert "does not work on this step" in strange.content.decode()
    assert (strange.status_code, early.status_code) == (409, 409)
    assert post(client, path, {"assignee": None}).json()["assignee"] is None


def test_the_importers_people_are_reminded_of_each_step_once_a_day(
    signed_in: Browser, running: Onboarding, analyst: User, owner: User
) -> None:
    client, path = signed_in(analyst), f"onboardings/{running.pk}/reminder/"

    first, second = (post(client, path, {}).json()["steps"] for _ in range(2))

    assert (first > 0, second) == (True, 0)
    with importer_scope(running.importer_id):
        assert Notice.objects.filter(user=owner, key__contains="@reminder-").count() == first


def test_it_goes_on_by_the_newest_checklist(
    signed_in: Browser,
    running: Onboarding,
    analyst: User,
    administrator: User,
    second_administrator: User,
) -> None:
    client, path = signed_in(analyst), f"onboardings/{running.pk}/version/"
    early = post(client, path, {})
    draft = draft_checklist(note="Another year", by=administrator)
    publish_checklist(number=draft.number, by=second_administrator)

    assert early.status_code == 409
    assert post(client, path, {}).json()["version"] == 2


def test_it_is_given_up_with_why_and_no_secret_in_it(
    signed_in: Browser, running: Onboarding, analyst: User
) -> None:
    client, path = signed_in(analyst), f"onboardings/{running.pk}/cancellation/"

    secret = post(client, path, {"reason": SECRET})
    ended = post(client, path, {"reason": "The importer went elsewhere."}).json()

    assert secret.status_code == 409
    assert "Winter2026" not in secret.content.decode()
    assert (ended["state"], ended["end_reason"]) == ("cancelled", "The importer went elsewhere.")
    assert post(client, f"onboardings/{running.pk}/plan/", {"lead": None}).status_code == 409


@pytest.mark.parametrize("name", ["plan", "cancellation", "version", "reminder"])
def test_an_importers_people_plan_nothing(
    name: str, signed_in: Browser, running: Onboarding, owner: User
) -> None:
    told: dict[str, Any] = {"reason": "No"} if name == "cancellation" else {}

    assert post(signed_in(owner), f"onboardings/{running.pk}/{name}/", told).status_code == 403
