"""A person's private calendar: read by real calendars, closed at once, never a stranger's."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from icalendar import Calendar

from carmsvc.platform.audit import BrokerageEvent
from carmsvc.platform.tenancy import importer_scope
from clients.actions.calendar import close_calendar, open_calendar
from clients.models import CalendarFeed, Importer, Membership, ProgramAccount, User
from tests.books import Line, soa

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    """These stories happen on 23 November 2026."""
    with time_machine.travel("2026-11-23T15:00:00Z", tick=False):
        yield


@pytest.fixture
def secret(finance: User) -> str:
    return open_calendar(person=finance, alarm_days=3)


def read(client: Client, secret: str) -> Calendar:
    answer = client.get(f"/calendar/{secret}.ics")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    return Calendar.from_ical(answer.content)


def uids(calendar: Calendar) -> set[str]:
    return {str(event["uid"]) for event in calendar.walk("VEVENT")}


def test_a_calendar_reads_every_deadline_without_signing_in(
    client: Client, importer: Importer, secret: str
):
    calendar = read(client, secret)

    events = calendar.walk("VEVENT")
    told = {(str(event["summary"]), event["dtstart"].dt) for event in events}
    assert ("Payment due – 123456782RM0001", date(2026, 12, 1)) in told
    assert ("Statement to get – 123456782RM0002", date(2026, 11, 25)) in told
    assert len(events) == 8


def test_what_is_written_is_read_again_as_the_same(client: Client, importer: Importer, secret: str):
    body = client.get(f"/calendar/{secret}.ics").content

    calendar = Calendar.from_ical(body)
    assert calendar.to_ical() == body
    assert (calendar["version"], calendar["method"]) == ("2.0", "PUBLISH")
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    assert body.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in body.replace(b"\r\n", b"")


def test_an_event_keeps_its_uid_when_its_statement_arrives(
    client: Client, account: ProgramAccount, secret: str
):
    before = uids(read(client, secret))
    soa(account, Line("1", "70.00"), last=date(2026, 11, 17))

    after = read(client, secret)

    assert uids(after) == before
    [due] = [
        e for e in after.walk("VEVENT") if "payment-due/123456782RM0001/2026-11-17" in e["uid"]
    ]
    assert "Amount: 70.00 CAD" in due["description"]
    assert "Payment is due on the 10th weekday after 2026-11-17" in due["description"]


def test_reminders_come_in_the_morning_before_and_on_the_day(
    client: Client, importer: Importer, secret: str
):
    event = read(client, secret).walk("VEVENT")[0]

    triggers = sorted(alarm["trigger"].dt for alarm in event.walk("VALARM"))
    assert triggers == [timedelta(days=-3, hours=9), timedelta(hours=9)]
    assert event["dtend"].dt - event["dtstart"].dt == timedelta(days=1)


def test_a_done_deadline_says_so_and_rings_no_more(
    client: Client, account: ProgramAccount, secret: str
):
    soa(account, Line("1", "70.00"), last=date(2026, 11, 17))

    [got] = [
        event
        for event in read(client, secret).walk("VEVENT")
        if "statement-expected/123456782RM0001/2026-11-17" in event["uid"]
    ]

    assert str(got["summary"]) == "✓ Statement to get – 123456782RM0001"
    assert got.walk("VALARM") == []


def test_the_calendar_speaks_its_owners_language(
    client: Client, importer: Importer, finance: User, secret: str
):
    User.objects.filter(pk=finance.pk).update(language="fr")

    summaries = {str(event["summary"]) for event in read(client, secret).walk("VEVENT")}

    assert "Échéance du paiement – 123456782RM0001" in summaries


def test_a_closed_address_is_found_no_more(client: Client, finance: User, secret: str):
    assert close_calendar(person=finance) is True

    assert client.get(f"/calendar/{secret}.ics").status_code == 404
    assert close_calendar(person=finance) is False


def test_a_new_address_closes_the_one_before(client: Client, finance: User, secret: str):
    newer = open_calendar(person=finance, alarm_days=1)

    assert client.get(f"/calendar/{secret}.ics").status_code == 404
    assert client.get(f"/calendar/{newer}.ics").status_code == 200
    told = BrokerageEvent.objects.exclude(action="calendar read").order_by("sequence")
    assert [event.action for event in told][-3:] == [
        "calendar opened", "calendar closed", "calendar opened",
    ]  # fmt: skip


def test_somebody_deactivated_reads_nothing_more(client: Client, finance: User, secret: str):
    User.objects.filter(pk=finance.pk).update(is_active=False)

    assert client.get(f"/calendar/{secret}.ics").status_code == 404


def test_who_leaves_an_importer_loses_its_deadlines(
    client: Client, importer: Importer, finance: User, secret: str
):
    with importer_scope(importer.pk):
        Membership.objects.filter(user=finance).delete()

    assert uids(read(client, secret)) == set()


def test_a_calendar_shows_no_other_importer(
    client: Client, importer: Importer, stranger: Importer, other_finance: User, secret: str
):
    theirs = open_calendar(person=other_finance, alarm_days=3)

    assert not uids(read(client, theirs)) & uids(read(client, secret))
    assert all("100000009RM0001" in uid for uid in uids(read(client, theirs)))


def test_the_secret_is_kept_as_a_hash_and_shown_once(client: Client, finance: User):
    client.force_login(finance)
    client.post("/calendar/opening/", {"alarm_days": "5"})

    first, second = client.get("/calendar/"), client.get("/calendar/")

    address = first.context["address"]
    secret = address.rpartition("/")[2].removesuffix(".ics")
    feed = CalendarFeed.objects.get(user=finance)
    assert len(secret) == 43
    assert (secret in feed.token_hash, feed.alarm_days) == (False, 5)
    assert secret not in second.content.decode()
    assert "no-store" in first["Cache-Control"]
    assert client.get(f"/calendar/{secret}.ics").status_code == 200


@pytest.mark.parametrize("secret", ["", "x", "a" * 500, "..%2F..%2Fetc"])
def test_a_guess_finds_nothing(client: Client, secret: str):
    assert client.get(f"/calendar/{secret}.ics").status_code == 404


def test_a_calendar_that_reads_all_day_is_in_the_audit_once_a_day(
    client: Client, importer: Importer, finance: User, secret: str
):
    for moment in ("2026-11-23T15:00Z", "2026-11-23T15:30Z", "2026-11-23T21:00Z", "2026-11-25T15Z"):
        with time_machine.travel(moment, tick=False):
            client.get(f"/calendar/{secret}.ics")

    events = BrokerageEvent.objects.filter(action="calendar read")
    assert [(one.actor, one.happened_at.day) for one in events.order_by("sequence")] == [
        (finance.email, 23), (finance.email, 25),
    ]  # fmt: skip
    assert CalendarFeed.objects.get(user=finance).last_read_at.day == 25
