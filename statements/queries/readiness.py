"""What the checks of release prior to payment and of what is owed are told of many importers."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, OuterRef

from carmsvc.platform.money import ZERO
from clients.models import SecurityInstrument
from clients.queries.security import security_kept
from clients.readiness import Finding, Inquiry
from delegation.queries.readiness import other_brokers, our_delegations
from delegation.rules import ACTING, DelegationFacts
from statements.models import FiledBy, LedgerEntry, Statement, StatementLine, TransactionType
from statements.queries.payments import paid_since
from statements.queries.security import Standing, standings
from statements.rules.readiness import (
    Arrears,
    InstrumentFacts,
    SecurityFacts,
    has_headroom,
    is_enrolled,
    is_in_force,
    is_secured,
    is_up_to_date,
    review_is_met,
    sees_enough,
)

OTHERS = (FiledBy.OTHER_BROKER, FiledBy.COURIER)
LOOKED_BACK = timedelta(days=120)  # for releases that nobody has accounted for
DAY = timedelta(days=1)


def release_findings(inquiry: Inquiry) -> Iterator[Finding]:
    """Security, arrears and what others file; the queries do not grow with the importers."""
    newest = _newest_statements([one.pk for one in inquiry.importing])
    arrears = _arrears(inquiry, newest)
    yield from _of_importers(inquiry, newest)
    for standing, facts in _secured(inquiry, arrears):
        account, today = standing.account, inquiry.today
        said = {
            "R10": is_enrolled(facts),
            "R11": is_secured(facts, today),
            "R12": has_headroom(facts, settings.READINESS_HEADROOM_PERCENT),
            "R13": is_in_force(facts, today, settings.READINESS_EXPIRY_DAYS),
            "R14": review_is_met(facts),
            "R20": is_up_to_date(arrears[account.pk], today),
        }
        for code, outcome in said.items():
            yield Finding(code, account.importer_id, account.pk, outcome)


def _of_importers(inquiry: Inquiry, newest: Mapping[int, Statement]) -> Iterator[Finding]:
    numbers = list(inquiry.importers)
    others, ours = _other_filers(newest), our_delegations(numbers)
    brokers = other_brokers(numbers, sorted(ACTING))
    for pk in numbers:
        outcome = sees_enough(others.get(pk, ()), brokers.get(pk, 0), _ticks(ours.get(pk, ())))
        yield Finding("R08", pk, None, outcome)


def _ticks(delegations: Collection[DelegationFacts]) -> frozenset[int] | None:
    acting = [one.ticks for one in delegations if one.state in ACTING]
    return frozenset().union(*acting) if acting else None


def _newest_statements(accounts: Collection[int]) -> dict[int, Statement]:
    rows = Statement.objects.filter(program_account__in=accounts, superseded_by=None)
    newest = rows.order_by("program_account_id", "-period_end").distinct("program_account_id")
    return {one.program_account_id: one for one in newest}


def _other_filers(newest: Mapping[int, Statement]) -> dict[int, set[str]]:
    """Who else filed lines of the newest statements: other brokers, couriers."""
    rows = StatementLine.objects.filter(
        statement__in=[one.pk for one in newest.values()], filed_by__in=OTHERS
    )
    found: dict[int, set[str]] = defaultdict(set)
    for importer_id, filer in rows.order_by().values_list("importer_id", "filed_by").distinct():
        found[importer_id].add(filer)
    return found


def _secured(
    inquiry: Inquiry, arrears: Mapping[int, Arrears]
) -> Iterator[tuple[Standing, SecurityFacts]]:
    """What is known of each account's security."""
    kept: dict[int, list[SecurityInstrument]] = defaultdict(list)
    for row in security_kept(list(inquiry.importers)):
        kept[row.program_account_id].append(row)
    for standing in standings(inquiry.importing, inquiry.today):
        facts = _facts_of(standing, kept[standing.account.pk], inquiry.today)
        yield standing, replace(facts, open_balance=arrears[standing.account.pk].left_to_pay)


