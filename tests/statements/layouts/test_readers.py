"""What one cell may say, and what it may not."""

from datetime import date
from decimal import Decimal

import pytest

from statements.layouts.fields import DAY_FIRST, MONTH_FIRST, YEAR_FIRST
from statements.layouts.problems import CellError
from statements.layouts.readers import (
    check_digit_of,
    to_cents,
    to_date,
    to_program_account,
    to_transaction_no,
    to_version,
)


def code_of(read, *arguments):
    with pytest.raises(CellError) as refusal:
        read(*arguments)
    return refusal.value.code


@pytest.mark.parametrize(
    ("text", "decimal_mark", "amount"),
    [
        ("1234.50", ".", "1234.50"),
        ("1,234.50", ".", "1234.50"),
        ("1'234.50", ".", "1234.50"),
        ("1,234,567", ".", "1234567.00"),
        ("1 234,56", ",", "1234.56"),
        ("1\u00a0234,56", ",", "1234.56"),
        ("1\u202f234,56", ",", "1234.56"),
        ("1\u2009234,56 $", ",", "1234.56"),
        ("1.234,56", ",", "1234.56"),
        ("1240.1", ".", "1240.10"),
        ("77", ".", "77.00"),
        (".50", ".", "0.50"),
        ("12.3400", ".", "12.34"),
        ("(1,234.50)", ".", "-1234.50"),
        ("($1,234.50)", ".", "-1234.50"),
        ("$(1,234.50)", ".", None),
        ("-5.00", ".", "-5.00"),
        ("5.00-", ".", "-5.00"),
        ("\u22125.00", ".", "-5.00"),
        ("-$5.00", ".", "-5.00"),
        ("$-5.00", ".", "-5.00"),
        ("5.00 CR", ".", "-5.00"),
        ("5.00CR", ".", "-5.00"),
        ("5.00 DR", ".", "5.00"),
        ("+5.00", ".", "5.00"),
        ("CAD 5.00", ".", "5.00"),
        ("5,00 $ CAD", ",", "5.00"),
        ("-0.00", ".", "0.00"),
        ("(0.00)", ".", "0.00"),
        ("999999999999.99", ".", "999999999999.99"),
        ("000000000000000001.00", ".", "1.00"),
    ],
)
def test_amounts_as_people_write_them(text, decimal_mark, amount):
    if amount is None:
        assert code_of(to_cents, text, decimal_mark) == "amount_not_readable"
    else:
        assert str(to_cents(text, decimal_mark)) == amount


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("NaN", "amount_not_readable"),
        ("inf", "amount_not_readable"),
        ("1e400", "amount_not_readable"),
        ("1.2E+05", "amount_not_readable"),
        ("٣٤٫٥٠", "amount_not_readable"),
        ("１２.50", "amount_not_readable"),
        ("", "amount_not_readable"),
        ("-", "amount_not_readable"),
        ("$", "amount_not_readable"),
        ("(5.00", "amount_not_readable"),
        ("1,23", "amount_not_readable"),
        ("1,23,456.00", "amount_not_readable"),
        ("1 234,567.00", "amount_not_readable"),
        ("12.34.56", "amount_not_readable"),
        ("5.00 USD", "amount_not_readable"),
        ("=1+1", "amount_not_readable"),
        ("(-5.00)", "amount_has_two_signs"),
        ("-5.00 CR", "amount_has_two_signs"),
        ("1.005", "amount_has_fractions_of_a_cent"),
        ("0.30000000000000004", "amount_has_fractions_of_a_cent"),
        ("1000000000000.00", "amount_too_large"),
    ],
)
def test_what_is_no_amount(text, code):
    assert code_of(to_cents, text, ".") == code


def test_a_zero_is_never_negative():
    assert not to_cents("-0.00", ".").is_signed()
    assert to_cents("0.00-", ".") == Decimal("0.00")


