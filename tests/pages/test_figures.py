"""How money, days and moments are written."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from carmsvc.platform.spreadsheet_safe import csv_bytes, safe_cell
from carmsvc.templatetags import figures
from carmsvc.templatetags.waterfall import waterfall
from reconciliation.queries import Bar


@pytest.mark.parametrize(
    ("amount", "english", "french"),
    [
        ("1204.10", "1,204.10", "1\u00a0204,10"),
        ("-1234567.5", "\u22121,234,567.50", "\u22121\u00a0234\u00a0567,50"),
        ("0.00", "0.00", "0,00"),
        ("-0.00", "0.00", "0,00"),
        (None, "\u2013", "\u2013"),
    ],
)
def test_money_is_written_as_the_language_does(amount: str, english: str, french: str) -> None:
    with translation.override("en"):
        assert figures.money(amount) == english
    with translation.override("fr"):
        assert figures.money(amount) == french


def test_an_effect_carries_its_sign_and_is_red_only_when_it_is_one() -> None:
    assert figures.signed(Decimal("36.00")) == "+36.00"
    assert "money--differs" in figures.effect(Decimal("-0.01"))
    assert "money--differs" not in figures.effect(Decimal("0.00"))


def test_a_moment_is_told_in_toronto() -> None:
    noon = datetime(2026, 11, 22, 17, 0, tzinfo=ZoneInfo("UTC"))

    assert ">2026-11-22 12:00<" in str(figures.moment(noon))


@pytest.mark.parametrize(
    ("day", "words"),
    [(1, "19 days ago"), (19, "1 day ago"), (20, "today"), (21, "in 1 day"), (30, "in 10 days")],
)
def test_how_far_off_a_day_is(day: int, words: str) -> None:
    assert figures.days_until(date(2026, 10, day), date(2026, 10, 20)) == words


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_would_run_as_a_formula_is_disarmed(start: str) -> None:
    assert safe_cell(f"{start}1+1") == f"'{start}1+1"


def test_numbers_stay_numbers() -> None:
    assert csv_bytes(["n"], [[Decimal("-5.00")], [3], [None]]) == (
        b"\xef\xbb\xbfn\r\n-5.00\r\n3\r\n\r\n".replace(b"\r\n\r\n", b'\r\n""\r\n')
    )


def test_each_bar_of_the_waterfall_begins_where_the_one_before_ended() -> None:
    amounts = ["1000.00", "36.00", "-100.00", "936.00"]
    steps = waterfall([Bar(str(at), "", Decimal(a), 1) for at, a in enumerate(amounts)])

    ledger, up, down, statement = steps
    assert ledger.x == statement.x == 0
    assert up.x == ledger.join
    assert down.x + down.width == up.join
    assert statement.width == down.join


def test_a_waterfall_of_nothing_can_be_drawn() -> None:
    steps = waterfall([Bar("a", "", Decimal("0.00"), 0), Bar("b", "", Decimal("0.00"), 0)])

    assert all(0 <= step.x <= 1000 and 0 < step.width <= 1000 for step in steps)
