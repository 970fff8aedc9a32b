"""What the checks of authority are told of many importers."""

from collections import defaultdict
from collections.abc import Collection, Iterator

from django.conf import settings

from carmsvc.platform.tenancy import of_importers
from clients.models import ProgramAccount
from clients.readiness import Finding, Inquiry
from clients.rules.readiness import Outcome
from delegation.models import Delegation
from delegation.queries.agreements import agreement_facts
from delegation.rules import Act, DelegationFacts, ProviderKind, State, covers
from delegation.rules.readiness import agreement_holds, is_delegated


def authority_findings(inquiry: Inquiry) -> Iterator[Finding]:
    """Delegation and agreement, in two queries."""
    agreements = agreement_facts(list(inquiry.importers))
    delegations = our_delegations(list(inquiry.importers))
    needs_sub_agents = bool(settings.BROKERAGE_USES_SUB_AGENTS)
    for pk, signed in agreements.items():
        holds = agreement_holds(signed, inquiry.today, needs_sub_agents=needs_sub_agents)
        yield Finding("R09", pk, None, holds)
    for account in inquiry.importing:
        pk = account.importer_id
        yield Finding("R07", pk, account.pk, _delegated(delegations.get(pk, []), account, inquiry))


def _delegated(held: list[DelegationFacts], account: ProgramAccount, inquiry: Inquiry) -> Outcome:
    as_agreed = [one for one in held if one.state is not State.INSUFFICIENT]
    cover, without = (
        covers(those, account.bn15, Act.FILE_CAD, inquiry.today) for those in (held, as_agreed)
    )
    return is_delegated(cover, without)


def our_delegations(importers: Collection[int]) -> dict[int, list[DelegationFacts]]:
    """The facts of our own delegations by importer, whatever was signed; one query."""
    rows = Delegation.objects.filter(
        of_importers(importers), provider_kind=ProviderKind.OUR_BROKERAGE
    )
    found: dict[int, list[DelegationFacts]] = defaultdict(list)
    for row in rows.order_by("id"):
        found[row.importer_id].append(row.facts())
    return found


def other_brokers(importers: Collection[int], acting: Collection[str]) -> dict[int, int]:
    """How many other licensed brokers hold a delegation that works, by importer."""
    rows = Delegation.objects.filter(
        of_importers(importers), provider_kind=ProviderKind.LICENSED_BROKER, state__in=acting
    )
    found: dict[int, int] = defaultdict(int)
    for importer_id in rows.values_list("importer_id", flat=True):
        found[importer_id] += 1
    return found
