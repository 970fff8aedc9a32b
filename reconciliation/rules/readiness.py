"""Whether statements are fetched and reconciled in time: what readiness asks this room."""

from dataclasses import dataclass
from datetime import date, timedelta

from carmsvc.platform.dates import is_weekday
from clients.rules.readiness import Outcome, failed, passed, unknown

DAYS_TO_FETCH = 1  # after the day the statement is issued; ours
WEEKDAYS_BEFORE_DUE = 2  # ours


@dataclass(frozen=True)
class StatementFacts:
    """The newest statement that must be there: issued, due, and how far we are with it."""

    period_end: date
    issued_on: date
    due_on: date
    is_loaded: bool = False
    is_signed: bool = False  # by its preparer and by a reviewer
    has_earlier: bool = False  # a statement of the account was ever loaded


def reconcile_by(due_on: date) -> date:
    """The day by which a statement is reconciled: two weekdays before it is due."""
    day, left = due_on, WEEKDAYS_BEFORE_DUE
    while left:
        day -= timedelta(days=1)
        left -= is_weekday(day)
    return day


def is_reconciled(facts: StatementFacts, today: date) -> Outcome:
    """R19: the statement is here by the 26th, and signed two weekdays before it must be paid."""
    told = {"period_end": facts.period_end, "due_on": facts.due_on}
    if not facts.is_loaded:
        if not facts.has_earlier:
            return unknown("no_statement_yet", may_be_answered=True, **told)
        told |= {"by": facts.issued_on + timedelta(days=DAYS_TO_FETCH)}
        return failed("not_fetched", **told) if today > told["by"] else passed("fetch", **told)
    if facts.is_signed:
        return passed("reconciled", **told)
    told |= {"by": reconcile_by(facts.due_on)}
    return failed("not_signed", **told) if today > told["by"] else passed("sign", **told)
