"""Readiness: what a check can say, whose word counts, and what all of them together mean.

The data come first: a person's statement counts only where the data say nothing. What nobody
knows is said to be unknown and never guessed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any


class Area(StrEnum):
    """What one can be ready for."""

    SET_UP = "set_up"  # the business and its program accounts in the portal
    RPP = "rpp"  # release prior to payment
    RELEASE = "release"  # by integrated import declaration (IID), PARS or minimum documentation


class Severity(StrEnum):
    """What a failed check does to the verdict, the gravest first."""

    BLOCKER = "blocker"
    AT_RISK = "at_risk"
    ADVICE = "advice"


class Result(StrEnum):
    """What a check says, in the order in which people are shown it."""

    FAILED = "failed"
    UNKNOWN = "unknown"
    PASSED = "passed"
    NOT_APPLICABLE = "not_applicable"


class Verdict(StrEnum):
    """How ready somebody is, the worst first."""

    NOT_READY = "not_ready"
    AT_RISK = "at_risk"
    READY = "ready"


@dataclass(frozen=True)
class Outcome:
    """What a check says of one importer or account: the reason, and the facts that were used.

    `severity` is set where this finding weighs otherwise than its check. `may_be_answered`: no
    data can say it, so a person may.
    """

    result: Result
    reason: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    severity: Severity | None = None
    may_be_answered: bool = False


def passed(reason: str, **facts: Any) -> Outcome:
    """It is as it should be."""
    return Outcome(Result.PASSED, reason, facts)


def failed(reason: str, severity: Severity | None = None, /, **facts: Any) -> Outcome:
    """It is not as it should be."""
    return Outcome(Result.FAILED, reason, facts, severity)


def unknown(reason: str, *, may_be_answered: bool = False, **facts: Any) -> Outcome:
    """Nobody has recorded it."""
    return Outcome(Result.UNKNOWN, reason, facts, may_be_answered=may_be_answered)


def not_applicable(reason: str, **facts: Any) -> Outcome:
    """It does not concern this importer or account."""
    return Outcome(Result.NOT_APPLICABLE, reason, facts)


@dataclass(frozen=True)
class AnswerFacts:
    """A person's statement on a check; the last day counts."""

    is_met: bool
    said_on: date
    expires_on: date
    said_by: str = ""


def with_answer(outcome: Outcome, answer: AnswerFacts | None, today: date) -> Outcome:
    """The outcome with a person's statement taken in, where it counts: data first, answers second.

    An answer that has expired leaves it unknown, and says so.
    """
    if answer is None or not outcome.may_be_answered or outcome.result is not Result.UNKNOWN:
        return outcome
    told = {"said_by": answer.said_by, "said_on": answer.said_on, "expires_on": answer.expires_on}
    if answer.expires_on < today:
        return unknown("answer_expired", may_be_answered=True, **told)
    return passed("answered", **told) if answer.is_met else failed("answered_no", **told)


def verdict_of(found: Iterable[tuple[Severity, Result]]) -> Verdict | None:
    """The verdict of some checks, in whatever order; None where none of them applies.

    A failed blocker: not ready. Another failure that matters, or something that matters and
    nobody knows: at risk. Advice changes nothing.
    """
    verdicts = [
        _weight(severity, result)
        for severity, result in found
        if result is not Result.NOT_APPLICABLE
    ]
    return min(verdicts, key=worse_first, default=None)


def worse_first(verdict: Verdict) -> int:
    """A key by which the worse verdict comes first."""
    return list(Verdict).index(verdict)


def _weight(severity: Severity, result: Result) -> Verdict:
    if result is Result.PASSED or severity is Severity.ADVICE:
        return Verdict.READY
    is_stop = result is Result.FAILED and severity is Severity.BLOCKER
    return Verdict.NOT_READY if is_stop else Verdict.AT_RISK
