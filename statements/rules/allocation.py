"""Which payment cleared what: credits put to debts as the CBSA says it clears them.

Source: CBSA, "Offsetting and disbursements": a credit is applied to an amount on that amount's
payment due date; where debt is overdue, the oldest due is cleared first; clearing runs daily for
debt that is due. A person may direct a credit to a chosen transaction, which it must cover in
full. Within one due date the CBSA follows a prescribed order that is not published: here the
order of the statement, and the replay says so by its reason codes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Debt:
    """An amount owed (CAD, above zero) and the day it is due; `order` is its place among equals."""

    key: str
    due_on: date
    amount: Decimal
    order: int = 0

    def __post_init__(self) -> None:
        if self.amount <= ZERO:
            raise ValueError(f"A debt is above zero: {self.key} is {self.amount}.")


@dataclass(frozen=True)
class Credit:
    """An amount paid or credited (CAD, above zero) and the day it counts from.

    `directed_to` names the one debt that the payer chose.
    """

    key: str
    counts_from: date
    amount: Decimal
    directed_to: str | None = None
    order: int = 0

    def __post_init__(self) -> None:
        if self.amount <= ZERO:
            raise ValueError(f"A credit is above zero: {self.key} is {self.amount}.")


class Why(StrEnum):
    """Why a credit went where it went."""

    DIRECTED = "directed"
    OLDEST_OVERDUE = "oldest_overdue"
    DUE_THAT_DAY = "due_that_day"


@dataclass(frozen=True)
class Allocation:
    """So much of a credit cleared so much of a debt on a day."""

    credit: str
    debt: str
    amount: Decimal
    on: date
    why: Why


@dataclass
class Replay:
    """What cleared what until a day, and what is left open of each (CAD)."""

    allocations: list[Allocation] = field(default_factory=list)
    open_debts: dict[str, Decimal] = field(default_factory=dict)
    open_credits: dict[str, Decimal] = field(default_factory=dict)
    too_small: list[str] = field(default_factory=list)  # directed, but not covering in full

    def cleared_on(self, debt: str) -> date | None:
        """The day on which a debt was cleared in full; None while something is open."""
        days = [one.on for one in self.allocations if one.debt == debt]
        return max(days) if days and debt not in self.open_debts else None


def replay(debts: Iterable[Debt], paid_in: Iterable[Credit], until: date) -> Replay:
    """Put credits to debts day by day, as they count and fall due, until a day (included)."""
    owed = sorted(debts, key=lambda one: (one.due_on, one.order, one.key))
    paid = sorted(paid_in, key=lambda one: (one.counts_from, one.order, one.key))
    result = Replay(
        open_debts={one.key: one.amount for one in owed},
        open_credits={one.key: one.amount for one in paid},
    )
    _refuse_doubles(owed, paid, result)
    days = {one.due_on for one in owed} | {one.counts_from for one in paid}
    for day in sorted(day for day in days if day <= until):
        counting = [one for one in paid if one.counts_from <= day]
        _direct(result, counting, owed, day)
        _clear(result, counting, [one for one in owed if one.due_on <= day], day)
    return result


def _refuse_doubles(owed: list[Debt], paid: list[Credit], result: Replay) -> None:
    if len(result.open_debts) != len(owed) or len(result.open_credits) != len(paid):
        raise ValueError("Each debt and each credit has a key of its own.")


def _direct(result: Replay, counting: list[Credit], owed: list[Debt], day: date) -> None:
    """Credits for a chosen debt go there on the day they count, if they cover it in full."""
    by_key = {one.key: one for one in owed}
    for credit in counting:
        if credit.counts_from != day or credit.directed_to not in by_key:
            continue
        debt = by_key[credit.directed_to]
        remaining = result.open_debts.get(debt.key, ZERO)
        if remaining > credit.amount:
            result.too_small.append(credit.key)
        elif remaining:
            _put(result, credit, debt, day, Why.DIRECTED)


def _clear(result: Replay, counting: list[Credit], due: list[Debt], day: date) -> None:
    """Debt that is due, the oldest first, from credits as they came."""
    for debt in due:
        why = Why.OLDEST_OVERDUE if debt.due_on < day else Why.DUE_THAT_DAY
        for credit in counting:
            if debt.key not in result.open_debts:
                break
            if credit.key in result.open_credits:
                _put(result, credit, debt, day, why)


def _put(result: Replay, credit: Credit, debt: Debt, day: date, why: Why) -> None:
    amount = min(result.open_credits[credit.key], result.open_debts[debt.key])
    result.allocations.append(Allocation(credit.key, debt.key, amount, day, why))
    for left, key in ((result.open_credits, credit.key), (result.open_debts, debt.key)):
        left[key] -= amount
        if not left[key]:
            del left[key]
