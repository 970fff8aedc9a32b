"""Who may do what for an importer on a day: the one place where authority is decided."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from delegation.rules.agreements import AgreementFacts, Standing, standing_on
from delegation.rules.states import ACTING, State


class Level(StrEnum):
    """How far a relationship reaches: the business with all its program accounts, or some."""

    BUSINESS = "business"
    PROGRAM = "program"


class ProviderKind(StrEnum):
    """Who was given authority."""

    OUR_BROKERAGE = "our_brokerage"
    LICENSED_BROKER = "licensed_broker"
    TRADE_CONSULTANT = "trade_consultant"
    OTHER = "other"


class Act(StrEnum):
    """Something done for an importer with the CBSA."""

    REGISTER_BUSINESS = "register_business"
    MANAGE_BUSINESS_USERS = "manage_business_users"
    MANAGE_ACCOUNT_USERS = "manage_account_users"
    APPROVE_REQUESTS = "approve_requests"
    EDIT_PROFILE = "edit_profile"
    ENROL_IN_RPP = "enrol_in_rpp"
    VIEW_STATEMENT = "view_statement"
    VIEW_OTHERS_TRANSACTIONS = "view_others_transactions"
    PAY = "pay"
    FILE_CAD = "file_cad"
    CORRECT_CAD = "correct_cad"
    ADJUST_CAD = "adjust_cad"
    REQUEST_RULING = "request_ruling"
    APPEAL = "appeal"
    BUILD_CLIENT_GROUPS = "build_client_groups"


class Known(StrEnum):
    """How sure an answer of the permission table is."""

    YES = "yes"
    LIKELY = "likely"  # inferred from the sources, stated by none
    NO = "no"
    UNLIKELY = "unlikely"
    UNKNOWN = "unknown"


_YES, _LIKELY, _NO, _UNLIKELY, _UNKNOWN = Known
LICENSED = frozenset({ProviderKind.OUR_BROKERAGE, ProviderKind.LICENSED_BROKER})

# act -> a broker at business level (pBAM), at program level (pPAM), a trade consultant.
# Sources: CBSA portal guides of 2021 on roles and business relationships, CBSA's page for trade
# consultants, and what brokers publish; a consultant neither accounts nor pays (Customs Act,
# s. 32).
MATRIX: dict[Act, tuple[Known, Known, Known]] = {
    Act.REGISTER_BUSINESS: (_UNLIKELY, _UNLIKELY, _UNLIKELY),
    Act.MANAGE_BUSINESS_USERS: (_LIKELY, _UNLIKELY, _UNKNOWN),
    Act.MANAGE_ACCOUNT_USERS: (_LIKELY, _LIKELY, _UNKNOWN),
    Act.APPROVE_REQUESTS: (_UNKNOWN, _UNKNOWN, _UNLIKELY),
    Act.EDIT_PROFILE: (_UNKNOWN, _UNKNOWN, _UNLIKELY),
    Act.ENROL_IN_RPP: (_LIKELY, _UNKNOWN, _UNLIKELY),
    Act.VIEW_STATEMENT: (_LIKELY, _LIKELY, _LIKELY),
    Act.VIEW_OTHERS_TRANSACTIONS: (_LIKELY, _LIKELY, _LIKELY),
    Act.PAY: (_LIKELY, _LIKELY, _NO),
    Act.FILE_CAD: (_YES, _YES, _NO),
    Act.CORRECT_CAD: (_YES, _YES, _NO),
    Act.ADJUST_CAD: (_YES, _YES, _YES),
    Act.REQUEST_RULING: (_LIKELY, _LIKELY, _YES),
    Act.APPEAL: (_LIKELY, _UNKNOWN, _UNKNOWN),
    Act.BUILD_CLIENT_GROUPS: (_YES, _UNLIKELY, _YES),
}
OF_THE_BUSINESS = frozenset({Act.REGISTER_BUSINESS, Act.MANAGE_BUSINESS_USERS})
# what a broker's mandate may hold; what the importer alone does in the portal is left out
OFFERED = tuple(act for act in Act if act not in (Act.REGISTER_BUSINESS, Act.BUILD_CLIENT_GROUPS))
ALL_TICKS = frozenset({1, 2, 3})


@dataclass(frozen=True)
class Reason:
    """Why: a code with what belongs in its sentence."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class DelegationFacts:
    """What of a delegation decides. Level, accounts (BN15) and ticks are those approved in the
    portal; the first and the last day count.
    """

    provider: ProviderKind
    state: State
    level: Level | None = None
    accounts: frozenset[str] = frozenset()
    ticks: frozenset[int] = frozenset()
    effective_from: date | None = None
    effective_to: date | None = None
    approved_on: date | None = None
    agreements: tuple[AgreementFacts, ...] = ()
    number: int = 0


