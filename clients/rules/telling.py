"""When people are told of a deadline, and when they are left in peace."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

SATURDAY = 5


def reached(days_left: int, thresholds: Iterable[int]) -> int | None:
    """The tightest threshold a deadline has reached, so many days before it; None if none.

    Thresholds are days before the due date, negative ones after it. One that was missed (nobody
    worked that day) is not made up for: what counts is the tightest.
    """
    return min((one for one in thresholds if days_left <= one), default=None)


def may_write_at(
    moment: datetime, quiet_from: time, quiet_until: time, quiet_on_weekends: bool
) -> datetime:
    """The first instant from a moment on (aware, in the person's zone) that is not quiet.

    The quiet hours run over midnight when they begin later in the day than they end; two equal
    times mean no quiet hours.
    """
    while True:
        hour, over_midnight = moment.time(), quiet_from > quiet_until
        is_weekend = quiet_on_weekends and moment.weekday() >= SATURDAY
        if is_weekend or (over_midnight and hour >= quiet_from):
            moment = _at(moment + timedelta(days=1), time(0))
        elif hour < quiet_until and (over_midnight or hour >= quiet_from):
            return _at(moment, quiet_until)
        else:
            return moment


def _at(day: datetime, hour: time) -> datetime:
    return day.replace(hour=hour.hour, minute=hour.minute, second=0, microsecond=0)
