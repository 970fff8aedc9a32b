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
from statements.rules.rulebook import Rulebook

ZERO = Decimal("0.00")
CARD_LIMIT, ELECTRONIC_ONLY = "card_limit_per_cycle", "electronic_only_above"  # in the rulebook
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


def card_cycle(paid_on: date) -> BillingPeriod:
    """The cycle in which card payments of a day are added up: the 18th to the next 17th.

    Source: CARM Bulletin 5408: per billing cycle and program account.
    """
    return billing_period(paid_on)


def card_left(book: Rulebook, paid_on: date, used: Decimal) -> Decimal | None:
    """What may still be paid by credit card (CAD) in the cycle of a day; None without a limit."""
    limit = _amount(book, CARD_LIMIT, paid_on)
    return None if limit is None else max(limit - used, ZERO)


def electronic_only_above(book: Rulebook, on: date) -> Decimal | None:
    """The amount (CAD) above which the CBSA takes electronic payments only; None without one."""
    return _amount(book, ELECTRONIC_ONLY, on)


def _amount(book: Rulebook, name: str, on: date) -> Decimal | None:
    return book.decimal(name, on) if book.find(name, on) else None


def is_electronic(method: str) -> bool:
    """Whether a method is electronic: all but cheques and payment in person."""
    return method not in (CHEQUE, IN_PERSON)


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
    book: Rulebook,
    amount: Decimal,
    *,
    on: date,
    due_on: date,
    card: Decimal | None,
    pays_by_debit: bool | None,
) -> list[Way]:
    """Every way to pay an amount (CAD) on a day, with its limit, cut-off and source.

    `card` is what the credit card may still pay this cycle, None without a limit. By debit only
    while an agreement is on and its day has not passed: then it is the one way, and the first.
    """
    paper, paper_source = electronic_only_above(book, on), _source(book, ELECTRONIC_ONLY, on)

    def way(method: str, source: str = CUT_OFFS, most: Decimal | None = None) -> Way:
        until = CHEQUE_UNTIL if method == CHEQUE else ELECTRONIC_UNTIL
        return Way(method, until, most, most is None or amount <= most, source)

    ways = [
        way("online_banking"),
        way("debit_card", "CARM Bulletin 5408"),
        way(CREDIT_CARD, _source(book, CARD_LIMIT, on), card),
        way("edi"),
        way(CHEQUE, paper_source, paper),
        way(IN_PERSON, paper_source, paper),
    ]
    if pays_by_debit and on <= due_on:
        return [Way(PRE_AUTHORIZED_DEBIT, None, None, True, "CBSA, CARM Client Portal"), *ways]
    return ways


def _source(book: Rulebook, name: str, on: date) -> str:
    found = book.find(name, on)
    return found.source if found else CUT_OFFS