@dataclass(frozen=True)
class Cover:
    """Yes or no, why, and what to bear in mind."""

    is_covered: bool
    reasons: tuple[Reason, ...]
    notes: tuple[Reason, ...] = ()
    delegation: int = 0

    def __bool__(self) -> bool:
        return self.is_covered


def covers(
    delegations: Iterable[DelegationFacts], account: str | None, act: Act, on: date
) -> Cover:
    """Whether one of these delegations lets its provider do this on a day.

    `account` is a BN15, or None for what concerns the business as a whole. A no is explained by
    the delegation that comes closest.
    """
    answers = [_covers(one, account, act, on) for one in delegations]
    if not answers:
        return Cover(False, (Reason("no_delegation"),))
    return min(answers, key=lambda one: (not one.is_covered, len(one.reasons), one.delegation))


def _covers(delegation: DelegationFacts, account: str | None, act: Act, on: date) -> Cover:
    against = tuple(_against(delegation, account, act, on))
    if against:
        return Cover(False, against, delegation=delegation.number)
    why = Reason("covered", {"level": delegation.level})
    return Cover(True, (why,), tuple(_notes(delegation, act)), delegation.number)


def _against(
    delegation: DelegationFacts, account: str | None, act: Act, on: date
) -> Iterator[Reason]:
    if delegation.state not in ACTING:
        yield Reason("not_acting", {"state": delegation.state})
    yield from _days_against(delegation, on)
    yield from _reach_against(delegation, account, act)
    yield from _role_against(delegation, act)
    yield from _agreement_against(delegation, act, on)


def _days_against(delegation: DelegationFacts, on: date) -> Iterator[Reason]:
    begins = max(filter(None, (delegation.effective_from, delegation.approved_on)), default=None)
    if begins and on < begins:
        yield Reason("not_yet_effective", {"day": begins})
    if delegation.effective_to and delegation.effective_to < on:
        yield Reason("no_longer_effective", {"day": delegation.effective_to})


def _reach_against(delegation: DelegationFacts, account: str | None, act: Act) -> Iterator[Reason]:
    if delegation.state in ACTING and delegation.level is not Level.BUSINESS:
        if account is None or act in OF_THE_BUSINESS:
            yield Reason("needs_business_level")
        elif account not in delegation.accounts:
            yield Reason("account_not_delegated", {"account": account})
    if act is Act.VIEW_OTHERS_TRANSACTIONS and not delegation.ticks >= ALL_TICKS:
        yield Reason("visibility_too_narrow")


def known_of(delegation: DelegationFacts, act: Act) -> Known:
    """What the permission table says of an act for this provider at this level."""
    business, program, consultant = MATRIX[act]
    if delegation.provider not in LICENSED:
        return consultant
    return business if delegation.level is Level.BUSINESS else program


def _role_against(delegation: DelegationFacts, act: Act) -> Iterator[Reason]:
    known = known_of(delegation, act)
    if known in (Known.NO, Known.UNLIKELY):
        licensed = delegation.provider in LICENSED
        yield Reason("not_at_this_level" if licensed else "needs_licence", {"act": act})
    elif known is Known.UNKNOWN:
        yield Reason("not_verified", {"act": act})


def _agreement_against(delegation: DelegationFacts, act: Act, on: date) -> Iterator[Reason]:
    """Ours only: what others have signed with the importer is not known here."""
    if delegation.provider is not ProviderKind.OUR_BROKERAGE:
        return
    signed = [one for one in delegation.agreements if standing_on(one, on) is Standing.IN_FORCE]
    if not delegation.agreements:
        yield Reason("no_agreement")
    elif not signed:
        yield Reason("agreement_not_in_force", {"standing": _best(delegation.agreements, on)})
    elif not any(one.names_the_importer for one in signed):
        yield Reason("agreement_names_another")
    elif not any(one.names_the_importer and act in one.scope for one in signed):
        yield Reason("outside_agreement", {"act": act})


def _best(agreements: tuple[AgreementFacts, ...], on: date) -> Standing:
    """What stands nearest to being in force."""
    order = (Standing.UNSIGNED, Standing.NOT_YET, Standing.LAPSED, Standing.ENDED)
    return min((standing_on(one, on) for one in agreements), key=order.index)


def _notes(delegation: DelegationFacts, act: Act) -> Iterator[Reason]:
    if delegation.state is State.INSUFFICIENT:
        yield Reason("less_than_agreed")
    if known_of(delegation, act) is Known.LIKELY:
        yield Reason("inferred", {"act": act})
    if delegation.provider is not ProviderKind.OUR_BROKERAGE:
        yield Reason("agreement_not_known")
