"""What the loaded statements charged, period by period, for each program account."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Max, OuterRef, Subquery, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from carmsvc.platform.money import ZERO
from carmsvc.platform.tenancy import numbered, of_importers
from statements.models import Statement, StatementLine
from statements.rules.forecast import NOT_DUTIES_OR_TAXES, Month, month

Months = dict[int, dict[date, Month]]


def months_charged(accounts: Collection[int], ends: Collection[date]) -> Months:
    """Each account's charges by the last day of the period, without payments; two queries.

    A billing period stands for the month: the sources do not say which month the CBSA means.
    """
    rows = Statement.objects.filter(
        program_account__in=numbered(accounts), period_end__in=ends, superseded_by=None
    ).values_list("pk", "program_account_id", "period_end", "activity", "components")
    found, paid = list(rows), _paid_on_statements(accounts, ends)
    told: Months = defaultdict(dict)
    for pk, account_id, last, activity, components in found:
        split = {name: Decimal(text) for name, text in components.items()}
        told[account_id][last] = month(last, activity - paid.get(pk, ZERO), split)
    return told


def peaks_charged(importers: Collection[int], ends: Collection[date]) -> dict[int, Decimal]:
    """The highest month's duties and taxes (CAD) of each program account, added up in the
    database: as `Month.duties_and_taxes` has it.
    """
    paid = StatementLine.objects.filter(
        statement=OuterRef("pk"), transaction_type__in=["PAYMENT", "DISBURSEMENT"]
    )
    of_it = paid.order_by().values("statement").annotate(total=Sum("amount")).values("total")
    parts = [Coalesce(Subquery(of_it), ZERO), *map(_component, NOT_DUTIES_OR_TAXES)]
    charged: Any = F("activity")
    for part in parts:
        charged = charged - part
    rows = Statement.objects.filter(
        of_importers(importers), period_end__in=ends, superseded_by=None
    )
    told = rows.order_by().values_list("program_account_id").annotate(peak=Max(charged))
    return {account: max(peak, ZERO) for account, peak in told}


def _component(name: str) -> Coalesce:
    """One of the amounts of a statement's `components`."""
    amount = Cast(KeyTextTransform(name, "components"), Statement._meta.get_field("activity"))
    return Coalesce(amount, ZERO)


def _paid_on_statements(accounts: Collection[int], ends: Collection[date]) -> dict[int, Decimal]:
    """Payments and disbursements on each statement (CAD, a payment below zero), by its id."""
    rows = StatementLine.objects.filter(
        statement__program_account__in=numbered(accounts),
        statement__period_end__in=ends,
        statement__superseded_by=None,
        transaction_type__in=["PAYMENT", "DISBURSEMENT"],
    )
    return dict(rows.order_by().values_list("statement").annotate(total=Sum("amount")))
