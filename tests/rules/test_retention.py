"""Records are kept six years and longer where a safer rule says so."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statements.rules.retention import customs_minimum, keep_until, number_free_on
from statements.rules.rulebook import Rulebook

BOOK = Rulebook.starting()


def test_the_worked_example():
    imported_on = date(2020, 11, 22)

    assert customs_minimum(imported_on, BOOK) == date(2026, 11, 22)
    assert keep_until(imported_on, BOOK) == date(2028, 2, 22)  # until the number may come again


@pytest.mark.parametrize(
    ("used_on", "free_on"),
    [("2020-11-22", "2028-02-22"), ("2020-11-30", "2028-02-29"), ("2021-11-30", "2029-02-28"),
     ("2020-09-30", "2027-12-30")],
)  # fmt: skip
def test_a_number_comes_again_after_seven_years_and_three_months(used_on: str, free_on: str):
    assert number_free_on(date.fromisoformat(used_on), BOOK) == date.fromisoformat(free_on)


@given(imported_on=st.dates(date(2000, 1, 1), date(2040, 12, 31)))
def test_we_never_keep_less_than_the_law_asks(imported_on: date):
    minimum = customs_minimum(imported_on, BOOK)

    assert minimum.year == imported_on.year + 6
    assert keep_until(imported_on, BOOK) >= date(minimum.year, 12, 31) >= minimum
    assert keep_until(imported_on, BOOK) >= number_free_on(imported_on, BOOK)
