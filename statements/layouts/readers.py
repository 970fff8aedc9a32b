"""Readers of one cell: text in, value out, or `CellError`. They never guess.

The readers of whole columns (`columns.py`) answer exactly what these answer, only faster.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from statements.layouts.fields import DAY_FIRST, MONTH_FIRST, YEAR_FIRST
from statements.layouts.problems import CellError
from statements.layouts.wording import normalise, without_accents

FIRST_DAY = date(2016, 1, 1)  # statements of account began with the ledger of January 2016
DAYS_AHEAD = 400  # a date further ahead of the day of reading is not plausible
MAX_INTEGER_DIGITS = 12
TRANSACTION_DIGITS = 14
SPREADSHEET_DAY_0 = date(1899, 12, 30)  # spreadsheets count days from here

_SPACES = dict.fromkeys(
    map(ord, "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"), " "
)
_SPACES |= dict.fromkeys(map(ord, "\u2009\u200a\u202f\u205f\u3000\t"), " ")
_MINUSES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d"), "-")
PLAIN = str.maketrans(_SPACES | _MINUSES | {ord("\u2019"): "'"})

_AMOUNT = re.compile(
    r"""(?P<open>\()?\ *(?P<before>[-+])?\ *(?:CAD|CA\$|C\$|\$)?\ *(?P<inside>[-+])?\ *
        (?P<number>[0-9,.][0-9,.' ]*?)\ *
        (?:\$\ *(?:CAD)?|CAD|CA\$|C\$)?\ *(?P<after>[-+])?\ *(?P<close>\))?
        \ *(?P<side>CR|CT|DR|DT)?""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_NUMBER = {
    ".": re.compile(r"(\d+|\d{1,3}(?:([ ,'])\d{3})(?:\2\d{3})*|)(?:\.(\d+))?", re.ASCII),
    ",": re.compile(r"(\d+|\d{1,3}(?:([ .'])\d{3})(?:\2\d{3})*|)(?:,(\d+))?", re.ASCII),
}
_TIME = r"(?:[T ]\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?|T00:00:00(?:\.0+)?(?:Z|\+00:00))?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_NAMED_MONTH = re.compile(r"(\d{1,2})[-/. ]?([a-z]{3,9})\.?[-/. ]?(\d{4})", re.ASCII)
_DAY_NUMBER = re.compile(r"(4[2-9]\d{3}|5\d{4})(?:[.,]\d+)?", re.ASCII)  # 2014 to 2064
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}){_TIME}", re.ASCII)
_MONTHS = (
    "jan january janv janvier",
    "feb february fev fevr fevrier",
    "mar march mars",
    "apr april avr avril",
    "may mai",
    "jun june juin",
    "jul july juil juillet",
    "aug august aou aout",
    "sep sept september septembre",
    "oct october octobre",
    "nov november novembre",
    "dec december decembre",
)
MONTH_BY_NAME = {name: no for no, names in enumerate(_MONTHS, 1) for name in names.split()}

_VERSION = re.compile(r"(\d{1,9})(?:\.0+)?", re.ASCII)
_BN15 = re.compile(r"\d{9}RM\d{4}", re.ASCII)
_SCIENTIFIC = re.compile(r"(\d)(?:[.,](\d*))?[eE]\+?(\d{1,2})", re.ASCII)
_DIGITS_AND_ZEROS = re.compile(r"(\d{8,14})[.,]0*", re.ASCII)


def to_cents(text: str, decimal_mark: str) -> Decimal:
    """An amount in CAD, exact to the cent, as its sign stands in the file.

    `decimal_mark` is "." or ","; brackets, a minus on either side and CR mean negative.
    Raises `CellError` for anything that is not one plain amount of at most two decimals.
    """
    found = _AMOUNT.fullmatch(text.translate(PLAIN).strip())
    if not found or bool(found["open"]) != bool(found["close"]):
        raise CellError("amount_not_readable", decimal_mark=decimal_mark)
    whole, cents = _whole_and_cents(found["number"], decimal_mark)
    marks = [
        found[place] for place in ("before", "inside", "after", "open", "side") if found[place]
    ]
    if len(marks) > 1:
        raise CellError("amount_has_two_signs")
    is_negative = bool(marks) and marks[0].upper() in {"-", "(", "CR", "CT"}
    amount = Decimal(f"{whole}.{cents}")
    return -amount if is_negative and amount else amount


def _whole_and_cents(number: str, decimal_mark: str) -> tuple[str, str]:
    parts = _NUMBER[decimal_mark].fullmatch(number)
    if not parts or not (parts[1] or parts[3]):
        raise CellError("amount_not_readable", decimal_mark=decimal_mark)
    whole = re.sub(r"\D", "", parts[1]).lstrip("0") or "0"
    cents = (parts[3] or "").rstrip("0")
    if len(whole) > MAX_INTEGER_DIGITS:
        raise CellError("amount_too_large", digits=MAX_INTEGER_DIGITS)
    if len(cents) > 2:
        raise CellError("amount_has_fractions_of_a_cent")
    return whole, cents.ljust(2, "0")


