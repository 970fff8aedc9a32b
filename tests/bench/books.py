"""Two books of any size, the same each time: a statement export and the ledger that answers it.

Every case has a transaction number of its own, so what each pass must find is known beforehand.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

from statements.rules.billing import BillingPeriod, period_ending

PERIOD_END = date(2025, 10, 17)
OURS, ANOTHER_BROKER = "12345", "16234"
STATEMENT_HEADER = (
    "Transaction number,Version,Transaction type,Release date,Posting date,Due date,Reference,"
    "Customs duties,Surtax,GST,Amount,Status"
)
LEDGER_HEADER = (
    "Importer BN15,Transaction No,Version,Type,Release date,Accounting date,Payment reference,"
    "Duty,Surtax,GST,Total,Job No"
)
# share of the statement's lines; what is left meets its entry exactly
SHARES = {
    "tolerance": 0.003,
    "net": 0.002,  # a line and its correction: two lines, one entry
    "duplicate": 0.001,
    "amount": 0.003,
    "not_in_ledger": 0.002,
    "not_on_statement": 0.002,
    "payment": 0.001,
    "interest": 0.001,
}
LINES_OF_CASE = {"net": 2, "duplicate": 2, "not_on_statement": 0}
DUE = "2025-11-07"
DUTY_RATES = (0, 0, 65, 80, 180)  # in thousandths
DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


@dataclass
class Books:
    """Where the two files are, and what they must give: name of pass or kind -> items, cents."""

    statement: Path
    ledger: Path
    bn9: str
    lines: int
    entries: int = 0
    matched: dict[str, int] = field(default_factory=dict)
    variances: dict[str, tuple[int, int]] = field(default_factory=dict)  # items, effect in cents
    activity: int = 0  # cents

    @property
    def bn15(self) -> str:
        return f"{self.bn9}RM0001"


@dataclass(frozen=True)
class _Row:
    number: str
    version: str
    kind: str
    released: str
    posted: str
    reference: str
    duty: int
    surtax: int
    gst: int
    other: int = 0

    @property
    def cents(self) -> int:
        return self.duty + self.surtax + self.gst + self.other


def transaction_no(prefix: str, serial: int) -> str:
    """A 14-digit number with its check digit (carm-rules.md, section 8)."""
    body = f"{prefix}{serial:08d}"
    total = sum(map(int, body[::2])) + sum(DOUBLED[int(digit)] for digit in body[1::2])
    return f"{body}{total % 10}"


def counts_of(lines: int) -> dict[str, int]:
    """How many cases of each kind a statement of so many lines has."""
    counts = {name: max(1, round(lines * share)) for name, share in SHARES.items()}
    others = sum(count * LINES_OF_CASE.get(name, 1) for name, count in counts.items())
    return {"exact": lines - others, **counts}


def write_books(folder: Path, lines: int, bn9: str = "123456782") -> Books:
    """Write both files for a statement of so many lines."""
    books = Books(folder / f"statement-{lines}.csv", folder / f"ledger-{lines}.csv", bn9, lines)
    dice = random.Random(f"{bn9} {lines}")
    statement, ledger = _cases(dice, counts_of(lines), books)
    statement.sort(key=lambda row: (row.posted, row.number))
    dice.shuffle(ledger)
    books.entries, books.activity = len(ledger), sum(row.cents for row in statement)
    _write(books.statement, STATEMENT_HEADER, map(_statement_line, statement))
    _write(books.ledger, LEDGER_HEADER, (f"{books.bn15},{_ledger_line(row)}" for row in ledger))
    return books


def _write(path: Path, header: str, rows: Iterator[str]) -> None:
    with path.open("w", newline="") as file:
        file.write(header + "\n")
        file.writelines(rows)


def _split(row: _Row) -> str:
    if not row.released:
        return f",,,{_plain(row.cents)}"
    return ",".join(map(_plain, (row.duty, row.surtax, row.gst, row.cents)))


def _plain(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _statement_line(row: _Row) -> str:
    days = f"{row.released},{row.posted},{DUE}"
    return f"{row.number},{row.version},{row.kind},{days},{row.reference},{_split(row)},Open\n"


def _ledger_line(row: _Row) -> str:
    kind = "CAD" if row.number else row.kind
    days = f"{row.released},{row.posted}"
    job = f"J{row.number[5:13]}" if row.number else ""
    return f"{row.number},{row.version},{kind},{days},{row.reference},{_split(row)},{job}\n"


def _cases(
    dice: random.Random, counts: dict[str, int], books: Books
) -> tuple[list[_Row], list[_Row]]:
    """Both sides' rows in no order, and in `books` what they must give."""
    statement: list[_Row] = []
    ledger: list[_Row] = []
    effects: dict[str, int] = {}
    days = _days(period_ending(PERIOD_END))
    serial = 10_000_000
    for case, count in counts.items():
        before = sum(row.cents for row in statement) - sum(row.cents for row in ledger)
        for _case in range(count):
            serial += 1
            lines, entries = _CASES[case](dice, serial, days)
            statement += lines
            ledger += entries
        after = sum(row.cents for row in statement) - sum(row.cents for row in ledger)
        effects[case] = after - before
    _expect(books, counts, effects)
    return statement, ledger


