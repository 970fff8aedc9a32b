"""What paying on another day costs: by the rulebook's rates, never by a guess."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from clients.models import Importer, ProgramAccount, User
from statements.models import RulebookEntry
from statements.queries.late_payment import left_to_pay, what_if
from tests.books import Line, soa
from tests.payments.conftest import TODAY, Pay

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
Browser = Callable[[User], Client]
DUE = date(2026, 10, 30)


@pytest.fixture
def rate(administrator: User, analyst: User) -> None:
    """2.5 % prescribed for the quarter, so 8.5 % on what is unpaid; approved by a second person."""
    RulebookEntry.objects.create(
        name="prescribed_rate",
        key="2026Q4",
        value="2.5",
        from_on=date(2026, 10, 1),
        source="A rate of these stories",
        state="approved",
        proposed_by=analyst,
        decided_by=administrator,
        decided_at="2026-11-01T12:00:00Z",
    )


def test_days_stand_side_by_side_with_interest_and_penalty(rate: None, importer: Importer):
    found = what_if(Decimal("10000.00"), DUE, TODAY, [date(2026, 11, 20)])

    assert [
        (one.paid_on.isoformat(), one.days, str(one.interest and one.interest.interest),
         str(one.one_more_day), str(one.total), one.is_chosen)
        for one in found
    ] == [
        ("2026-10-30", 0, "0.00", "0.00", "0.00", False),
        ("2026-10-31", 1, "2.33", "2.33", "202.33", False),
        ("2026-11-06", 7, "16.31", "2.33", "216.31", False),
        ("2026-11-20", 21, "49.02", "2.34", "249.02", True),
        ("2026-11-23", 24, "56.04", "2.34", "256.04", False),
        ("2026-11-29", 30, "70.10", "2.35", "270.10", False),
    ]  # fmt: skip


def test_a_quarter_without_a_rate_is_named_and_nothing_is_guessed(importer: Importer):
    late = what_if(Decimal("10000.00"), DUE, TODAY)[1]

    assert (late.no_rate_for, late.interest, late.penalty, late.total) == (
        "2026Q4", None, None, None,
    )  # fmt: skip


def test_in_a_relief_window_nothing_is_charged(importer: Importer):
    found = what_if(Decimal("10000.00"), date(2025, 5, 1), date(2025, 5, 1), [date(2025, 5, 20)])

    assert {str(one.total) for one in found} == {"0.00"}
    assert found[-2].interest
    assert found[-2].interest.stretches[0].is_relief is True


def test_what_is_left_is_asked_about_by_itself(account: ProgramAccount, pay: Pay):
    statement = soa(account, Line(1, "100.00"))
    pay(account, "60.00", paid_on=date(2026, 10, 29))

    assert left_to_pay(statement) == Decimal("40.00")


def test_the_page_answers_for_an_amount_and_a_day(
    rate: None, account: ProgramAccount, finance: User, signed_in: Browser
):
    statement = soa(account, Line(1, "100.00"))
    wish = {"amount": "10,000.00", "paid_on": "2026-11-20"}

    html = signed_in(finance).get(f"/statements/{statement.pk}/late-payment/", wish)

    text = html.content.decode()
    assert "10,000.00, paid on…" in text
    assert "49.02" in text


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"amount": "-1", "paid_on": "2026-11-20"}, "Write an amount that is owed: zero or more."),
        ({"amount": "1", "paid_on": "1999-01-01"}, "Choose a day from 2024-10-21 to 2049-12-31."),
        ({"amount": "1", "paid_on": "9999-12-31"}, "Choose a day from 2024-10-21 to 2049-12-31."),
    ],
)
def test_a_wish_that_cannot_be_computed_says_why(
    account: ProgramAccount, finance: User, signed_in: Browser, wish: dict[str, str], said: str
):
    statement = soa(account, Line(1, "100.00"))

    response = signed_in(finance).get(f"/statements/{statement.pk}/late-payment/", wish)

    assert response.status_code == 200
    assert said in response.content.decode()
