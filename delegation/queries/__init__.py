"""What the delegation room is asked: may we act, what stands, what lapses."""

from delegation.queries.agreements import agreements_of, papers_waiting
from delegation.queries.cover import delegations_with_cover, may_act
from delegation.queries.delegations import (
    delegations_of,
    expired_on,
    history_of,
    importers_with_expired,
    lapses_of,
    shortfalls_of,
)

__all__ = [
    "agreements_of",
    "delegations_of",
    "delegations_with_cover",
    "expired_on",
    "history_of",
    "importers_with_expired",
    "lapses_of",
    "may_act",
    "papers_waiting",
    "shortfalls_of",
]
