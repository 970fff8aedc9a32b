"""Readiness, checks R08, R10 to R14 and R20: what security, review and arrears say."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from clients.rules.readiness import Outcome, Result, Severity
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

TODAY = date(2026, 11, 23)
REVIEW, COMPLY_BY = date(2026, 10, 20), date(2027, 1, 15)
SEEN = date(2026, 11, 2)
# enrolled, with a bond of 10,000.00 that was looked at after the review, and 9,000.00 required
SOUND = SecurityFacts(
    status="enrolled",
    seen_on=SEEN,
    required=Decimal("9000.00"),
    posted=Decimal("10000.00"),
    months_known=12,
    review_on=REVIEW,
    comply_by=COMPLY_BY,
    instruments=(InstrumentFacts(SEEN),),
)


def said(outcome: Outcome) -> tuple[str, str]:
    return outcome.result.value, outcome.reason


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        ("enrolled", ("passed", "enrolled")),
        ("not_enrolled", ("failed", "not_enrolled")),
        ("suspended", ("failed", "suspended")),
        ("unknown", ("unknown", "status_not_noted")),
        ("", ("unknown", "status_not_noted")),
    ],
)
def test_an_account_is_enrolled_as_the_portal_was_seen_to_say(
    status: str, answer: tuple[str, str]
) -> None:
    assert said(is_enrolled(replace(SOUND, status=status))) == answer


def test_the_day_on_which_the_status_was_seen_is_a_fact() -> None:
    assert is_enrolled(SOUND).facts == {"status": "enrolled", "seen_on": SEEN}


@pytest.mark.parametrize(
    ("posted", "answer"),
    [
        ("9000.01", ("passed", "secured")),
        ("9000.00", ("passed", "secured")),
        ("8999.99", ("failed", "short")),
    ],
)
def test_as_much_security_is_posted_as_is_required_to_the_cent(
    posted: str, answer: tuple[str, str]
) -> None:
    assert said(is_secured(replace(SOUND, posted=Decimal(posted)), TODAY)) == answer


@pytest.mark.parametrize(
    ("today", "weighs"),
    [
        (REVIEW, Severity.AT_RISK),
        (COMPLY_BY, Severity.AT_RISK),
        (date(2027, 1, 16), None),  # as the check itself: a blocker
    ],
)
def test_what_the_review_raised_is_a_risk_until_its_day_and_stops_from_then_on(
    today: date, weighs: Severity | None
) -> None:
    short = is_secured(replace(SOUND, posted=Decimal("8000.00")), today)

    assert (short.result, short.severity) == (Result.FAILED, weighs)


def test_where_nothing_is_posted_no_time_to_comply_helps() -> None:
    bare = is_secured(replace(SOUND, posted=Decimal("0.00"), instruments=()), TODAY)

    assert (bare.result, bare.severity) == (Result.FAILED, None)


def test_without_a_day_to_comply_a_shortfall_stops_at_once() -> None:
    short = is_secured(replace(SOUND, posted=Decimal("8000.00"), comply_by=None), TODAY)

    assert (short.result, short.severity) == (Result.FAILED, None)


def test_what_is_required_is_not_known_without_a_statement_and_a_person_may_say() -> None:
    asked = is_secured(replace(SOUND, months_known=0), TODAY)

    assert said(asked) == ("unknown", "requirement_not_known")
    assert asked.may_be_answered is True


def test_the_shortfall_tells_what_it_was_worked_out_from() -> None:
    short = is_secured(replace(SOUND, form="cash", posted=Decimal("1.00"), months_known=5), TODAY)

    assert short.facts == {
        "required": Decimal("9000.00"),
        "posted": Decimal("1.00"),
        "form": "cash",
        "months_known": 5,
    }


def test_who_is_not_enrolled_needs_no_security() -> None:
    out = replace(SOUND, status="not_enrolled")

    assert {
        said(is_secured(out, TODAY)),
        said(is_in_force(out, TODAY, 60)),
    } == {("not_applicable", "not_enrolled")}
    assert said(has_headroom(out, 110)) == ("not_applicable", "nothing_posted")
    assert said(review_is_met(out)) == ("not_applicable", "nothing_to_review")


@pytest.mark.parametrize(
    ("posted", "answer"),
    [("9900.00", ("passed", "headroom")), ("9899.99", ("failed", "headroom_thin"))],
)
def test_headroom_is_a_tenth_above_what_is_required(posted: str, answer: tuple[str, str]) -> None:
    assert said(has_headroom(replace(SOUND, posted=Decimal(posted)), 110)) == answer


def test_headroom_tells_the_share_that_is_used() -> None:
    assert has_headroom(SOUND, 110).facts == {
        "posted": Decimal("10000.00"),
        "open_balance": Decimal("0.00"),
        "required": Decimal("9000.00"),
        "used_percent": Decimal("90.0"),
        "percent": Decimal(110),
    }


@pytest.mark.parametrize(
    ("owed", "answer"),
    [("10000.00", ("passed", "headroom")), ("10000.01", ("failed", "balance_above"))],
)
def test_what_is_owed_stays_within_what_is_posted(owed: str, answer: tuple[str, str]) -> None:
    assert said(has_headroom(replace(SOUND, open_balance=Decimal(owed)), 110)) == answer


def test_headroom_is_not_known_without_a_statement_and_not_asked_without_security() -> None:
    assert said(has_headroom(replace(SOUND, months_known=0), 110)) == (
        "unknown", "requirement_not_known",
    )  # fmt: skip
    assert said(has_headroom(replace(SOUND, posted=Decimal(0)), 110)) == (
        "not_applicable", "nothing_posted",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("falls_on", "answer"),
    [
        (None, ("passed", "in_force")),
        (date(2027, 1, 23), ("passed", "in_force")),
        (date(2027, 1, 22), ("failed", "ends_soon")),  # sixty days ahead
        (TODAY, ("failed", "ends_soon")),
    ],
)
def test_security_that_ends_within_sixty_days_is_a_risk(
    falls_on: date | None, answer: tuple[str, str]
) -> None:
    assert said(is_in_force(replace(SOUND, falls_on=falls_on), TODAY, 60)) == answer


@pytest.mark.parametrize(
    ("anniversary", "reviewed", "answer"),
    [
        (date(2027, 1, 23), None, "in_force"),
        (date(2027, 1, 22), None, "anniversary_soon"),
        (date(2026, 12, 31), date(2026, 10, 31), "anniversary_soon"),
        (date(2026, 12, 31), date(2026, 11, 1), "in_force"),  # sixty days before
    ],
)
def test_the_anniversary_of_a_bond_is_over_once_somebody_has_looked(
    anniversary: date, reviewed: date | None, answer: str
) -> None:
    bond = InstrumentFacts(reviewed, anniversary)

    outcome = is_in_force(replace(SOUND, instruments=(bond,)), TODAY, 60)

    assert outcome.reason == answer


def test_the_first_of_two_anniversaries_is_told() -> None:
    bonds = tuple(InstrumentFacts(None, date(2026, 12, day)) for day in (20, 1))

    outcome = is_in_force(replace(SOUND, instruments=bonds), TODAY, 60)

    assert outcome.facts == {"anniversary_on": date(2026, 12, 1), "days": 60}


def test_security_that_lapsed_stops_and_none_at_all_is_not_known() -> None:
    none = replace(SOUND, instruments=(), posted=Decimal(0))
    lapsed = is_in_force(replace(none, lapsed_on=date(2026, 11, 1)), TODAY, 60)

    assert (said(lapsed), lapsed.severity) == (("failed", "lapsed"), Severity.BLOCKER)
    assert said(is_in_force(none, TODAY, 60)) == ("unknown", "nothing_recorded")


@pytest.mark.parametrize(
    ("reviewed", "answer"),
    [
        ((REVIEW,), ("passed", "review_seen")),
        ((date(2026, 10, 19),), ("failed", "review_not_seen")),
        ((None,), ("failed", "review_not_seen")),
        ((SEEN, None), ("failed", "review_not_seen")),
    ],
)
def test_somebody_looked_at_every_security_since_the_yearly_review(
    reviewed: tuple[date | None, ...], answer: tuple[str, str]
) -> None:
    bonds = tuple(InstrumentFacts(day) for day in reviewed)

    assert said(review_is_met(replace(SOUND, instruments=bonds))) == answer


def test_what_the_review_raised_must_be_covered() -> None:
    raised = review_is_met(replace(SOUND, required=Decimal("10000.01")))

    assert said(raised) == ("failed", "raise_not_covered")
    assert (raised.facts["comply_by"], raised.facts["required"]) == (
        COMPLY_BY, Decimal("10000.01"),
    )  # fmt: skip


@pytest.mark.parametrize("facts", [{"instruments": ()}, {"review_on": None}])
def test_there_is_no_review_without_security_or_before_the_first_one(
    facts: dict[str, object],
) -> None:
    nothing = replace(SOUND, **facts)  # type: ignore[arg-type]

    assert said(review_is_met(nothing)) == ("not_applicable", "nothing_to_review")


@pytest.mark.parametrize(
    ("others", "providers", "ticks", "answer"),
    [
        ({"courier"}, 0, {1, 2, 3}, ("passed", "seen")),
        ({"courier"}, 0, {1}, ("failed", "too_narrow")),
        ((), 1, {1, 2}, ("failed", "too_narrow")),
        ((), 0, {1}, ("not_applicable", "nobody_else")),
        ({"courier"}, 1, None, ("not_applicable", "no_delegation_works")),
    ],
)
def test_where_others_file_too_our_delegation_shows_it(
    others: set[str], providers: int, ticks: set[int] | None, answer: tuple[str, str]
) -> None:
    held = None if ticks is None else frozenset(ticks)

    assert said(sees_enough(others, providers, held)) == answer


def test_the_ticks_that_are_missing_are_told() -> None:
    assert sees_enough({"other_broker", "courier"}, 1, frozenset({2})).facts == {
        "others": ("courier", "other_broker"),
        "other_providers": 1,
        "ticks": (1, 3),
    }


PAID = Arrears(has_statement=True, has_entries=True, due_on=date(2026, 10, 30))


@pytest.mark.parametrize(
    ("arrears", "answer"),
    [
        (PAID, ("passed", "up_to_date")),
        (Arrears(has_entries=True), ("passed", "up_to_date")),
        (Arrears(), ("unknown", "nothing_loaded")),
        (replace(PAID, left_to_pay=Decimal("0.01")), ("failed", "overdue")),
        # due today is not overdue yet, and what has no day is none
        (replace(PAID, left_to_pay=Decimal("9.00"), due_on=TODAY), ("passed", "up_to_date")),
        (replace(PAID, left_to_pay=Decimal("9.00"), due_on=None), ("passed", "up_to_date")),
        (replace(PAID, penalties=1), ("passed", "up_to_date")),  # and paid
        (
            replace(PAID, penalties=1, left_to_pay=Decimal("9.00"), due_on=TODAY),
            ("failed", "penalty_open"),
        ),
        # five business days after Monday the 16th are over on Monday the 23rd
        (replace(PAID, released_on=(date(2026, 11, 16),)), ("passed", "up_to_date")),
        (replace(PAID, released_on=(date(2026, 11, 13),)), ("failed", "not_accounted")),
    ],
)
def test_nothing_is_overdue_no_penalty_is_open_and_every_release_is_accounted_for(
    arrears: Arrears, answer: tuple[str, str]
) -> None:
    assert said(is_up_to_date(arrears, TODAY)) == answer


@pytest.mark.parametrize(
    ("today", "answer"),
    [
        (date(2026, 7, 1), "up_to_date"),  # Canada Day, on which it is due
        (date(2026, 7, 2), "up_to_date"),  # the next day that is no holiday
        (date(2026, 7, 3), "overdue"),
    ],
)
def test_what_is_due_on_a_holiday_is_in_time_on_the_next_day(today: date, answer: str) -> None:
    owed = replace(PAID, left_to_pay=Decimal("9.00"), due_on=date(2026, 7, 1))

    assert is_up_to_date(owed, today).reason == answer


def test_only_where_nothing_is_loaded_a_person_may_say_it() -> None:
    assert is_up_to_date(Arrears(), TODAY).may_be_answered is True
    assert is_up_to_date(PAID, TODAY).may_be_answered is False


def test_late_releases_are_counted_and_the_oldest_told() -> None:
    days = (date(2026, 11, 13), date(2026, 11, 2), date(2026, 11, 20))

    facts = is_up_to_date(replace(PAID, released_on=days), TODAY).facts

    assert (facts["late_releases"], facts["oldest"]) == (2, date(2026, 11, 2))
