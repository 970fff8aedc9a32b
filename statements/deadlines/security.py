"""Security for release prior to payment: the yearly review, the day to comply, its end."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.money import ZERO, plain
from carmsvc.platform.tenancy import of_importers
from clients.deadlines import Deadline
from clients.models import ProgramAccount, SecurityAlert, SecurityInstrument
from clients.overview import address_of
from clients.queries.security import alerts_raised, security_kept
from statements.queries.rulebook import rulebook_in_force
from statements.queries.security import Standing, accounts_short, standings
from statements.rules.security import Review, reviews_between

DAY = timedelta(days=1)


def securities_to_review(
    importers: Collection[int], first: date, last: date, *, only_open: bool = False
) -> Iterator[Deadline]:
    """On 20 October the CBSA reviews what is required; done once somebody has compared it."""
    reviews = reviews_between(first, last, rulebook_in_force())
    given = _by_account(_to_compare(importers, reviews, only_open)) if reviews else {}
    for account, rows in given.items():
        for review in reviews:
            held = [one for one in rows if one.holds(review.review_on)]
            is_done = all(_was_compared(one, review.review_on) for one in held)
            if held and not (only_open and is_done):
                yield _to_review(account, review, is_done)


def _to_compare(importers: Collection[int], reviews: list[Review], only_open: bool) -> Any:
    """The security that the reviews look at; `only_open`: what nobody has compared since one."""
    rows = security_kept(importers)
    newest = max(one.review_on for one in reviews)
    since = Q(reviewed_on=None) | Q(reviewed_on__lt=newest)
    return rows.filter(since) if only_open else rows


def _to_review(account: ProgramAccount, review: Review, is_done: bool) -> Deadline:
    return Deadline(
        kind="security_review",
        key=f"security-review/{account.bn15}/{review.review_on}",
        importer_id=account.importer_id,
        due_on=review.review_on,
        subject=account.bn15,
        address=_page(account),
        is_done=is_done,
        reasons=(
            _("The CBSA reviews the required security once a year (CARM Bulletin 5404)."),
            _months_reason(review),
            _("Compare it with the portal and note the day on the security."),
        ),
    )


def _was_compared(security: SecurityInstrument, day: date) -> bool:
    return security.reviewed_on is not None and security.reviewed_on >= day


def securities_to_raise(
    importers: Collection[int], first: date, last: date, *, only_open: bool = False
) -> Iterator[Deadline]:
    """By 15 January security must meet what the review before asked; done when it does.

    A review that has not come yet asks nothing yet. Before the next review what is posted now
    counts; after it, what was posted then.
    """
    today = today_in_toronto()
    reviews = reviews_between(date(first.year - 1, 1, 1), today, rulebook_in_force())
    for review in (one for one in reviews if first <= one.comply_by <= last):
        every = ProgramAccount.objects.filter(of_importers(importers))
        before_next = review.review_on.replace(year=review.review_on.year + 1) - DAY
        day = min(today, before_next)
        for one in standings(accounts_short(importers, day) if only_open else every, day):
            if one.is_watched and not (only_open and one.requirement.headroom.is_enough):
                yield _to_raise(one)


def _to_raise(standing: Standing) -> Deadline:
    account, review, room = standing.account, standing.review, standing.requirement.headroom
    words = {"required": plain(room.required), "posted": plain(room.posted)}
    return Deadline(
        kind="security_compliance",
        key=f"security-compliance/{account.bn15}/{review.comply_by}",
        importer_id=account.importer_id,
        due_on=review.comply_by,
        subject=account.bn15,
        address=_page(account),
        is_done=room.is_enough,
        amount=max(-room.headroom, ZERO),
        reasons=(
            _("What the review of %(day)s asks for must be met by then (CARM Bulletin 5404).")
            % {"day": review.review_on.isoformat()},
            _months_reason(review),
            _("%(required)s is required, %(posted)s is posted.") % words,
            *_known_reason(standing),
        ),
    )


def _known_reason(standing: Standing) -> Iterator[Any]:
    if standing.missing:
        known = {"known": len(standing.reviewed), "all": 12}
        yield _("Worked out from %(known)s of %(all)s statements.") % known


def securities_expiring(importers: Collection[int], first: date, last: date) -> Iterator[Deadline]:
    """Security that ends: done when at least as much stands on the day after."""
    for account, rows in _by_account(security_kept(importers)).items():
        ending: dict[date, list[SecurityInstrument]] = defaultdict(list)
        for one in rows:
            if one.valid_to and first <= one.valid_to <= last and one.holds(one.valid_to):
                ending[one.valid_to].append(one)
        for ends_on, given in ending.items():
            yield _expiry(account, ends_on, given, rows)


def _expiry(
    account: ProgramAccount,
    ends_on: date,
    given: list[SecurityInstrument],
    rows: list[SecurityInstrument],
) -> Deadline:
    after = _posted(rows, ends_on + DAY)
    return Deadline(
        kind="security_expiry",
        key=f"security-expiry/{account.bn15}/{ends_on}",
        importer_id=account.importer_id,
        due_on=ends_on,
        subject=account.bn15,
        address=_page(account),
        is_done=after >= _posted(rows, ends_on),
        amount=_posted(given, ends_on),
        reasons=tuple(_expiry_reasons(given, after)),
    )


def alerts_open(importers: Collection[int], first: date, last: date) -> Iterator[Deadline]:
    """Security that gets used up: there from the day it was noticed, done once it is no more.

    One that fell to a lower threshold is told to nobody.
    """
    for alert in alerts_raised(importers, first, last):
        account = alert.program_account
        yield Deadline(
            kind="security_alert",
            key=f"security-alert/{account.bn15}/{alert.pk}",
            importer_id=alert.importer_id,
            due_on=alert.raised_on,
            subject=f"{account.bn15}: {alert.get_level_display()}",
            address=_page(account),
            is_done=alert.cleared_on is not None,
            is_quiet=not alert.has_risen,
            amount=alert.required,
            reasons=tuple(_alert_reasons(alert)),
        )


def _alert_reasons(alert: SecurityAlert) -> Iterator[Any]:
    words = {"required": plain(alert.required), "posted": plain(alert.posted)}
    if alert.measure == SecurityAlert.Measure.REVIEW:
        yield _("The last review asks for %(required)s; %(posted)s is posted.") % words
    else:
        yield (
            _("The months since the review would ask for %(required)s; %(posted)s is posted.")
            % words
        )
    if alert.used_percent is not None:
        used = {"percent": alert.used_percent}
        yield _("That uses %(percent)s %% of it, above a threshold of the rulebook.") % used
    yield _("Raise the security before it is used up, or ask the CBSA for a reduction.")


def _expiry_reasons(given: list[SecurityInstrument], after: Decimal) -> Iterator[Any]:
    for one in given:
        told = {"form": one.get_form_display(), "number": one.number or "–"}
        yield _("%(form)s %(number)s is valid to this day.") % told
    yield _("From the day after, %(posted)s is posted.") % {"posted": plain(after)}
    yield _(
        "Without security goods are not released before payment (Customs Act, s. 35). The "
        "provider may be called on for a year after the end (SOR/2024-42, s. 9)."
    )


def _posted(rows: Iterable[SecurityInstrument], day: date) -> Decimal:
    return sum((one.amount for one in rows if one.holds(day)), ZERO)


def _by_account(rows: Any) -> dict[ProgramAccount, list[SecurityInstrument]]:
    found: dict[ProgramAccount, list[SecurityInstrument]] = defaultdict(list)
    for one in rows:
        found[one.program_account].append(one)
    return found


def _page(account: ProgramAccount) -> str:
    return address_of("importer-forecast", account.importer_id)


def _months_reason(review: Review) -> Any:
    words = {"first": review.first.isoformat(), "last": review.last.isoformat()}
    return _("It looks at the twelve months from %(first)s to %(last)s.") % words
