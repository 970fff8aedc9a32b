"""Where an API key stands, when its person is told that it ends, and what is often asked of one."""

from datetime import datetime, timedelta
from enum import StrEnum

WARNED_DAYS_BEFORE = (3, 14)
SOON = timedelta(days=max(WARNED_DAYS_BEFORE))

READ_EVERYTHING = ("*:read",)
UPLOAD_AND_READ_RESULTS = (
    "statement-files:write",
    "ledger-files:write",
    "importers:read",
    "program-accounts:read",
    "statements:read",
    "ledger-entries:read",
    "match-runs:read",
    "matches:read",
    "suggestions:read",
    "expected-entries:read",
    "variances:read",
)


class KeyState(StrEnum):
    """Where a key stands; the first three still work."""

    WORKING = "working"
    EXPIRING = "expiring"
    BEING_REPLACED = "being_replaced"
    EXPIRED = "expired"
    REVOKED = "revoked"


KEY_STATES = tuple(state.value for state in KeyState)


def key_state(
    *, revoked_at: datetime | None, expires_at: datetime, is_replaced: bool, now: datetime
) -> KeyState:
    """Where a key stands at an instant."""
    if revoked_at:
        return KeyState.REVOKED
    if expires_at <= now:
        return KeyState.EXPIRED
    if is_replaced:
        return KeyState.BEING_REPLACED
    return KeyState.EXPIRING if expires_at <= now + SOON else KeyState.WORKING


def warning_due(*, created_at: datetime, expires_at: datetime, now: datetime) -> int | None:
    """The warning that is due now, as days before the end; None before the first and after it.

    A warning whose day came before the key was made is never due: a key for a week is not
    announced as ending on the day it is made.
    """
    if expires_at <= now:
        return None
    days = (one for one in WARNED_DAYS_BEFORE if created_at < expires_at - timedelta(days=one))
    return min((one for one in days if now >= expires_at - timedelta(days=one)), default=None)
