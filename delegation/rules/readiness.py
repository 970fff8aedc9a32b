"""Whether our authority for an importer is such that we can act: what readiness asks this room."""

from collections.abc import Collection
from datetime import date

from clients.rules.readiness import Outcome, Severity, failed, passed
from delegation.rules.agreements import AgreementFacts, Standing, standing_on
from delegation.rules.cover import Cover, Reason

# reasons against acting that a signed agreement removes; they belong to the agreement's check
OF_THE_AGREEMENT = frozenset(
    {"no_agreement", "agreement_not_in_force", "agreement_names_another", "outside_agreement"}
)
_NEAREST = (Standing.UNSIGNED, Standing.NOT_YET, Standing.LAPSED, Standing.ENDED)


def is_delegated(cover: Cover, as_agreed: Cover) -> Outcome:
    """R07: the portal's delegation lets us file for the account. Source: Customs Notice 25-16.

    `as_agreed` is the answer without the delegations approved for less than was agreed: we can
    file under one of those too, yet it waits for the importer to set it right.
    """
    against = _of_the_portal(cover)
    if against:
        return failed(against[0].code, **against[0].params)
    if _of_the_portal(as_agreed):
        return failed("less_than_agreed", Severity.AT_RISK)
    return passed("delegated")


def _of_the_portal(cover: Cover) -> list[Reason]:
    return [one for one in cover.reasons if one.code not in (*OF_THE_AGREEMENT, "covered")]


def agreement_holds(
    agreements: Collection[AgreementFacts], today: date, *, needs_sub_agents: bool
) -> Outcome:
    """R09: an agency agreement is signed, in force, with this legal entity; and lets us appoint
    sub-agents where we do. Source: Customs Act, s. 10(1); Memorandum D1-6-1.
    """
    if not agreements:
        return failed("no_agreement")
    held = [one for one in agreements if standing_on(one, today) is Standing.IN_FORCE]
    if not held:
        nearest = min((standing_on(one, today) for one in agreements), key=_NEAREST.index)
        return failed("agreement_not_in_force", standing=nearest)
    ours = [one for one in held if one.names_the_importer]
    if not ours:
        return failed("agreement_names_another")
    fitting = [one for one in ours if one.allows_sub_agents or not needs_sub_agents]
    if not fitting:
        return failed("no_sub_agent_clause")
    last = max(fitting, key=lambda one: one.ends_on or date.max)
    return passed("agreement_in_force", since=last.effective_on, until=last.ends_on)
