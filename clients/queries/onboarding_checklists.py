"""The versions of the onboarding checklist: the one that ships, and the brokerage's own."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clients.models import ChecklistVersion, User
from clients.rules.onboarding_checklist import (
    SHIPPED_VERSION,
    Checklist,
    checklist_from,
    shipped,
)

State = ChecklistVersion.State


@dataclass(frozen=True)
class Version:
    """A version as it is listed; the shipped one was written by nobody here."""

    number: int
    state: str
    note: str
    checklist: Checklist
    drafted_by: User | None = None
    decided_by: User | None = None
    decided_at: datetime | None = None

    @property
    def state_word(self) -> Any:
        return State(self.state).label

    @property
    def is_draft(self) -> bool:
        return self.state == State.DRAFT


def versions() -> list[Version]:
    """Every version, the newest first, the shipped one last."""
    rows = ChecklistVersion.objects.select_related("drafted_by", "decided_by").order_by("-number")
    return [*map(_version, rows), _shipped()]


def version_numbered(number: int) -> Version | None:
    """One version with its steps; None if there is none of this number."""
    if number == SHIPPED_VERSION:
        return _shipped()
    rows = ChecklistVersion.objects.select_related("drafted_by", "decided_by")
    row = rows.filter(number=number).first()
    return _version(row) if row else None


def _shipped() -> Version:
    return Version(SHIPPED_VERSION, State.PUBLISHED, "", shipped())


def _version(row: ChecklistVersion) -> Version:
    return Version(
        number=row.number,
        state=row.state,
        note=row.note,
        checklist=checklist_from(row.number, row.document),
        drafted_by=row.drafted_by,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )


def checklists(numbers: Collection[int]) -> dict[int, Checklist]:
    """The checklists of these versions, in one query at most."""
    found = {SHIPPED_VERSION: shipped()}
    own = set(numbers) - {SHIPPED_VERSION}
    rows = ChecklistVersion.objects.filter(number__in=own) if own else ()
    return found | {one.number: checklist_from(one.number, one.document) for one in rows}


def newest_published() -> int:
    """The number of the version that new onboardings begin with."""
    rows = ChecklistVersion.objects.filter(state=State.PUBLISHED).order_by("-number")
    return rows.values_list("number", flat=True).first() or SHIPPED_VERSION
