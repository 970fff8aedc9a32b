"""Onboardings across importers: who is where, what stands still, and reminding many at once."""

import re
from datetime import date
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from carmsvc.platform.tenancy import importer_scope
from clients.actions import create_importer
from clients.actions.onboarding import cancel_onboarding
from clients.actions.onboarding_checklists import draft_checklist, publish_checklist
from clients.models import Importer, Notice, Onboarding, User
from clients.queries.onboarding_register import page_after, register, tally
from tests.onboarding.conftest import Browser
from tests.onboarding.stories import TODAY, begun, finish, step, take


@pytest.fixture
def three(importer: Importer, stranger: Importer, administrator: User) -> list[Onboarding]:
    """Maple's stands still, Northern's has just moved, Érable's was given up."""
    other = create_importer(
        legal_name="Érablière Beauce inc.", bn9="102345675",
        program_accounts=["102345675RM0001"], by=administrator,
    )  # fmt: skip
    with time_machine.travel("2026-11-10T15:00:00Z", tick=False), importer_scope(importer.pk):
        still = begun(importer, administrator, lead=administrator)
    with importer_scope(stranger.pk):
        moving = begun(stranger, administrator, "non_resident", target_on=date(2027, 3, 1))
    with importer_scope(other.pk):
        given_up = begun(other, administrator)
        cancel_onboarding(
            onboarding=given_up, reason="Sold", by=administrator, today=date(2026, 11, 23)
        )
    return [still, moving, given_up]


def names(three: list[Onboarding], **wish: Any) -> list[str]:
    with importer_scope([one.importer_id for one in three]):
        return [one.importer.legal_name for one in register(timezone.now(), **wish)]


def test_the_register_is_in_the_order_in_which_people_sort_names(three: list[Onboarding]) -> None:
    assert names(three) == [
        "Érablière Beauce inc.",
        "Maple Furniture Inc.",
        "Northern Optics Ltd.",
    ]


def test_it_is_filtered_by_state_way_lead_words_and_what_needs_attention(
    three: list[Onboarding], administrator: User
) -> None:
    assert names(three, state="cancelled") == ["Érablière Beauce inc."]
    assert names(three, variant="non_resident") == ["Northern Optics Ltd."]
    assert names(three, lead=administrator) == ["Maple Furniture Inc."]
    assert names(three, search="optics") == ["Northern Optics Ltd."]
    assert names(three, search="1234") == ["Maple Furniture Inc."]
    assert names(three, attention="stale") == ["Maple Furniture Inc."]
    assert names(three, attention="late") == []


def test_a_step_is_late_the_day_after_its_day(three: list[Onboarding]) -> None:
    with time_machine.travel("2026-12-10T15:00:00Z", tick=False):
        assert names(three, attention="late") == ["Maple Furniture Inc.", "Northern Optics Ltd."]


def test_an_onboarding_is_stale_until_its_oldest_step_moves(
    three: list[Onboarding], administrator: User
) -> None:
    still = three[0]
    with importer_scope(still.importer_id):
        finish(still, administrator, "A4")
        assert [one.code for one in still.steps.filter(is_ready=True).order_by("position")] == [
            "A1",
            "A5",
        ]
    assert names(three, attention="stale") == ["Maple Furniture Inc."]

    with importer_scope(still.importer_id):
        take(still, "A1", "start", administrator)
    assert names(three, attention="stale") == []


def test_the_tally_counts_each_state(three: list[Onboarding]) -> None:
    with importer_scope([one.importer_id for one in three]):
        assert tally(timezone.now()) == {
            "running": 2, "finished": 0, "cancelled": 1, "stale": 1, "late": 0,
        }  # fmt: skip


