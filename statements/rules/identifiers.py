"""Numbers by which the CBSA knows businesses, accounts and transactions.

The business number's ninth digit is a Luhn check digit. The check digit of a transaction number is
known from one implementation only, so a number that fails it is warned about, never refused.
"""

import re

BN9 = re.compile(r"\d{9}")
BN15 = re.compile(r"(\d{9})RM(\d{4})")
TRANSACTION_NUMBER = re.compile(r"\d{14}")


def is_bn9(text: str) -> bool:
    """Nine digits whose last is the Luhn check digit of the others."""
    return bool(BN9.fullmatch(text)) and _luhn(text) == 0


def is_bn15(text: str) -> bool:
    """A business number, RM and four digits: an import-export program account."""
    found = BN15.fullmatch(text)
    return bool(found) and is_bn9(text[:9])


def transaction_check_digit(first_13: str) -> int:
    """The 14th digit for the first thirteen: each by 1 and 2 in turn, digits summed, modulo 10.

    Unlike Luhn's there is no ten's complement. Raises ValueError unless there are 13 digits.
    """
    if not re.fullmatch(r"\d{13}", first_13):
        raise ValueError("thirteen digits")
    products = (int(digit) * (1 + at % 2) for at, digit in enumerate(first_13))
    return sum(product // 10 + product % 10 for product in products) % 10


def check_digit_fits(transaction_no: str) -> bool:
    """Whether a transaction number has fourteen digits and the check digit they lead to."""
    if not TRANSACTION_NUMBER.fullmatch(transaction_no):
        return False
    return transaction_check_digit(transaction_no[:13]) == int(transaction_no[13])


def account_security_number(transaction_no: str) -> str:
    """The first five digits: whose number it is."""
    return transaction_no[:5]


def _luhn(digits: str) -> int:
    doubled = [int(digit) * (1 + (len(digits) - at + 1) % 2) for at, digit in enumerate(digits)]
    return sum(value // 10 + value % 10 for value in doubled) % 10
