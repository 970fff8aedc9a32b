"""Values of the rulebook as people read them."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.utils import formats
from django.utils.translation import gettext as _

from carmsvc.templatetags.figures import money
from statements.wording import AMOUNT, DAY, MONTH_DAY, PERCENT, RATE, YES_NO, Words

register = template.Library()


def _percent(value: str) -> str:
    return f"{formats.number_format(Decimal(value))}\N{NO-BREAK SPACE}%"


def _month_day(value: str) -> str:
    month, day = value.split("-")
    return formats.date_format(date(2000, int(month), int(day)), "j F")


def _day(value: str) -> str:
    return formats.date_format(date.fromisoformat(value), "j F Y")


def _yes_no(value: str) -> str:
    return _("Yes") if value == "yes" else _("No")


WAYS: list[tuple[Any, Callable[[str], str]]] = [
    (AMOUNT, money),
    (PERCENT, _percent),
    (RATE, _percent),
    (MONTH_DAY, _month_day),
    (DAY, _day),
    (YES_NO, _yes_no),
]


@register.filter
def as_told(value: str, words: Words) -> str:
    """A value in its unit and the reader's language: `5,000.00`, `50 %`, `20 October`, `Yes`."""
    found = [way for unit, way in WAYS if words.unit is unit]
    return found[0](value) if found else value
