"""What a payment to the CBSA may be, and which recorded payment a statement already shows.

Sources: CARM Bulletin 5408 (credit card in the portal); Memorandum D17-5-1 and Customs Notice
17-33 (above 50,000 electronically only); CBSA, "Managing commercial import accounts" (cut-offs).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from itertools import product

from statements.rules.billing import BillingPeriod, billing_period

ZERO = Decimal("0.00")
MOST = Decimal("999999999999.99")  # what a column of the database holds
PROOF_MAX_BYTES = 10 * 2**20
PROOF_KINDS = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}
PRE_AUTHORIZED_DEBIT, CREDIT_CARD, CHEQUE, IN_PERSON = (
    "pre_authorized_debit",
    "credit_card",
    "cheque",
    "in_person",
)


@dataclass(frozen=True)
class DatedAmount:
    """An amount (CAD) that holds from a day on, and who says so."""

    from_on: date
    amount: Decimal
    source: str


CARD_LIMITS = (DatedAmount(date(2025, 9, 28), Decimal("4999.99"), "CARM Bulletin 5408"),)
ELECTRONIC_ONLY_ABOVE = (
    DatedAmount(date(2018, 1, 1), Decimal("50000.00"), "Memorandum D17-5-1, Customs Notice 17-33"),
)


def in_force(dated: Iterable[DatedAmount], on: date) -> DatedAmount | None:
    """The amount that holds on a day; None before the first one."""
    begun = [one for one in dated if one.from_on <= on]
    return max(begun, key=lambda one: one.from_on, default=None)


def card_cycle(paid_on: date) -> BillingPeriod:
    """The cycle in which card payments of a day are added up: the 18th to the next 17th.

    Source: CARM Bulletin 5408: per billing cycle and program account.
    """
    return billing_period(paid_on)


def card_left(paid_on: date, used: Decimal) -> Decimal | None:
    """What may still be paid by credit card (CAD) in the cycle of a day; None without a limit."""
    limit = in_force(CARD_LIMITS, paid_on)
    return None if limit is None else max(limit.amount - used, ZERO)


def is_electronic(method: str) -> bool:
    """Whether a method is electronic: all but cheques and payment in person."""
    return method not in (CHEQUE, IN_PERSON)


def needs_electronic(amount: Decimal, on: date) -> bool:
    """Whether an amount (CAD) on a day may only be paid electronically."""
    limit = in_force(ELECTRONIC_ONLY_ABOVE, on)
    return limit is not None and amount > limit.amount


def proof_kind(beginning: bytes) -> str | None:
    """The media type of a proof told by its first bytes: PDF, PNG or JPEG; None for others."""
    return next((kind for mark, kind in PROOF_KINDS.items() if beginning.startswith(mark)), None)


@dataclass(frozen=True)
class Paid:
    """A payment as somebody recorded it (CAD, above zero)."""

    key: int
    paid_on: date
    amount: Decimal
    reference: str = ""


@dataclass(frozen=True)
class Shown:
    """A payment as a statement shows it (CAD, above zero here)."""

    key: int
    posted_on: date
    amount: Decimal
    reference: str = ""


# days from paying to posting: a cheque may take ten business days, an entry may be dated before
POSTED_WITHIN = range(-5, 22)


def shown_payments(recorded: Iterable[Paid], shown: Iterable[Shown]) -> dict[int, int]:
    """Which recorded payment is which payment line: key to key, one to one.

    Same reference and amount first; then same amount, the nearest day first; last the same
    reference with another amount, where no other payment or line has it. Days must fit each time.
    """
    pairs = [(one, line) for one, line in product(recorded, shown) if _days_fit(one, line)]
    pairs.sort(key=lambda pair: (abs(_days(*pair)), pair[0].paid_on, pair[0].key, pair[1].key))
    found: dict[int, int] = {}
    passes: tuple[Callable[[Paid, Shown], bool], ...] = (
        lambda one, line: _same_reference(one, line) and one.amount == line.amount,
        lambda one, line: one.amount == line.amount,
    )
    for fits in passes:
        for one, line in pairs:
            if one.key not in found and line.key not in found.values() and fits(one, line):
                found[one.key] = line.key
    left = [
        (one, line)
        for one, line in pairs
        if one.key not in found and line.key not in found.values() and _same_reference(one, line)
    ]
    for one, line in left:
        if sum(one is a or line is b for a, b in left) == 1:
            found[one.key] = line.key
    return found


def _days(one: Paid, line: Shown) -> int:
    return (line.posted_on - one.paid_on).days


def _days_fit(one: Paid, line: Shown) -> bool:
    return _days(one, line) in POSTED_WITHIN


def _same_reference(one: Paid, line: Shown) -> bool:
    own, theirs = _plain(one.reference), _plain(line.reference)
    return bool(own) and own == theirs


def _plain(reference: str) -> str:
    return "".join(sign for sign in reference.casefold() if sign.isalnum())


SHOWS_WITHIN = timedelta(days=14)  # "up to 10 business days to show"


def may_still_come(paid_on: date, period_end: date) -> bool:
    """Whether a payment missing from the statement of a period may yet be on its way.

    Source: CBSA's FAQ: two to three business days electronically, five to ten by cheque, up to
    ten to show. Fourteen calendar days hold ten business days.
    """
    return paid_on + SHOWS_WITHIN > period_end


ELECTRONIC_UNTIL, CHEQUE_UNTIL = time(23, 59), time(16, 0)  # Eastern, on the due date
CUT_OFFS = "CBSA, “Managing commercial import accounts”"


@dataclass(frozen=True)
class Way:
    """A way to pay an amount: `until` what time Eastern on the due date; `most` (CAD) it takes.

    `takes_all` says whether it can pay the whole amount. Money by debit agreement is withdrawn
    by the CBSA itself.
    """

    method: str
    until: time | None
    most: Decimal | None
    takes_all: bool
    source: str


def ways_to_pay(
    amount: Decimal, *, on: date, due_on: date, card: Decimal | None, pays_by_debit: bool | None
) -> list[Way]:
    """Every way to pay an amount (CAD) on a day, with its limit, cut-off and source.

    `card` is what the credit card may still pay this cycle, None without a limit. By debit only
    while an agreement is on and its day has not passed: then it is the one way, and the first.
    """
    limit = in_force(ELECTRONIC_ONLY_ABOVE, on)
    most, paper_source = (limit.amount, limit.source) if limit else (None, CUT_OFFS)
    card_rule = in_force(CARD_LIMITS, on)
    ways = [
        Way("online_banking", ELECTRONIC_UNTIL, None, True, CUT_OFFS),
        Way("debit_card", ELECTRONIC_UNTIL, None, True, "CARM Bulletin 5408"),
        Way(
            CREDIT_CARD,
            ELECTRONIC_UNTIL,
            card,
            card is None or amount <= card,
            card_rule.source if card_rule else CUT_OFFS,
        ),
        Way("edi", ELECTRONIC_UNTIL, None, True, CUT_OFFS),
        Way(CHEQUE, CHEQUE_UNTIL, most, most is None or amount <= most, paper_source),
        Way(IN_PERSON, ELECTRONIC_UNTIL, most, most is None or amount <= most, paper_source),
    ]
    if pays_by_debit and on <= due_on:
        debit = Way(PRE_AUTHORIZED_DEBIT, None, None, True, "CBSA, CARM Client Portal")
        return [debit, *ways]
    return ways