def _expect(books: Books, counts: dict[str, int], effects: dict[str, int]) -> None:
    # the first copy of a line billed twice meets its entry
    books.matched = {
        "010_exact": counts["exact"] + counts["duplicate"],
        "020_within_tolerance": counts["tolerance"],
        "030_net": counts["net"],
        "040_payment": counts["payment"],
    }
    kinds = {"duplicate": "duplicate_line", "amount": "amount_differs", "interest": "interest"}
    kinds |= {"not_in_ledger": "not_in_ledger", "not_on_statement": "not_on_statement"}
    books.variances = {kind: (counts[case], effects[case]) for case, kind in kinds.items()}


def _days(period: BillingPeriod) -> list[tuple[str, str]]:
    """Every release day of the period, with the day it was posted."""
    length = (period.last - period.first).days + 1
    released = (period.first + timedelta(days=day) for day in range(length))
    return [(str(day), str(day + timedelta(days=2))) for day in released]


Days = Sequence[tuple[str, str]]
Sides = tuple[list[_Row], list[_Row]]


def _declaration(dice: random.Random, serial: int, days: Days, prefix: str = OURS) -> _Row:
    value = int(80_000 + dice.random() * 5_900_000)
    duty = value * DUTY_RATES[int(dice.random() * 5)] // 1000
    surtax = value // 4 if dice.random() < 0.06 else 0
    gst = (value + duty + surtax) // 20
    released, posted = days[int(dice.random() * len(days))]
    number = transaction_no(prefix, serial)
    return _Row(number, "1", "CAD", released, posted, "", duty, surtax, gst)


def _other(row: _Row, more: int, version: str = "1") -> _Row:
    return replace(row, version=version, gst=row.gst + more)


def _exact(dice: random.Random, serial: int, days: Days) -> Sides:
    row = _declaration(dice, serial, days)
    return [row], [row]


def _tolerance(dice: random.Random, serial: int, days: Days) -> Sides:
    row = _declaration(dice, serial, days)
    return [row], [_other(row, dice.choice((-5, -2, 1, 3, 4)))]


def _net(dice: random.Random, serial: int, days: Days) -> Sides:
    row = _declaration(dice, serial, days)
    less = row.gst // 5
    change = _Row(row.number, "2", "CAD correction", row.released, row.posted, "", 0, 0, -less)
    return [row, change], [_other(row, -less, version="2")]


def _billed_twice(dice: random.Random, serial: int, days: Days) -> Sides:
    """The same line twice: the first copy meets the entry, the second is the variance."""
    row = _declaration(dice, serial, days)
    return [row, row], [row]


def _amount(dice: random.Random, serial: int, days: Days) -> Sides:
    row = _declaration(dice, serial, days)
    return [row], [_other(row, dice.choice((-3600, 900, 9000)))]


def _not_in_ledger(dice: random.Random, serial: int, days: Days) -> Sides:
    return [_declaration(dice, serial, days, ANOTHER_BROKER)], []


def _not_on_statement(dice: random.Random, serial: int, days: Days) -> Sides:
    return [], [_declaration(dice, serial, days)]


def _payment(dice: random.Random, serial: int, days: Days) -> Sides:
    posted = dice.choice(days)[1]
    row = _Row(
        "", "", "Payment", "", posted, f"PAY{serial}", 0, 0, 0, -dice.randrange(10**5, 10**7)
    )
    return [row], [row]


def _interest(dice: random.Random, serial: int, days: Days) -> Sides:
    posted = dice.choice(days)[1]
    return [_Row("", "", "Interest", "", posted, "", 0, 0, 0, dice.randrange(150, 9_000))], []


_CASES = {
    "exact": _exact,
    "tolerance": _tolerance,
    "net": _net,
    "duplicate": _billed_twice,
    "amount": _amount,
    "not_in_ledger": _not_in_ledger,
    "not_on_statement": _not_on_statement,
    "payment": _payment,
    "interest": _interest,
}
