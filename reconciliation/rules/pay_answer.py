"""The pay answer: of a statement's total payable, who pays what, and what is left alone.

Sources: CBSA, "Offsetting and disbursements" (pay in full; an expected credit is never taken off
by oneself); Customs Act, s. 17(3) (the importer owes it, whoever pays) and s. 3.1 (interest).
What is in dispute or under appeal is not cleared and is left alone. Amounts are CAD.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from statements.rules.payments import may_still_come

ZERO = Decimal("0.00")
IMPORTER, BROKER, BY_TRANSACTION = "importer", "broker", "by_transaction"

_IMPORTER_WORDS = frozenset(
    {"importer", "client", "customer", "importateur", "importatrice", "importer direct"}
    | {"client direct", "importateur direct", "direct"}
)
_BROKER_WORDS = frozenset(
    {"broker", "courtier", "courtiere", "courtière", "agent", "broker direct", "courtier direct"}
    | {"us", "nous"}
)
_DISPUTED = ("disput", "appeal", "litige", "contest", "en appel", "différend")


class Part(StrEnum):
    """Where a cent of the total payable goes."""

    CLIENT = "client"
    BROKER = "broker"
    UNSURE = "unsure"  # somebody has to say who pays
    LEFT_ALONE = "left_alone"
    PAID = "already_paid"


class Reason(StrEnum):
    """Why an amount is in its part."""

    ARRANGED = "arranged"
    BY_LEDGER = "by_ledger"
    NOT_OURS = "not_ours"
    WORD_UNKNOWN = "word_unknown"
    NOBODY_SAID = "nobody_said"
    BALANCE_BEFORE = "balance_before"
    DISPUTED = "disputed"
    ON_ITS_WAY = "on_its_way"
    SUPERSEDED = "superseded"
    CARRIED_ON = "carried_on"
    TAKEN_OFF = "taken_off"


class Doubt(StrEnum):
    """What to look at before anybody pays."""

    SUPERSEDED = "superseded"
    NEWER_STATEMENT = "newer_statement"
    OVERDUE = "overdue"
    DEBIT_AND_BROKER = "debit_and_broker"
    DEBIT_AND_PAID = "debit_and_paid"
    BOTH_PAID = "both_paid"
    PAID_TWICE = "paid_twice"
    PAID_OVER = "paid_over"
    OPENING_DIFFERS = "opening_differs"
    BALANCE_BEFORE = "balance_before"
    ABSENT = "absent"
    SHOWN_DIFFERENTLY = "shown_differently"
    PAYER_UNKNOWN = "payer_unknown"
    WORD_UNKNOWN = "word_unknown"
    DEBIT_UNKNOWN = "debit_unknown"


@dataclass(frozen=True)
class Charges:
    """Lines of the statement that the ledger says the same payer of, payments left out.

    `words` are the ledger's words for the payer of these transactions: none when the ledger does
    not know them, several when its entries disagree.
    """

    amount: Decimal
    count: int = 1
    words: tuple[str, ...] | None = None
    status: str = ""


@dataclass(frozen=True)
class Made:
    """A recorded payment; `shown` is what the statement shows of it, None when it does not."""

    key: int
    paid_on: date
    amount: Decimal
    payer: str
    shown: Decimal | None = None


@dataclass(frozen=True)
class Facts:
    """What is known of an account's statement on a day.

    Opening balance, payments shown (credit negative) and charges add up to the total payable.
    """

    opening_balance: Decimal
    payments_shown: Decimal
    charges: tuple[Charges, ...]
    period_end: date
    due_on: date
    today: date
    payer: str = ""
    pays_by_debit: bool | None = None
    made: tuple[Made, ...] = ()
    previous_total: Decimal | None = None
    is_superseded: bool = False
    newer: date | None = None

    @property
    def total_payable(self) -> Decimal:
        charged = sum((one.amount for one in self.charges), ZERO)
        return self.opening_balance + self.payments_shown + charged

    @property
    def balance_before(self) -> Decimal:
        """What of earlier statements the payments on this one leave open (negative: too much)."""
        return self.opening_balance + self.payments_shown

    @property
    def on_its_way(self) -> list[Made]:
        """Payments that the statement cannot show yet."""
        missing = [one for one in self.made if one.shown is None]
        return [one for one in missing if may_still_come(one.paid_on, self.period_end)]

    @property
    def absent(self) -> list[Made]:
        """Payments that the statement should show and does not (D10)."""
        missing = [one for one in self.made if one.shown is None]
        return [one for one in missing if not may_still_come(one.paid_on, self.period_end)]


@dataclass(frozen=True)
class Item:
    """One line of the reasoning: so much is in this part, for this reason."""

    part: Part
    reason: Reason
    amount: Decimal
    count: int = 1
    words: tuple[str, ...] = ()
    payment: int | None = None


@dataclass(frozen=True)
class Warned:
    """One thing to look at: what, how much it is about (CAD), and which payment."""

    doubt: Doubt
    amount: Decimal | None = None
    payment: int | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """Who pays what of the total payable; the parts add up to it, or to zero if it is a credit."""

    total_payable: Decimal
    parts: dict[Part, Decimal]
    items: tuple[Item, ...]
    warnings: tuple[Warned, ...]

    def __getitem__(self, part: Part) -> Decimal:
        return self.parts[part]


def payer_told_by(word: str) -> str | None:
    """The payer that a ledger's word stands for: `importer`, `broker`, or None: to be asked."""
    plain = " ".join(word.casefold().split())
    if plain in _IMPORTER_WORDS:
        return IMPORTER
    return BROKER if plain in _BROKER_WORDS else None


