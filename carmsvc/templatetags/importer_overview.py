"""An importer's overview and story in a template: levels, sections of rooms, headings."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from carmsvc.templatetags.house import state
from clients.overview import LEVEL_WORDS, Level, Section
from clients.rules.names import Difference

register = template.Library()

HEADINGS: dict[str, Any] = {
    "profile": _("Profile"),
    "setup": pgettext_lazy("tab", "Set-up"),
    "authority": pgettext_lazy("tab", "Authority"),
    "money": pgettext_lazy("tab", "Money"),
    "documents": _("Documents"),
    "questions": _("Questions"),
    "access": pgettext_lazy("tab", "Access"),
}
DIFFERENCES: dict[Difference, Any] = {
    Difference.SPACING: _("spaces"),
    Difference.CASE: _("capitals"),
    Difference.ACCENTS: _("accents"),
    Difference.PUNCTUATION: _("punctuation"),
    Difference.ENDING: _("legal ending"),
    Difference.WORDS: _("words"),
}
_STATES = {Level.FINE: "fine", Level.AT_RISK: "at_risk", Level.STOPPED: "stopped"}


@register.simple_tag
def level_state(level: Level) -> SafeString:
    """How an importer stands, as an icon and a word."""
    return state(_STATES[level], LEVEL_WORDS[level])


@register.simple_tag(takes_context=True)
def overview_section(context: Any, section: Section, told: Mapping[str, Any]) -> SafeString:
    """A room's part of the overview, drawn by its own template."""
    known = {**context.flatten(), **told}
    return render_to_string(section.template, known, request=context.get("request"))


@register.filter
def heading_word(name: str) -> Any:
    """A heading of the story in words."""
    return HEADINGS.get(name, name)


@register.filter
def difference_words(differences: tuple[Difference, ...]) -> str:
    """In which ways names differ: `capitals, punctuation`."""
    return ", ".join(str(DIFFERENCES[one]) for one in differences)
