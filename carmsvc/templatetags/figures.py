"""How money, days and moments are written on a page, in the reader's language."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

register = template.Library()
MINUS = "\u2212"
NOTHING = "\u2013"


def _decimal(amount: Any) -> Decimal | None:
    return None if amount is None or amount == "" else Decimal(amount)


@register.filter
def money(amount: Any) -> str:
    """An amount in CAD without a symbol: `−1,204.10`, in French `−1 204,10`."""
    value = _decimal(amount)
    if value is None:
        return NOTHING
    text = formats.number_format(abs(value), decimal_pos=2, force_grouping=True)
    return f"{MINUS}{text}" if value < 0 else text


@register.filter
def signed(amount: Any) -> str:
    """An effect: the sign is always written, but for zero."""
    value = _decimal(amount)
    return f"+{money(value)}" if value is not None and value > 0 else money(value)


@register.filter
def figure(amount: Any) -> SafeString:
    """An amount as an element, a credit told apart by sign and tint."""
    value = _decimal(amount)
    credit = " money--credit" if value is not None and value < 0 else ""
    return format_html('<span class="money{}">{}</span>', credit, money(value))


@register.filter
def effect(amount: Any) -> SafeString:
    """A difference as an element: signed, and red when it is one."""
    value = _decimal(amount)
    differs = " money--differs" if value else ""
    return format_html('<span class="money{}">{}</span>', differs, signed(value))


@register.filter
def day(value: date | None) -> str | SafeString:
    """A legal day as it stands in a column: `2026-11-25`, the same in both languages."""
    if value is None:
        return NOTHING
    return format_html('<time class="day" datetime="{0}">{0}</time>', value.isoformat())


@register.filter
def long_day(value: date | None) -> str | SafeString:
    """A legal day in a sentence: `25 November 2026`, `25 novembre 2026`."""
    if value is None:
        return NOTHING
    text = formats.date_format(value, "j F Y")
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), text)


@register.filter
def moment(value: datetime | None) -> str | SafeString:
    """An instant in the reader's time zone, to the minute."""
    if value is None:
        return NOTHING
    local = timezone.localtime(value)
    return format_html(
        '<time class="day" datetime="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        local.strftime("%Y-%m-%d %H:%M"),
    )


@register.filter
def days_until(value: date, today: date) -> str:
    """How far off a day is, in words."""
    days = (value - today).days
    if days == 0:
        return gettext("today")
    if days < 0:
        return ngettext("%(count)s day ago", "%(count)s days ago", -days) % {"count": -days}
    return ngettext("in %(count)s day", "in %(count)s days", days) % {"count": days}


@register.filter
def number(value: Any) -> str:
    """A count with its thousands apart."""
    return NOTHING if value is None else formats.number_format(value, force_grouping=True)


@register.filter
def is_money(value: Any) -> bool:
    """Whether a value is an amount."""
    return isinstance(value, Decimal)


@register.filter
def as_read(value: Any) -> Any:
    """A value of any kind as this house writes it."""
    if isinstance(value, Decimal):
        return figure(value)
    return day(value) if isinstance(value, date) else ("" if value is None else value)
