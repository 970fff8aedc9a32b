"""The pay answer in a template: its parts with their reasons, its warnings, its ways to pay."""

from collections.abc import Iterable
from typing import Any

from django import template

from reconciliation.queries import pay_words
from reconciliation.queries.pay_answer import PayAnswer
from statements.rules.payments import Way

register = template.Library()


@register.filter
def steps(found: PayAnswer) -> Iterable[Any]:
    """(part, its name, its amount, its reasons) of an answer."""
    return pay_words.steps(found)


@register.filter
def warnings(found: PayAnswer) -> list[pay_words.Told]:
    """What to look at before anybody pays."""
    return pay_words.warnings(found)


@register.filter
def words(way: Way) -> Any:
    """A way to pay: its name, and its limit and cut-off."""
    return pay_words.way_words(way)