def to_date(text: str, date_format: str) -> date:
    """A day. A date whose month or day comes first is read by `date_format` alone.

    Raises `CellError`; `date_format` is a strptime format, "" when the order is not known.
    """
    text = text.translate(PLAIN).strip()
    if found := _YEAR_FIRST.fullmatch(text):
        return _day(found[1], found[3], found[4])
    if found := _COMPACT.fullmatch(text):
        return _day(found[1], found[2], found[3])
    if found := _YEAR_LAST.fullmatch(text):
        return _year_last(found[1], found[3], found[4], date_format)
    if found := _NAMED_MONTH.fullmatch(without_accents(text).lower()):
        month = MONTH_BY_NAME.get(found[2])
        if month:
            return _day(found[3], str(month), found[1])
    return _by_format(text, date_format)


def _year_last(first: str, second: str, year: str, date_format: str) -> date:
    if date_format == DAY_FIRST:
        return _day(year, second, first)
    if date_format == MONTH_FIRST:
        return _day(year, first, second)
    raise CellError("date_order_unknown")


def _day(year: str, month: str, day: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise CellError("date_does_not_exist") from None


def _by_format(text: str, date_format: str) -> date:
    if found := _DAY_NUMBER.fullmatch(text):
        day = SPREADSHEET_DAY_0 + timedelta(days=int(found[1]))
        raise CellError("date_as_number", suggestion=day.isoformat())
    if date_format in {"", DAY_FIRST, MONTH_FIRST, YEAR_FIRST}:
        raise CellError("date_not_readable")
    try:
        return datetime.strptime(text, date_format).date()  # noqa: DTZ007  a day
    except ValueError:
        raise CellError("date_not_readable") from None


def is_year_last(text: str) -> tuple[int, int] | None:
    """The two numbers before the year, if the text is a date with its year at the end."""
    found = _YEAR_LAST.fullmatch(text.translate(PLAIN).strip())
    return (int(found[1]), int(found[3])) if found else None


def to_transaction_no(text: str) -> str:
    """A transaction number: 14 digits, dashes and spaces left out.

    Raises `CellError`, with a suggestion where the damage can be undone with certainty.
    """
    bare = text.translate(PLAIN).replace(" ", "").replace("-", "")
    if len(bare) == TRANSACTION_DIGITS and bare.isascii() and bare.isdigit():
        return bare
    if bare.startswith("'"):
        raise CellError("transaction_no_apostrophe", suggestion=_repaired(bare[1:]))
    if found := _SCIENTIFIC.fullmatch(bare):
        raise CellError("transaction_no_scientific", suggestion=_from_scientific(found))
    if found := _DIGITS_AND_ZEROS.fullmatch(bare):
        raise CellError("transaction_no_as_number", suggestion=_repaired(found[1]))
    if bare.isascii() and bare.isdigit() and len(bare) < TRANSACTION_DIGITS:
        raise CellError("transaction_no_lost_zeros", suggestion=_repaired(bare))
    raise CellError("transaction_no_not_14_digits")


def _repaired(digits: str) -> str | None:
    """Eight to fourteen digits with the zeros put back that a spreadsheet drops."""
    if digits.isascii() and digits.isdigit() and 8 <= len(digits) <= TRANSACTION_DIGITS:
        return digits.zfill(TRANSACTION_DIGITS)
    return None


def _from_scientific(found: re.Match[str]) -> str | None:
    """The number, if the mantissa shows every one of its digits."""
    digits = found[1] + (found[2] or "")
    shows_all = len(digits) == int(found[3]) + 1
    return _repaired(digits) if shows_all else None


def is_damaged_number(text: str) -> bool:
    """Whether a text looks like a transaction number that a spreadsheet has damaged."""
    try:
        to_transaction_no(text)
    except CellError as error:
        return error.code != "transaction_no_not_14_digits" and error.suggestion is not None
    return False


def check_digit_of(transaction_no: str) -> int:
    """The check digit that belongs to the first 13 digits.

    Source: carm-rules.md, section 8: weights 1, 2, 1, 2, ...; the digits of each product are
    added; the sum modulo ten.
    """
    products = (int(digit) * (1 + at % 2) for at, digit in enumerate(transaction_no[:13]))
    return sum(product // 10 + product % 10 for product in products) % 10


def to_version(text: str) -> int:
    """A version: a whole number, zero or more. Raises `CellError`."""
    found = _VERSION.fullmatch(text.strip())
    if not found:
        raise CellError("version_not_readable")
    return int(found[1])


def to_program_account(text: str) -> str:
    """A program account (BN15) such as 123456782RM0001. Raises `CellError`."""
    bare = re.sub(r"[\s-]", "", text).upper()
    if not _BN15.fullmatch(bare):
        raise CellError("program_account_not_readable")
    return bare


def to_type(text: str, type_map: Mapping[str, str], known: Mapping[str, str]) -> str | None:
    """The canonical type of a raw one: what a person said, else what we know, else None."""
    said = type_map.get(text.strip().casefold())
    return said or known.get(normalise(text))
