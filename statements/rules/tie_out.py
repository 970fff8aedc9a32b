"""Whether a statement's own figures add up: opening balance + activity = total payable."""

from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class TieOut:
    """A statement's three figures in CAD, and by how much they fail to add up."""

    opening_balance: Decimal
    activity: Decimal
    total_payable: Decimal
    opening_balance_stated: bool

    @property
    def difference(self) -> Decimal:
        """Stated total payable minus opening balance and activity; 0.00 when it ties out."""
        return self.total_payable - self.opening_balance - self.activity


def tie_out(
    *,
    activity: Decimal,
    opening_balance: Decimal | None,
    total_payable: Decimal | None,
    previous_total_payable: Decimal | None,
) -> TieOut:
    """The figures of a statement, from what is stated and the statement before (CAD).

    What is not stated follows from the rest: the opening balance from the total payable, else
    from the previous statement's total payable, else it is 0.00.
    """
    stated = opening_balance is not None or total_payable is not None
    if opening_balance is None:
        if total_payable is not None:
            opening_balance = total_payable - activity
        else:
            opening_balance = previous_total_payable or ZERO
    if total_payable is None:
        total_payable = opening_balance + activity
    return TieOut(opening_balance, activity, total_payable, stated)


def opening_balance_difference(
    opening_balance: Decimal, previous_total_payable: Decimal | None
) -> Decimal | None:
    """Opening balance minus the previous statement's total payable (CAD); None without one."""
    if previous_total_payable is None:
        return None
    return opening_balance - previous_total_payable
