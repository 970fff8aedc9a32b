"""What it costs to pay a statement on another day: interest, a day more of it, the penalty."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from carmsvc.platform.money import ZERO
from statements.models import Statement
from statements.queries.payments import paid_since
from statements.queries.rulebook import rulebook_in_force
from statements.rules.interest import Interest, interest, late_payment_penalty
from statements.rules.rulebook import NoSuchValue, Rulebook

COMPARED_DAYS = (0, 1, 7, 30)  # days late that are always shown


@dataclass(frozen=True)
class PaidOn:
    """A statement paid on a day: how late, and what that costs (CAD).

    `one_more_day` is the interest of the last of these days. Where a quarter has no rate yet,
    it is named in `no_rate_for` and nothing is computed.
    """

    paid_on: date
    days: int
    interest: Interest | None
    one_more_day: Decimal | None
    penalty: Decimal | None
    no_rate_for: str = ""
    is_chosen: bool = False

    @property
    def total(self) -> Decimal | None:
        """Interest and penalty together."""
        if self.interest is None or self.penalty is None:
            return None
        return self.interest.interest + self.penalty


def left_to_pay(statement: Statement) -> Decimal:
    """What of a statement's total payable is neither shown nor recorded as paid (CAD)."""
    return max(statement.total_payable - paid_since([statement])[statement.pk], ZERO)


def what_if(
    amount: Decimal, due_on: date, today: date, chosen: Iterable[date] = ()
) -> list[PaidOn]:
    """An amount due on a day, paid on several days side by side: in time, late, today, as asked."""
    book, asked = rulebook_in_force(), set(chosen)
    days = {due_on + timedelta(days=late) for late in COMPARED_DAYS} | asked
    days |= {today} if today > due_on else set()
    return [_paid_on(amount, due_on, day, book, day in asked) for day in sorted(days)]


def _paid_on(amount: Decimal, due_on: date, day: date, book: Rulebook, is_chosen: bool) -> PaidOn:
    late = max((day - due_on).days, 0)
    try:
        cost = interest(amount, due_on, day, book)
        before = interest(amount, due_on, day - timedelta(days=1), book)
    except NoSuchValue as missing:
        return PaidOn(day, late, None, None, None, missing.key or missing.name, is_chosen)
    penalty = late_payment_penalty(due_on, day, book) if amount else ZERO
    return PaidOn(day, late, cost, cost.interest - before.interest, penalty, "", is_chosen)
