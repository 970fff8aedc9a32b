"""Security against what it must cover, and what is already known of the next statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Sum

from carmsvc.platform.money import ZERO
from clients.models import ProgramAccount, ReleaseStatus, SecurityInstrument
from clients.queries.security import release_statuses, security_on
from statements.models import LedgerEntry, Statement, StatementLine
from statements.models.documents import COMPONENTS
from statements.queries.history import months_charged
from statements.queries.payments import paid_since
from statements.queries.rulebook import rulebook_in_force
from statements.rules.billing import period_ending, statement_on
from statements.rules.forecast import (
    Month,
    Pattern,
    form_that_counts,
    level,
    month,
    pattern,
    periods_looked_at,
    periods_to_come,
    required_with,
)
from statements.rules.rulebook import Rulebook
from statements.rules.security import Form, Headroom, required


@dataclass(frozen=True)
class Standing:
    """How an account's security stands against its highest month (CAD)."""

    account: ProgramAccount
    months: list[Month]
    missing: list[date]
    peak: Decimal
    peak_month: Month | None
    form: Form
    headroom: Headroom
    level: str
    instruments: list[SecurityInstrument]
    release: ReleaseStatus | None

    @property
    def order(self) -> tuple[bool, Decimal, str]:
        """Those nearest the limit first; with a need and nothing posted before all."""
        used = self.headroom.used_percent
        unsecured = used is None and bool(self.headroom.required)
        return not unsecured, -(used or ZERO), self.account.bn15


def standings(accounts: Iterable[ProgramAccount], today: date) -> list[Standing]:
    """Every account's security, those nearest the limit first; the queries do not grow."""
    every = list(accounts)
    numbers, ends, book = [one.pk for one in every], periods_looked_at(today), rulebook_in_force()
    charged = months_charged(numbers, ends)
    posted, statuses = security_on(numbers, today), release_statuses(numbers)
    told = (
        _standing(one, charged.get(one.pk, {}), posted.get(one.pk, []), ends, today, book, statuses)
        for one in every
    )
    return sorted(told, key=lambda one: one.order)


def _standing(
    account: ProgramAccount,
    charged: Mapping[date, Month],
    instruments: list[SecurityInstrument],
    ends: list[date],
    today: date,
    book: Rulebook,
    statuses: Mapping[int, ReleaseStatus],
) -> Standing:
    months = [charged[last] for last in ends if last in charged]
    highest = max(months, key=lambda one: one.duties_and_taxes, default=None)
    peak = highest.duties_and_taxes if highest else ZERO
    form = form_that_counts({one.form for one in instruments})
    posted = sum((one.amount for one in instruments), ZERO)
    room = Headroom(required(peak, form, today, book), posted)
    return Standing(
        account=account,
        months=months,
        missing=[last for last in ends if last not in charged],
        peak=peak,
        peak_month=highest,
        form=form,
        headroom=room,
        level=level(room.required, posted, today, book),
        instruments=instruments,
        release=statuses.get(account.pk),
    )


@dataclass(frozen=True)
class Coming:
    """A statement to come as known today, from entries that no statement shows yet (CAD)."""

    month: Month
    statement_on: date
    count: int

    @property
    def other(self) -> Decimal:
        """Interest, penalties and what is not split, together."""
        columns = self.month.columns
        return columns["interest"] + columns["penalty"] + columns["unsplit"]


@dataclass(frozen=True)
class Forecast:
    """What is to come on an account: as known today, and by the pattern; never added up."""

    standing: Standing
    coming: list[Coming]
    opening: Decimal | None
    pattern: Pattern | None
    required: Decimal

    @property
    def is_short(self) -> bool:
        """Whether the coming periods would ask for more than is posted."""
        return self.required > self.standing.headroom.posted


def forecasts(accounts: Iterable[ProgramAccount], today: date) -> list[Forecast]:
    """What is to come on each account, those nearest the limit of their security first."""
    found, book = standings(accounts, today), rulebook_in_force()
    numbers = [one.account.pk for one in found]
    coming, opening = _coming(numbers, today), _left_to_pay(numbers)
    return [
        Forecast(
            standing=one,
            coming=coming[one.account.pk],
            opening=opening.get(one.account.pk),
            pattern=pattern(one.months),
            required=required_with(
                one.peak,
                (next_one.month.duties_and_taxes for next_one in coming[one.account.pk]),
                one.form,
                today,
                book,
            ),
        )
        for one in found
    ]


def _coming(accounts: Collection[int], today: date) -> dict[int, list[Coming]]:
    found: dict[int, list[Coming]] = defaultdict(list)
    for row in _not_billed(accounts, periods_to_come(today)):
        split = {name: row[f"of_{name}"] or ZERO for name in COMPONENTS}
        last = row["period_end"]
        told = month(last, row["total"], split)
        issued = statement_on(period_ending(last))
        found[row["program_account_id"]].append(Coming(told, issued, row["entries"]))
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
        program_account__in=accounts,
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


def _left_to_pay(accounts: Collection[int]) -> dict[int, Decimal]:
    """What the newest statement of each account leaves open today (CAD): the next one opens so."""
    rows = Statement.objects.filter(program_account__in=accounts, superseded_by=None)
    newest = list(rows.order_by("program_account_id", "-period_end").distinct("program_account_id"))
    paid = paid_since(newest)
    return {one.program_account_id: one.total_payable - paid[one.pk] for one in newest}
