"""How far the newest statement of many accounts is: loaded, reconciled, signed."""

from collections.abc import Collection, Iterator
from datetime import date

from django.db.models import Count, Q

from carmsvc.platform.dates import months_after
from clients.readiness import Finding, Inquiry
from reconciliation.models import MatchRun
from reconciliation.rules.readiness import StatementFacts, is_reconciled
from statements.models import Statement
from statements.queries.rulebook import rulebook_in_force
from statements.rules.billing import BillingPeriod, billing_period, period_ending, statement_on
from statements.rules.streams import payment_days

SIGNATURES = 2  # its preparer's and a reviewer's


def statement_findings(inquiry: Inquiry) -> Iterator[Finding]:
    """Whether the newest statement was fetched and reconciled in time; three queries."""
    period = newest_issued(inquiry.today)
    issued_on = statement_on(period)
    due_on = payment_days(period, rulebook_in_force()).due_on
    accounts = [one.pk for one in inquiry.importing]
    loaded, earlier = _loaded(accounts, period.last)
    signed = _signed(loaded.values())
    for account in inquiry.importing:
        statement = loaded.get(account.pk)
        facts = StatementFacts(
            period_end=period.last,
            issued_on=issued_on,
            due_on=due_on,
            is_loaded=statement is not None,
            is_signed=statement in signed,
            has_earlier=account.pk in earlier,
        )
        outcome = is_reconciled(facts, inquiry.today)
        yield Finding("R19", account.importer_id, account.pk, outcome)


def newest_issued(today: date) -> BillingPeriod:
    """The last commercial billing period whose statement the CBSA has issued."""
    period = billing_period(today)
    while statement_on(period) > today:
        period = period_ending(months_after(period.last, -1))
    return period


def _loaded(accounts: Collection[int], last: date) -> tuple[dict[int, int], set[int]]:
    """Each account's statement of a period, by its id; and the accounts that have any."""
    rows = Statement.objects.filter(program_account__in=accounts, superseded_by=None).order_by()
    told = rows.filter(period_end=last).values_list("program_account_id", "pk")
    return dict(told), set(rows.values_list("program_account_id", flat=True).distinct())


def _signed(statements: Collection[int]) -> set[int]:
    """Those whose standing reconciliation both have signed."""
    runs = MatchRun.objects.filter(
        statement__in=list(statements), superseded_by=None, state=MatchRun.State.FINISHED
    )
    counted = runs.annotate(count=Count("sign_offs", filter=Q(sign_offs__reopened_at=None)))
    return set(counted.filter(count__gte=SIGNATURES).values_list("statement_id", flat=True))
