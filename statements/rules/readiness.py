"""Whether release prior to payment stands, and what is owed: what readiness asks this room."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from clients.rules.readiness import Outcome, Severity, failed, not_applicable, passed, unknown
from statements.rules.billing import cad_due_on, is_past_due
from statements.rules.security import Headroom

ZERO = Decimal("0.00")
ALL_TICKS = frozenset({1, 2, 3})


@dataclass(frozen=True)
class InstrumentFacts:
    """Security in force: `anniversary_on` is a bond's next one where it has no last day."""

    reviewed_on: date | None
    anniversary_on: date | None = None


@dataclass(frozen=True)
class SecurityFacts:
    """What is known of an account's release prior to payment (amounts in CAD).

    `status` is what was noted last, or empty. `required` is what the last review asks for, worked
    out from `months_known` of twelve statements. `falls_on`: the last day before less is posted.
    """

    status: str = ""
    seen_on: date | None = None
    form: str = "bond"
    required: Decimal = ZERO
    posted: Decimal = ZERO
    months_known: int = 0
    review_on: date | None = None
    comply_by: date | None = None
    instruments: tuple[InstrumentFacts, ...] = ()
    falls_on: date | None = None
    lapsed_on: date | None = None
    open_balance: Decimal = ZERO


def is_enrolled(facts: SecurityFacts) -> Outcome:
    """R10: the account is enrolled in release prior to payment. Source: Customs Notice 25-23."""
    if facts.status == "enrolled":
        return passed("enrolled", status=facts.status, seen_on=facts.seen_on)
    if facts.status in ("not_enrolled", "suspended"):
        return failed(facts.status, status=facts.status, seen_on=facts.seen_on)
    return unknown("status_not_noted")


def is_secured(facts: SecurityFacts, today: date) -> Outcome:
    """R11: as much security is posted as is required (Customs Act, s. 35; SOR/86-1062, s. 11).

    What the last review has raised must be met by its day to comply; until then it is a risk.
    """
    if facts.status == "not_enrolled":
        return not_applicable("not_enrolled")
    if not facts.months_known:
        return unknown("requirement_not_known", may_be_answered=True, posted=facts.posted)
    told = {
        "required": facts.required,
        "posted": facts.posted,
        "form": facts.form,
        "months_known": facts.months_known,
    }
    if facts.posted >= facts.required:
        return passed("secured", **told)
    has_time = facts.posted and facts.comply_by and today <= facts.comply_by
    return failed("short", Severity.AT_RISK if has_time else None, **told)


def has_headroom(facts: SecurityFacts, percent: int) -> Outcome:
    """R12: a little more is posted than required, and than what is owed (a threshold of ours)."""
    if facts.status == "not_enrolled" or not facts.posted:
        return not_applicable("nothing_posted")
    told: dict[str, Any] = {"posted": facts.posted, "open_balance": facts.open_balance}
    if facts.open_balance > facts.posted:
        return failed("balance_above", **told)
    if not facts.months_known:
        return unknown("requirement_not_known", **told)
    used = Headroom(facts.required, facts.posted).used_percent
    told |= {"required": facts.required, "used_percent": used, "percent": Decimal(percent)}
    if facts.posted * 100 < facts.required * percent:
        return failed("headroom_thin", **told)
    return passed("headroom", **told)


def is_in_force(facts: SecurityFacts, today: date, days: int) -> Outcome:
    """R13: the security is in force and neither ends nor has its anniversary soon.

    The anniversary of a bond without a last day is over once somebody has looked in those days.
    """
    if facts.status == "not_enrolled":
        return not_applicable("not_enrolled")
    if not facts.instruments:
        if facts.lapsed_on:
            return failed("lapsed", Severity.BLOCKER, lapsed_on=facts.lapsed_on)
        return unknown("nothing_recorded")
    soon = today + timedelta(days=days)
    if facts.falls_on and facts.falls_on <= soon:
        return failed("ends_soon", falls_on=facts.falls_on, days=days)
    near = [one.anniversary_on for one in facts.instruments if _is_near(one, soon, days)]
    if near:
        return failed("anniversary_soon", anniversary_on=min(filter(None, near)), days=days)
    return passed("in_force", falls_on=facts.falls_on)


def _is_near(instrument: InstrumentFacts, soon: date, days: int) -> bool:
    on, seen = instrument.anniversary_on, instrument.reviewed_on
    if on is None or on > soon:
        return False
    return seen is None or seen < on - timedelta(days=days)


def review_is_met(facts: SecurityFacts) -> Outcome:
    """R14: somebody has looked at the yearly review, and what it raised is covered.

    Source: CARM Bulletin 5404: reviewed on 20 October, to be met by 15 January.
    """
    if facts.status == "not_enrolled" or not facts.instruments or facts.review_on is None:
        return not_applicable("nothing_to_review")
    told = {"review_on": facts.review_on, "comply_by": facts.comply_by}
    looked = [one.reviewed_on for one in facts.instruments]
    if any(day is None or day < facts.review_on for day in looked):
        return failed("review_not_seen", **told)
    if facts.posted < facts.required:
        return failed("raise_not_covered", **told, required=facts.required, posted=facts.posted)
    return passed("review_seen", **told, reviewed_on=min(day for day in looked if day))


def sees_enough(
    others: Collection[str], other_providers: int, ticks: frozenset[int] | None
) -> Outcome:
    """R08: where others file too, our delegation shows us what they filed.

    `others`: who else filed lines of the newest statements; `ticks`: the visibility ticks of our
    delegation that works, None without one.
    """
    if ticks is None:
        return not_applicable("no_delegation_works")
    if not others and not other_providers:
        return not_applicable("nobody_else")
    told = {"others": tuple(sorted(others)), "other_providers": other_providers}
    missing = tuple(sorted(ALL_TICKS - ticks))
    return failed("too_narrow", **told, ticks=missing) if missing else passed("seen", **told)


@dataclass(frozen=True)
class Arrears:
    """What is open on an account. `released_on`: days of releases that nobody has accounted for."""

    has_statement: bool = False
    has_entries: bool = False
    due_on: date | None = None
    left_to_pay: Decimal = ZERO
    penalties: int = 0  # late accounting penalties of the newest statement
    released_on: tuple[date, ...] = ()


def is_up_to_date(arrears: Arrears, today: date) -> Outcome:
    """R20: nothing is overdue, no late accounting penalty is open, every release was accounted for
    within five business days (SOR/86-1062, s. 10; AMPS C288; Customs Notice 25-16).
    """
    if not arrears.has_statement and not arrears.has_entries:
        return unknown("nothing_loaded", may_be_answered=True)
    late = [day for day in arrears.released_on if cad_due_on(day) < today]
    is_overdue = arrears.left_to_pay > 0 and is_past_due(arrears.due_on, today)
    penalties = arrears.penalties if arrears.left_to_pay > 0 else 0
    told = {
        "left_to_pay": arrears.left_to_pay,
        "due_on": arrears.due_on,
        "penalties": penalties,
        "late_releases": len(late),
    }
    if is_overdue:
        return failed("overdue", **told)
    if late:
        return failed("not_accounted", **told, oldest=min(late))
    return failed("penalty_open", **told) if penalties else passed("up_to_date", **told)
