"""An importer's readiness as its page and its report show it: grouped, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from clients.models import ProgramAccount
from clients.models.readiness import (
    AREA_HEADS,
    AREA_WORDS,
    RESULT_WORDS,
    SEVERITY_WORDS,
    VERDICT_WORDS,
)
from clients.queries.readiness import Judged, Readiness
from clients.queries.readiness_words import facts_told, sentence, source_word, who_told
from clients.rules.readiness import Area, Result, Severity, Verdict


@dataclass(frozen=True)
class VerdictWord:
    """A verdict with its word; where none is, it does not concern the importer."""

    word: Any
    verdict: Verdict | None
    verdict_word: Any


@dataclass(frozen=True)
class Line:
    """A check as it is shown. The accounts of which it says the very same stand in one line."""

    judged: Judged
    accounts: tuple[ProgramAccount, ...]
    place: str  # of the question, where it may be answered

    @property
    def sentence(self) -> str:
        return sentence(self.judged.check, self.judged.outcome)

    @property
    def facts(self) -> list[tuple[Any, str]]:
        return facts_told(self.judged.check, self.judged.outcome)

    @property
    def who(self) -> str:
        return who_told(self.judged.check)

    @property
    def severity_word(self) -> Any:
        return SEVERITY_WORDS[self.judged.severity]

    @property
    def result_word(self) -> Any:
        return RESULT_WORDS[self.judged.result]

    @property
    def sources(self) -> list[tuple[Any, str, Any]]:
        """Title, address and how far it can be relied on."""
        told = self.judged.check.sources
        return [(one.title, one.address, source_word(one)) for one in told]


@dataclass(frozen=True)
class Group:
    """Lines with one result and, of failures, one weight."""

    word: Any
    result: Result
    severity: Severity | None
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Page:
    """What is shown of an importer's readiness."""

    verdict: VerdictWord
    areas: tuple[VerdictWord, ...]
    accounts: tuple[tuple[ProgramAccount, VerdictWord, tuple[VerdictWord, ...]], ...]
    groups: tuple[Group, ...]

    @property
    def area_words(self) -> list[Any]:
        """Short, as the heads of columns."""
        return list(AREA_HEADS.values())


def page_of(found: Readiness) -> Page:
    """An importer's readiness in words, failures first."""
    return Page(
        verdict=worded("", found.verdict),
        areas=_areas(found.areas),
        accounts=tuple(
            (account, worded(account, verdict), _areas(areas))
            for account, verdict, areas in found.by_account
        ),
        groups=tuple(_groups(found.judged)),
    )


def worded(word: Any, verdict: Verdict | None) -> VerdictWord:
    """A verdict of something."""
    told = VERDICT_WORDS[verdict] if verdict else RESULT_WORDS[Result.NOT_APPLICABLE]
    return VerdictWord(word, verdict, told)


def _areas(areas: dict[Area, Verdict | None]) -> tuple[VerdictWord, ...]:
    return tuple(worded(AREA_WORDS[area], verdict) for area, verdict in areas.items())


def _groups(judged: Iterable[Judged]) -> Iterable[Group]:
    for (result, severity), rows in groupby(judged, key=_kind):
        word = SEVERITY_WORDS[severity] if severity else RESULT_WORDS[result]
        yield Group(word, result, severity, tuple(lines_of(rows)))


def _kind(one: Judged) -> tuple[Result, Severity | None]:
    return one.result, one.severity if one.result is Result.FAILED else None


def lines_of(rows: Iterable[Judged]) -> Iterable[Line]:
    """The checks as they are shown, those that say the very same in one line."""
    alike: dict[Any, list[Judged]] = {}
    for one in rows:
        outcome = one.outcome
        key = (one.check.code, outcome.reason, tuple(sorted(map(str, outcome.facts.items()))))
        alike.setdefault((key, one.account if _place(one) else None), []).append(one)
    for same in alike.values():
        accounts = tuple(one.account for one in same if one.account)
        yield Line(same[0], accounts, _place(same[0]))


def _place(one: Judged) -> str:
    return one.place if one.outcome.may_be_answered or one.answer else ""
