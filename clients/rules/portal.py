"""People in the CARM Client Portal: where their access stands, and what is risky about it.

These are records about the CBSA's portal, where nothing can be read by a program: who holds which
role is what somebody saw or confirmed on a day. Our own roles are in `permissions`.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class PortalRoleKind(StrEnum):
    """A role that the portal gives a person, from the widest to the narrowest."""

    BAM = "bam"  # business account manager: the business number and every program account
    PAM = "pam"  # program account manager: named program accounts, as the two below
    EDITOR = "editor"
    READER = "reader"


class PersonKind(StrEnum):
    """Whose person it is."""

    EMPLOYEE = "employee"
    BROKER = "broker"
    CONSULTANT = "consultant"


class Access(StrEnum):
    """Where a person's access to the importer's account in the portal stands."""

    INVITED = "invited"  # asked for or offered in the portal, not in force
    ACTIVE = "active"
    REMOVED = "removed"


class AccessWish(StrEnum):
    """What has happened in the portal, and is recorded here."""

    ACTIVATE = "activate"
    REMOVE = "remove"
    INVITE = "invite"


TRANSITIONS: dict[Access, dict[AccessWish, Access]] = {
    Access.INVITED: {AccessWish.ACTIVATE: Access.ACTIVE, AccessWish.REMOVE: Access.REMOVED},
    Access.ACTIVE: {AccessWish.REMOVE: Access.REMOVED},
    Access.REMOVED: {AccessWish.INVITE: Access.INVITED},
}


class IllegalAccess(ValueError):
    """A wish that access in this state cannot grant."""

    def __init__(self, state: Access, wish: AccessWish) -> None:
        super().__init__(f"{wish} is not possible for access that is {state}")
        self.state, self.wish, self.possible = state, wish, possible(state)


def possible(state: Access) -> tuple[AccessWish, ...]:
    """What can be recorded of access in this state, in order."""
    return tuple(wish for wish in AccessWish if wish in TRANSITIONS[state])


def outcome(state: Access, wish: AccessWish) -> Access:
    """The state after a wish; raises `IllegalAccess`."""
    if wish not in TRANSITIONS[state]:
        raise IllegalAccess(state, wish)
    return TRANSITIONS[state][wish]


@dataclass(frozen=True)
class RoleFacts:
    """A role that a person holds. `account` is a BN15, or nothing: BAM, or not known."""

    number: int
    role: PortalRoleKind
    account: str
    recorded_on: date
    until_on: date | None = None
    verified_on: date | None = None

    @property
    def is_without_account(self) -> bool:
        return self.role is not PortalRoleKind.BAM and not self.account

    def is_over(self, today: date) -> bool:
        return self.until_on is not None and self.until_on < today

    def verify_by(self, verify_days: int) -> date:
        """The last day on which what is known of it still counts as known."""
        return (self.verified_on or self.recorded_on) + timedelta(days=verify_days)


@dataclass(frozen=True)
class PersonFacts:
    """A person, where the access stands, and the roles that were not ended."""

    number: int
    name: str
    email: str
    kind: PersonKind
    access: Access
    left_on: date | None = None
    roles: tuple[RoleFacts, ...] = ()

    @property
    def has_access(self) -> bool:
        return self.access is Access.ACTIVE

    def has_left(self, today: date) -> bool:
        return self.left_on is not None and self.left_on <= today


class RiskCode(StrEnum):
    """What is wrong with who has access; the gravest first."""

    NO_BAM = "no_bam"
    LEAVER = "leaver"
    SINGLE_BAM = "single_bam"
    THIRD_PARTY_BAM = "third_party_bam"
    EXPIRED = "expired"
    SHARED_MAILBOX = "shared_mailbox"
    NOT_VERIFIED = "not_verified"
    NO_ACCOUNT = "no_account"
    NOBODY_RECORDED = "nobody_recorded"


class Severity(StrEnum):
    """What a risk does: stops the work, threatens it, or asks for tidying."""

    BLOCK = "block"
    HIGH = "high"
    MEDIUM = "medium"


SEVERITIES: dict[RiskCode, Severity] = {
    RiskCode.NO_BAM: Severity.BLOCK,
    RiskCode.LEAVER: Severity.HIGH,
    RiskCode.SINGLE_BAM: Severity.HIGH,
    RiskCode.THIRD_PARTY_BAM: Severity.HIGH,
    RiskCode.EXPIRED: Severity.HIGH,
    RiskCode.SHARED_MAILBOX: Severity.HIGH,
    RiskCode.NOT_VERIFIED: Severity.HIGH,
    RiskCode.NO_ACCOUNT: Severity.MEDIUM,
    RiskCode.NOBODY_RECORDED: Severity.MEDIUM,
}
# where each is read; a key of the permission table's sources, or our own practice
RISK_SOURCES: dict[RiskCode, tuple[str, ...]] = {
    RiskCode.NO_BAM: ("v3", "coleDeleg2"),
    RiskCode.LEAVER: ("practice",),
    RiskCode.SINGLE_BAM: ("coleDeleg2", "farrowRoles", "schenker"),
    RiskCode.THIRD_PARTY_BAM: ("playbook", "coleDeleg", "ezt"),
    RiskCode.EXPIRED: ("practice",),
    RiskCode.SHARED_MAILBOX: ("aians", "ezt"),
    RiskCode.NOT_VERIFIED: ("practice",),
    RiskCode.NO_ACCOUNT: ("v3", "coleDeleg"),
    RiskCode.NOBODY_RECORDED: ("practice",),
}


@dataclass(frozen=True)
class Risk:
    """One thing that is wrong; of a person or of one of their roles, or of the importer."""

    code: RiskCode
    person: int | None = None
    role: int | None = None

    @property
    def severity(self) -> Severity:
        return SEVERITIES[self.code]

    @property
    def sources(self) -> tuple[str, ...]:
        return RISK_SOURCES[self.code]


def risks_of(people: Collection[PersonFacts], today: date, verify_days: int) -> tuple[Risk, ...]:
    """What is wrong with an importer's people in the portal, the gravest first.

    A role not verified for `verify_days` days counts as not known any more (ours; no law says
    so). Where nobody is on record we know nothing, and do not say that there is no manager.
    """
    present = [one for one in people if one.access is not Access.REMOVED]
    if not present:
        return (Risk(RiskCode.NOBODY_RECORDED),)
    found = [*_of_managers(present, today), *_of_people(present, today, verify_days)]
    order = list(RiskCode)
    return tuple(sorted(found, key=lambda one: order.index(one.code)))


def managers(people: Iterable[PersonFacts], today: date) -> list[PersonFacts]:
    """Who can act as business account manager today: has access, has not left, role in force."""
    return [
        one
        for one in people
        if one.has_access
        and not one.has_left(today)
        and any(role.role is PortalRoleKind.BAM and not role.is_over(today) for role in one.roles)
    ]


def _of_managers(people: Collection[PersonFacts], today: date) -> Iterator[Risk]:
    able = managers(people, today)
    if not able:
        yield Risk(RiskCode.NO_BAM)
    if len(able) == 1:
        yield Risk(RiskCode.SINGLE_BAM, able[0].number)


def _of_people(people: Collection[PersonFacts], today: date, verify_days: int) -> Iterator[Risk]:
    shared = _shared_addresses(people)
    for one in people:
        if one.has_left(today):
            yield Risk(RiskCode.LEAVER, one.number)
        if one.email and (is_shared_mailbox(one.email) or one.email.casefold() in shared):
            yield Risk(RiskCode.SHARED_MAILBOX, one.number)
        if one.has_access:
            for role in one.roles:
                yield from _of_role(one, role, today, verify_days)


def _of_role(person: PersonFacts, role: RoleFacts, today: date, verify_days: int) -> Iterator[Risk]:
    if role.role is PortalRoleKind.BAM and person.kind is not PersonKind.EMPLOYEE:
        yield Risk(RiskCode.THIRD_PARTY_BAM, person.number, role.number)
    if role.is_over(today):
        yield Risk(RiskCode.EXPIRED, person.number, role.number)
    if role.verify_by(verify_days) < today:
        yield Risk(RiskCode.NOT_VERIFIED, person.number, role.number)
    if role.is_without_account:
        yield Risk(RiskCode.NO_ACCOUNT, person.number, role.number)


# words that name a desk and no person, in both languages
_DESK_WORDS = """
account accounting accounts admin administration ap ar billing bookkeeping broker brokerage
carm compta comptabilite comptes contact courrier customs dedouanement direction dispatch
douane douanes entry export exports facturation factures finance finances gcra hello help
import imports info information invoices logistics logistique mail office operations ops
payables portail portal procurement purchasing reception sales service services shipping
support team tax taxes traffic transport ventes warehouse
"""
_DESKS = frozenset(_DESK_WORDS.split())


def is_shared_mailbox(email: str) -> bool:
    """Whether an address names a desk, such as `customs@`, and so not one person.

    A portal sign-in is personal and never shared (CBSA; see `RISK_SOURCES`).
    """
    local = email.casefold().partition("@")[0]
    words = [word for word in re.split(r"[^a-z]+", local) if word]
    return bool(words) and all(word in _DESKS for word in words)


def _shared_addresses(people: Iterable[PersonFacts]) -> frozenset[str]:
    """Addresses that more than one person is on record with."""
    seen: set[str] = set()
    twice: set[str] = set()
    for one in people:
        address = one.email.casefold()
        (twice if address in seen else seen).add(address)
    return frozenset(twice - {""})


def next_verification_on(people: Iterable[PersonFacts], verify_days: int) -> date | None:
    """By when somebody has to confirm the roles again; None where nobody has access."""
    days = [role.verify_by(verify_days) for one in people if one.has_access for role in one.roles]
    return min(days, default=None)


class RoundState(StrEnum):
    """Where a verification round stands."""

    OPEN = "open"  # with the importer
    ANSWERED = "answered"  # corrections wait for our staff
    DONE = "done"
    WITHDRAWN = "withdrawn"


class Answer(StrEnum):
    """What the importer says to a line of a round."""

    CONFIRM = "confirm"
    CORRECT = "correct"
    LEFT = "left"
    MISSING = "missing"  # somebody has access who was not on the list


class Decision(StrEnum):
    """What our staff make of a line that says something else than our record."""

    APPLIED = "applied"
    DECLINED = "declined"


def round_after(
    answers: Iterable[tuple[Answer, Decision | None]],
) -> RoundState:
    """Where a round stands once answered: over when no correction waits for a decision."""
    waiting = any(answer is not Answer.CONFIRM and decision is None for answer, decision in answers)
    return RoundState.ANSWERED if waiting else RoundState.DONE
