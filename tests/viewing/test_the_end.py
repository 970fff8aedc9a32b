"""A view ends: by a press, by the clock, with the right, and with the session."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.test import Client

from clients.models import Importer, User
from reconciliation.models import MatchRun
from tests.viewing.stories import begin, events, text_of


def test_one_ends_the_view_and_is_oneself_again(
    looking: Client, importer: Importer, analyst: User
) -> None:
    assert looking.post("/viewing/end/").url == f"/importers/{importer.pk}/"

    assert "You see" not in text_of(looking.get(f"/importers/{importer.pk}/"))
    assert looking.get("/work/").status_code == 200
    assert events(importer)[1:] == [("view as ended", analyst.email, "owner", "ended")]


def test_ending_what_has_ended_leads_home(browser: Client) -> None:
    assert browser.post("/viewing/end/").url == "/"


def test_ending_is_asked_for_by_a_form_of_our_own(importer: Importer, analyst: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(analyst)

    assert client.post("/viewing/end/").status_code == 403
    assert begin(client, importer).status_code == 403


def test_signing_out_ends_the_view(looking: Client, importer: Importer, analyst: User) -> None:
    looking.post("/account/logout/")

    assert "viewing" not in looking.session
    assert events(importer)[1:] == [("view as ended", analyst.email, "owner", "signed out")]


def test_it_ends_by_itself_after_thirty_minutes(
    looking: Client, importer: Importer, analyst: User, clock: time_machine.Traveller
) -> None:
    page = f"/importers/{importer.pk}/"
    clock.shift(timedelta(minutes=30, seconds=-1))
    assert "Reading only, 1 minute left." in text_of(looking.get(page))
    clock.shift(timedelta(seconds=1))
    text = text_of(looking.get(page))

    assert "its 30 minutes are up" in text
    assert "Reading only" not in text
    assert looking.get("/work/").status_code == 200
    assert events(importer)[1:] == [("view as ended", analyst.email, "owner", "expired")]


def test_what_is_pressed_after_its_time_on_a_page_of_the_role_changes_nothing(
    looking: Client, run: MatchRun, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(minutes=31))
    response = looking.post(f"/runs/{run.pk}/sign-offs/")

    assert response.status_code == 403
    assert "has just ended" in text_of(response)
    assert "Nothing was changed." in text_of(response)
    assert looking.post(f"/runs/{run.pk}/sign-offs/").status_code == 302  # now as oneself


def test_a_page_that_looks_again_by_itself_is_read_anew_when_the_view_is_over(
    looking: Client, importer: Importer, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(minutes=31))
    response = looking.get(f"/importers/{importer.pk}/", headers={"HX-Request": "true"})

    assert response["HX-Refresh"] == "true"


@pytest.mark.parametrize("because", ["right lost", "importer lost"])
def test_it_ends_when_the_right_or_the_importer_is_lost(
    because: str,
    looking: Client,
    importer: Importer,
    analyst: User,
    request: pytest.FixtureRequest,
) -> None:
    request.getfixturevalue(because.replace(" ", "_"))()

    response = looking.get("/deadlines/")
    assert "Reading only" not in text_of(response)
    assert any("has ended" in str(message) for message in get_messages(response.wsgi_request))
    assert events(importer)[1:] == [("view as ended", analyst.email, "owner", because)]
    left = 404 if because == "importer lost" else 200
    assert looking.get(f"/importers/{importer.pk}/").status_code == left


def test_somebody_else_who_signs_in_on_the_browser_does_not_look_on(
    looking: Client, importer: Importer, administrator: User
) -> None:
    looking.force_login(administrator)

    assert "Reading only" not in text_of(looking.get(f"/importers/{importer.pk}/"))
