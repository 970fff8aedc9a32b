"""Whose private calendar address is asked for."""

import hashlib
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from clients.models import CalendarFeed, User

HOUR = timedelta(hours=1)


def hash_of(secret: str) -> str:
    """How a secret is kept. It has 256 random bits, so a plain hash cannot be guessed back."""
    return hashlib.sha256(secret.encode()).hexdigest()


def open_feed(secret: str) -> CalendarFeed | None:
    """The open feed of an active person with this secret; noted as read at most once an hour."""
    feeds = CalendarFeed.objects.select_related("user")
    feed = feeds.filter(token_hash=hash_of(secret), revoked_at=None, user__is_active=True).first()
    if feed:
        long_ago = Q(last_read_at=None) | Q(last_read_at__lt=timezone.now() - HOUR)
        CalendarFeed.objects.filter(long_ago, pk=feed.pk).update(last_read_at=timezone.now())
    return feed


def feed_of(person: User) -> CalendarFeed | None:
    """A person's open feed."""
    return CalendarFeed.objects.filter(user=person, revoked_at=None).first()
