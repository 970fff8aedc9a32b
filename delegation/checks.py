"""The readiness checks of the delegation room: the portal's delegation, the signed mandate."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from clients.readiness import Check, Source, register
from clients.rules.onboarding_checklist import Party, SourceKind
from clients.rules.readiness import Area, Severity
from delegation.queries.readiness import authority_findings
from delegation.wording import ACTS, LEVELS, REASONS, STANDINGS, STATES

BOTH = (Party.IMPORTER, Party.BROKER)
NOTICE_25_16 = Source(
    _("CBSA, Customs Notice 25-16"),
    "https://cscb.ca/en/article/customs-notice-25-16-late-accounting-penalties-registration-and-"
    "delegation-authority",
)
AGENCY = (
    Source(_("Customs Act, s. 10(1)"), "https://laws-lois.justice.gc.ca/eng/acts/C-52.6/"),
    Source(
        _("CBSA, Memorandum D1-6-1"),
        "https://www.cbsa-asfc.gc.ca/publications/dm-md/d1/d1-6-1-eng.html",
        SourceKind.OFFICIAL_OLD,
    ),
)
VALUES: dict[str, Any] = {"state": STATES, "level": LEVELS, "act": ACTS, "standing": STANDINGS}

CHECKS = (
    Check(
        code="R07",
        steps=("A15",),
        title=_("Our delegation in the portal works for the account"),
        areas=frozenset({Area.SET_UP, Area.RELEASE}),
        severity=Severity.BLOCKER,
        why=_(
            "Without it goods may be released, but we can neither file nor see the declaration: "
            "it comes late, and each late one costs the importer a penalty."
        ),
        sources=(NOTICE_25_16,),
        fix=_("Request the relationship by the business number; the importer’s manager approves."),
        place="importer-delegations",
        who=BOTH,
        sentences={
            **REASONS,
            "delegated": _("It is approved in the portal and reaches the account."),
        },
        facts={
            "state": _("State of the delegation"),
            "day": _("Day"),
            "account": _("Program account"),
            "act": _("What is to be done"),
        },
        values=VALUES,
    ),
    Check(
        code="R09",
        title=_("An agency agreement is signed and in force"),
        areas=frozenset({Area.SET_UP}),
        severity=Severity.BLOCKER,
        why=_(
            "The portal’s delegation is access; the agreement is the mandate. An officer may "
            "refuse an agent who cannot produce it."
        ),
        sources=AGENCY,
        fix=_("Draw the agreement up, have it signed, and upload the signed copy."),
        place="importer-delegations",
        who=BOTH,
        sentences={
            **REASONS,
            "no_sub_agent_clause": _("We appoint sub-agents, and the agreement does not let us."),
            "agreement_in_force": _("Signed and in force since %(since)s."),
        },
        facts={
            "standing": _("Nearest agreement"),
            "since": _("In force since"),
            "until": _("Last day"),
        },
        values=VALUES,
        is_of_account=False,
    ),
)


def register_checks() -> None:
    """Tell the registry; called when the app is ready."""
    register(authority_findings, *CHECKS)
