"""A step of an onboarding: what it needs, what it refuses, what stays on record."""

from datetime import date, timedelta

import pytest
import time_machine

from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.refusals import Refused
from clients.actions.documents import keep_document
from clients.actions.onboarding_steps import give_step, keep_step_evidence, write_comment
from clients.models import (
    Importer,
    Onboarding,
    OnboardingComment,
    OnboardingEvent,
    OnboardingStep,
    User,
)
from tests.documents.conftest import upload
from tests.onboarding.stories import TODAY, begun, finish, prove, step, take


def ready_codes(onboarding: Onboarding) -> list[str]:
    rows = OnboardingStep.objects.filter(onboarding=onboarding, is_ready=True)
    return list(rows.order_by("position").values_list("code", flat=True))


def test_an_onboarding_begins_with_the_steps_of_its_variant_in_order(
    onboarding: Onboarding,
) -> None:
    rows = OnboardingStep.objects.filter(onboarding=onboarding).order_by("position")

    assert list(rows.values_list("code", flat=True)) == [f"A{number}" for number in range(1, 21)]
    assert set(rows.values_list("state", flat=True)) == {"not_started"}
    assert ready_codes(onboarding) == ["A1", "A4"]


def test_a_step_goes_on_once_those_before_it_are_over(
    onboarding: Onboarding, analyst: User
) -> None:
    with pytest.raises(Refused) as refusal:
        take(onboarding, "A2", "start", analyst)
    finish(onboarding, analyst, "A1")

    assert refusal.value.reasons == ["First comes: A1 Have a business number (BN9)."]
    assert ready_codes(onboarding) == ["A2", "A3", "A4"]
    assert take(onboarding, "A2", "start", analyst).state == "in_progress"


def test_a_step_is_not_done_before_what_proves_it_is_kept(
    onboarding: Onboarding, analyst: User
) -> None:
    with pytest.raises(Refused) as refusal:
        take(onboarding, "A1", "finish", analyst)
    prove(onboarding, "A1", analyst, "CRA letter of 2026-10-01")
    done = take(onboarding, "A1", "finish", analyst, on=date(2026, 11, 20))

    assert refusal.value.reasons == ["First keep what proves it: The BN9, or the CRA’s letter."]
    assert (done.state, done.done_on, done.done_by) == ("done", date(2026, 11, 20), analyst)
    assert not done.is_ready


def test_signing_in_needs_no_evidence_but_its_day(onboarding: Onboarding, owner: User) -> None:
    finish(onboarding, owner, "A4")

    assert take(onboarding, "A5", "finish", owner).done_on == TODAY


def test_what_is_not_possible_is_refused_with_what_is(
    onboarding: Onboarding, analyst: User
) -> None:
    take(onboarding, "A1", "block", analyst, reason="The CRA does not find the business.")

    with pytest.raises(Refused) as refusal:
        take(onboarding, "A1", "finish", analyst)

    assert refusal.value.reasons == [
        "“Mark as done” is not possible: the step is “Blocked”. "
        "Possible now: “Go on”, “Mark as not applicable”."
    ]
    assert step(onboarding, "A1").reason == "The CRA does not find the business."


@pytest.mark.parametrize("wish", ["block", "skip"])
def test_blocking_and_skipping_need_a_reason(
    onboarding: Onboarding, analyst: User, wish: str
) -> None:
    with pytest.raises(Refused, match="Say why"):
        take(onboarding, "A1", wish, analyst)

    assert step(onboarding, "A1").state == "not_started"


def test_whoever_waits_says_for_whom(onboarding: Onboarding, analyst: User) -> None:
    with pytest.raises(Refused, match="Say for whom you wait"):
        take(onboarding, "A1", "wait", analyst)

    assert take(onboarding, "A1", "wait", analyst, waiting_for="cra").waiting_for == "cra"
    assert take(onboarding, "A1", "resume", analyst).waiting_for == ""


def test_a_day_that_has_not_come_is_refused(onboarding: Onboarding, analyst: User) -> None:
    with pytest.raises(Refused, match="2026-11-24 has not come yet"):
        take(onboarding, "A1", "start", analyst, on=TODAY + timedelta(days=1))


def test_the_importer_says_what_does_not_apply_only_of_conditional_steps(
    onboarding: Onboarding, owner: User, analyst: User
) -> None:
    with pytest.raises(Refused, match="Only the broker can say"):
        take(onboarding, "A4", "skip", owner, reason="We know already.")

    manual = take(onboarding, "A11", "skip", owner, reason="The portal took us.")
    assert (manual.state, manual.reason) == ("not_applicable", "The portal took us.")
    assert take(onboarding, "A4", "skip", analyst, reason="Known.").state == "not_applicable"


def test_a_step_opened_again_stops_what_comes_after_it(
    onboarding: Onboarding, analyst: User
) -> None:
    finish(onboarding, analyst, "A4")
    assert "A5" in ready_codes(onboarding)

    again = take(onboarding, "A4", "reopen", analyst, reason="She left the company.")

    assert (again.state, again.done_on, again.done_by) == ("in_progress", None, None)
    assert ready_codes(onboarding) == ["A1", "A4"]


