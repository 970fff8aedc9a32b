"""Where an invitation stands."""

from datetime import datetime
from enum import StrEnum


class InvitationState(StrEnum):
    """An invitation is open until exactly one of the others is true of it."""

    OPEN = "open"
    ACCEPTED = "accepted"
    EXPIRED = "expired"
    REVOKED = "revoked"


def invitation_state(
    *,
    accepted_at: datetime | None,
    revoked_at: datetime | None,
    expires_at: datetime,
    now: datetime,
) -> InvitationState:
    """What was done with it comes before what time did to it."""
    if accepted_at:
        return InvitationState.ACCEPTED
    if revoked_at:
        return InvitationState.REVOKED
    return InvitationState.OPEN if now < expires_at else InvitationState.EXPIRED
