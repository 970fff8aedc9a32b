"""A list of clients on a page: columns, faults and values in words."""

from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from clients.actions import warnings_about
from clients.models import Importer, User
from clients.queries.client_lists import COLUMN_WORDS, FAULT_WORDS

register = template.Library()
_VALUES: dict[Any, Any] = {
    **dict(User.Language.choices),
    **dict(Importer.State.choices),
    True: _("Yes"),
    False: _("No"),
    None: "–",
}


@register.filter
def column_word(name: str) -> Any:
    """The heading of a column, as the template has it."""
    return COLUMN_WORDS.get(name, name)


@register.filter
def fault_word(code: str) -> Any:
    """What to do about a cell."""
    return FAULT_WORDS.get(code, code)


@register.filter
def told_value(value: Any) -> Any:
    """A value before or after, in words."""
    return _VALUES.get(value, value)


@register.filter
def has_check_digit(bn9: str) -> bool:
    """Whether the check digit of a business number fits."""
    return not warnings_about(bn9)
