"""Deadlines as an iCalendar document (RFC 5545) that people's calendars subscribe to."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.html import strip_tags
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from clients.queries.deadlines import Owned

MORNING = timedelta(hours=9)  # of the day a reminder is for


def calendar_of(due: Iterable[Owned], *, alarm_days: int, written_at: datetime) -> bytes:
    """All-day events with stable UIDs and alarms, in the language that is active."""
    calendar = Calendar()
    calendar.add("prodid", "-//carmsvc//deadlines//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    name = _("%(brokerage)s: deadlines") % {"brokerage": settings.BROKERAGE_NAME or "carmsvc"}
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(hours=4), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", timedelta(hours=4))
    for one in due:
        calendar.add_component(_event(one, alarm_days, written_at))
    return bytes(calendar.to_ical())


def _event(one: Owned, alarm_days: int, written_at: datetime) -> Event:
    deadline, event = one.deadline, Event()
    event.add("uid", f"{deadline.key}@{_host()}")
    event.add("dtstamp", written_at)
    event.add("dtstart", deadline.due_on)
    event.add("dtend", deadline.due_on + timedelta(days=1))
    event.add("summary", _summary(one), parameters={"LANGUAGE": get_language() or "en"})
    event.add("description", "\n".join(_description(one)))
    event.add("url", settings.BASE_URL + deadline.address)
    event.add("categories", [str(one.label)])
    event.add("transp", "TRANSPARENT")  # nobody is busy all day because something is due
    if not deadline.is_done:
        for days in {alarm_days, 0}:
            event.add_component(_alarm(one, days))
    return event


def _summary(one: Owned) -> str:
    done = "✓ " if one.deadline.is_done else ""
    return f"{done}{one.label} – {one.deadline.subject}"


def _description(one: Owned) -> Iterable[str]:
    deadline = one.deadline
    yield one.importer
    if deadline.amount is not None:
        yield _("Amount: %(amount)s CAD") % {"amount": deadline.amount}
    for reason in deadline.reasons:
        yield strip_tags(str(reason))
    if deadline.last_lawful_on:
        yield _("Last lawful day: %(day)s") % {"day": deadline.last_lawful_on}


def _alarm(one: Owned, days: int) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", _summary(one))
    alarm.add("trigger", MORNING - timedelta(days=days))
    return alarm


def _host() -> Any:
    return settings.BASE_URL.partition("://")[2].partition("/")[0].partition(":")[0]
