"""Columns seen as shapes: every digit becomes 0, so a million amounts have a handful of shapes.

A whole column is judged by its few shapes, in C, instead of value by value.
"""

import re
from collections.abc import Sequence

_NEGATIVE_ZERO = re.compile(r"^-0+\.00$", re.MULTILINE)
_TO_SHAPE = bytes(0x30 if 0x30 <= byte <= 0x39 else byte for byte in range(256))
_CANONICAL = re.compile(rb"(?:-?0{1,12}\.00)?")
_NUMBER = {
    ".": rb"(?:0{1,12}|0{1,3}(?:,000){1,3}|0{1,3}(?: 000){1,3})(?:\.00?)?",
    ",": rb"(?:0{1,12}|0{1,3}(?:\.000){1,3}|0{1,3}(?: 000){1,3})(?:,00?)?",
}
_USUAL = {
    ".": re.compile(rb"(?:-?\$?%(n)s|\$-%(n)s|\(\$?%(n)s\))?" % {b"n": _NUMBER["."]}),
    ",": re.compile(rb"(?:-?%(n)s(?: ?\$)?|\(%(n)s(?: ?\$)?\))?" % {b"n": _NUMBER[","]}),
}
_TO_PLAIN = {".": str.maketrans("(", "-", "$, )"), ",": str.maketrans(",(", ".-", "$. )")}
_ODD_SPACES = str.maketrans("\u00a0\u202f\u2009", "   ")


def shapes_of(joined: str, count: int) -> set[bytes] | None:
    """The different shapes of `count` texts joined by line breaks; None if a text holds one."""
    if joined.count("\n") != count - 1:
        return None
    return set(joined.encode().translate(_TO_SHAPE).split(b"\n"))


def canonical_amounts(amounts: Sequence[str], decimal_mark: str) -> Sequence[str] | None:
    """The amounts written like -1234.50, if their shapes are all usual; None to read one by one.

    A negative zero is left to the reader of single values.
    """
    joined = "\n".join(amounts)
    found = shapes_of(joined, len(amounts))
    if found is None:
        return None
    if decimal_mark == "." and all(map(_CANONICAL.fullmatch, found)):
        return None if _has_negative_zero(joined) else amounts
    joined = joined.translate(_ODD_SPACES)
    found = shapes_of(joined, len(amounts)) or set()
    if not all(map(_USUAL[decimal_mark].fullmatch, found)):
        return None
    plain = list(map(_with_cents, joined.translate(_TO_PLAIN[decimal_mark]).split("\n")))
    return None if _has_negative_zero("\n".join(plain)) else plain


def _with_cents(amount: str) -> str:
    """A plain amount with both decimals."""
    if amount[-3:-2] == "." or not amount:
        return amount
    return amount + "0" if amount[-2:-1] == "." else amount + ".00"


def _has_negative_zero(joined: str) -> bool:
    return "-0" in joined and _NEGATIVE_ZERO.search(joined) is not None
