"""What the loaded statements charged, period by period, for each program account."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from carmsvc.platform.money import ZERO
from statements.models import Statement, StatementLine
from statements.rules.forecast import Month, month

Months = dict[int, dict[date, Month]]


def months_charged(accounts: Collection[int], ends: Collection[date]) -> Months:
    """Each account's charges by the last day of the period, without payments; two queries.

    A billing period stands for the month: the sources do not say which month the CBSA means.
    """
    rows = Statement.objects.filter(
        program_account__in=accounts, period_end__in=ends, superseded_by=None
    ).values_list("pk", "program_account_id", "period_end", "activity", "components")
    found, paid = list(rows), _paid_on_statements(accounts, ends)
    told: Months = defaultdict(dict)
    for pk, account_id, last, activity, components in found:
        split = {name: Decimal(text) for name, text in components.items()}
        told[account_id][last] = month(last, activity - paid.get(pk, ZERO), split)
    return told


def _paid_on_statements(accounts: Collection[int], ends: Collection[date]) -> dict[int, Decimal]:
    """Payments and disbursements on each statement (CAD, a payment below zero), by its id."""
    rows = StatementLine.objects.filter(
        statement__program_account__in=accounts,
        statement__period_end__in=ends,
        statement__superseded_by=None,
        transaction_type__in=["PAYMENT", "DISBURSEMENT"],
    )
    return dict(rows.order_by().values_list("statement").annotate(total=Sum("amount")))
