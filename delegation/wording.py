"""The words of this room for people: states, steps, acts, and every reason as a sentence."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from delegation.rules import (
    Act,
    Level,
    ProviderKind,
    Reason,
    Standing,
    State,
    Wish,
)
from delegation.rules.cover import Known

STATES = {
    State.DRAFT: pgettext_lazy("delegation", "Draft"),
    State.REQUESTED: pgettext_lazy("delegation", "Requested"),
    State.REJECTED: pgettext_lazy("delegation", "Rejected"),
    State.ACTIVE: pgettext_lazy("delegation", "Active"),
    State.INSUFFICIENT: pgettext_lazy("delegation", "Insufficient"),
    State.REVOKED: pgettext_lazy("delegation", "Revoked"),
    State.EXPIRED: pgettext_lazy("delegation", "Expired"),
    State.SUSPENDED: pgettext_lazy("delegation", "Suspended"),
    State.CANCELLED: pgettext_lazy("delegation", "Cancelled"),
}
STATE_SENTENCES = {
    State.DRAFT: _("Not asked for in the portal yet."),
    State.REQUESTED: _("Asked for in the portal; the importer has not answered."),
    State.REJECTED: _("The importer rejected the request in the portal."),
    State.ACTIVE: _("Approved in the portal as agreed."),
    State.INSUFFICIENT: _("Approved in the portal, but for less than agreed."),
    State.REVOKED: _("The importer removed it in the portal."),
    State.EXPIRED: _("Its last day is over."),
    State.SUSPENDED: _("Not used for now, by our own decision."),
    State.CANCELLED: _("The mandate is over; nothing follows."),
}
WISHES = {
    Wish.REQUEST: _("Record the request"),
    Wish.WITHDRAW: _("Withdraw the request"),
    Wish.APPROVE: _("Record the approval"),
    Wish.REJECT: _("Record the rejection"),
    Wish.CHANGE: _("Record a change in the portal"),
    Wish.REVOKE: _("Record the revocation"),
    Wish.EXPIRE: _("Let it expire"),
    Wish.SUSPEND: _("Suspend"),
    Wish.RESUME: _("Take up again"),
    Wish.CANCEL: _("End the mandate"),
}
# as they stand inside a sentence
WISHES_INSIDE = {
    Wish.REQUEST: _("request"),
    Wish.WITHDRAW: _("withdraw"),
    Wish.APPROVE: _("approve"),
    Wish.REJECT: _("reject"),
    Wish.CHANGE: _("change what is approved"),
    Wish.REVOKE: _("revoke"),
    Wish.EXPIRE: _("expire"),
    Wish.SUSPEND: _("suspend"),
    Wish.RESUME: _("take up again"),
    Wish.CANCEL: _("end the mandate"),
}
LEVELS = {
    Level.BUSINESS: _("Business management"),
    Level.PROGRAM: _("Program management"),
}
LEVEL_SENTENCES = {
    Level.BUSINESS: _("The business and every program account."),
    Level.PROGRAM: _("Chosen program accounts only."),
}
PROVIDERS = {
    ProviderKind.OUR_BROKERAGE: _("Our brokerage"),
    ProviderKind.LICENSED_BROKER: _("Another licensed broker"),
    ProviderKind.TRADE_CONSULTANT: _("Trade consultant"),
    ProviderKind.OTHER: _("Other provider"),
}
ACTS = {
    Act.REGISTER_BUSINESS: _("Register the business in the portal"),
    Act.MANAGE_BUSINESS_USERS: _("Manage users of the business"),
    Act.MANAGE_ACCOUNT_USERS: _("Manage users of a program account"),
    Act.APPROVE_REQUESTS: _("Approve third parties’ requests"),
    Act.EDIT_PROFILE: _("Edit the profile of a program account"),
    Act.ENROL_IN_RPP: _("Enrol in release prior to payment, post security"),
    Act.VIEW_STATEMENT: _("See statements and transactions"),
    Act.VIEW_OTHERS_TRANSACTIONS: _("See what other providers filed"),
    Act.PAY: _("Pay"),
    Act.FILE_CAD: _("File the original accounting declaration (CAD)"),
    Act.CORRECT_CAD: _("Correct before the due date"),
    Act.ADJUST_CAD: _("Adjust after the due date"),
    Act.REQUEST_RULING: _("Request rulings"),
    Act.APPEAL: _("Appeal"),
    Act.BUILD_CLIENT_GROUPS: _("Build client groups in the portal"),
}
# the portal's three transaction visibility rules: the first is described by sources, the names of
# the others were not seen; a name goes here once somebody has read it in the portal
TICKS = {
    1: _("What the provider itself filed"),
    2: _("Second visibility tick"),
    3: _("Third visibility tick"),
}
VERIFIED_TICKS = frozenset({1})
STANDINGS = {
    Standing.UNSIGNED: _("Not signed"),
    Standing.NOT_YET: _("Not yet in force"),
    Standing.IN_FORCE: _("In force"),
    Standing.LAPSED: _("Lapsed"),
    Standing.ENDED: _("Ended"),
}
KNOWN = {
    Known.YES: _("Yes"),
    Known.LIKELY: _("Yes, by inference"),
    Known.NO: _("No"),
    Known.UNLIKELY: _("No, by inference"),
    Known.UNKNOWN: _("Not verified"),
}
REASONS = {
    "covered": _("The relationship approved in the portal includes it (%(level)s)."),
    "no_delegation": _("No delegation is on record: request one by the importer’s BN9."),
    "not_acting": _("The delegation is not approved in the portal; its state: %(state)s."),
    "not_yet_effective": _("The delegation takes effect on %(day)s only."),
    "no_longer_effective": _("The delegation’s last day was %(day)s: have it renewed."),
    "needs_business_level": _(
        "It concerns the business as a whole, and the relationship is at program level."
    ),
    "account_not_delegated": _("Program account %(account)s is not among those approved."),
    "visibility_too_narrow": _(
        "The visibility ticks in the portal do not show what other providers filed: "
        "ask the importer to set all three."
    ),
    "needs_licence": _("Only a licensed customs broker may do this for an importer: %(act)s."),
    "not_at_this_level": _("A broker does not get this right at this level: %(act)s."),
    "not_verified": _(
        "No source says whether the portal gives this right, so it is not counted on: %(act)s."
    ),
    "no_agreement": _("No agency agreement is on record: have one signed."),
    "agreement_not_in_force": _("No agency agreement is in force; the nearest one: %(standing)s."),
    "agreement_names_another": _(
        "The agency agreement names another legal entity than this importer."
    ),
    "outside_agreement": _("The agency agreement does not include it: %(act)s."),
    "less_than_agreed": _("Less is approved in the portal than was agreed."),
    "inferred": _("No source states this right outright; it follows from others: %(act)s."),
    "agreement_not_known": _("What this provider has signed with the importer is not known here."),
    "level_below_agreed": _(
        "Business management was agreed; the portal has program management only."
    ),
    "accounts_missing": _("Not approved in the portal: %(accounts)s."),
    "ticks_missing": _("Visibility ticks that are not set in the portal: %(ticks)s."),
}
_PARAMS: dict[str, dict[Any, Any]] = {
    "state": STATES,
    "level": LEVELS,
    "act": ACTS,
    "standing": STANDINGS,
}


def sentence(reason: Reason) -> str:
    """A reason for people, in the language that is on."""
    return str(REASONS[reason.code]) % {n: _told(n, v) for n, v in reason.params.items()}


def _told(name: str, value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return str(_PARAMS.get(name, {}).get(value, value))


def no_such_step(state: State, wish: Wish, steps: tuple[Wish, ...]) -> str:
    """Why a step is refused: the state, what was wished, and what is possible."""
    told: dict[str, Any] = {"state": STATES[state], "wish": WISHES_INSIDE[wish]}
    if not steps:
        return str(_("The delegation is in the state “%(state)s”, which nothing follows: "
                     "“%(wish)s” is not possible. Prepare a new one.")) % told  # fmt: skip
    told["steps"] = ", ".join(str(WISHES_INSIDE[one]) for one in steps)
    return (
        str(
            _(
                "The delegation is in the state “%(state)s”: “%(wish)s” is not possible. "
                "Possible: %(steps)s."
            )
        )
        % told
    )


def choices(words: dict[Any, Any]) -> list[tuple[str, Any]]:
    """Words as the choices of a field."""
    return [(one.value, word) for one, word in words.items()]


# as the API's document names them
STATE_CHOICES = choices(STATES)
LEVEL_CHOICES = choices(LEVELS)