def is_disputed(status: str) -> bool:
    """Whether a line's status says that it is in dispute or under appeal, so not cleared."""
    plain = status.casefold()
    return any(part in plain for part in _DISPUTED)


def pay_answer(facts: Facts) -> Answer:
    """Say of every cent of the total payable who pays it, or why nobody does now."""
    if facts.is_superseded or facts.newer:
        return _not_to_be_paid(facts)
    items = [_item_of(one, facts.payer) for one in facts.charges if one.amount]
    if facts.balance_before:
        part, reason = _of_arrangement(facts.payer)
        if facts.payer == BY_TRANSACTION:
            reason = Reason.BALANCE_BEFORE
        items.append(Item(part, reason, facts.balance_before))
    parts = _without_credits(_summed(items))
    paid = _take_off(parts, facts.on_its_way)
    parts[Part.PAID] = paid
    ways = [
        Item(Part.PAID, Reason.ON_ITS_WAY, one.amount, payment=one.key) for one in facts.on_its_way
    ]
    told = [*ways, *items]
    return Answer(
        facts.total_payable, parts, (*told, *_settled(told, parts)), tuple(_doubts(facts, parts))
    )


def _not_to_be_paid(facts: Facts) -> Answer:
    """A statement that another one replaced: its balance is on that one."""
    reason = Reason.SUPERSEDED if facts.is_superseded else Reason.CARRIED_ON
    doubt = Doubt.SUPERSEDED if facts.is_superseded else Doubt.NEWER_STATEMENT
    amount = max(facts.total_payable, ZERO)
    parts = dict.fromkeys(Part, ZERO) | {Part.LEFT_ALONE: amount}
    return Answer(
        facts.total_payable,
        parts,
        (Item(Part.LEFT_ALONE, reason, amount),),
        (Warned(doubt, amount),),
    )


def _item_of(charges: Charges, payer: str) -> Item:
    if charges.amount > ZERO and is_disputed(charges.status):
        return Item(
            Part.LEFT_ALONE,
            Reason.DISPUTED,
            charges.amount,
            charges.count,
            (charges.status,),
        )
    part, reason, words = *_of_arrangement(payer), tuple[str, ...]()
    if payer == BY_TRANSACTION:
        part, reason, words = _of_words(charges.words or ())
    return Item(part, reason, charges.amount, charges.count, words)


def _of_arrangement(payer: str) -> tuple[Part, Reason]:
    if payer == IMPORTER:
        return Part.CLIENT, Reason.ARRANGED
    if payer == BROKER:
        return Part.BROKER, Reason.ARRANGED
    return Part.UNSURE, Reason.NOBODY_SAID


def _of_words(words: tuple[str, ...]) -> tuple[Part, Reason, tuple[str, ...]]:
    """By transaction: what the ledger does not know, the importer owes and pays."""
    if not words:
        return Part.CLIENT, Reason.NOT_OURS, ()
    told = {payer_told_by(word) for word in words}
    if told == {IMPORTER}:
        return Part.CLIENT, Reason.BY_LEDGER, words
    if told == {BROKER}:
        return Part.BROKER, Reason.BY_LEDGER, words
    return Part.UNSURE, Reason.WORD_UNKNOWN, words


def _summed(items: Iterable[Item]) -> dict[Part, Decimal]:
    parts = dict.fromkeys(Part, ZERO)
    for item in items:
        parts[item.part] += item.amount
    return parts


