"""The variance bridge as a drawing: from amounts to the attributes of rectangles."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import template

register = template.Library()

WIDTH = 1000  # of the drawing, in its own units
ROOM = Decimal("0.08")  # kept free beside the outermost bar, as a share of the range
THINNEST = 3


@dataclass(frozen=True)
class Step:
    """One row of the bridge: a bar from `x` on, `width` wide, and where the next one starts."""

    bar: Any
    is_total: bool
    x: int
    width: int
    join: int

    @property
    def goes_up(self) -> bool:
        return bool(self.bar.amount > 0)


@register.simple_tag
def waterfall(bars: list[Any]) -> list[Step]:
    """Place each bar where the one before ended; the axis starts near the smallest level."""
    levels, level = [], bars[0].amount
    for bar in bars[1:-1]:
        levels.append((level, level + bar.amount))
        level += bar.amount
    reached = [bars[0].amount, bars[-1].amount, *(end for _start, end in levels)]
    low, high = min(reached), max(reached)
    room = (high - low) * ROOM or abs(high) * ROOM or Decimal(1)
    start, span = low - room * 3, (high - low) + room * 4

    def x_of(amount: Decimal) -> int:
        return round((amount - start) / span * WIDTH)

    steps = [_total(bars[0], x_of)]
    for bar, (first, last) in zip(bars[1:-1], levels, strict=True):
        left, right = x_of(min(first, last)), x_of(max(first, last))
        steps.append(Step(bar, False, left, max(right - left, THINNEST), x_of(last)))
    return [*steps, _total(bars[-1], x_of)]


def _total(bar: Any, x_of: Any) -> Step:
    end = x_of(bar.amount)
    return Step(bar, True, 0, end, end)
