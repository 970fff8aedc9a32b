"""Letters of the outbox, for those who look after the mail."""

from typing import Any

from django.db.models import Q

from carmsvc.platform.outbox import Letter

STUCK = Q(parked_at__isnull=False)
WAITING = Q(parked_at=None) & ~Q(state=Letter.State.SENT)
SENT = Q(state=Letter.State.SENT)
WAYS: dict[str, Q] = {"stuck": STUCK, "waiting": WAITING, "sent": SENT}


def letters(way: str, search: str = "") -> Any:
    """Letters that are stuck, waiting or sent, newest first; by address or subject."""
    rows = Letter.objects.filter(WAYS.get(way, STUCK))
    words = search.strip()
    if words:
        rows = rows.filter(Q(to_address__icontains=words) | Q(subject__icontains=words))
    return rows.order_by("-id")


def letter_counts() -> dict[str, int]:
    """How many are stuck and how many wait."""
    return {way: Letter.objects.filter(WAYS[way]).count() for way in ("stuck", "waiting")}