def test_pages_begin_after_a_row_whatever_came_or_went(
    three: list[Onboarding], administrator: User
) -> None:
    now = timezone.now()
    with importer_scope([one.importer_id for one in three]):
        first = page_after(register(now), "", 2, administrator, now)
        second = page_after(register(now), str(first.after), 2, administrator, now)
        strange = page_after(register(now), "x" * 30, 2, administrator, now)

    assert [one.row.importer.legal_name for one in first.rows] == [
        "Érablière Beauce inc.",
        "Maple Furniture Inc.",
    ]
    assert [one.row.importer.legal_name for one in second.rows] == ["Northern Optics Ltd."]
    assert second.after is None
    assert [one.row.pk for one in strange.rows] == [one.row.pk for one in first.rows]


def test_a_row_says_how_far_it_is_and_what_is_next(
    three: list[Onboarding], administrator: User
) -> None:
    still, now = three[0], timezone.now()
    with importer_scope([one.importer_id for one in three]):
        take(still, "A1", "wait", administrator, waiting_for="cra")
        [row] = page_after(register(now, search="maple"), "", 9, administrator, now).rows

    assert (row.progress.percent, row.is_stale, row.is_behind) == (0, True, False)
    assert row.next_step is not None
    assert (row.next_step.row.code, row.next_step.ball_word) == ("A4", "Importer")


def test_a_running_onboarding_by_an_older_checklist_is_marked(
    three: list[Onboarding], administrator: User, second_administrator: User
) -> None:
    draft = draft_checklist(note="Better words", by=administrator)
    publish_checklist(number=draft.number, by=second_administrator)
    now = timezone.now()
    with importer_scope([one.importer_id for one in three]):
        rows = page_after(register(now), "", 9, administrator, now).rows

    assert [one.is_behind for one in rows] == [False, True, True]


@pytest.mark.parametrize("importers", [1, 3])
def test_the_page_costs_the_same_for_one_importer_and_many(
    signed_in: Browser, administrator: User, importers: int, django_assert_num_queries: Any
) -> None:
    for number in range(importers):
        bn9 = f"10000010{number}"
        made = create_importer(
            legal_name=f"Importer {number}", bn9=bn9, program_accounts=[f"{bn9}RM0001"],
            by=administrator,
        )  # fmt: skip
        with importer_scope(made.pk):
            begun(made, administrator)
    client = signed_in(administrator)
    client.get("/onboardings/")

    with django_assert_num_queries(15):
        client.get("/onboardings/")


def test_many_are_reminded_at_once_each_of_their_own_steps(
    signed_in: Browser, three: list[Onboarding], administrator: User, owner: User,
    other_finance: User,
) -> None:  # fmt: skip
    client = signed_in(administrator)
    ticked = re.findall(
        r'name="onboarding" value="(\d+)"', client.get("/onboardings/").content.decode()
    )
    assert [int(one) for one in ticked] == [one.pk for one in three[:2]]

    answer = client.post("/onboardings/reminders/", {"onboarding": ticked}, follow=True)

    assert "The people of 2 importers are reminded of their steps (4)." in answer.content.decode()
    with importer_scope([one.importer_id for one in three]):
        told = Notice.objects.filter(kind="onboarding_step").order_by("importer", "id")
        assert [(one.user, one.subject[:2]) for one in told] == [
            (owner, "A1"),
            (owner, "A4"),
            (other_finance, "N1"),
            (other_finance, "A4"),
        ]
        assert step(three[0], "A1").reminded_on == TODAY


def test_reminding_nobody_says_what_to_do(signed_in: Browser, analyst: User) -> None:
    answer = signed_in(analyst).post("/onboardings/reminders/", {}, follow=True)

    assert "Tick the importers whose people you want to remind." in answer.content.decode()


def test_the_register_is_for_staff_and_shows_the_importers_one_sees(
    signed_in: Browser, three: list[Onboarding], analyst: User, owner: User
) -> None:
    page = signed_in(analyst).get("/onboardings/").content.decode()

    assert ("Maple Furniture" in page, "Northern Optics" in page) == (True, False)
    assert signed_in(owner).get("/onboardings/").status_code == 403
    assert signed_in(owner).get("/onboardings/export/").status_code == 403
    ours = {"onboarding": [three[1].pk]}
    answer = signed_in(analyst).post("/onboardings/reminders/", ours, follow=True)
    assert "Tick the importers" in answer.content.decode()
