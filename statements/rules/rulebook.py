"""What law and the CBSA may change: rates, amounts, days and lists as dated data with a source.

A rule asks the rulebook for a value on a day; where there is none it says so and invents nothing.
The brokerage's own entries (four eyes, audited) go before what is written here.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Self

from statements.rules.rulebook_values import STARTING_VALUES, DatedValue

__all__ = ["KINDS", "DatedValue", "Kind", "NoSuchValue", "Rulebook"]


class NoSuchValue(LookupError):
    """The rulebook holds no value of this name (and key) for a day."""

    def __init__(self, name: str, key: str, on: date) -> None:
        super().__init__(f"{name} {key}".strip() + f" on {on}")
        self.name, self.key, self.on = name, key, on


def amount(text: str) -> Decimal:
    """CAD, to the cent, zero or more."""
    value = _decimal(text)
    if value < 0 or value != value.quantize(Decimal("0.01")):
        raise ValueError("an amount in dollars and cents, zero or more")
    return value


def percent(text: str) -> Decimal:
    """Percent, 0 to 1000; an interest rate is percent a year."""
    value = _decimal(text)
    if not 0 <= value <= 1000:
        raise ValueError("a percentage from 0 to 1000")
    return value


def whole(text: str) -> int:
    """A whole number, one or more."""
    if not text.isdecimal() or int(text) < 1:
        raise ValueError("a whole number, one or more")
    return int(text)


def flag(text: str) -> bool:
    """yes or no."""
    if text not in ("yes", "no"):
        raise ValueError("yes or no")
    return text == "yes"


def month_day(text: str) -> tuple[int, int]:
    """A day of every year, written 10-20 for 20 October."""
    month, _, day = text.partition("-")
    if not (month.isdecimal() and day.isdecimal()):
        raise ValueError("a month and a day, such as 10-20")
    date(2023, int(month), int(day))  # raises ValueError for a day that is none, 29 February too
    return int(month), int(day)


def day(text: str) -> date:
    """A day, written 2026-06-17."""
    return date.fromisoformat(text)


def _decimal(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError("a number, such as 25.00") from None
    if not value.is_finite():
        raise ValueError("a number, such as 25.00")
    return value


def quarter_key(text: str) -> None:
    """A calendar quarter, such as 2026Q4."""
    year, _, number = text.partition("Q")
    if not (year.isdecimal() and len(year) == 4 and number in ("1", "2", "3", "4")):
        raise ValueError("a quarter, such as 2026Q4")


def dated_key(text: str) -> None:
    """A word and a day, such as commercial/2026-06-17 or ON/2026-02-16."""
    word, _, when = text.partition("/")
    if not word:
        raise ValueError("a word, a slash and a day, such as ON/2026-02-16")
    date.fromisoformat(when)


def word_key(text: str) -> None:
    """Any word."""
    if not text.strip():
        raise ValueError("a word")


@dataclass(frozen=True)
class Kind:
    """A kind of changeable value: how its text is read, and what its key is, if it has one."""

    name: str
    read: Callable[[str], object]
    check_key: Callable[[str], None] | None = None

    def refuse(self, key: str, value: str) -> str:
        """Why a key or a value is not one of this kind, in English; "" if they are."""
        try:
            if self.check_key:
                self.check_key(key)
            elif key:
                return "it has no key"
            self.read(value)
        except ValueError as error:
            return str(error)
        return ""


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            Kind("prescribed_rate", percent, quarter_key),
            Kind("specified_rate_margin", percent),
            Kind("interest_divisor", whole),
            Kind("relief_late_payment", flag),
            Kind("relief_late_accounting", flag),
            Kind("late_accounting_penalty", amount),
            Kind("late_payment_penalty", amount),
            Kind("amps_amount", amount, word_key),
            Kind("card_limit_per_cycle", amount),
            Kind("electronic_only_above", amount),
            Kind("clvs_limit", amount),
            Kind("bond_percent", percent),
            Kind("bond_minimum", amount),
            Kind("cash_percent", percent),
            Kind("cash_minimum", amount),
            Kind("security_maximum", amount),
            Kind("security_review_day", month_day),
            Kind("security_compliance_day", month_day),
            Kind("security_alert", percent, word_key),
            Kind("gst_rate", percent),
            Kind("surtax_rate", percent, word_key),
            Kind("retention_years", whole),
            Kind("number_reuse_months", whole),
            Kind("payment_due_override", day, dated_key),
            Kind("extra_holiday", flag, dated_key),
            Kind("provincial_holidays_count", flag),
        )
    }
)


class Rulebook:
    """Dated values, asked by name, key and day. Of two that hold, the later written one counts."""

    def __init__(self, values: Iterable[DatedValue]) -> None:
        self._values: dict[tuple[str, str], list[DatedValue]] = defaultdict(list)
        for value in values:
            self._values[value.name, value.key].append(value)

    @classmethod
    def starting(cls, more: Iterable[DatedValue] = ()) -> Self:
        """What is verified and written here, and what a brokerage has added since."""
        return cls([*STARTING_VALUES, *more])

    def find(self, name: str, on: date, key: str = "") -> DatedValue | None:
        """The value in force on a day; None if there is none. A name nobody knows is an error."""
        if name not in KINDS:
            raise KeyError(name)
        holding = [one for one in self._values[name, key] if one.holds(on)]
        return holding[-1] if holding else None

    def in_force(self, name: str, on: date) -> list[DatedValue]:
        """Every key's value in force on a day, by key."""
        keys = sorted(key for known, key in list(self._values) if known == name)
        found = (self.find(name, on, key) for key in keys)
        return [value for value in found if value]

    def everything(self) -> list[DatedValue]:
        """All values, of all times, by name, key and day."""
        every = (value for values in self._values.values() for value in values)
        return sorted(every, key=lambda one: (one.name, one.key, one.from_on))

    def decimal(self, name: str, on: date, key: str = "") -> Decimal:
        """A rate or an amount; raises `NoSuchValue`."""
        value = self._read(name, on, key)
        if not isinstance(value, Decimal):
            raise TypeError(f"{name} is no number with decimals")
        return value

    def integer(self, name: str, on: date, key: str = "") -> int:
        """A whole number; raises `NoSuchValue`."""
        value = self._read(name, on, key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise TypeError(f"{name} is no whole number")
        return value

    def month_day(self, name: str, on: date) -> tuple[int, int]:
        """A day of every year as (month, day); raises `NoSuchValue`."""
        value = self._read(name, on, "")
        if not isinstance(value, tuple):
            raise TypeError(f"{name} is no day of the year")
        return value

    def flag(self, name: str, on: date, key: str = "") -> bool:
        """Yes or no; no where nothing is in force."""
        value = self._read(name, on, key) if self.find(name, on, key) else False
        if not isinstance(value, bool):
            raise TypeError(f"{name} is no yes or no")
        return value

    def day(self, name: str, on: date, key: str = "") -> date:
        """A day; raises `NoSuchValue`."""
        value = self._read(name, on, key)
        if not isinstance(value, date):
            raise TypeError(f"{name} is no day")
        return value

    def _read(self, name: str, on: date, key: str) -> object:
        found = self.find(name, on, key)
        if found is None:
            raise NoSuchValue(name, key, on)
        return KINDS[name].read(found.value)
