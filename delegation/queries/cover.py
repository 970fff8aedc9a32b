"""May we act: what every other room asks before it acts for an importer."""

from datetime import date

from clients.models import Importer, ProgramAccount
from delegation.models import Delegation
from delegation.queries.agreements import agreement_facts
from delegation.rules import Act, Cover, DelegationFacts, ProviderKind, covers


def may_act(subject: Importer | ProgramAccount, act: Act, on: date) -> Cover:
    """Whether our brokerage may do this on a day, for a program account or for the business.

    The answer is true or false, and carries its reasons; `wording.sentence` tells them.
    """
    if isinstance(subject, ProgramAccount):
        return covers(_ours(subject.importer_id), subject.bn15, act, on)
    return covers(_ours(subject.pk), None, act, on)


def _ours(importer_id: int) -> list[DelegationFacts]:
    agreements = agreement_facts([importer_id])[importer_id]
    rows = Delegation.objects.filter(
        importer=importer_id, provider_kind=ProviderKind.OUR_BROKERAGE
    ).order_by("id")
    return [row.facts(agreements) for row in rows]


def delegations_with_cover(
    delegation: Delegation, account: str | None, on: date
) -> list[tuple[Act, Cover]]:
    """What this one delegation lets its provider do on a day, act by act."""
    agreements = agreement_facts([delegation.importer_id])[delegation.importer_id]
    facts = delegation.facts(agreements)
    return [(act, covers([facts], account, act, on)) for act in Act]
