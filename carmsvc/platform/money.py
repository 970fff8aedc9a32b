"""Canadian dollars, exact to the cent. Debit is positive, credit negative, everywhere."""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def round_cents(amount: Decimal) -> Decimal:
    """Round an amount in CAD half up to the cent; the one rounding of the house."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def plain(amount: Decimal) -> str:
    """An amount in CAD as it stands in JSON and on the command line: `-1234.50`."""
    return f"{round_cents(amount) + ZERO:.2f}"
