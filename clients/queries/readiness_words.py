"""What checks say, as people read it: the sentence, and the facts with their names."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carmsvc.templatetags.figures import NOTHING, money
from clients.models.onboarding import PARTIES, SOURCE_KINDS
from clients.readiness import Check, Source
from clients.rules.readiness import Outcome

ANSWER_SENTENCES = {
    "answered": gettext_lazy("%(said_by)s said so on %(said_on)s; it counts until %(expires_on)s."),
    "answered_no": gettext_lazy("%(said_by)s said on %(said_on)s that it is not so."),
    "answer_expired": gettext_lazy(
        "What %(said_by)s said on %(said_on)s counted until %(expires_on)s only."
    ),
}
ANSWER_FACTS = {
    "said_by": gettext_lazy("Said by"),
    "said_on": gettext_lazy("Said on"),
    "expires_on": gettext_lazy("Counts until"),
}


def sentence(check: Check, outcome: Outcome) -> str:
    """Why the check says what it says, in the reader's language."""
    words = ANSWER_SENTENCES.get(outcome.reason) or check.sentences[outcome.reason]
    told = {name: told_value(check, name, value) for name, value in outcome.facts.items()}
    return str(words) % told


def facts_told(check: Check, outcome: Outcome) -> list[tuple[Any, str]]:
    """The facts that were used, each with its word; what has none is not told."""
    words: Mapping[str, Any] = {**check.facts, **ANSWER_FACTS}
    return [
        (words[name], told_value(check, name, value))
        for name, value in outcome.facts.items()
        if name in words and value not in (None, ())
    ]


def told_value(check: Check, name: str, value: Any) -> str:
    """A fact's value for people."""
    if isinstance(value, (tuple, list)):
        return ", ".join(told_value(check, name, one) for one in value) or NOTHING
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, Decimal):
        return _percent(value) if name.endswith("percent") else money(value)
    if isinstance(value, date):
        return value.isoformat()
    return NOTHING if value is None else str(check.values.get(name, {}).get(value, value))


def _percent(value: Decimal) -> str:
    places = 0 if value == value.to_integral_value() else 1
    return f"{formats.number_format(value, decimal_pos=places)}\N{NO-BREAK SPACE}%"


def plain_value(value: Any) -> Any:
    """A fact's value as JSON holds it: amounts and days as text."""
    if isinstance(value, (tuple, list)):
        return [plain_value(one) for one in value]
    if isinstance(value, bool | int) or value is None:
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def who_told(check: Check) -> str:
    """Who puts it right."""
    return ", ".join(str(PARTIES[one]) for one in check.who)


def source_word(source: Source) -> Any:
    """How far a source can be relied on."""
    return SOURCE_KINDS[source.kind]
