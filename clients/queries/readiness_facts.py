"""What this room's checks of readiness are told of many importers, and what they say to it."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date

from carmsvc.platform.tenancy import of_importers
from clients.models import (
    Importer,
    ImporterContact,
    Membership,
    Onboarding,
    OnboardingStep,
    ReleaseStatus,
)
from clients.queries.portal import facts_by_importer, verify_days
from clients.queries.security import release_statuses
from clients.readiness import EXPORTER, Finding, Inquiry
from clients.rules.onboarding_checklist import Variant
from clients.rules.readiness import Outcome, failed
from clients.rules.readiness_set_up import (
    Registering,
    can_be_reached,
    debit_fits,
    has_managers,
    is_named_alike,
    is_registered,
    is_stated,
    managers_are_known,
    may_import,
    number_fits,
    payer_is_known,
    service_options_fit,
)

# steps of the checklist by which the business is seen to be registered: the portal shows its
# accounts, or the CBSA has registered it by hand; what was typed in before is no registration
REGISTRATION = ("A12", "M1")
# what our own people at an importer look after -> the function that this makes reachable
FUNCTION_OF_ROLE = {"finance": "finance", "operations": "operations", "compliance": "customs"}
NO_STATUS = ReleaseStatus(status="")


def set_up_findings(inquiry: Inquiry) -> Iterator[Finding]:
    """Everything this room checks, in seven queries."""
    yield from _of_importers(inquiry)
    yield from _of_accounts(inquiry)


def _of_importers(inquiry: Inquiry) -> Iterator[Finding]:
    today, days, numbers = inquiry.today, verify_days(), list(inquiry.importers)
    people = facts_by_importer(numbers)
    registering, reached = _registering(numbers), _functions(numbers)
    for pk, importer in inquiry.importers.items():
        known = people.get(pk, [])
        said = {
            "R03": is_registered(registering.get(pk)),
            "R04": _named(importer),
            "R05": has_managers(known, today),
            "R06": managers_are_known(known, today, days),
            "R17": is_stated("portal_use_not_stated"),
            "R18": can_be_reached(reached.get(pk, frozenset())),
            "R21": is_stated("records_not_stated"),
        }
        yield from (Finding(code, pk, None, outcome) for code, outcome in said.items())


def _named(importer: Importer) -> Outcome:
    return is_named_alike(importer.legal_name, importer.name_at_cbsa, importer.name_seen_on)


def _of_accounts(inquiry: Inquiry) -> Iterator[Finding]:
    statuses = release_statuses([one.pk for one in inquiry.accounts])
    importing = {one.importer_id for one in inquiry.importing}
    for one in inquiry.accounts:
        importer = inquiry.importers[one.importer_id]
        imports = may_import(one.profile, others_import=one.importer_id in importing)
        said = {"R01": number_fits(importer.bn9, one.bn15), "R02": imports}
        if one.profile != EXPORTER:
            status = statuses.get(one.pk, NO_STATUS).status
            said |= {
                "R15": debit_fits(one.payer, one.pays_by_debit),
                "R16": payer_is_known(one.payer),
                "R22": service_options_fit(status),
            }
        yield from (Finding(code, one.importer_id, one.pk, told) for code, told in said.items())
    with_account = {one.importer_id for one in inquiry.accounts}
    for pk in inquiry.importers.keys() - with_account:
        yield Finding("R02", pk, None, failed("no_account"))


def _registering(importers: Collection[int]) -> dict[int, Registering]:
    """How far each importer has come with the registration; one that was given up counts only for
    what it had reached.
    """
    rows = Onboarding.objects.filter(of_importers(importers)).order_by("importer_id", "-id")
    standing = rows.exclude(state=Onboarding.State.CANCELLED).distinct("importer_id")
    newest = {one.importer_id: one for one in standing}
    done = _registered_on(importers)
    return {pk: _how_far(newest.get(pk), done.get(pk)) for pk in {*newest, *done}}


def _how_far(newest: Onboarding | None, registered_on: date | None) -> Registering:
    if newest is None:
        return Registering(Onboarding.State.CANCELLED, registered_on)
    is_before = newest.variant == Variant.EMPLOYEE_ACCESS.value
    return Registering(newest.state, registered_on, is_before, newest.ended_on)


def _registered_on(importers: Collection[int]) -> dict[int, date]:
    """The first day on which each importer's business was seen to be registered."""
    steps = OnboardingStep.objects.filter(
        of_importers(importers), code__in=REGISTRATION, done_on__isnull=False
    ).exclude(onboarding__variant=Variant.EMPLOYEE_ACCESS.value)
    return dict(steps.order_by("-done_on").values_list("importer_id", "done_on"))


def _functions(importers: Collection[int]) -> dict[int, set[str]]:
    """In which functions each importer has somebody to reach: a contact, or one of its people."""
    found: dict[int, set[str]] = defaultdict(set)
    contacts = ImporterContact.objects.filter(of_importers(importers)).order_by()
    for pk, function in contacts.values_list("importer_id", "function").distinct():
        found[pk].add(function)
    members = Membership.objects.filter(
        of_importers(importers), role__in=FUNCTION_OF_ROLE, user__is_active=True
    )
    for pk, role in members.order_by().values_list("importer_id", "role").distinct():
        found[pk].add(FUNCTION_OF_ROLE[role])
    return found
