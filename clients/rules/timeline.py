"""What of an importer's audit is its story: under which heading an event stands, and who sees it.

The importer's own people see what was done for them and by them. How the brokerage works among
itself - notes among the staff, who is assigned, who looked as whom - stays with the staff: an
action that is not named here is for the staff only.
"""

# heading -> the kinds of things its events are about, by the names of their models
HEADINGS: dict[str, tuple[str, ...]] = {
    "profile": ("importer", "programaccount", "importercontact"),
    "setup": ("onboarding", "onboardingstep", "portaluser", "portalverification"),
    "authority": ("delegation", "agencyagreement"),
    "money": (
        *("statementfile", "ledgerfile", "statement", "payment"),
        *("matchrun", "decision", "variance", "securityinstrument", "releasestatus"),
    ),
    "documents": ("document", "documentrequest", "documentpackage"),
    "questions": ("supportrequest",),
    "access": ("user", "membership", "invitation", "apikey", "clientgroup", "calendarfeed"),
}

SEEN_BY_IMPORTER: frozenset[str] = frozenset(
    {
        *("importer created", "importer profile changed"),
        *("importer contact added", "importer contact changed", "importer contact removed"),
        *("program account added", "program account changed", "payer arrangement changed"),
        *("file received", "file loaded", "file rejected", "file needs_mapping", "file superseded"),
        *("statement superseded", "mapping confirmed", "repairs confirmed"),
        *("run finished", "signed off as preparer", "signed off as reviewer"),
        *("payment recorded", "payment voided"),
        *("security recorded", "security changed", "security ended", "release status noted"),
        *("person invited", "invitation accepted", "person joined", "person removed"),
        *("role changed", "person deactivated", "person reactivated"),
        *("document kept", "document version kept", "document described", "document destroyed"),
        *("document requested", "document request answered", "document request accepted"),
        *("document request sent back", "document request withdrawn", "document package written"),
        *("support request opened", "support message written", "support request solved"),
        *("onboarding started", "onboarding step done", "onboarding step opened again"),
        *("onboarding evidence kept", "onboarding finished"),
        *("portal user recorded", "portal user left", "portal access in force"),
        *("portal access removed", "portal access invited again"),
        *("portal role given", "portal role ended", "portal role verified"),
        *("portal verification started", "portal verification answered"),
        *("portal verification done", "portal verification withdrawn"),
        *("support request closed", "support request reopened"),
        *("delegation requested", "delegation withdrawn", "delegation approved"),
        *("delegation rejected", "delegation changed in the portal", "delegation revoked"),
        *("delegation expired", "delegation suspended", "delegation taken up again"),
        *("delegation cancelled", "agency agreement signed", "agency agreement ended"),
    }
)
