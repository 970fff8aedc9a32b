"""Readiness kept day by day: a row an importer and day, and who is told when a verdict changes."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from carmsvc.platform import audit
from carmsvc.platform.dates import toronto_day
from carmsvc.platform.spreadsheet_safe import Cell, csv_bytes
from carmsvc.platform.tenancy import importer_scope
from clients.actions.reminders import tell_at_once
from clients.models import Importer, ReadinessSnapshot, User
from clients.models.readiness import VERDICT_WORDS
from clients.queries.readiness import (
    Readiness,
    importers_to_look_at,
    newest_snapshots,
    readiness,
    to_be_answered,
)
from clients.rules.readiness import Area, Result, Severity, Verdict

_LOCK = 0x0A0D1A  # one keeper at a time; the other waits and finds everything kept
KIND = "readiness"


def keep_readiness(
    *, importers: Collection[int], now: datetime, only_moved: bool = False, by: object = "worker"
) -> int:
    """Keep how these importers stand today; returns how many have a row of today for the first
    time. Safe to run at any time and twice at once: a day has one row an importer, and a change
    of verdict is told once.

    `only_moved`: leave out those kept today of whom nothing has been recorded since.
    """
    today = toronto_day(now)
    with importer_scope(importers):
        one_keeper_at_a_time()
        wanted = importers_to_look_at(importers, today, only_moved=only_moved)
        before, found = newest_snapshots(wanted), readiness(wanted, today)
        # whoever waited past midnight leaves the next day alone, if that was kept meanwhile
        kept = [
            ReadinessSnapshot(importer=one.importer, taken_on=today, **as_kept(one, now))
            for pk, one in sorted(found.items())
            if pk not in before or before[pk].taken_on <= today
        ]
        _write(kept, today)
        for one in kept:
            _tell_change(one, before.get(one.importer_id), by)
    return sum(pk not in before or before[pk].taken_on < today for pk in wanted)


def one_keeper_at_a_time() -> None:
    """Wait for whoever keeps readiness now, to the end of the transaction. Whoever writes on an
    audit chain and keeps readiness after it asks for this first: a keeper asks in that order, too.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [_LOCK])


def _write(kept: list[ReadinessSnapshot], today: date) -> None:
    """Write today's rows, or bring them up to date, in two queries."""
    older = ReadinessSnapshot.objects.filter(is_newest=True, taken_on__lt=today)
    older.filter(importer__in=[one.importer_id for one in kept]).update(is_newest=False)
    told = [field.name for field in ReadinessSnapshot._meta.fields if not field.primary_key]
    ReadinessSnapshot.objects.bulk_create(
        kept,
        update_conflicts=True,
        unique_fields=["importer", "taken_on"],
        update_fields=[name for name in told if name not in ("importer", "taken_on")],
    )


def as_kept(found: Readiness, now: datetime) -> dict[str, Any]:
    """An importer's readiness as a row holds it."""
    failures = {one: len(found.those(Result.FAILED, one)) for one in Severity}
    return {
        "checked_at": now,
        "verdict": found.verdict.value,
        **{area.value: (found.in_area(area) or "") for area in Area},
        "accounts": {one.bn15: verdict for one, verdict, _areas in found.by_account},
        "failed_checks": _codes(found, Result.FAILED),
        "unknown_checks": _codes(found, Result.UNKNOWN),
        "questions": [one.place for one in to_be_answered(found)],
        "blockers": failures[Severity.BLOCKER],
        "risks": failures[Severity.AT_RISK],
        "advice": failures[Severity.ADVICE],
        "not_known": len(found.those(Result.UNKNOWN)),
    }


def _codes(found: Readiness, result: Result) -> list[str]:
    """The checks with a result, each once, by code."""
    return sorted({one.check.code for one in found.those(result)})


def _tell_change(snapshot: ReadinessSnapshot, before: ReadinessSnapshot | None, by: object) -> None:
    """Where the verdict has changed: on the audit, and to whoever looks after the importer."""
    if before is None or before.verdict == snapshot.verdict:
        return
    audit.record(
        "readiness changed",
        importer_id=snapshot.importer_id,
        by=by,
        target=snapshot,
        before={"verdict": before.verdict, "failed_checks": before.failed_checks},
        after={"verdict": snapshot.verdict, "failed_checks": snapshot.failed_checks},
    )
    tell_at_once(
        importer_id=snapshot.importer_id,
        roles=(),
        to_lead=True,
        kind=KIND,
        key=f"{KIND}/{snapshot.checked_at.isoformat()}/{snapshot.verdict}",
        subject=format_lazy(
            _("{before} → {after}"),
            before=VERDICT_WORDS[Verdict(before.verdict)],
            after=VERDICT_WORDS[Verdict(snapshot.verdict)],
        ),
        due_on=snapshot.taken_on,
        address=reverse("importer-readiness", args=[snapshot.importer_id]),
    )


def export_readiness(
    *, header: Sequence[str], rows: Iterable[Sequence[Cell]], by: User, wish: dict[str, Any]
) -> bytes:
    """The register as CSV; that it was taken is told on the brokerage's chain."""
    listed = list(rows)
    audit.record_for_brokerage("readiness register exported", by=by, rows=len(listed), wish=wish)
    return csv_bytes(header, listed)


def note_report(*, importer: Importer, language: str, verdict: str, by: User) -> None:
    """Record that somebody took the report of an importer's readiness."""
    told = {"language": language, "verdict": verdict}
    audit.record(
        "readiness report made", importer_id=importer.pk, by=by, target=importer, after=told
    )
