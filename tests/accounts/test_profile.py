"""A person's name, language and time zone, and the security page that shows all at a glance."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.models import AuditEvent
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, User
from clients.rules.time_zones import CANADIAN_ZONES, OTHER_ZONES, TIME_ZONES
from tests.accounts.conftest import browser, sign_in, told_of
from tests.pages.test_run_page import text_of

Inside = Callable[..., Client]
PROFILE = "/account/profile/"


def saved(finance: User) -> tuple[str, str, str]:
    finance.refresh_from_db()
    return finance.full_name, finance.language, finance.time_zone


def test_name_language_and_time_zone_are_saved_and_told(
    finance: User, importer: Importer, inside: Inside
) -> None:
    wish = {"full_name": " Fin Ance ", "language": "fr", "time_zone": "America/Vancouver"}

    answer = inside(finance).post(PROFILE, wish)

    assert answer.url == PROFILE
    assert saved(finance) == ("Fin Ance", "fr", "America/Vancouver")
    with importer_scope(importer.pk):
        event = AuditEvent.objects.get(action="profile changed")
    assert event.before == {
        "full_name": "Finance",
        "language": "en",
        "time_zone": "America/Toronto",
    }
    assert event.after == {
        "full_name": "Fin Ance",
        "language": "fr",
        "time_zone": "America/Vancouver",
    }


def test_saving_what_was_there_tells_nothing(
    finance: User, importer: Importer, inside: Inside
) -> None:
    wish = {"full_name": "Finance", "language": "en", "time_zone": "America/Toronto"}
    inside(finance).post(PROFILE, wish)

    assert "profile changed" not in [what for _, what in told_of(importer)]


@pytest.mark.parametrize(
    ("field", "value"),
    [("full_name", "  "), ("language", "de"), ("time_zone", "America/Ottawa"), ("time_zone", "x")],
)
def test_what_cannot_be_is_refused_and_nothing_is_saved(
    field: str, value: str, finance: User, inside: Inside
) -> None:
    wish = {"full_name": "New", "language": "fr", "time_zone": "America/Halifax"} | {field: value}

    assert inside(finance).post(PROFILE, wish).status_code == 422
    assert saved(finance) == ("Finance", "en", "America/Toronto")


def test_nobody_changes_their_role_or_address_by_the_profile(finance: User, inside: Inside) -> None:
    wish = {"full_name": "New", "language": "en", "time_zone": "America/Toronto"}
    inside(finance).post(PROFILE, wish | {"staff_role": "administrator", "email": "x@x.example"})

    finance.refresh_from_db()
    assert (finance.staff_role, finance.email) == ("", "finance@maple.example")


def test_the_pages_are_in_the_persons_language_from_sign_in_on(finance: User) -> None:
    User.objects.filter(pk=finance.pk).update(language="fr")
    client = browser()
    sign_in(finance, client=client)

    assert '<html lang="fr">' in client.get(PROFILE).content.decode()


def test_the_switch_in_the_bar_changes_the_language_for_good(
    finance: User, importer: Importer, inside: Inside
) -> None:
    inside(finance).post("/i18n/setlang/", {"language": "fr", "next": "/"})

    assert saved(finance)[1] == "fr"
    assert told_of(importer)[-1] == (finance.email, "profile changed")
    assert '<html lang="fr">' in inside(finance).get(PROFILE).content.decode()


def test_a_language_there_is_not_changes_nothing(finance: User, inside: Inside) -> None:
    inside(finance).post("/i18n/setlang/", {"language": "de", "next": "/"})

    assert saved(finance)[1] == "en"


def test_canadian_time_zones_are_offered_first_and_every_one_is_there() -> None:
    canadian = {
        columns[2]
        for line in Path("/usr/share/zoneinfo/zone.tab").read_text().splitlines()
        if (columns := line.split("\t"))[0] == "CA"
    }

    assert set(CANADIAN_ZONES) == canadian
    assert not set(CANADIAN_ZONES) & set(OTHER_ZONES)
    assert set(OTHER_ZONES) < TIME_ZONES


def test_times_on_pages_are_in_the_persons_zone(finance: User, inside: Inside) -> None:
    with time_machine.travel(datetime(2026, 11, 24, 2, 30, tzinfo=UTC), tick=False):
        client = inside(finance)
        eastern = text_of(client.get("/account/security/"))
        User.objects.filter(pk=finance.pk).update(time_zone="America/Vancouver")
        pacific = text_of(client.get("/account/security/"))

    assert "2026-11-23 21:30" in eastern
    assert "2026-11-23 18:30" in pacific
    assert "Legal days are Eastern, times are America/Vancouver." in pacific


def test_legal_days_stay_eastern_whoever_looks(
    finance: User, importer: Importer, inside: Inside, monkeypatch: Any
) -> None:
    """At 22:30 in Toronto it is already tomorrow in St. John's, and not for the CBSA."""
    User.objects.filter(pk=finance.pk).update(time_zone="America/St_Johns")
    days = []
    with time_machine.travel(datetime(2026, 11, 24, 4, 0, tzinfo=UTC), tick=False):
        client = inside(finance)
        monkeypatch.setattr(
            "clients.views.profile.queries.sessions_of",
            lambda person: days.append(today_in_toronto()) or [],
        )
        client.get("/account/security/")

    assert [day.isoformat() for day in days] == ["2026-11-23"]


def test_the_security_page_shows_all_of_it_at_a_glance(analyst: User, inside: Inside) -> None:
    text = text_of(inside(analyst).get("/account/security/"))

    for part in (
        "analyst@broker.example",
        "Password Set; never changed here",
        "Second factor On",
        "Authenticator app",
        "No recovery code is left.",
        "Where you are signed in",
        "Sign out everywhere",
    ):
        assert part in text
