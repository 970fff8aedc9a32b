"""How an importer's readiness went: month by month for the chart, day by day where it changed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from carmsvc.platform.dates import months_after
from clients.models import ReadinessSnapshot
from clients.queries.readiness import history_of

MONTHS, CHANGES = 12, 12


@dataclass(frozen=True)
class MonthKept:
    """How an importer stood when a month was last looked at: the checks that were not met."""

    month: date
    kept: ReadinessSnapshot

    @property
    def counts(self) -> dict[str, Decimal]:
        """The checks not met by what they weigh, and those nobody knows."""
        told = ("blockers", "risks", "advice", "not_known")
        return {name: Decimal(getattr(self.kept, name)) for name in told}


@dataclass(frozen=True)
class Change:
    """A day on which something was otherwise than when it was looked at before."""

    kept: ReadinessSnapshot
    before: ReadinessSnapshot | None

    @property
    def newly_failed(self) -> list[str]:
        """Checks that were met, or not known, before."""
        earlier = set(self.before.failed_checks) if self.before else set()
        return [one for one in self.kept.failed_checks if one not in earlier]

    @property
    def no_longer_failed(self) -> list[str]:
        """Checks that were not met before."""
        earlier = self.before.failed_checks if self.before else []
        return [one for one in earlier if one not in self.kept.failed_checks]


def months_kept(importer_id: int, today: date) -> list[MonthKept]:
    """The last twelve months in which the importer was looked at, the oldest first."""
    first = months_after(today.replace(day=1), 1 - MONTHS)
    rows = history_of(importer_id).filter(taken_on__gte=first).order_by("taken_on")
    newest = {one.taken_on.replace(day=1): one for one in rows}
    return [MonthKept(month, one) for month, one in newest.items()]


def changes_of(importer_id: int, today: date) -> list[Change]:
    """The last days on which the verdict or the checks not met changed, the newest first."""
    since = months_after(today, -MONTHS)
    rows = list(history_of(importer_id).filter(taken_on__gte=since))
    return list(_changes(rows))[:CHANGES]


def _changes(newest_first: Iterable[ReadinessSnapshot]) -> Iterator[Change]:
    rows: list[ReadinessSnapshot] = list(newest_first)
    for one, before in pairwise(rows):
        if (one.verdict, one.failed_checks) != (before.verdict, before.failed_checks):
            yield Change(one, before)
    if rows:
        yield Change(rows[-1], None)