def test_every_move_stays_on_record_with_who_and_why(
    onboarding: Onboarding, analyst: User, owner: User
) -> None:
    take(onboarding, "A4", "start", owner)
    take(onboarding, "A4", "block", analyst, reason="Nobody has the authority.")

    moves = OnboardingEvent.objects.order_by("id").values_list(
        "wish", "from_state", "to_state", "reason", "recorded_by"
    )
    assert list(moves) == [
        ("start", "not_started", "in_progress", "", owner.pk),
        ("block", "in_progress", "blocked", "Nobody has the authority.", analyst.pk),
    ]
    told = AuditEvent.objects.filter(target_kind="onboardingstep").order_by("id")
    assert [(one.action, one.before, one.after) for one in told] == [
        ("onboarding step started", {"state": "not_started"}, {"state": "in_progress"}),
        ("onboarding step blocked", {"state": "in_progress"}, {"state": "blocked"}),
    ]


def test_evidence_is_a_document_of_the_importer_with_its_days(
    onboarding: Onboarding, analyst: User, scope: Importer
) -> None:
    kept = keep_document(importer=scope, content=upload(), by=analyst, kind="other", title="Bond")
    expires_on = date(2027, 11, 1)

    proved = keep_step_evidence(
        step=step(onboarding, "A16"), by=analyst, today=TODAY, document=kept.document,
        evidence_on=date(2026, 11, 1), expires_on=expires_on,
    )  # fmt: skip

    assert (proved.evidence_document, proved.evidence_expires_on) == (kept.document, expires_on)
    assert proved.has_evidence


def test_evidence_with_days_that_cannot_be_is_refused_whole(
    onboarding: Onboarding, analyst: User
) -> None:
    with pytest.raises(Refused) as refusal:
        keep_step_evidence(
            step=step(onboarding, "A1"), by=analyst, today=TODAY, reference="Letter",
            evidence_on=date(2026, 12, 1), expires_on=date(2026, 11, 1),
        )  # fmt: skip

    assert refusal.value.reasons == [
        "2026-12-01 has not come yet.",
        "The evidence would expire before its own day.",
    ]
    assert step(onboarding, "A1").evidence_reference == ""


def test_what_a_done_step_is_proved_by_is_not_emptied(
    onboarding: Onboarding, analyst: User
) -> None:
    finish(onboarding, analyst, "A1")

    with pytest.raises(Refused, match="open it again before"):
        prove(onboarding, "A1", analyst, reference=" ")


def test_a_comment_of_our_staff_only_is_not_the_clients_to_write(
    onboarding: Onboarding, owner: User, analyst: User
) -> None:
    write_comment(step=step(onboarding, "A4"), text="Who signs?", by=owner, is_for_staff=True)
    write_comment(step=step(onboarding, "A4"), text="Slow payer.", by=analyst, is_for_staff=True)

    rows = OnboardingComment.objects.order_by("id").values_list("text", "is_for_staff")
    assert list(rows) == [("Who signs?", False), ("Slow payer.", True)]


SECRET = "The GCKey password is Soleil2026!"


@pytest.mark.parametrize("where", ["comment", "evidence", "reason"])
def test_a_secret_is_refused_everywhere_and_stands_nowhere(
    onboarding: Onboarding, analyst: User, where: str
) -> None:
    found = step(onboarding, "A4")
    with pytest.raises(Refused, match="seems to hold a password"):
        if where == "comment":
            write_comment(step=found, text=SECRET, by=analyst)
        elif where == "evidence":
            prove(onboarding, "A4", analyst, SECRET)
        else:
            take(onboarding, "A4", "block", analyst, reason=SECRET)

    rows = [*OnboardingStep.objects.values(), *OnboardingComment.objects.values()]
    told = [*OnboardingEvent.objects.values(), *AuditEvent.objects.values()]
    assert "Soleil2026" not in repr([rows, told])


def test_a_step_is_given_to_our_staff_or_to_the_importers_own_people(
    onboarding: Onboarding, analyst: User, owner: User, other_finance: User
) -> None:
    given = give_step(
        step=step(onboarding, "A4"), assignee=owner, due_on=date(2026, 12, 1), by=analyst
    )
    assert (given.assignee, given.due_on) == (owner, date(2026, 12, 1))

    with pytest.raises(Refused, match="does not work on this step"):
        give_step(step=given, assignee=other_finance, due_on=TODAY, by=analyst)
    with pytest.raises(Refused, match="before the onboarding began"):
        give_step(step=given, assignee=owner, due_on=date(2026, 11, 1), by=analyst)


def test_a_step_of_ours_is_not_given_to_the_importers_people(
    scope: Importer, analyst: User, owner: User
) -> None:
    running = begun(scope, analyst, "manual_registration")

    with pytest.raises(Refused, match="does not work on this step"):
        give_step(step=step(running, "M1"), assignee=owner, due_on=TODAY, by=analyst)


def test_what_can_go_on_ages_from_the_day_it_could(onboarding: Onboarding, analyst: User) -> None:
    with time_machine.travel("2026-12-03T15:00:00Z", tick=False):
        finish(onboarding, analyst, "A4")

        assert step(onboarding, "A5").moved_at.date() == date(2026, 12, 3)
    assert step(onboarding, "A1").moved_at.date() == TODAY
