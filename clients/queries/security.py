"""The security that stands for program accounts, and their release status."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Q

from carmsvc.platform.tenancy import numbered, of_importers
from clients.models import ReleaseStatus, SecurityAlert, SecurityInstrument


def security_of(importer_id: int) -> Any:
    """Every row of security of an importer, changed and ended ones too, the newest first."""
    rows = SecurityInstrument.objects.filter(importer=importer_id)
    return rows.select_related("program_account", "recorded_by").order_by("-id")


def security_kept(importers: Collection[int]) -> Any:
    """The security of importers as it was written last, ended and expired rows too."""
    # named, though the wall has them: the planner then knows that they are many, and hashes
    rows = SecurityInstrument.objects.filter(importer__in=numbered(importers), superseded_by=None)
    return rows.select_related("program_account").order_by("program_account_id", "id")


def in_force_on(day: date) -> Q:
    """Of security: it has begun, and neither run out nor been ended by a day."""
    has_begun = Q(valid_from__lte=day)
    return (
        has_begun
        & (Q(valid_to=None) | Q(valid_to__gte=day))
        & (Q(ended_on=None) | Q(ended_on__gt=day))
    )


def security_on(accounts: Collection[int], day: date) -> dict[int, list[SecurityInstrument]]:
    """The security in force on a day, by program account."""
    rows = SecurityInstrument.objects.filter(
        in_force_on(day), program_account__in=numbered(accounts), superseded_by=None
    )
    found: dict[int, list[SecurityInstrument]] = defaultdict(list)
    for row in rows.order_by("id"):
        found[row.program_account_id].append(row)
    return found


def release_statuses(accounts: Collection[int]) -> dict[int, ReleaseStatus]:
    """What was noted last of each account's release prior to payment."""
    rows = ReleaseStatus.objects.filter(program_account__in=numbered(accounts))
    newest = rows.order_by("program_account_id", "-id").distinct("program_account_id")
    return {row.program_account_id: row for row in newest}


def open_alerts(importers: Collection[int]) -> Any:
    """The thresholds that the security of importers has reached and not left since."""
    rows = SecurityAlert.objects.filter(of_importers(importers), cleared_on=None)
    return rows.select_related("program_account", "importer").order_by("raised_on", "id")


def alerts_raised(importers: Collection[int], first: date, last: date) -> Any:
    """The alerts that were raised from a day to a day, cleared ones too."""
    rows = SecurityAlert.objects.filter(of_importers(importers), raised_on__range=(first, last))
    return rows.select_related("program_account").order_by("id")
