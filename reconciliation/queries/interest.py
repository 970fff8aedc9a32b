"""The interest on a statement: what was charged beside what its late amounts should have cost."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from carmsvc.platform.money import ZERO, plain
from reconciliation.models import MatchRun, VarianceKind
from reconciliation.rules.variance import Accrued, Late, accrued
from statements.explanations import missing_value, sentences
from statements.models import Statement, StatementLine, TransactionType
from statements.queries.replay import Story, story_of
from statements.queries.rulebook import rulebook_in_force
from statements.rules.explained import Step, step
from statements.rules.interest import Stretch
from statements.rules.rulebook import NoSuchValue


@dataclass(frozen=True)
class InterestCheck:
    """Interest charged and worked out (CAD), with why; nothing is worked out without the rates."""

    charged: Decimal
    expected: Decimal | None
    explanation: list[str]

    @property
    def difference(self) -> Decimal | None:
        """What was charged beyond what was worked out."""
        return None if self.expected is None else self.charged - self.expected


def interest_check(run: MatchRun) -> InterestCheck | None:
    """The check of a run in which interest stands unexplained or explained; else None."""
    if VarianceKind.INTEREST not in run.totals.get("variances", {}):
        return None
    return interest_of(run.statement)


def interest_of(statement: Statement) -> InterestCheck:
    """Work the interest of a statement out again, as its account stood when its period ended."""
    lines = StatementLine.objects.filter(
        statement=statement, transaction_type=TransactionType.INTEREST
    )
    charged = lines.aggregate(total=Coalesce(Sum("amount"), ZERO))["total"]
    story = story_of(statement.program_account_id, statement.period_end)
    try:
        parts = accrued(
            _late(story), statement.period_start, statement.period_end, rulebook_in_force()
        )
    except NoSuchValue as missing:
        return InterestCheck(charged, None, [missing_value(missing)])
    expected = sum((one.interest for one in parts), ZERO)
    return InterestCheck(charged, expected, list(_why(parts, statement)))


def _late(story: Story) -> Iterator[Late]:
    for owed in story.debts:
        due_on = owed.debt.due_on
        for one, _source in owed.cleared_by:
            if one.on > due_on:
                yield Late(one.amount, due_on, one.on)
        if owed.open_amount:
            yield Late(owed.open_amount, due_on, None)


def _why(parts: tuple[Accrued, ...], statement: Statement) -> Iterator[str]:
    period = {"first": statement.period_start.isoformat(), "last": statement.period_end.isoformat()}
    if not parts:
        yield _("Nothing was paid late from %(first)s to %(last)s, as far as we know.") % period
        return
    yield (
        _("Interest that grew from %(first)s to %(last)s (Customs Act, s. 33.4 and 3.1):") % period
    )
    for one in parts:
        yield _part(one)
        yield from sentences(_rate(stretch) for stretch in one.stretches)


def _part(one: Accrued) -> str:
    told = {
        "amount": plain(one.late.amount),
        "due_on": one.late.due_on.isoformat(),
        "days": one.days,
        "interest": plain(one.interest),
    }
    if one.late.cleared_on is None:
        words = _("%(amount)s, due on %(due_on)s and still open: %(interest)s for %(days)s days.")
        return words % told
    told["cleared_on"] = one.late.cleared_on.isoformat()
    words = _(
        "%(amount)s, due on %(due_on)s and cleared on %(cleared_on)s: %(interest)s for "
        "%(days)s days."
    )
    return words % told


def _rate(stretch: Stretch) -> Step:
    facts = {"first": stretch.first, "last": stretch.last, "quarter": stretch.quarter}
    return step("relief" if stretch.is_relief else "rate", percent=stretch.percent, **facts)
