"""Entries that no statement shows yet, by the billing period whose statement will show them."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Sum

from carmsvc.platform.money import ZERO
from carmsvc.platform.tenancy import numbered
from statements.models import LedgerEntry, Statement, StatementLine
from statements.models.documents import COMPONENTS
from statements.rules.billing import period_ending, statement_on
from statements.rules.forecast import Month, month


@dataclass(frozen=True)
class Known:
    """A statement to come as known today, from entries that no statement shows yet (CAD)."""

    month: Month
    statement_on: date
    count: int

    @property
    def other(self) -> Decimal:
        """Interest, penalties and what is not split, together."""
        columns = self.month.columns
        return columns["interest"] + columns["penalty"] + columns["unsplit"]


def known_by_period(accounts: Collection[int], ends: Collection[date]) -> dict[int, list[Known]]:
    """Each account's statements to come that anything is known of, the earliest first."""
    found: dict[int, list[Known]] = defaultdict(list)
    for row in _not_billed(accounts, ends):
        split = {name: row[f"of_{name}"] or ZERO for name in COMPONENTS}
        last = row["period_end"]
        told = month(last, row["total"], split)
        issued = statement_on(period_ending(last))
        found[row["program_account_id"]].append(Known(told, issued, row["entries"]))
    return found


def _not_billed(accounts: Collection[int], ends: Collection[date]) -> Any:
    """Entries that stand and that no standing statement shows, added up by account and period."""
    on_statement = StatementLine.objects.filter(
        Q(version=OuterRef("version")) | Q(version=None),
        importer=OuterRef("importer"),
        transaction_no=OuterRef("transaction_no"),
        statement__superseded_by=None,
    )
    billed = Statement.objects.filter(
        program_account=OuterRef("program_account"),
        period_end=OuterRef("period_end"),
        superseded_by=None,
    )
    entries = LedgerEntry.objects.filter(
        ~Exists(on_statement),
        ~Exists(billed),
        program_account__in=numbered(accounts),
        period_end__in=ends,
        superseded_by=None,
    )
    return (
        entries.order_by()
        .values("program_account_id", "period_end")
        .annotate(
            total=Sum("amount"),
            entries=Count("id"),
            **{f"of_{name}": Sum(name) for name in COMPONENTS},
        )
        .order_by("program_account_id", "period_end")
    )
