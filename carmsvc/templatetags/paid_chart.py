"""What was paid per month as a drawing: from amounts to the attributes of rectangles."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import template

register = template.Library()

HEIGHT = 100  # of the drawing, in its own units
STEP, BROAD = 40, 24


@dataclass(frozen=True)
class Column:
    """One month: two bars on each other, `x` from the left; heights from the ground up."""

    month: Any
    x: int
    importer_y: int
    importer_height: int
    broker_y: int
    broker_height: int
    middle: int


@dataclass(frozen=True)
class Chart:
    """The months as columns, the drawing's width and the amount at its top."""

    columns: list[Column]
    width: int
    broad: int
    top: Decimal


@register.simple_tag
def paid_chart(months: list[Any]) -> Chart:
    """Place a column for each month; the highest month reaches the top."""
    top = max((month.total for month in months), default=Decimal(0))
    columns = [_column(month, place, top) for place, month in enumerate(months)]
    return Chart(columns, STEP * len(months), BROAD, top)


def _column(month: Any, place: int, top: Decimal) -> Column:
    x = place * STEP + (STEP - BROAD) // 2
    importer, broker = (_height(part, top) for part in (month.by_importer, month.by_broker))
    return Column(
        month, x, HEIGHT - importer, importer, HEIGHT - importer - broker, broker, x + BROAD // 2
    )


def _height(amount: Decimal, top: Decimal) -> int:
    return round(amount / top * HEIGHT) if top else 0