def _facts_of(standing: Standing, kept: list[SecurityInstrument], today: date) -> SecurityFacts:
    release, review = standing.release, standing.review
    return SecurityFacts(
        status=release.status if release else "",
        seen_on=release.seen_on if release else None,
        form=standing.form.value,
        required=standing.requirement.headroom.required,
        posted=standing.posted,
        months_known=len(standing.reviewed),
        review_on=review.review_on,
        comply_by=review.comply_by,
        instruments=tuple(
            InstrumentFacts(one.reviewed_on, _anniversary(one, today))
            for one in standing.instruments
        ),
        falls_on=_falls_on(kept, today),
        lapsed_on=_lapsed_on(kept, today),
    )


def _anniversary(security: SecurityInstrument, today: date) -> date | None:
    """The next anniversary of a bond without a last day; its first day is none."""
    if security.valid_to or security.form != SecurityInstrument.Form.BOND:
        return None
    first = security.valid_from
    day = min(first.day, 28) if first.month == 2 else first.day  # 29 February has none
    year = max(today.year, first.year + 1)
    this_year = date(year, first.month, day)
    return this_year if this_year >= today else date(year + 1, first.month, day)


def _last_day(security: SecurityInstrument) -> date | None:
    """The last day on which it holds: its own, or the one before somebody ended it."""
    ended = security.ended_on and security.ended_on - DAY
    return min(filter(None, (security.valid_to, ended)), default=None)


def _falls_on(kept: list[SecurityInstrument], today: date) -> date | None:
    """The last day before less security is posted than on it."""
    ends = sorted({day for one in kept if (day := _last_day(one)) and today <= day < date.max})
    return next((day for day in ends if _posted(kept, day + DAY) < _posted(kept, day)), None)


def _lapsed_on(kept: list[SecurityInstrument], today: date) -> date | None:
    """The last day of what held before and holds no more."""
    ends = [day for one in kept if (day := _last_day(one)) and day < today]
    return max(ends, default=None)


def _posted(kept: list[SecurityInstrument], day: date) -> Decimal:
    return sum((one.amount for one in kept if one.holds(day)), ZERO)


@dataclass(frozen=True)
class _Releases:
    """Which accounts have entries, and the releases that nobody has accounted for."""

    booked: frozenset[int]
    waiting: Mapping[int, list[date]]


def _arrears(inquiry: Inquiry, newest: Mapping[int, Statement]) -> dict[int, Arrears]:
    """What is open on each importing account."""
    paid, penalties = paid_since(newest.values()), _penalties(newest)
    releases = _releases([one.pk for one in inquiry.importing], inquiry.today)
    found = {}
    for account in inquiry.importing:
        pk, statement = account.pk, newest.get(account.pk)
        left = max(statement.total_payable - paid[statement.pk], ZERO) if statement else ZERO
        found[pk] = Arrears(
            has_statement=statement is not None,
            has_entries=pk in releases.booked,
            due_on=statement.payment_due_on if statement else None,
            left_to_pay=left,
            penalties=penalties.get(statement.pk, 0) if statement else 0,
            released_on=tuple(releases.waiting.get(pk, ())),
        )
    return found


def _penalties(newest: Mapping[int, Statement]) -> dict[int, int]:
    """How many late accounting penalties each of the newest statements holds."""
    rows = StatementLine.objects.filter(
        statement__in=[one.pk for one in newest.values()],
        transaction_type=TransactionType.LAP,
        amount__gt=0,
    )
    return dict(rows.order_by().values_list("statement").annotate(count=Count("id")))


def _releases(accounts: Collection[int], today: date) -> _Releases:
    """Releases without an accounting day that no statement shows, of accounts whose ledger keeps
    that day: where it never does, nothing follows from its absence.
    """
    entries: Any = LedgerEntry.objects.filter(
        program_account__in=accounts, superseded_by=None, period_end__gte=today - LOOKED_BACK
    )
    by_account = entries.order_by().values_list("program_account")
    told = list(by_account.annotate(count=Count("id"), days=Count("accounted_on")))
    keeping = [pk for pk, _count, days in told if days]
    on_statement = StatementLine.objects.filter(
        importer=OuterRef("importer"), transaction_no=OuterRef("transaction_no")
    )
    rows = entries.filter(
        ~Exists(on_statement),
        program_account__in=keeping,
        accounted_on=None,
        released_on__range=(today - LOOKED_BACK, today),
    )
    waiting: dict[int, list[date]] = defaultdict(list)
    for pk, day in rows.order_by("released_on").values_list("program_account", "released_on"):
        waiting[pk].append(day)
    return _Releases(frozenset(pk for pk, _count, _days in told), waiting)
