"""Months as drawings: from amounts to the attributes of rectangles, nothing styled inline."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

register = template.Library()

WIDTH, HEIGHT, BASE = 720, 240, 210  # of the drawing, in its own units; the ground's height
ROOM = 190  # from the ground to the highest amount

COLUMN_WORDS = {
    "duty": _("Customs duty"),
    "sima": _("Anti-dumping and countervailing (SIMA)"),
    "surtax": _("Surtax and safeguard"),
    "excise": _("Excise duty and tax"),
    "gst": _("GST"),
    "interest": _("Interest"),
    "penalty": _("Penalties"),
    "unsplit": _("Not split in the file"),
}


@dataclass(frozen=True)
class Bar:
    """A rectangle of a series, in the drawing's units."""

    series: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Row:
    """A month as the table below the drawing says it."""

    last: Any
    amounts: list[Decimal]
    total: Decimal


@dataclass(frozen=True)
class Chart:
    """Bars with their ground, labels under them, and the same numbers as rows."""

    bars: list[Bar]
    labels: list[tuple[int, Any]]
    series: list[tuple[str, Any]]
    rows: list[Row]
    top: Decimal
    line_y: int | None = None
    width: int = WIDTH
    height: int = HEIGHT
    base: int = BASE


@register.simple_tag
def component_chart(months: list[Any]) -> Chart:
    """Each period as a bar of its components on each other; what is below zero is in the table."""
    series = [name for name in COLUMN_WORDS if any(one.columns[name] for one in months)]
    top = max((_above(one, series) for one in months), default=Decimal(0))
    bars: list[Bar] = []
    labels: list[tuple[int, Any]] = []
    for place, one in enumerate(months):
        x, broad = _place(place, len(months))
        labels.append((x + broad // 2, one.last))
        bars.extend(_stack(one, series, x, broad, top))
    rows = [Row(one.last, [one.columns[name] for name in series], one.total) for one in months]
    return Chart(bars, labels, [(name, COLUMN_WORDS[name]) for name in series], rows, top)


def _above(month: Any, series: Iterable[str]) -> Decimal:
    return sum((max(month.columns[name], Decimal(0)) for name in series), Decimal(0))


def _stack(month: Any, series: list[str], x: int, broad: int, top: Decimal) -> Iterable[Bar]:
    below = Decimal(0)
    for name in series:
        amount = month.columns[name]
        if amount > 0:
            high = _height(below + amount, top)
            yield Bar(name, x, BASE - high, broad, high - _height(below, top))
            below += amount


@register.simple_tag
def security_chart(months: list[Any], posted: Decimal, need: Decimal) -> Chart:
    """Each period's duties and taxes as a bar, and the line of what security is posted."""
    amounts = [one.duties_and_taxes for one in months]
    top = max([posted, need, *amounts], default=Decimal(0))
    bars, labels, rows = [], [], []
    for place, (one, amount) in enumerate(zip(months, amounts, strict=True)):
        x, broad = _place(place, len(months))
        high = _height(amount, top)
        bars.append(Bar("duty", x, BASE - high, broad, high))
        labels.append((x + broad // 2, one.last))
        rows.append(Row(one.last, [amount], amount))
    return Chart(bars, labels, [], rows, top, line_y=BASE - _height(posted, top))


def _place(place: int, count: int) -> tuple[int, int]:
    step = WIDTH // max(count, 6)
    broad = step * 3 // 5
    return place * step + (step - broad) // 2, broad


def _height(amount: Decimal, top: Decimal) -> int:
    return round(amount / top * ROOM) if top > 0 else 0
