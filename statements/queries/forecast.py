"""What is to come on program accounts: as known today, and by the pattern of the months before."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from clients.models import ProgramAccount
from statements.models import Statement
from statements.queries.not_billed import Known, known_by_period
from statements.queries.payments import paid_since
from statements.queries.rulebook import rulebook_in_force
from statements.queries.security import Measure, Standing, measure, standings
from statements.rules.forecast import Pattern, pattern, periods_to_come


@dataclass(frozen=True)
class Coming:
    """A statement to come as known today, and what it would ask of security."""

    known: Known
    measure: Measure


@dataclass(frozen=True)
class Forecast:
    """What is to come on an account: as known today, and by the pattern; never added up."""

    standing: Standing
    coming: list[Coming]
    opening: Decimal | None
    pattern: Pattern | None


def forecasts(accounts: Iterable[ProgramAccount], today: date) -> list[Forecast]:
    """What is to come on each account, those nearest the limit of their security first."""
    found, book = standings(accounts, today), rulebook_in_force()
    numbers = [one.account.pk for one in found]
    coming, opening = known_by_period(numbers, periods_to_come(today)), _left_to_pay(numbers)
    return [
        Forecast(
            standing=one,
            coming=[
                Coming(known, measure([known.month], one.form, one.posted, today, book))
                for known in coming[one.account.pk]
            ],
            opening=opening.get(one.account.pk),
            pattern=pattern(one.months),
        )
        for one in found
    ]


def _left_to_pay(accounts: Collection[int]) -> dict[int, Decimal]:
    """What the newest statement of each account leaves open today (CAD): the next one opens so."""
    rows = Statement.objects.filter(program_account__in=accounts, superseded_by=None)
    newest = list(rows.order_by("program_account_id", "-period_end").distinct("program_account_id"))
    paid = paid_since(newest)
    return {one.program_account_id: one.total_payable - paid[one.pk] for one in newest}
