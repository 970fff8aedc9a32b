"""How long a document has to be kept, and from when it may be destroyed."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class RetentionLaw:
    """The periods that law sets; given as data, because law may change them.

    `years`: Imported Goods Records Regulations, SOR/86-1011, s. 2, and Customs Brokers Licensing
    Regulations, SOR/86-1067, s. 17: six years after the importation. `number_months`: a
    transaction number is unique for seven years and three months (CBSA TCC24-144).
    """

    years: int = 6
    number_months: int = 87


IN_FORCE = RetentionLaw()


def least_keep_until(counted_from: date, law: RetentionLaw = IN_FORCE) -> date:
    """The last day on which the customs rule itself still asks for the document."""
    return _months_later(counted_from, law.years * 12)


def destroy_after(
    counted_from: date | None, *, has_transaction: bool, law: RetentionLaw = IN_FORCE
) -> date | None:
    """The last day to keep a document; None while the day it counts from is not known.

    The law counts from the importation. The safe rule waits for 31 December of the sixth year,
    which also keeps the goods and services tax's rule, and for a document of a transaction until
    nobody else can have its number.
    """
    if counted_from is None:
        return None
    safe = date(counted_from.year + law.years, 12, 31)
    if not has_transaction:
        return safe
    return max(safe, _months_later(counted_from, law.number_months))


def _months_later(day: date, months: int) -> date:
    """The same day so many months later; 29 February becomes the 28th, as the law counts."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in range(day.day, 27, -1):
        try:
            return date(years, month + 1, last)
        except ValueError:
            continue
    return date(years, month + 1, day.day)
