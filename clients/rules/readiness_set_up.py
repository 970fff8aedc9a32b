"""What makes the set-up of a business and its program accounts ready: this room's decisions."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from stdnum.ca import bn

from clients.rules.names import compare_names
from clients.rules.portal import PersonFacts, PortalRoleKind, managers
from clients.rules.readiness import Outcome, Severity, failed, not_applicable, passed, unknown

ENOUGH_MANAGERS = 2
FUNCTIONS = ("finance", "operations", "customs")  # whom one must be able to reach


def number_fits(bn9: str, bn15: str) -> Outcome:
    """R01: the business number has nine digits, the account is one of its import-export accounts.

    Source: CBSA, registering in CARM. A check digit that does not fit is odd, but stops nothing.
    """
    if not re.fullmatch(r"[0-9]{9}", bn9):
        return failed("bn9_malformed", bn9=bn9)
    if not re.fullmatch(r"[0-9]{9}RM[0-9]{4}", bn15):
        return failed("bn15_malformed", bn15=bn15)
    if not bn15.startswith(bn9):
        return failed("of_another_business", bn9=bn9, bn15=bn15)
    if not bn.is_valid(bn9):
        return failed("check_digit", Severity.AT_RISK, bn9=bn9)
    return passed("number_fits", bn9=bn9, bn15=bn15)


def may_import(profile: str, *, others_import: bool) -> Outcome:
    """R02: the account's profile lets it import. Source: Customs Notice 24-37.

    An account for exports only is as it should be where another one of the importer imports.
    """
    if not profile:
        return unknown("profile_not_known")
    if profile == "exporter":
        if others_import:
            return not_applicable("another_imports", profile=profile)
        return failed("exports_only", profile=profile)
    return passed("may_import", profile=profile)


@dataclass(frozen=True)
class Registering:
    """How far the newest onboarding that was not given up has come with the registration.

    `registered_on`: the day on which some onboarding saw the business registered; else None.
    """

    state: str
    registered_on: date | None = None
    is_registered_before: bool = False  # its checklist begins with a business that is registered
    ended_on: date | None = None


def is_registered(registering: Registering | None) -> Outcome:
    """R03: the business is registered in the portal, since a known day. Source: Notice 25-16."""
    if registering and registering.registered_on:
        return passed("registered", registered_on=registering.registered_on)
    if registering is None or registering.state == "cancelled":
        return unknown("no_onboarding", may_be_answered=True)
    if registering.is_registered_before:
        return passed("registered_before")
    if registering.state == "finished":
        return passed("onboarded", ended_on=registering.ended_on)
    return failed("not_registered")


def is_named_alike(legal_name: str, name_at_cbsa: str, seen_on: date | None) -> Outcome:
    """R04: the legal name is to the letter the one at the CBSA; and so is the address.

    The address there is kept nowhere: a person who compared it says so.
    """
    if not name_at_cbsa:
        return unknown("name_not_seen")
    compared = compare_names(legal_name, name_at_cbsa)
    names = {"legal_name": legal_name, "name_at_cbsa": name_at_cbsa, "seen_on": seen_on}
    if not compared.is_same:
        ways = tuple(way.value for way in compared.differences)
        return failed("name_differs", **names, differences=ways)
    return unknown("address_not_compared", may_be_answered=True, **names)


def has_managers(people: Collection[PersonFacts], today: date) -> Outcome:
    """R05: somebody manages the business in the portal, and a second one if the first leaves."""
    if not people:
        return unknown("nobody_recorded")
    names = tuple(one.name for one in managers(people, today))
    if not names:
        return failed("no_manager")
    if len(names) < ENOUGH_MANAGERS:
        return failed("one_manager", Severity.AT_RISK, managers=names)
    return passed("managers", managers=names)


def managers_are_known(people: Collection[PersonFacts], today: date, verify_days: int) -> Outcome:
    """R06: no manager in the portal has left, holds a role that is over, or was not confirmed.

    A role counts as known for so many days after it was verified (ours; no law says so).
    """
    if not people:
        return unknown("nobody_recorded")
    found = [(one, role) for one in people if one.has_access for role in one.roles]
    held = [(one, role) for one, role in found if role.role is PortalRoleKind.BAM]
    if not held:
        return not_applicable("no_manager")
    if gone := _names(one for one, role in held if one.has_left(today) or role.is_over(today)):
        return failed("manager_gone", people=gone)
    if old := _names(one for one, role in held if role.verify_by(verify_days) < today):
        return failed("not_verified", people=old, days=verify_days)
    by = min(role.verify_by(verify_days) for _one, role in held)
    return passed("managers_known", verify_by=by)


def _names(people: Iterable[PersonFacts]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.name for one in people))


def debit_fits(payer: str, pays_by_debit: bool | None) -> Outcome:
    """R15: whoever pays has the debit on, and nobody else: else it is paid twice, or too late."""
    if not payer:
        return unknown("payer_not_known")
    if pays_by_debit is None:
        return unknown("debit_not_known", payer=payer)
    facts = {"payer": payer, "pays_by_debit": pays_by_debit}
    if payer == "importer":
        return passed("debit_on", **facts) if pays_by_debit else failed("debit_off", **facts)
    return failed("paid_twice", **facts) if pays_by_debit else passed("no_debit", **facts)


def payer_is_known(payer: str) -> Outcome:
    """R16: it is recorded who pays the account."""
    return passed("payer_recorded", payer=payer) if payer else failed("payer_missing")


def can_be_reached(functions: Collection[str]) -> Outcome:
    """R18: there is somebody to reach in finance, in operations and for customs."""
    missing = tuple(one for one in FUNCTIONS if one not in functions)
    if missing:
        return failed("functions_missing", missing=missing)
    return passed("all_reached", functions=FUNCTIONS)


def is_stated(reason: str) -> Outcome:
    """R17, R21, R22: nothing in the data can say it; a person's statement does."""
    return unknown(reason, may_be_answered=True)


def service_options_fit(release_status: str) -> Outcome:
    """R22: goods go by IID; minimum documentation and type C need a reason. See `is_stated`.

    Without release prior to payment only a type C declaration, paid at release, is left
    (Customs Notice 25-23), so that there is nothing to choose.
    """
    if release_status in ("not_enrolled", "suspended"):
        return not_applicable("type_c_only", status=release_status)
    return is_stated("options_not_stated")
