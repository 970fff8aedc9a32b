"""Looking at an importer as one of its roles: how long it lasts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

VIEWING_LASTS = timedelta(minutes=30)


@dataclass(frozen=True)
class Viewing:
    """A member of the brokerage's staff looks at one importer as one of its roles."""

    importer_id: int
    role: str
    since: datetime

    def is_over(self, now: datetime) -> bool:
        """Whether its time is up."""
        return now >= self.since + VIEWING_LASTS

    def minutes_left(self, now: datetime) -> int:
        """Whole minutes until it ends, the one that runs included."""
        left = self.since + VIEWING_LASTS - now
        return max(0, -(-left // timedelta(minutes=1)))
