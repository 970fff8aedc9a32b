"""Writing a new version of the checklist with four eyes, and moving an onboarding to it."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from carmsvc.platform.audit import BrokerageEvent
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importer_scope
from clients.actions.onboarding import move_to_newest
from clients.actions.onboarding_checklists import (
    discard_checklist,
    draft_checklist,
    leave_step_out,
    publish_checklist,
    put_step,
    set_stale_days,
)
from clients.forms.onboarding_checklists import initial_of
from clients.models import ChecklistVersion, Importer, Onboarding, OnboardingStep, User
from clients.queries.onboarding_checklists import newest_published, version_numbered
from clients.rules.onboarding_checklist import Step, shipped
from tests.onboarding.conftest import Browser
from tests.onboarding.stories import TODAY, begun, finish, step, take


def words(text: str) -> dict[str, str]:
    return {"en": text, "fr": f"{text} (fr)"}


def of(code: str) -> Step:
    found = shipped().step(code)
    assert found is not None
    return found


@pytest.fixture
def draft(administrator: User) -> int:
    return draft_checklist(note="A call before the first step", by=administrator).number


@pytest.fixture
def call(draft: int, administrator: User) -> Step:
    """A new first step stands in the draft."""
    made = replace(of("A4"), code="B1", title=words("Call the importer"), after=())
    put_step(number=draft, step=made, place=1, by=administrator)
    return made


def codes(number: int) -> list[str]:
    found = version_numbered(number)
    assert found is not None
    return [one.code for one in found.checklist.steps]


def test_a_draft_begins_as_a_copy_of_the_newest_version(draft: int) -> None:
    assert draft == 2
    assert codes(2) == [one.code for one in shipped().steps]
    assert newest_published() == 1


def test_there_is_one_draft_at_a_time(draft: int, administrator: User) -> None:
    with pytest.raises(Refused, match="There is a draft already"):
        draft_checklist(note="Another", by=administrator)


def test_a_step_is_put_at_its_place_changed_and_taken_off(
    draft: int, call: Step, administrator: User
) -> None:
    assert codes(draft)[:2] == ["B1", "N1"]

    changed = replace(call, title=words("Call them"), days=1)
    put_step(number=draft, step=changed, place=3, instead_of="B1", by=administrator)
    found = version_numbered(draft)
    assert found is not None
    assert codes(draft)[:3] == ["N1", "A1", "B1"]
    assert found.checklist.step("B1") == changed

    leave_step_out(number=draft, code="B1", by=administrator)
    assert "B1" not in codes(draft)


def test_what_came_after_a_step_that_goes_comes_after_what_it_came_after(
    draft: int, administrator: User
) -> None:
    left = leave_step_out(number=draft, code="A6", by=administrator)

    following = left.step("A7")
    assert following is not None
    assert following.after == ("A5",)


def test_a_step_under_a_new_name_is_still_waited_for(draft: int, administrator: User) -> None:
    renamed = replace(of("A4"), code="B4")

    changed = put_step(number=draft, step=renamed, place=5, instead_of="A4", by=administrator)

    following = changed.step("A5")
    assert following is not None
    assert following.after == ("B4",)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"code": "A5"}, "Two steps have the same name. (A5)"),
        ({"source": ""}, "Say where it is from: the law, the notice or the page. (B1)"),
        ({"title": {"en": "Call", "fr": ""}},
         "A step needs its title, task and reason in English and French. (B1)"),
        ({"after": ("A20",)}, "A step comes after steps that stand above it. (B1)"),
    ],
)  # fmt: skip
def test_a_step_with_a_flaw_is_refused_by_name(
    draft: int, administrator: User, change: dict[str, Any], sentence: str
) -> None:
    made = replace(of("A4"), **{"code": "B1", "after": (), **change})

    with pytest.raises(Refused) as refusal:
        put_step(number=draft, step=made, place=1, by=administrator)

    assert refusal.value.reasons == [sentence]
    assert codes(draft) == [one.code for one in shipped().steps]


def test_whoever_worked_on_a_draft_does_not_publish_it(
    draft: int, call: Step, administrator: User, second_administrator: User
) -> None:
    with pytest.raises(Refused, match="somebody else has to publish it"):
        publish_checklist(number=draft, by=administrator)
    publish_checklist(number=draft, by=second_administrator)

    assert newest_published() == 2
    told = BrokerageEvent.objects.filter(action__startswith="checklist").order_by("id")
    assert [(one.action, one.actor) for one in told] == [
        ("checklist drafted", str(administrator)),
        ("checklist changed", str(administrator)),
        ("checklist published", str(second_administrator)),
    ]


def test_the_second_editor_does_not_publish_it_either(
    draft: int, administrator: User, second_administrator: User
) -> None:
    set_stale_days(number=draft, days=5, by=second_administrator)

    with pytest.raises(Refused, match="somebody else has to publish it"):
        publish_checklist(number=draft, by=second_administrator)


def test_the_database_holds_the_four_eyes_too(draft: int, administrator: User) -> None:
    with pytest.raises(IntegrityError, match="four_eyes_on_the_checklist"), transaction.atomic():
        ChecklistVersion.objects.filter(number=draft).update(
            state="published", decided_by=administrator, decided_at="2026-11-23T15:00Z"
        )


def test_what_is_published_or_discarded_is_fixed(
    draft: int, administrator: User, second_administrator: User
) -> None:
    discard_checklist(number=draft, by=administrator)

    for act in (
        lambda: publish_checklist(number=draft, by=second_administrator),
        lambda: leave_step_out(number=draft, code="A1", by=administrator),
        lambda: set_stale_days(number=1, days=5, by=administrator),
    ):
        with pytest.raises(Refused, match="Only a draft can be changed"):
            act()
    assert draft_checklist(note="Again", by=administrator).number == 3


def test_a_secret_has_no_place_in_a_checklist(draft: int, administrator: User) -> None:
    made = replace(of("A4"), code="B1", task=words("Use password: hunter2"), after=())

    with pytest.raises(Refused, match="seems to hold a password"):
        put_step(number=draft, step=made, place=1, by=administrator)


@pytest.fixture
def onboarding(importer: Importer, analyst: User) -> Onboarding:
    with importer_scope(importer.pk):
        return begun(importer, analyst)


def test_a_running_onboarding_keeps_its_version_until_it_is_moved(
    onboarding: Onboarding,
    draft: int,
    call: Step,
    administrator: User,
    second_administrator: User,
    analyst: User,
) -> None:
    leave_step_out(number=draft, code="A14", by=administrator)
    leave_step_out(number=draft, code="A4", by=administrator)
    set_stale_days(number=draft, days=10, by=administrator)
    with importer_scope(onboarding.importer_id):
        finish(onboarding, analyst, "A1", "A4")
        take(onboarding, "A2", "start", analyst)
    publish_checklist(number=draft, by=second_administrator)

    with importer_scope(onboarding.importer_id):
        assert Onboarding.objects.get().version == 1
        moved = move_to_newest(onboarding=onboarding, by=analyst, today=TODAY)

        rows = {one.code: one for one in OnboardingStep.objects.filter(onboarding=onboarding)}
    assert (moved.version, moved.stale_days) == (2, 10)
    assert (rows["B1"].state, rows["B1"].version, rows["B1"].is_ready) == ("not_started", 2, True)
    assert (rows["A1"].state, rows["A1"].version) == ("done", 1)
    assert (rows["A4"].state, rows["A4"].version) == ("done", 1)
    assert (rows["A2"].state, rows["A2"].version) == ("in_progress", 2)
    assert (rows["A14"].state, rows["A14"].reason) == (
        "not_applicable",
        "No longer in version 2 of the checklist.",
    )


def test_there_is_nothing_to_move_to_when_it_is_the_newest(
    onboarding: Onboarding, analyst: User
) -> None:
    with (
        importer_scope(onboarding.importer_id),
        pytest.raises(Refused, match="by the newest checklist already"),
    ):
        move_to_newest(onboarding=onboarding, by=analyst, today=TODAY)


def test_a_new_onboarding_goes_by_the_newest_version(
    draft: int, call: Step, second_administrator: User, importer: Importer, analyst: User
) -> None:
    publish_checklist(number=draft, by=second_administrator)

    with importer_scope(importer.pk):
        made = begun(importer, analyst)
        assert (made.version, step(made, "B1").position) == (2, 1)


def test_an_administrator_writes_a_version_and_another_publishes_it_on_the_pages(
    signed_in: Browser, administrator: User, second_administrator: User
) -> None:
    client = signed_in(administrator)
    client.post("/onboarding-checklists/new/", {"note": "A call first"})
    page = "/onboarding-checklists/2/"
    made = replace(of("A4"), code="B1", title=words("Call the importer"), after=())

    answer = client.post(f"{page}steps/new/", initial_of(made, 1))
    client.post(f"{page}stale-days/", {"days": "5"})
    own = client.post(f"{page}publication/", follow=True).content.decode()
    signed_in(second_administrator).post(f"{page}publication/")

    assert answer.status_code == 302
    assert "You worked on this draft; somebody else has to publish it." in own
    published = client.get(page).content.decode()
    assert "Call the importer" in published
    assert "Stale after 5 days without movement" in published
    assert "Published" in published
    assert newest_published() == 2


def test_a_wrong_step_is_shown_again_with_its_reasons(
    signed_in: Browser, administrator: User, draft: int
) -> None:
    said = initial_of(replace(of("A4"), code="A5"), 1)

    answer = signed_in(administrator).post(f"/onboarding-checklists/{draft}/steps/new/", said)

    assert answer.status_code == 422
    assert "Two steps have the same name. (A5)" in answer.content.decode()


def test_staff_read_the_checklist_and_the_importers_people_do_not(
    signed_in: Browser, draft: int, analyst: User, owner: User
) -> None:
    ours = signed_in(analyst).get("/onboarding-checklists/1/")

    assert "Have a business number (BN9)" in ours.content.decode()
    assert signed_in(owner).get("/onboarding-checklists/1/").status_code == 403
    assert signed_in(analyst).post(f"/onboarding-checklists/{draft}/discarding/").status_code == 403
    assert signed_in(analyst).get("/onboarding-checklists/9/").status_code == 404