_IMPORTER_FIRST = (Part.CLIENT, Part.UNSURE, Part.BROKER, Part.LEFT_ALONE)
_BROKER_FIRST = (Part.BROKER, Part.UNSURE, Part.CLIENT, Part.LEFT_ALONE)


def _without_credits(parts: dict[Part, Decimal]) -> dict[Part, Decimal]:
    """A part that is a credit is nobody's to pay: the CBSA has put it to the other parts."""
    credit = -sum((amount for amount in parts.values() if amount < ZERO), ZERO)
    parts = {part: max(amount, ZERO) for part, amount in parts.items()}
    _take(parts, credit, _IMPORTER_FIRST)
    return parts


def _take_off(parts: dict[Part, Decimal], made: Iterable[Made]) -> Decimal:
    """Take payments off what their payer owes, then off the rest; returns what they covered."""
    covered = ZERO
    for one in made:
        order = _BROKER_FIRST if one.payer == BROKER else _IMPORTER_FIRST
        covered += one.amount - _take(parts, one.amount, order)
    return covered


def _take(parts: dict[Part, Decimal], amount: Decimal, order: Iterable[Part]) -> Decimal:
    for part in order:
        taken = min(parts[part], amount)
        parts[part] -= taken
        amount -= taken
    return amount


def _settled(items: Iterable[Item], parts: dict[Part, Decimal]) -> list[Item]:
    """What payments and credits changed in a part, so that its lines add up to it."""
    before = _summed(items)
    return [
        Item(part, Reason.TAKEN_OFF, parts[part] - before[part])
        for part in Part
        if parts[part] != before[part]
    ]


def _doubts(facts: Facts, parts: dict[Part, Decimal]) -> Iterable[Warned]:
    open_now = parts[Part.CLIENT] + parts[Part.BROKER] + parts[Part.UNSURE]
    if open_now and facts.today > facts.due_on:
        yield Warned(Doubt.OVERDUE, open_now)
    yield from _doubts_of_debit(facts, parts)
    yield from _doubts_of_payments(facts)
    if facts.previous_total is not None and facts.previous_total != facts.opening_balance:
        yield Warned(Doubt.OPENING_DIFFERS, facts.opening_balance - facts.previous_total)
    if facts.balance_before > ZERO:
        yield Warned(Doubt.BALANCE_BEFORE, facts.balance_before)
    if not facts.payer and open_now:
        yield Warned(Doubt.PAYER_UNKNOWN, parts[Part.UNSURE])
    words = {word for one in facts.charges for word in one.words or () if not payer_told_by(word)}
    if facts.payer == BY_TRANSACTION and words:
        yield Warned(Doubt.WORD_UNKNOWN, parts[Part.UNSURE], words=tuple(sorted(words)))


def _doubts_of_debit(facts: Facts, parts: dict[Part, Decimal]) -> Iterable[Warned]:
    if facts.pays_by_debit is None:
        if parts[Part.CLIENT] and facts.payer:
            yield Warned(Doubt.DEBIT_UNKNOWN)
        return
    if not facts.pays_by_debit:
        return
    broker_pays = facts.payer == BROKER or parts[Part.BROKER] > ZERO
    if broker_pays:
        yield Warned(Doubt.DEBIT_AND_BROKER, parts[Part.BROKER])
    if facts.today <= facts.due_on and facts.on_its_way:
        yield Warned(Doubt.DEBIT_AND_PAID, sum((one.amount for one in facts.on_its_way), ZERO))


def _doubts_of_payments(facts: Facts) -> Iterable[Warned]:
    under_way = facts.on_its_way
    if {one.payer for one in under_way} == {IMPORTER, BROKER} and facts.payer != BY_TRANSACTION:
        yield Warned(Doubt.BOTH_PAID, sum((one.amount for one in under_way), ZERO))
    seen = set()
    for one in under_way:
        if one.amount in seen:
            yield Warned(Doubt.PAID_TWICE, one.amount, payment=one.key)
        seen.add(one.amount)
    over = sum((one.amount for one in under_way), ZERO) - max(facts.total_payable, ZERO)
    if under_way and over > ZERO:
        yield Warned(Doubt.PAID_OVER, over)
    for one in facts.absent:
        yield Warned(Doubt.ABSENT, one.amount, payment=one.key)
    for one in facts.made:
        if one.shown is not None and one.shown != one.amount:
            yield Warned(Doubt.SHOWN_DIFFERENTLY, one.shown - one.amount, payment=one.key)
