"""Months as drawings: from amounts to the attributes of rectangles, nothing styled inline."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

register = template.Library()

WIDTH, HEIGHT, BASE = 720, 270, 210  # of the drawing, in its own units; the ground's height
ROOM = 180  # from the ground to the highest amount
FEWEST = 6  # months that the width is shared by at least
ZERO = Decimal("0.00")

COLUMN_WORDS: Mapping[str, Any] = {
    "duty": _("Customs duty"),
    "sima": _("Anti-dumping and countervailing (SIMA)"),
    "surtax": _("Surtax and safeguard"),
    "excise": _("Excise duty and tax"),
    "gst": _("GST"),
    "interest": _("Interest"),
    "penalty": _("Penalties"),
    "unsplit": _("Not split in the file"),
}
PAYER_WORDS: Mapping[str, Any] = {
    "importer": _("Paid by the importer"),
    "broker": _("Paid by the broker"),
}
READINESS_WORDS: Mapping[str, Any] = {
    "blockers": _("Blockers"),
    "risks": _("Put at risk"),
    "advice": _("Advice"),
    "not_known": _("Not known"),
}
COVERED_WORDS: Mapping[str, Any] = {"covered": _("Duties and taxes")}


@dataclass(frozen=True)
class Bar:
    """A rectangle of a series, in the drawing's units."""

    series: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Label:
    """What stands under a month: its number, and the year where one begins."""

    x: int
    month: date
    has_year: bool


@dataclass(frozen=True)
class Row:
    """A month as the table below the drawing says it."""

    last: date
    amounts: list[Decimal]
    total: Decimal


@dataclass(frozen=True)
class Chart:
    """Bars with their ground, labels under them, and the same numbers as rows."""

    bars: list[Bar]
    labels: list[Label]
    series: list[tuple[str, Any]]
    rows: list[Row]
    top: Decimal
    line_y: int | None = None
    width: int = WIDTH
    height: int = HEIGHT
    base: int = BASE
    top_y: int = BASE - ROOM


@register.simple_tag
def component_chart(months: list[Any]) -> Chart:
    """Each period as a bar of its components on each other; what is below zero is in the table."""
    return _chart([(one.last, one.columns, one.total) for one in months], COLUMN_WORDS)


@register.simple_tag
def paid_chart(months: list[Any]) -> Chart:
    """Each month as a bar of what the importer and what the broker paid."""
    told = [
        (one.month, {"importer": one.by_importer, "broker": one.by_broker}, one.total)
        for one in months
    ]
    return _chart(told, PAYER_WORDS)


@register.simple_tag
def security_chart(months: list[Any], posted: Decimal, need: Decimal) -> Chart:
    """Each period's duties and taxes as a bar, and the line of what security is posted."""
    told = [(one.last, {"covered": one.duties_and_taxes}, one.duties_and_taxes) for one in months]
    return _chart(told, COVERED_WORDS, least=max(posted, need), line=posted)


@register.simple_tag
def readiness_chart(months: list[Any]) -> Chart:
    """Each month as a bar of the checks that were not met, and of those nobody knew."""
    told = [(one.month, one.counts, sum(one.counts.values(), ZERO)) for one in months]
    return _chart(told, READINESS_WORDS)


Told = tuple[date, Mapping[str, Decimal], Decimal]  # a month, its amounts by series, its total


def _chart(
    months: Sequence[Told],
    words: Mapping[str, Any],
    *,
    least: Decimal = ZERO,
    line: Decimal | None = None,
) -> Chart:
    """Bars of those series that have an amount; the highest, or `least`, reaches the top."""
    series = [name for name in words if any(amounts[name] for _last, amounts, _total in months)]
    top = max([least, *(_above(amounts) for _last, amounts, _total in months)], default=ZERO)

    def height(amount: Decimal) -> int:
        return round(amount / top * ROOM) if top > 0 else 0

    bars: list[Bar] = []
    labels: list[Label] = []
    for place, (last, amounts, _total) in enumerate(months):
        x, broad = _place(place, len(months))
        labels.append(Label(x + broad // 2, last, _has_year(place, last)))
        bars += _stack({name: amounts[name] for name in series}, x, broad, height)
    rows = [Row(last, [told[name] for name in series], total) for last, told, total in months]
    named = [(name, words[name]) for name in series]
    line_y = None if line is None else BASE - height(line)
    return Chart(bars, labels, named, rows, top, line_y)


def _has_year(place: int, last: date) -> bool:
    """Under each January, and under the first month unless a January stands beside it."""
    return last.month == 1 or (place == 0 and last.month != 12)


def _above(amounts: Mapping[str, Decimal]) -> Decimal:
    return sum((max(amount, ZERO) for amount in amounts.values()), ZERO)


def _stack(
    amounts: Mapping[str, Decimal], x: int, broad: int, height: Callable[[Decimal], int]
) -> list[Bar]:
    bars, below = [], ZERO
    for name, amount in amounts.items():
        if amount > 0:
            high = height(below + amount)
            bars.append(Bar(name, x, BASE - high, broad, high - height(below)))
            below += amount
    return bars


def _place(place: int, count: int) -> tuple[int, int]:
    step = WIDTH // max(count, FEWEST)
    broad = step * 3 // 5
    return place * step + (step - broad) // 2, broad
