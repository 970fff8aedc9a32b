"""Whether an agency agreement (general agency agreement, GAA) holds on a day.

Source: Customs Act, s. 10(1): an officer may refuse an agent whose written authority is not
produced; CBSA Memorandum D1-6-1 for what the authority states. The portal's delegation is
access; the agreement is the mandate.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Standing(StrEnum):
    """Where an agency agreement stands on a day."""

    UNSIGNED = "unsigned"
    NOT_YET = "not_yet"
    IN_FORCE = "in_force"
    LAPSED = "lapsed"
    ENDED = "ended"


@dataclass(frozen=True)
class AgreementFacts:
    """What of an agreement decides: `ends_on` None is a continuous one, both days included."""

    is_signed: bool
    effective_on: date
    ends_on: date | None = None
    terminated_on: date | None = None
    names_the_importer: bool = True
    allows_sub_agents: bool = False
    scope: frozenset[str] = frozenset()


def standing_on(agreement: AgreementFacts, on: date) -> Standing:
    """Where it stands on a day; on the day of its termination it holds no more."""
    if agreement.terminated_on and agreement.terminated_on <= on:
        return Standing.ENDED
    if not agreement.is_signed:
        return Standing.UNSIGNED
    if on < agreement.effective_on:
        return Standing.NOT_YET
    if agreement.ends_on and agreement.ends_on < on:
        return Standing.LAPSED
    return Standing.IN_FORCE
