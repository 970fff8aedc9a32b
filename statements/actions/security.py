"""Watching security: alerts are raised at the thresholds of the rulebook, cleared below them."""

from collections.abc import Collection, Iterable
from datetime import date

from django.db import connection

from carmsvc.platform import audit
from carmsvc.platform.money import plain
from carmsvc.platform.tenancy import importer_scope
from clients.models import ProgramAccount, SecurityAlert
from clients.queries.security import open_alerts
from statements.queries.security import Measure, Standing, standings
from statements.rules.forecast import has_risen

_LOCK = 0x0A0D19  # one watch at a time; the other waits and finds everything said


def watch_security(*, importers: Collection[int], today: date) -> int:
    """Raise and clear the alerts of these importers' accounts; returns how many were raised.

    Safe to run at any time and twice at once: what is open already stays as it is.
    """
    with importer_scope(importers):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [_LOCK])
        accounts = ProgramAccount.objects.filter(importer__in=importers)
        standing = {(one.program_account_id, one.measure): one for one in open_alerts(importers)}
        raised = 0
        for found in standings(accounts, today):
            for name, measure in _measures(found):
                alert = standing.get((found.account.pk, name))
                raised += _follow(found, name, measure, alert, today)
        return raised


def _measures(standing: Standing) -> Iterable[tuple[str, Measure]]:
    yield SecurityAlert.Measure.REVIEW.value, standing.requirement
    yield SecurityAlert.Measure.RUNNING.value, standing.running


def _follow(
    standing: Standing, name: str, measure: Measure, alert: SecurityAlert | None, today: date
) -> bool:
    """Bring one alert to the threshold that is reached now; whether one was raised."""
    before, now = alert.level if alert else "", measure.level if standing.is_watched else ""
    if before == now:
        return False
    if alert:
        _clear(alert, today)
    if now:
        _raise(standing, name, measure, has_risen(before, now), today)
    return bool(now)


def _clear(alert: SecurityAlert, today: date) -> None:
    alert.cleared_on = today
    alert.save(update_fields=["cleared_on"])
    audit.record(
        "security alert cleared", importer_id=alert.importer_id, by="worker", target=alert,
        after={"account": alert.program_account.bn15, "level": alert.level},
    )  # fmt: skip


def _raise(standing: Standing, name: str, measure: Measure, rose: bool, today: date) -> None:
    alert = SecurityAlert.objects.create(
        importer_id=standing.account.importer_id,
        program_account=standing.account,
        measure=name,
        level=measure.level,
        required=measure.headroom.required,
        posted=measure.headroom.posted,
        has_risen=rose,
        raised_on=today,
    )
    told = {"account": standing.account.bn15, "level": alert.level, "measure": name}
    amounts = {"required": plain(alert.required), "posted": plain(alert.posted)}
    audit.record(
        "security alert raised", importer_id=alert.importer_id, by="worker", target=alert,
        after=told | amounts,
    )  # fmt: skip
