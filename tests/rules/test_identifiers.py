"""Business numbers, program accounts and transaction numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.ca import bn

from statements.rules.identifiers import (
    account_security_number,
    check_digit_fits,
    is_bn9,
    is_bn15,
    transaction_check_digit,
)


@pytest.mark.parametrize("number", ["123026635", "123456782", "100000009"])
def test_business_numbers_whose_check_digit_fits(number: str):
    assert is_bn9(number)
    assert is_bn15(f"{number}RM0001")


@pytest.mark.parametrize(
    "number", ["123456789", "123456783", "12345678", "1234567820", "12345678x", ""]
)
def test_business_numbers_that_are_none(number: str):
    assert not is_bn9(number)
    assert not is_bn15(f"{number}RM0001")


@pytest.mark.parametrize("account", ["123456782RT0001", "123456782RM001", "123456782rm0001", ""])
def test_accounts_that_are_none(account: str):
    assert not is_bn15(account)


@given(number=st.from_regex(r"\A\d{9}\Z"))
def test_the_library_agrees(number: str):
    assert is_bn9(number) == bn.is_valid(number) or not number.isascii()


@pytest.mark.parametrize(
    ("first_13", "check"),
    [("1234500000001", 2), ("1234500000002", 3), ("1000012345678", 5), ("1498700000123", 0)],
)
def test_the_check_digit_of_a_transaction_number(first_13: str, check: int):
    assert transaction_check_digit(first_13) == check
    assert check_digit_fits(f"{first_13}{check}")
    assert not check_digit_fits(f"{first_13}{(check + 1) % 10}")


@pytest.mark.parametrize("number", ["", "1234500000001", "123450000000123", "12345x00000012"])
def test_what_is_no_transaction_number_does_not_fit(number: str):
    assert not check_digit_fits(number)


def test_thirteen_digits_are_needed():
    with pytest.raises(ValueError, match="thirteen"):
        transaction_check_digit("123")


def test_the_first_five_digits_say_whose_it_is():
    assert account_security_number("12345000000012") == "12345"
