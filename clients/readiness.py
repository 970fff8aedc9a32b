"""The readiness registry: each room registers its checks; page, report, command and API ask here.

As with Django's system checks, a room registers when its app is ready, so that what many rooms
know is collected here and imported nowhere. A provider answers for many importers at once, in a
bounded number of queries. What a check says is computed from the facts each time it is asked for.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from clients.overview import address_of
from clients.rules.onboarding_checklist import Party, SourceKind
from clients.rules.readiness import Area, Outcome, Severity

EXPORTER = "exporter"


@dataclass(frozen=True)
class Source:
    """Where it is read that something matters, and how far that can be relied on."""

    title: Any
    address: str = ""
    kind: SourceKind = SourceKind.OFFICIAL


@dataclass(frozen=True)
class Check:
    """A check: what it asks, why, what a failure does, and who puts it right on which page.

    `sentences` has the words for each reason of an outcome, with the facts in braces of percent;
    `facts` the words for the facts' names, `values` those for codes among their values. A check
    that no data can answer has a `question` to a person, whose answer counts `answer_days`. `steps`
    are those of the shipped onboarding checklist of which it tells whether they are so.
    """

    code: str
    title: Any
    areas: frozenset[Area]
    severity: Severity
    why: Any
    sources: tuple[Source, ...]
    fix: Any
    place: str  # the name of a page of an importer, perhaps with an anchor: importer-profile#names
    who: tuple[Party, ...]
    sentences: Mapping[str, Any]
    facts: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Mapping[Any, Any]] = field(default_factory=dict)
    is_of_account: bool = True
    question: Any = ""
    answer_days: int = 0
    steps: tuple[str, ...] = ()

    def address(self, importer_id: int) -> str:
        """The page where it is put right."""
        page, _, anchor = self.place.partition("#")
        address = address_of(page, importer_id)
        return f"{address}#{anchor}" if anchor else address


@dataclass(frozen=True)
class Finding:
    """What a check says of an importer, or of one of its program accounts."""

    code: str
    importer_id: int
    account_id: int | None
    outcome: Outcome


@dataclass(frozen=True)
class Inquiry:
    """For whom the checks are asked, and on which day. `accounts` are those that are not closed."""

    importers: Mapping[int, Any]
    accounts: tuple[Any, ...]
    today: date

    @property
    def importing(self) -> list[Any]:
        """The accounts that are not known to be for exports only."""
        return [one for one in self.accounts if one.profile != EXPORTER]


# answers for every importer, or for every importing account, once for each check it was given
Provider = Callable[[Inquiry], Iterable[Finding]]


@dataclass(frozen=True)
class _Registry:
    checks: dict[str, Check] = field(default_factory=dict)
    providers: dict[Provider, tuple[str, ...]] = field(default_factory=dict)


_registry = _Registry()


def register(provider: Provider, *checks: Check) -> None:
    """Add checks and who answers them; a code is registered once."""
    for one in checks:
        if one.code in _registry.checks and provider not in _registry.providers:
            raise ValueError(f"{one.code} is already checked by somebody else.")
        _registry.checks[one.code] = one
    _registry.providers[provider] = tuple(one.code for one in checks)


def checks() -> list[Check]:
    """Every check, by code."""
    return [_registry.checks[code] for code in sorted(_registry.checks)]


def check_of(code: str) -> Check:
    """The check of this code; raises KeyError."""
    return _registry.checks[code]


def findings(inquiry: Inquiry) -> list[Finding]:
    """What every check says, by code, importer and account; each once.

    Raises ValueError when a provider speaks of what it was not asked, or twice, or not at all.
    """
    found: dict[tuple[str, int, int], Finding] = {}
    for provider, codes in _registry.providers.items():
        for one in provider(inquiry):
            key = (one.code, one.importer_id, one.account_id or 0)
            if one.code not in codes or one.importer_id not in inquiry.importers or key in found:
                raise ValueError(f"{one.code} of importer {one.importer_id} was not asked for")
            found[key] = one
    if missing := _asked(inquiry) - found.keys():
        raise ValueError(f"Nobody answered {min(missing)}")
    return [found[key] for key in sorted(found)]


def _asked(inquiry: Inquiry) -> set[tuple[str, int, int]]:
    every = checks()
    of_importer = {
        (one.code, pk, 0) for one in every if not one.is_of_account for pk in inquiry.importers
    }
    return of_importer | {
        (one.code, account.importer_id, account.pk)
        for one in every
        if one.is_of_account
        for account in inquiry.importing
    }
