"""Readers of one column of a chunk: the spool text of every cell, and the cells that cannot be.

Each first tries to judge the whole column at once and falls back to the readers of single cells,
which decide. Empty cells come out as the empty text.
"""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

from statements.layouts.problems import CellError
from statements.layouts.readers import check_digit_of, to_cents, to_transaction_no
from statements.layouts.shapes import canonical_amounts

Bad = dict[int, CellError]  # position in the chunk -> what is wrong there
Texts = Sequence[str]

_CACHED = 50_000
_DIGITS = 14
_CANONICAL = re.compile(r"-?(?:0|[1-9]\d{0,11})\.\d\d", re.ASCII)
_DOUBLED = bytes(sum(divmod(2 * (byte - 48), 10)) if 48 <= byte <= 57 else 0 for byte in range(256))
_SINGLE = bytes(byte - 48 if 48 <= byte <= 57 else 0 for byte in range(256))
_LAST_DIGIT = bytes(byte % 10 for byte in range(256))


def by_distinct(
    texts: Texts, cache: dict[str, str], read: Callable[[str], str]
) -> tuple[Texts, Bad]:
    """Read each different text once; for columns where the same texts come again and again."""
    try:
        return list(map(cache.__getitem__, texts)), {}
    except KeyError:
        return _by_distinct(texts, cache, read)


def _by_distinct(
    texts: Texts, cache: dict[str, str], read: Callable[[str], str]
) -> tuple[Texts, Bad]:
    if len(cache) > _CACHED:
        cache.clear()
    errors: dict[str, CellError] = {}
    for text in set(texts) - cache.keys():
        try:
            cache[text] = read(text)
        except CellError as error:
            errors[text] = error
    found = [cache.get(text, "") for text in texts]
    return found, {i: errors[text] for i, text in enumerate(texts) if text in errors}


def amounts(texts: Texts, decimal_mark: str) -> tuple[Texts, Bad]:
    """Amounts as -1234.50; a zero is never negative."""
    plain = canonical_amounts(texts, decimal_mark)
    return (plain, {}) if plain is not None else amounts_one_by_one(texts, decimal_mark)


def amounts_one_by_one(texts: Texts, decimal_mark: str) -> tuple[Texts, Bad]:
    """The slow way of `amounts`, which decides."""
    bad: Bad = {}
    found = []
    for at, text in enumerate(texts):
        if _CANONICAL.fullmatch(text) and text != "-0.00":
            found.append(text if decimal_mark == "." else _one_amount(at, text, decimal_mark, bad))
        else:
            found.append(_one_amount(at, text, decimal_mark, bad))
    return found, bad


def _one_amount(at: int, text: str, decimal_mark: str, bad: Bad) -> str:
    text = text.strip()
    if not text:
        return ""
    try:
        return format(to_cents(text, decimal_mark), "f")
    except CellError as error:
        bad[at] = error
        return ""


def without_dashes(texts: Texts) -> Texts:
    """A lone dash is how accountants write nothing, in columns that may be empty."""
    joined = "".join(texts)
    if not any(dash in joined for dash in "-–—"):
        return texts
    return ["" if text.strip("$ -–—\u00a0") == "" else text for text in texts]


def negated(texts: Texts) -> Texts:
    """Amounts with the other sign."""
    return [
        text[1:] if text[:1] == "-" else "-" + text if is_amount(text) else text for text in texts
    ]


def is_amount(text: str) -> bool:
    """Whether a canonical amount is neither empty nor zero."""
    return text.strip("-0.") != ""


def cents(texts: Texts) -> list[int]:
    """Canonical amounts in cents; an empty one is 0."""
    return [int(text) for text in "\n".join(t or "0" for t in texts).replace(".", "").split("\n")]


def from_cents(amount: int) -> Decimal:
    """Cents as CAD."""
    return Decimal(amount).scaleb(-2)


def transaction_numbers(texts: Texts) -> tuple[Texts, Bad]:
    """Numbers of 14 digits."""
    joined = "".join(texts)
    if set(map(len, texts)) <= {0, _DIGITS} and (not joined or _is_digits(joined)):
        return texts, {}
    return transaction_numbers_one_by_one(texts)


def transaction_numbers_one_by_one(texts: Texts) -> tuple[Texts, Bad]:
    """The slow way of `transaction_numbers`, which decides."""
    bad: Bad = {}
    found = []
    for at, text in enumerate(texts):
        try:
            found.append(to_transaction_no(text) if text.strip() else "")
        except CellError as error:
            bad[at] = error
            found.append("")
    return found, bad


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def wrong_check_digits(numbers: Texts) -> list[int]:
    """Positions of the numbers whose last digit is not their check digit.

    All numbers at once: a column of digits is one long integer, in which each byte is a digit of
    one number; 13 such integers add up without a carry, because 13 times 9 is less than 256.
    """
    filled = [at for at, number in enumerate(numbers) if number]
    digits = "".join(numbers).encode()
    columns = (
        digits[at::_DIGITS].translate(_DOUBLED if at % 2 else _SINGLE) for at in range(_DIGITS - 1)
    )
    total = sum(int.from_bytes(column, "big") for column in columns)
    expected = total.to_bytes(len(filled), "big").translate(_LAST_DIGIT)
    stated = digits[_DIGITS - 1 :: _DIGITS].translate(_SINGLE)
    if expected == stated:
        return []
    return [at for at, one, other in zip(filled, expected, stated, strict=True) if one != other]


def wrong_check_digits_one_by_one(numbers: Texts) -> list[int]:
    """The slow way of `wrong_check_digits`, which decides."""
    return [at for at, no in enumerate(numbers) if no and check_digit_of(no) != int(no[-1])]
