"""How long documents are kept: carmsvc says the day, and the law behind it."""

from datetime import date

import pytest

from clients.rules.retention import RetentionLaw, destroy_after, least_keep_until


def test_the_customs_rule_is_six_years_from_the_importation() -> None:
    assert least_keep_until(date(2020, 11, 22)) == date(2026, 11, 22)


def test_the_safe_rule_keeps_to_the_end_of_the_sixth_year() -> None:
    assert destroy_after(date(2020, 11, 22), has_transaction=False) == date(2026, 12, 31)


def test_a_document_of_a_transaction_is_kept_while_its_number_is_unique() -> None:
    """Seven years and three months after the importation is later than the end of year six."""
    assert destroy_after(date(2020, 11, 22), has_transaction=True) == date(2028, 2, 22)


def test_an_importation_in_january_is_kept_longest_beyond_the_customs_rule() -> None:
    assert destroy_after(date(2020, 1, 1), has_transaction=False) == date(2026, 12, 31)


def test_an_importation_on_29_february_counts_to_28_february() -> None:
    assert least_keep_until(date(2020, 2, 29), RetentionLaw(years=1)) == date(2021, 2, 28)
    assert least_keep_until(date(2020, 2, 29), RetentionLaw(years=4)) == date(2024, 2, 29)


@pytest.mark.parametrize("has_transaction", [True, False])
def test_without_the_day_it_counts_from_a_document_has_no_last_day(has_transaction: bool) -> None:
    assert destroy_after(None, has_transaction=has_transaction) is None


def test_the_periods_are_data_that_law_may_change() -> None:
    law = RetentionLaw(years=8, number_months=120)

    assert destroy_after(date(2020, 11, 22), has_transaction=False, law=law) == date(2028, 12, 31)
    assert destroy_after(date(2020, 11, 22), has_transaction=True, law=law) == date(2030, 11, 22)
