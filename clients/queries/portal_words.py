"""What people read of risks in the portal and of the table of who can do what."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from clients.rules.portal import Risk, RiskCode, Severity
from clients.rules.portal_permissions import Cell, Column, Source, Words, permission_table


@dataclass(frozen=True)
class RiskWords:
    """A risk in short, why it matters, and what to do."""

    title: Any
    why: Any
    remedy: Any


RISK_WORDS: dict[RiskCode, RiskWords] = {
    RiskCode.NO_BAM: RiskWords(
        _("No business account manager"),
        _("Nobody on record can approve a broker, add people or enrol in release before payment."),
        _("Find out who is the manager in the portal, or have the CBSA restore access."),
    ),
    RiskCode.LEAVER: RiskWords(
        _("Left, and not removed"),
        _("Somebody who has left can still sign in, see the account and act in it."),
        _("Ask a manager to take the access away in the portal, then record it here."),
    ),
    RiskCode.SINGLE_BAM: RiskWords(
        _("Only one business account manager"),
        _("When the only manager leaves or is locked out, nobody can give access any more."),
        _("Add a second manager: the person asks for access, the first one approves."),
    ),
    RiskCode.THIRD_PARTY_BAM: RiskWords(
        _("Manager who is not an employee"),
        _("A broker or consultant acts under a business relationship, not as the importer’s own."),
        _("Have an employee made manager, and the outsider work under a delegation instead."),
    ),
    RiskCode.EXPIRED: RiskWords(
        _("Past its last day"),
        _("The role was given until a day that has passed, and is still held."),
        _("Have it taken away in the portal, or correct the last day."),
    ),
    RiskCode.SHARED_MAILBOX: RiskWords(
        _("Shared mailbox"),
        _("A portal sign-in is personal: nobody can tell who acted, and codes reach everybody."),
        _("Have the person register with an address of their own."),
    ),
    RiskCode.NOT_VERIFIED: RiskWords(
        _("Not verified lately"),
        _("Nobody has confirmed for a long time that this is still so in the portal."),
        _("Start a verification round, or record what you saw yourself."),
    ),
    RiskCode.NO_ACCOUNT: RiskWords(
        _("Program account not known"),
        _("Every role but a business account manager’s is for named program accounts."),
        _("Find out for which program account the role was given."),
    ),
    RiskCode.NOBODY_RECORDED: RiskWords(
        _("Nobody on record"),
        _("We do not know who has access to the portal for this importer."),
        _("Record the people, or start a verification round that asks for them."),
    ),
}
SEVERITY_WORDS = {
    Severity.BLOCK: pgettext_lazy("severity", "Blocks"),
    Severity.HIGH: pgettext_lazy("severity", "High"),
    Severity.MEDIUM: pgettext_lazy("severity", "Medium"),
}
COLUMN_WORDS = {
    Column.BAM: _("Business account manager (BAM)"),
    Column.PAM: _("Program account manager (PAM)"),
    Column.EDITOR: pgettext_lazy("portal", "Editor"),
    Column.READER: pgettext_lazy("portal", "Reader"),
    Column.PBAM: _("Broker, business level (pBAM)"),
    Column.PPAM: _("Broker, program level (pPAM)"),
    Column.CONSULTANT: _("Trade consultant"),
}
CELL_WORDS = {
    Cell.YES: pgettext_lazy("permission", "Yes"),
    Cell.NO: pgettext_lazy("permission", "No"),
    Cell.INFERRED_YES: _("Likely yes"),
    Cell.INFERRED_NO: _("Likely no"),
    Cell.UNKNOWN: pgettext_lazy("permission", "Unknown"),
}
SOURCE_KINDS = {
    "official": _("Official"),
    "official_old": _("Official, from before October 2024: check it in the portal"),
    "secondary": _("Brokers’ and consultants’ guides"),
    "practice": _("Our own practice"),
}


def said(words: Words) -> str:
    """Words of the table in the reader's language."""
    return words.get(get_language() or "en") or words.get("en", "")


@dataclass(frozen=True)
class ToldRisk:
    """A risk with its words and its sources."""

    risk: Risk
    words: RiskWords
    severity: Any
    sources: tuple[Source, ...]


def told_risk(risk: Risk) -> ToldRisk:
    """A risk as people read it."""
    known = permission_table().sources
    sources = tuple(known[key] for key in risk.sources)
    return ToldRisk(risk, RISK_WORDS[risk.code], SEVERITY_WORDS[risk.severity], sources)
