"""Authority on a page: reasons as sentences, ticks by name, what an overview warns of."""

from typing import Any

from django import template

from delegation.rules import Reason, Standing, Wish
from delegation.wording import (
    ACTS,
    LEVELS,
    STANDINGS,
    STATE_SENTENCES,
    TICKS,
    VERIFIED_TICKS,
    WISHES,
    sentence,
)

register = template.Library()
DANGEROUS = frozenset({Wish.REJECT, Wish.REVOKE, Wish.CANCEL, Wish.WITHDRAW})


@register.filter
def told(reason: Reason) -> str:
    """A reason as a sentence."""
    return sentence(reason)


@register.filter
def act_word(act: Any) -> Any:
    """An act in words."""
    return ACTS[act]


@register.filter
def level_word(level: Any) -> Any:
    """A level in words; a dash for none."""
    return LEVELS.get(level, "–")


@register.filter
def step_word(wish: str) -> Any:
    """A step in words, as a button says it."""
    return {one.value: word for one, word in WISHES.items()}.get(wish, wish)


@register.filter
def standing_word(standing: Standing) -> Any:
    """Where an agreement stands, in words."""
    return STANDINGS[standing]


@register.filter
def state_sentence(delegation: Any) -> Any:
    """What a delegation's state means."""
    return STATE_SENTENCES[delegation.standing]


@register.filter
def is_hard(wish: Wish) -> bool:
    """Whether a step ends or refuses something."""
    return wish in DANGEROUS


@register.simple_tag
def ticks_of(delegation: Any) -> list[dict[str, Any]]:
    """The three visibility ticks: agreed or not, set in the portal or not."""
    return [
        {
            "number": number,
            "name": name,
            "is_verified": number in VERIFIED_TICKS,
            "is_agreed": number in delegation.agreed_ticks,
            "is_set": number in delegation.approved_ticks,
        }
        for number, name in TICKS.items()
    ]


@register.simple_tag
def accounts_of(delegation: Any, accounts: Any) -> list[dict[str, Any]]:
    """The importer's program accounts: agreed or not, approved or not."""
    return [
        {
            "account": one,
            "is_agreed": _reaches(delegation.agreed, one.bn15),
            "is_set": _reaches(delegation.approved, one.bn15),
        }
        for one in accounts
    ]


def _reaches(terms: Any, bn15: str) -> bool:
    return terms.level == "business" or bn15 in terms.accounts