@pytest.mark.parametrize(
    ("text", "date_format"),
    [
        ("2026/11/05", YEAR_FIRST),
        ("2026-11-05", ""),
        ("2026-11-5", DAY_FIRST),
        ("20261105", MONTH_FIRST),
        ("2026-11-05 00:00:00", ""),
        ("2026-11-05T00:00:00", ""),
        ("2026-11-05T00:00:00Z", ""),
        ("2026-11-05 14:33", ""),
        ("05-NOV-2026", ""),
        ("05-nov.-2026", ""),
        ("5 novembre 2026", ""),
        ("5-November-2026", ""),
        ("05/11/2026", DAY_FIRST),
        ("5.11.2026", DAY_FIRST),
        ("11/05/2026", MONTH_FIRST),
        ("11-05-2026 00:00", MONTH_FIRST),
    ],
)
def test_ways_to_write_the_fifth_of_november(text, date_format):
    assert to_date(text, date_format) == date(2026, 11, 5)


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("5-févr.-2026", 2),
        ("5 août 2026", 8),
        ("05-déc-2026", 12),
        ("1-avr-2026", 4),
        ("1-mai-2026", 5),
    ],
)
def test_french_months(text, month):
    assert to_date(text, "").month == month


@pytest.mark.parametrize(
    ("text", "date_format", "code"),
    [
        ("2026-02-30", "", "date_does_not_exist"),
        ("31/11/2026", DAY_FIRST, "date_does_not_exist"),
        ("13/13/2026", DAY_FIRST, "date_does_not_exist"),
        ("05/11/2026", "", "date_order_unknown"),
        ("05/11/2026", YEAR_FIRST, "date_order_unknown"),
        ("05/11/26", DAY_FIRST, "date_not_readable"),
        ("2026-11-05T23:00:00Z", "", "date_not_readable"),
        ("46331", "", "date_as_number"),
        ("46331.75", DAY_FIRST, "date_as_number"),
        ("41999", "", "date_not_readable"),
        ("60000", "", "date_not_readable"),
        ("٢٠٢٦-١١-٠٥", "", "date_not_readable"),
        ("soon", "", "date_not_readable"),
        ("5-xyz-2026", "", "date_not_readable"),
    ],
)
def test_what_is_no_date(text, date_format, code):
    assert code_of(to_date, text, date_format) == code


@pytest.mark.parametrize("text", ["12345000000012", "12345-000000012", " 12345 00000001 2 "])
def test_a_transaction_number_has_14_digits_however_it_is_grouped(text):
    assert to_transaction_no(text) == "12345000000012"


@pytest.mark.parametrize(
    ("text", "code", "suggestion"),
    [
        ("1.2E+13", "transaction_no_scientific", None),
        ("1.2345000000012E+13", "transaction_no_scientific", "12345000000012"),
        ("1,2345000000012e13", "transaction_no_scientific", "12345000000012"),
        ("3.45000000012E+11", "transaction_no_scientific", "00345000000012"),
        ("'12345000000012", "transaction_no_apostrophe", "12345000000012"),
        ("345000000012", "transaction_no_lost_zeros", "00345000000012"),
        ("1234567", "transaction_no_lost_zeros", None),
        ("12345000000012.0", "transaction_no_as_number", "12345000000012"),
        ("123450000000123", "transaction_no_not_14_digits", None),
        ("1234500000001X", "transaction_no_not_14_digits", None),
        ("١٢٣٤٥٠٠٠٠٠٠٠١٢", "transaction_no_not_14_digits", None),
    ],
)
def test_a_damaged_transaction_number_is_never_repaired_in_silence(text, code, suggestion):
    with pytest.raises(CellError) as refusal:
        to_transaction_no(text)

    assert (refusal.value.code, refusal.value.suggestion) == (code, suggestion)


@pytest.mark.parametrize(
    ("first_13", "digit"),
    [("1234500000001", 2), ("1234500000002", 3), ("1000012345678", 5), ("1498700000123", 0)],
)
def test_check_digits_of_carm_rules_section_8(first_13, digit):
    assert check_digit_of(first_13) == digit


def test_versions_are_whole_numbers():
    assert [to_version("1"), to_version(" 02 "), to_version("3.0")] == [1, 2, 3]
    assert {code_of(to_version, text) for text in ("1.5", "-1", "v2", "1e3")} == {
        "version_not_readable"
    }


def test_a_program_account_ignores_spaces_and_case():
    assert to_program_account(" 12345 6782 rm 0001") == "123456782RM0001"
    assert code_of(to_program_account, "123456782RC0001") == "program_account_not_readable"
