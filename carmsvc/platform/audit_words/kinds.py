"""What an event is about, by the name of its model."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from carmsvc.platform.audit_words.action import Words

KINDS: dict[str, Words] = {
    "importer": pgettext_lazy("one", "Importer"),
    "importercontact": _("Contact of the importer"),
    "clientlist": _("Client list"),
    "user": _("Person"),
    "membership": _("Place of a person"),
    "invitation": _("Invitation"),
    "apikey": _("API key"),
    "clientgroup": _("Client group"),
    "calendarfeed": _("Calendar address"),
    "letter": _("Letter"),
    "statementfile": _("Statement file"),
    "ledgerfile": _("Ledger file"),
    "statement": _("Statement"),
    "payment": _("Payment"),
    "securityinstrument": _("Security for release"),
    "securityalert": _("Alert of security for release"),
    "releasestatus": _("Release status"),
    "programaccount": _("Program account"),
    "matchrun": _("Reconciliation"),
    "decision": _("Decision on a suggestion"),
    "variance": _("Variance"),
    "delegation": _("Delegation"),
    "agencyagreement": _("Agency agreement"),
    "document": _("Document"),
    "documentrequest": _("Request for a document"),
    "documentpackage": _("Audit package"),
    "supportrequest": _("Request for help"),
    "contact": _("Contact"),
    "cannedanswer": _("Prepared answer"),
    "receivedletter": _("Letter received"),
    "rulebookentry": _("Rulebook entry"),
    "readinesssnapshot": _("Readiness of a day"),
    "readinessanswer": _("Answer on readiness"),
    "portaluser": _("Person in the portal"),
    "portalrole": _("Role in the portal"),
    "portalverification": _("Verification of portal people"),
    "onboarding": _("Onboarding"),
    "onboardingstep": _("Onboarding step"),
    "checklistversion": _("Onboarding checklist"),
}
