"""The days of an onboarding among all that is due: who hears of them, and when it stands still."""

from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone, translation

from carmsvc.platform.outbox import Letter
from carmsvc.platform.tenancy import importer_scope
from clients.actions.onboarding import cancel_onboarding
from clients.actions.onboarding_steps import give_step, keep_step_evidence
from clients.actions.reminders import remind
from clients.deadlines import Deadline, DeadlineState, deadlines
from clients.models import Importer, Notice, Onboarding, User
from clients.queries.deadlines import listed
from tests.onboarding.conftest import Browser
from tests.onboarding.stories import TODAY, begun, finish, step, take

LAST = date(2027, 6, 30)


@pytest.fixture
def running(scope: Importer, analyst: User) -> Onboarding:
    return begun(scope, analyst, "manual_registration", lead=analyst)


def due(running: Onboarding, kind: str, *, is_staff: bool = True) -> list[Deadline]:
    return deadlines([running.importer_id], TODAY, LAST, kind, is_staff=is_staff)


def test_every_step_has_its_day_and_is_told_in_the_readers_language(running: Onboarding) -> None:
    found = {one.key: one for one in due(running, "onboarding_step")}
    first = found[f"onboarding-step/{step(running, 'A4').pk}"]

    assert len(found) == 19
    assert (first.due_on, first.is_done, first.is_quiet) == (date(2026, 11, 26), False, False)
    assert str(first.subject) == "A4 Choose who will be the first business account manager"
    with translation.override("fr"):
        assert str(first.subject).startswith("A4 Choisir qui sera le premier gestionnaire")


def test_our_steps_are_for_our_staff(running: Onboarding) -> None:
    [ours] = due(running, "onboarding_step_of_ours")

    assert str(ours.subject) == "M1 The CBSA registers the business by hand"
    assert due(running, "onboarding_step_of_ours", is_staff=False) == []
    assert due(running, "onboarding_stale", is_staff=False) == []


def test_a_done_step_is_done_and_one_that_does_not_apply_is_not_due(
    running: Onboarding, analyst: User
) -> None:
    finish(running, analyst, "A4")
    take(running, "A19", "skip", analyst, reason="Not wanted")

    found = {one.key: one.is_done for one in due(running, "onboarding_step")}

    assert found[f"onboarding-step/{step(running, 'A4').pk}"] is True
    assert f"onboarding-step/{step(running, 'A19').pk}" not in found


def test_an_onboarding_that_is_given_up_is_not_due(running: Onboarding, analyst: User) -> None:
    cancel_onboarding(onboarding=running, reason="Sold", by=analyst, today=TODAY)

    kinds = ("onboarding_step", "onboarding_step_of_ours", "onboarding_stale")
    assert [due(running, kind) for kind in kinds] == [[], [], []]


def test_whoever_it_was_given_to_owns_it(
    running: Onboarding, analyst: User, reviewer: User
) -> None:
    chosen = step(running, "A4")
    give_step(step=chosen, assignee=reviewer, due_on=date(2026, 11, 25), by=analyst)

    rows = listed([running.importer_id], TODAY, kind="onboarding_step")

    assert [
        (one.owner, one.deadline.due_on) for one in rows if "A4" in str(one.deadline.subject)
    ] == [(reviewer.full_name, date(2026, 11, 25))]


def test_people_are_told_of_steps_that_can_go_on_and_not_of_those_that_wait(
    running: Onboarding, owner: User, analyst: User
) -> None:
    User.objects.filter(pk=owner.pk).update(language="fr")
    with time_machine.travel("2026-12-21T15:00:00Z", tick=False):
        remind(importers=[running.importer_id], now=timezone.now())

        told = Notice.objects.filter(user=owner, kind="onboarding_step").order_by("due_on")
        assert [one.subject.split()[0] for one in told] == ["A4", "A1"]
        assert told[0].subject.startswith("A4 Choisir qui sera")
        ours = Notice.objects.filter(user=analyst, kind__startswith="onboarding")
        assert [one.kind for one in ours.order_by("kind", "due_on")] == [
            "onboarding_stale",
            "onboarding_step",
            "onboarding_step",
        ]
        assert Letter.objects.filter(to_address=owner.email).exists()


def test_nothing_moves_for_a_week_and_the_lead_hears_of_it(
    running: Onboarding, analyst: User, owner: User
) -> None:
    [alarm] = due(running, "onboarding_stale")
    assert (alarm.due_on, alarm.owner_id) == (TODAY + timedelta(days=7), analyst.pk)
    assert alarm.state_on(TODAY + timedelta(days=7)) is DeadlineState.DUE_TODAY

    with time_machine.travel("2026-11-30T15:00:00Z", tick=False):
        remind(importers=[running.importer_id], now=timezone.now())

    stale = Notice.objects.filter(kind="onboarding_stale")
    assert [one.user for one in stale] == [analyst]


def test_the_alarm_follows_the_step_that_has_not_moved_for_longest(
    running: Onboarding, analyst: User
) -> None:
    with time_machine.travel("2026-11-27T15:00:00Z", tick=False):
        take(running, "A1", "start", analyst)
        [alarm] = due(running, "onboarding_stale")
        assert str(alarm.subject).startswith("A4 ")
        take(running, "A4", "start", analyst)

        [alarm] = due(running, "onboarding_stale")
    assert alarm.due_on == date(2026, 12, 4)


def test_evidence_that_ends_is_due(running: Onboarding, analyst: User) -> None:
    keep_step_evidence(
        step=step(running, "A16"), by=analyst, today=TODAY, reference="Bond 4471",
        evidence_on=TODAY, expires_on=date(2027, 5, 1),
    )  # fmt: skip

    [one] = due(running, "onboarding_evidence")
    assert (one.due_on, str(one.subject)[:3]) == (date(2027, 5, 1), "A16")


def test_the_importers_calendar_and_list_hold_their_own_steps_only(
    importer: Importer, analyst: User, owner: User, signed_in: Browser
) -> None:
    with importer_scope(importer.pk):
        begun(importer, analyst, "manual_registration")
    address = f"/importers/{importer.pk}/deadlines/?first=2026-11-23&last=2027-06-30"

    ours = signed_in(analyst).get(address).content.decode()
    theirs = signed_in(owner).get(address).content.decode()

    assert ("A13 Add a second" in ours, "M1 The CBSA registers" in ours) == (True, True)
    assert ("A13 Add a second" in theirs, "M1 The CBSA registers" in theirs) == (True, False)
    answer = signed_in(owner).get("/api/v1/deadlines/?first=2026-11-23&last=2027-06-30").json()
    kinds = {one["kind"] for one in answer["results"]}
    assert {one for one in kinds if one.startswith("onboarding")} == {"onboarding_step"}
