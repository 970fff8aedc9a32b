"""Until when the law still takes a correction, a refund claim, a dispute or an appeal.

The day of the event is not counted (Interpretation Act, s. 27(5)); a last day on a Sunday or a
holiday moves to the next day that is neither (s. 26); a Saturday does not move.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from carmsvc.platform.dates import months_after, next_day_that_is_no_holiday


@dataclass(frozen=True)
class Limit:
    """How long one has, from what, and where that is written.

    With both, the years begin when the days are over: s. 60.1 gives a year after the 90 days.
    """

    basis: str
    starts_with: str
    source: str
    days: int = 0
    years: int = 0

    def last_counted_day(self, event_on: date) -> date:
        """The last day by the count alone, before it moves off a Sunday or a holiday."""
        return months_after(event_on + timedelta(days=self.days), 12 * self.years)

    def deadline_on(self, event_on: date) -> date:
        """The last day on which the law takes it."""
        return next_day_that_is_no_holiday(self.last_counted_day(event_on))


ACT = "Customs Act, R.S.C. 1985, c. 1 (2nd Supp.), "
REFUNDS = "Refund of Duties Regulations, SOR/98-48, "
REASON_TO_BELIEVE = "reason_to_believe"
ACCOUNTING = "accounting"
NOTICE = "notice"
RELEASE = "release"
DECISION = "decision"
DETERMINATION = "determination"

_FOUR_YEARS = ("a", "b", "c", "c.11", "d", "e", "f", "g")

LIMITS: Mapping[str, Limit] = MappingProxyType(
    {
        limit.basis: limit
        for limit in (
            Limit("s32_2", REASON_TO_BELIEVE, ACT + "s. 32.2(1), (2)", days=90),
            Limit("s32_2_4", ACCOUNTING, ACT + "s. 32.2(4)", years=4),
            *(
                Limit(f"s74_1_{paragraph}", ACCOUNTING, ACT + "s. 74(3)(b)(i)", years=4)
                for paragraph in _FOUR_YEARS
            ),
            Limit("s74", ACCOUNTING, ACT + "s. 74(3)(b)(i)", years=4),
            Limit("s74_1_c.1", ACCOUNTING, ACT + "s. 74(3)(b)(ii)", years=1),
            Limit("s74_chile", ACCOUNTING, REFUNDS + "s. 18.1", years=4),
            Limit("claim_perishable", RELEASE, REFUNDS + "s. 3, 14, 37", days=3),
            Limit("claim_other", RELEASE, REFUNDS + "s. 3, 14, 37", years=4),
            Limit("short_quantity", RELEASE, REFUNDS + "s. 8, 24.1", years=4),
            Limit("s59", DETERMINATION, ACT + "s. 59(1)(a)", years=4),
            Limit("s59_after_correction", DETERMINATION, "SOR/98-44, s. 2", years=5),
            Limit("s60", NOTICE, ACT + "s. 60(1)", days=90),
            Limit("s60_1", NOTICE, ACT + "s. 60.1: one year after the 90 days", days=90, years=1),
            Limit("s67", DECISION, ACT + "s. 67", days=90),
            Limit("s97_23", NOTICE, ACT + "s. 97.23", days=30),
            Limit("sima_redetermination", NOTICE, "SIMA, s. 56(1.01), 58(1.1)", days=90),
            Limit("sima_appeal", DECISION, "SIMA, s. 61", days=90),
            Limit("amps_corrective", NOTICE, ACT + "s. 127.1", days=90),
            Limit("amps_minister", NOTICE, ACT + "s. 129", days=90),
            Limit("drawback", RELEASE, "Customs Tariff, S.C. 1997, c. 36, s. 113(3)(c)", years=4),
        )
    }
)


def deadline_on(basis: str, event_on: date) -> date:
    """The last lawful day for a basis counted from an event; raises KeyError for no such basis."""
    return LIMITS[basis].deadline_on(event_on)


def is_out_of_time(basis: str, event_on: date, on: date) -> bool:
    """Whether a day is past the last lawful day for a basis."""
    return on > deadline_on(basis, event_on)
