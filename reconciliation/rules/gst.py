"""GST and surtax of one line of a declaration.

Sources: Excise Tax Act, s. 212 and 215(1): GST is on the value for duty and all duties and taxes
but GST itself; each surtax order: the surtax is on the value for duty only; SOR/2025-118 for motor
vehicles. Rounding is half up to the cent for each line.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from statements.rules.rulebook import Rulebook

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
CONTENT_FLOOR = Decimal("0.15")  # SOR/2025-118: what is taken off without a higher claim


@dataclass(frozen=True)
class Tax:
    """The value for tax, the GST on it, and everything payable on the line (CAD)."""

    value_for_tax: Decimal
    gst: Decimal
    total: Decimal


def gst_on(
    value_for_duty: Decimal,
    on: date,
    rulebook: Rulebook,
    *,
    duty: Decimal = ZERO,
    sima: Decimal = ZERO,
    surtax: Decimal = ZERO,
    excise: Decimal = ZERO,
) -> Tax:
    """GST on a line; `sima` is anti-dumping and countervailing, `excise` duty and tax.

    Raises ValueError for an amount below zero.
    """
    parts = (value_for_duty, duty, sima, surtax, excise)
    if min(parts) < ZERO:
        raise ValueError("The amounts of a line are zero or more.")
    value_for_tax = sum(parts, ZERO)
    gst = _cents(value_for_tax * rulebook.decimal("gst_rate", on) / 100)
    return Tax(value_for_tax, gst, value_for_tax - value_for_duty + gst)


def surtax_on(value_for_duty: Decimal, order: str, on: date, rulebook: Rulebook) -> Decimal:
    """Surtax under an order in force on a day: a share of the value for duty only.

    Raises `NoSuchValue` for an order that is not in force that day.
    """
    return _cents(value_for_duty * rulebook.decimal("surtax_rate", on, order) / 100)


def vehicle_surtax(
    value_for_duty: Decimal,
    on: date,
    rulebook: Rulebook,
    *,
    is_cusma: bool,
    content: Decimal | None = None,
) -> Decimal:
    """Surtax on a motor vehicle of the United States (SOR/2025-118).

    Under CUSMA, what is of Canada and Mexico is taken off: the content proved if it is claimed
    above 15 % of the value for duty, else 15 %.
    """
    taken_off = ZERO
    if is_cusma:
        floor = value_for_duty * CONTENT_FLOOR
        taken_off = content if content is not None and content > floor else floor
    taxed = max(value_for_duty - taken_off, ZERO)
    return surtax_on(taxed, "SOR/2025-118", on, rulebook)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
