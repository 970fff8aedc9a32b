"""Opening and closing a person's private calendar address."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from carmsvc.platform import audit
from carmsvc.platform.dates import toronto_day
from clients.models import CalendarFeed, User
from clients.queries.calendar import hash_of

HOUR = timedelta(hours=1)


@transaction.atomic
def open_calendar(*, person: User, alarm_days: int) -> str:
    """Make a new address and close the one before; returns its secret, which is kept nowhere."""
    close_calendar(person=person)
    secret = secrets.token_urlsafe(32)
    feed = CalendarFeed.objects.create(
        user=person, token_hash=hash_of(secret), alarm_days=alarm_days
    )
    audit.record_for_brokerage("calendar opened", by=person, target=feed)
    return secret


@transaction.atomic
def close_calendar(*, person: User) -> bool:
    """Close a person's address at once; False if none was open."""
    feeds = CalendarFeed.objects.select_for_update().filter(user=person, revoked_at=None)
    feed = feeds.first()
    if feed is None:
        return False
    feeds.update(revoked_at=timezone.now())
    audit.record_for_brokerage("calendar closed", by=person, target=feed)
    return True


@transaction.atomic
def note_calendar_read(*, feed: CalendarFeed) -> None:
    """Note that a calendar read the address: at most once an hour, and once a day in the audit."""
    now, before = timezone.now(), feed.last_read_at
    if before and now - before < HOUR:
        return
    stale = CalendarFeed.objects.filter(pk=feed.pk, last_read_at=before)
    if stale.update(last_read_at=now) and (not before or toronto_day(before) < toronto_day(now)):
        audit.record_for_brokerage("calendar read", by=feed.user, target=feed)
