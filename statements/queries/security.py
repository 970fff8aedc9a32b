"""How the security of program accounts stands: against the review, against what came since."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from carmsvc.platform.money import ZERO
from carmsvc.templatetags.figures import money
from clients.models import ProgramAccount, ReleaseStatus, SecurityInstrument
from clients.overview import Concern, Level, address_of
from clients.queries.security import (
    in_force_on,
    open_alerts,
    release_statuses,
    security_kept,
    security_on,
)
from statements.queries.history import months_charged, peaks_charged
from statements.queries.not_billed import Known, known_by_period
from statements.queries.rulebook import rulebook_in_force
from statements.rules.billing import period_ending, statement_on
from statements.rules.forecast import (
    LEVELS,
    Month,
    form_that_counts,
    level,
    periods_looked_at,
    periods_since,
    periods_to_come,
    periods_within,
)
from statements.rules.rulebook import Rulebook
from statements.rules.security import Form, Headroom, Review, required, review_before


@dataclass(frozen=True)
class Measure:
    """What one month asks for against what is posted (CAD), and the threshold it reaches."""

    month: Month | None
    headroom: Headroom
    level: str

    @property
    def peak(self) -> Decimal:
        """Duties and taxes of the month, without interest and penalties."""
        return self.month.duties_and_taxes if self.month else ZERO


@dataclass(frozen=True)
class Standing:
    """An account's security by the yearly review, and by the months that no review has seen.

    `requirement` is measured by the highest month of the review, `running` by the highest since,
    the running period as its entries are known. `months` are the twelve newest that are over.
    """

    account: ProgramAccount
    review: Review
    months: list[Month]
    reviewed: list[Month]
    missing: list[date]
    form: Form
    requirement: Measure
    running: Measure
    posted: Decimal
    instruments: list[SecurityInstrument]
    release: ReleaseStatus | None

    @property
    def is_watched(self) -> bool:
        """Whether the account is known to release before paying: by its security, by its status."""
        enrolled = self.release and self.release.status == ReleaseStatus.Status.ENROLLED
        return bool(self.instruments or enrolled)

    @property
    def level(self) -> str:
        """The higher threshold of both measures; none for an account that is not watched."""
        if not self.is_watched:
            return ""
        reached = {self.requirement.level, self.running.level}
        return next((name for name in reversed(LEVELS) if name in reached), "")

    @property
    def used_percent(self) -> Decimal | None:
        """The higher share of what is posted, in percent; None when nothing is posted."""
        used = [one.headroom.used_percent for one in (self.requirement, self.running)]
        return max((one for one in used if one is not None), default=None)

    @property
    def order(self) -> tuple[bool, bool, Decimal, str]:
        """Those nearest the limit first, with a need and nothing posted before all; then those
        of which no security is recorded.
        """
        used = self.used_percent
        needs = self.requirement.headroom.required or self.running.headroom.required
        is_bare = used is None and bool(needs)
        return not self.is_watched, not is_bare, -(used or ZERO), self.account.bn15


@dataclass(frozen=True)
class _Known:
    """What was asked for together, for all accounts."""

    today: date
    book: Rulebook
    review: Review
    looked_at: list[date]  # the periods of the review
    since: list[date]
    newest: list[date]
    issued: frozenset[date]
    charged: Mapping[int, Mapping[date, Month]]
    coming: Mapping[int, list[Known]]
    posted: Mapping[int, list[SecurityInstrument]]
    statuses: Mapping[int, ReleaseStatus]


def standings(accounts: Iterable[ProgramAccount], today: date) -> list[Standing]:
    """Every account's security, those nearest the limit first; the queries do not grow."""
    every = list(accounts)
    numbers, book = [one.pk for one in every], rulebook_in_force()
    review = review_before(today, book)
    looked_at = list(periods_within(review.first, review.last))
    newest, since = list(periods_looked_at(today)), list(periods_since(review.last, today))
    known = _Known(
        today=today,
        book=book,
        review=review,
        looked_at=looked_at,
        since=since,
        newest=newest,
        issued=frozenset(one for one in looked_at if _is_issued(one, today)),
        charged=months_charged(numbers, {*looked_at, *newest, *since}),
        coming=known_by_period(numbers, periods_to_come(today)),
        posted=security_on(numbers, today),
        statuses=release_statuses(numbers),
    )
    return sorted((_standing(one, known) for one in every), key=lambda one: one.order)


def accounts_short(importers: Collection[int], on: date) -> list[ProgramAccount]:
    """Program accounts of these importers with less posted on a day than the highest month of the
    review before it asks for, in two queries: `standings` says the rest of these few.
    """
    book = rulebook_in_force()
    review = review_before(on, book)
    peaks = peaks_charged(importers, periods_within(review.first, review.last))
    posted: dict[int, Decimal] = defaultdict(Decimal)
    forms: dict[int, set[str]] = defaultdict(set)
    rows = security_kept(importers).filter(in_force_on(on)).order_by()
    for account, form, amount in rows.values_list("program_account_id", "form", "amount"):
        posted[account] += amount
        forms[account].add(form)
    short = [
        account
        for account, peak in peaks.items()
        if required(peak, form_that_counts(forms[account]), on, book) > posted[account]
    ]
    return list(ProgramAccount.objects.filter(pk__in=short).order_by("id"))


def security_concerns(importers: Collection[int], _today: date) -> Iterator[Concern]:
    """The accounts whose security gets used up, for the overview."""
    for alert in open_alerts(importers):
        words = {
            "account": alert.program_account.bn15,
            "level": alert.get_level_display(),
            "required": money(alert.required),
            "posted": money(alert.posted),
        }
        yield Concern(
            alert.importer_id,
            Level.AT_RISK,
            _("Security of %(account)s: %(level)s (%(required)s required, %(posted)s posted)")
            % words,
            address_of("importer-forecast", alert.importer_id),
        )


def _standing(account: ProgramAccount, known: _Known) -> Standing:
    charged = known.charged.get(account.pk, {})
    instruments = known.posted.get(account.pk, [])
    form = form_that_counts({one.form for one in instruments})
    posted = sum((one.amount for one in instruments), ZERO)
    reviewed = [charged[last] for last in known.looked_at if last in charged]
    entries = {one.month.last: one.month for one in known.coming.get(account.pk, [])}
    unseen = [found for last in known.since if (found := charged.get(last) or entries.get(last))]
    return Standing(
        account=account,
        review=known.review,
        months=[charged[last] for last in known.newest if last in charged],
        reviewed=reviewed,
        missing=[one for one in known.looked_at if one in known.issued and one not in charged],
        form=form,
        requirement=measure(reviewed, form, posted, known.today, known.book),
        running=measure(unseen, form, posted, known.today, known.book),
        posted=posted,
        instruments=instruments,
        release=known.statuses.get(account.pk),
    )


def measure(
    months: list[Month], form: Form, posted: Decimal, on: date, rulebook: Rulebook
) -> Measure:
    """What the highest of some months asks of security posted (CAD) on a day."""
    highest = max(months, key=lambda one: one.duties_and_taxes, default=None)
    peak = highest.duties_and_taxes if highest else ZERO
    room = Headroom(required(peak, form, on, rulebook), posted)
    return Measure(highest, room, level(room.required, posted, on, rulebook))


def _is_issued(last: date, today: date) -> bool:
    return statement_on(period_ending(last)) <= today
