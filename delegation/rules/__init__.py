"""Decisions about authority, without a framework: states, what is enough, who may do what."""

from delegation.rules.agreed import Terms, shortfalls
from delegation.rules.agreements import AgreementFacts, Standing, standing_on
from delegation.rules.cover import (
    OFFERED,
    Act,
    Cover,
    DelegationFacts,
    Level,
    ProviderKind,
    Reason,
    covers,
)
from delegation.rules.states import (
    ACTING,
    ANSWERS,
    NEEDS_REASON,
    IllegalTransition,
    State,
    Wish,
    outcome,
    possible,
)

__all__ = [
    "ACTING",
    "ANSWERS",
    "NEEDS_REASON",
    "OFFERED",
    "Act",
    "AgreementFacts",
    "Cover",
    "DelegationFacts",
    "IllegalTransition",
    "Level",
    "ProviderKind",
    "Reason",
    "Standing",
    "State",
    "Terms",
    "Wish",
    "covers",
    "outcome",
    "possible",
    "shortfalls",
    "standing_on",
]
