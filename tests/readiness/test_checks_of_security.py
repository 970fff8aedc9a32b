"""R10 to R14: release prior to payment and its security."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from clients.actions.security import end_security
from clients.models import Importer, ProgramAccount, SecurityInstrument, User
from statements.actions.payments import record_payment
from tests.books import Line, soa
from tests.readiness.stories import (
    FIRST,
    OCTOBER,
    SECOND,
    TODAY,
    Said,
    answer,
    bond,
    judged,
    release,
    said,
    weight,
)

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
COMPLY_BY = date(2027, 1, 15)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("enrolled", ("passed", "enrolled")),
        ("not_enrolled", ("failed", "not_enrolled")),
        ("suspended", ("failed", "suspended")),
        ("unknown", ("unknown", "status_not_noted")),
    ],
)
def test_r10_each_account_is_enrolled_by_itself(
    scope: Importer, account: ProgramAccount, analyst: User, status: str, told: Said
) -> None:
    release(account, analyst, status)

    assert said(scope, "R10", FIRST) == told
    assert said(scope, "R10", SECOND) == ("unknown", "status_not_noted")
    assert weight(scope, "R10", FIRST) == "blocker"


def test_r10_what_was_seen_last_counts(
    scope: Importer, account: ProgramAccount, analyst: User
) -> None:
    for status in ("suspended", "enrolled"):
        release(account, analyst, status)

    assert said(scope, "R10", FIRST) == ("passed", "enrolled")


def charged(account: ProgramAccount, amount: str = "20000.00") -> None:
    """The month of the review with the highest duties and taxes: by bond half of it is required."""
    soa(account, Line(1, amount), last=OCTOBER)


@pytest.mark.parametrize(
    ("form", "posted", "told"),
    [
        ("bond", "10000.00", ("passed", "secured")),
        ("bond", "9999.99", ("failed", "short")),
        ("cash", "20000.00", ("passed", "secured")),
        ("cash", "19999.99", ("failed", "short")),
    ],
)
def test_r11_half_of_the_highest_month_is_posted_by_bond_or_all_of_it_in_cash(
    scope: Importer, account: ProgramAccount, analyst: User, form: str, posted: str, told: Said
) -> None:
    charged(account)
    bond(account, analyst, posted, form=form)

    assert said(scope, "R11", FIRST) == told


def test_r11_a_small_importer_posts_the_least_of_the_rulebook(
    scope: Importer, account: ProgramAccount, analyst: User
) -> None:
    charged(account, "400.00")
    bond(account, analyst, "4999.99")

    short = judged(scope, "R11", FIRST)
    assert (short.result, short.outcome.facts["required"]) == ("failed", Decimal("5000.00"))


def test_r11_what_the_review_raised_is_a_risk_until_mid_january_and_stops_then(
    scope: Importer, account: ProgramAccount, analyst: User
) -> None:
    charged(account)
    bond(account, analyst, "9000.00")

    assert weight(scope, "R11", FIRST, COMPLY_BY) == "at_risk"
    assert weight(scope, "R11", FIRST, date(2027, 1, 16)) == "blocker"


def test_r11_without_any_security_nothing_is_released(
    scope: Importer, account: ProgramAccount
) -> None:
    charged(account)

    assert said(scope, "R11", FIRST) == ("failed", "short")
    assert weight(scope, "R11", FIRST) == "blocker"


def test_r11_without_a_statement_a_person_says_what_the_portal_asks_for(
    scope: Importer, account: ProgramAccount, analyst: User
) -> None:
    bond(account, analyst)
    assert said(scope, "R11", FIRST) == ("unknown", "requirement_not_known")

    answer(scope, "R11", analyst, account)
    assert said(scope, "R11", FIRST) == ("passed", "answered")

    charged(account, "30000.00")
    assert said(scope, "R11", FIRST) == ("failed", "short")  # now the data say it


def test_r11_to_r14_ask_nothing_of_who_is_not_enrolled(
    scope: Importer, account: ProgramAccount, analyst: User
) -> None:
    release(account, analyst, "not_enrolled")

    told = {code: said(scope, code, FIRST) for code in ("R11", "R12", "R13", "R14")}
    assert told == {
        "R11": ("not_applicable", "not_enrolled"),
        "R12": ("not_applicable", "nothing_posted"),
        "R13": ("not_applicable", "not_enrolled"),
        "R14": ("not_applicable", "nothing_to_review"),
    }


@pytest.mark.parametrize(
    ("posted", "told"),
    [("11000.00", ("passed", "headroom")), ("10999.99", ("failed", "headroom_thin"))],
)
def test_r12_a_tenth_more_is_posted_than_required(
    scope: Importer, account: ProgramAccount, analyst: User, posted: str, told: Said
) -> None:
    charged(account)
    bond(account, analyst, posted)
    record_payment(
        account=account, amount=Decimal("20000.00"), paid_on=date(2026, 10, 30),
        method="online_banking", payer="importer", by=analyst,
    )  # fmt: skip

    assert said(scope, "R12", FIRST) == told
    assert weight(scope, "R12", FIRST) == "advice"


def test_r12_what_is_owed_stays_within_what_is_posted(
    scope: Importer, account: ProgramAccount, analyst: User
) -> None:
    charged(account)
    bond(account, analyst, "19999.99")

    above = judged(scope, "R12", FIRST)
    assert above.outcome.reason == "balance_above"
    assert above.outcome.facts["open_balance"] == Decimal("20000.00")


def test_r12_is_not_known_without_a_statement(
    scope: Importer, account: ProgramAccount, analyst: User
) -> None:
    assert said(scope, "R12", FIRST) == ("not_applicable", "nothing_posted")

    bond(account, analyst)

    assert said(scope, "R12", FIRST) == ("unknown", "requirement_not_known")


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ({"valid_to": date(2027, 1, 23)}, ("passed", "in_force")),
        ({"valid_to": date(2027, 1, 22)}, ("failed", "ends_soon")),
        ({"valid_to": TODAY}, ("failed", "ends_soon")),
        ({"valid_to": date(2026, 11, 22)}, ("failed", "lapsed")),
        ({"valid_to": date.max}, ("passed", "in_force")),
        ({"valid_from": date(2027, 2, 1), "valid_to": date(2028, 1, 31)},
         ("unknown", "nothing_recorded")),
        ({"valid_from": date(2026, 1, 23)}, ("passed", "in_force")),
        ({"valid_from": date(2024, 1, 22), "reviewed_on": None}, ("failed", "anniversary_soon")),
        ({"valid_from": date(2024, 1, 22), "reviewed_on": TODAY}, ("passed", "in_force")),
        ({"valid_from": TODAY, "reviewed_on": None}, ("passed", "in_force")),
        ({"valid_from": date(2025, 11, 23), "reviewed_on": None}, ("failed", "anniversary_soon")),
    ],
)  # fmt: skip
def test_r13_security_is_in_force_and_neither_ends_nor_has_its_anniversary_soon(
    scope: Importer, account: ProgramAccount, analyst: User, days: dict[str, Any], told: Said
) -> None:
    bond(account, analyst, **days)

    assert said(scope, "R13", FIRST) == told


def test_r13_a_bond_of_a_29_february_has_its_anniversary_on_the_28th(
    scope: Importer, account: ProgramAccount, analyst: User
) -> None:
    bond(account, analyst, valid_from=date(2024, 2, 29), reviewed_on=None)

    found = judged(scope, "R13", FIRST, date(2027, 2, 1))

    assert found.outcome.facts["anniversary_on"] == date(2027, 2, 28)


def test_r13_security_that_lapsed_stops_and_what_ends_soon_is_a_risk(
    scope: Importer, account: ProgramAccount, other_account: ProgramAccount, analyst: User
) -> None:
    bond(account, analyst, valid_to=date(2026, 11, 22))
    bond(other_account, analyst, valid_to=TODAY)

    assert weight(scope, "R13", FIRST) == "blocker"
    assert weight(scope, "R13", SECOND) == "at_risk"


def test_r13_a_bond_that_follows_leaves_no_gap(
    scope: Importer, account: ProgramAccount, analyst: User
) -> None:
    bond(account, analyst, valid_to=date(2026, 12, 31))
    bond(account, analyst, valid_from=date(2027, 1, 1), valid_to=date(2027, 12, 31))

    assert judged(scope, "R13", FIRST).outcome.facts == {"falls_on": date(2027, 12, 31)}


def test_r13_a_bond_that_only_bridges_ends_soon_too(
    scope: Importer, account: ProgramAccount, analyst: User
) -> None:
    bond(account, analyst, valid_to=date(2026, 12, 31))
    bond(account, analyst, valid_from=date(2027, 1, 1), valid_to=date(2027, 1, 10))

    bridged = judged(scope, "R13", FIRST).outcome

    assert (bridged.reason, bridged.facts["falls_on"]) == ("ends_soon", date(2027, 1, 10))


def test_r13_a_smaller_bond_that_follows_is_less_than_before(
    scope: Importer, account: ProgramAccount, analyst: User
) -> None:
    bond(account, analyst, valid_to=date(2026, 12, 31))
    bond(account, analyst, "9999.99", valid_from=date(2027, 1, 1))

    assert judged(scope, "R13", FIRST).outcome.facts["falls_on"] == date(2026, 12, 31)


def test_r13_a_bond_that_its_provider_ends_is_over_on_the_day_before(
    scope: Importer, account: ProgramAccount, analyst: User
) -> None:
    held: SecurityInstrument = bond(account, analyst)
    end_security(security=held, ended_on=date(2026, 12, 15), reason="Notice", by=analyst)

    ends = judged(scope, "R13", FIRST).outcome
    over = judged(scope, "R13", FIRST, date(2026, 12, 15)).outcome

    assert (ends.reason, ends.facts["falls_on"]) == ("ends_soon", date(2026, 12, 14))
    assert (over.reason, over.facts) == ("lapsed", {"lapsed_on": date(2026, 12, 14)})


def test_r13_nobody_has_recorded_any(scope: Importer) -> None:
    assert said(scope, "R13", FIRST) == ("unknown", "nothing_recorded")


@pytest.mark.parametrize(
    ("reviewed_on", "told"),
    [
        (date(2026, 10, 20), ("passed", "review_seen")),
        (date(2026, 10, 19), ("failed", "review_not_seen")),
        (None, ("failed", "review_not_seen")),
    ],
)
def test_r14_somebody_looked_since_the_review_of_the_20th_of_october(
    scope: Importer, account: ProgramAccount, analyst: User, reviewed_on: date | None, told: Said
) -> None:
    bond(account, analyst, reviewed_on=reviewed_on)

    assert said(scope, "R14", FIRST) == told
    assert weight(scope, "R14", FIRST) == "at_risk"


def test_r14_what_the_review_raised_is_covered(
    scope: Importer, account: ProgramAccount, analyst: User
) -> None:
    charged(account)
    bond(account, analyst, "9000.00")

    raised = judged(scope, "R14", FIRST).outcome

    assert (raised.reason, raised.facts["comply_by"]) == ("raise_not_covered", COMPLY_BY)


def test_r14_there_is_nothing_to_review_without_security(scope: Importer) -> None:
    assert said(scope, "R14", FIRST) == ("not_applicable", "nothing_to_review")
