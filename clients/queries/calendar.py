"""Whose private calendar address is asked for."""

import hashlib

from clients.models import CalendarFeed, User


def hash_of(secret: str) -> str:
    """How a secret is kept. It has 256 random bits, so a plain hash cannot be guessed back."""
    return hashlib.sha256(secret.encode()).hexdigest()


def open_feed(secret: str) -> CalendarFeed | None:
    """The open feed of an active person with this secret."""
    feeds = CalendarFeed.objects.select_related("user")
    return feeds.filter(token_hash=hash_of(secret), revoked_at=None, user__is_active=True).first()


def feed_of(person: User) -> CalendarFeed | None:
    """A person's open feed."""
    return CalendarFeed.objects.filter(user=person, revoked_at=None).first()
