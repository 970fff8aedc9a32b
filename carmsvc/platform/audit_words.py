"""Every action that the audit tells of: its fixed word, a short name, and what somebody did.

`carmsvc.platform.audit.record` takes no other word. The word is what is stored and hashed; the
name and the sentence are for people, in their language.
"""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = str | Promise


class Action(NamedTuple):
    """An action for people: its name, and what somebody did: `<who> <did>`."""

    name: Words
    did: Words


ACTIONS: dict[str, Action] = {
    # the importer
    "importer created": Action(_("Importer registered"), _("registered the importer")),
    "importer profile changed": Action(
        _("Importer’s profile changed"), _("changed the importer’s profile")
    ),
    "importer contact added": Action(_("Contact added"), _("added somebody to reach")),
    "importer contact changed": Action(_("Contact changed"), _("changed whom to reach, or how")),
    "importer contact removed": Action(_("Contact removed"), _("removed somebody to reach")),
    "program account added": Action(_("Program account added"), _("added a program account")),
    "program account changed": Action(_("Program account changed"), _("changed a program account")),
    "importers exported": Action(
        _("Register of importers exported"), _("exported the register of importers")
    ),
    # lists of clients
    "client list sent": Action(_("Client list sent"), _("sent a list of clients")),
    "client list confirmed": Action(
        _("Client list confirmed"), _("confirmed that a list of clients is taken in")
    ),
    "client list withdrawn": Action(_("Client list withdrawn"), _("withdrew a list of clients")),
    "client list taken in": Action(_("Client list taken in"), _("took in a list of clients")),
    "client list parked": Action(
        _("Client list parked"), _("parked a list of clients that failed three times")
    ),
    "second factor rule changed": Action(
        _("Second-factor rule changed"),
        _("changed whether this importer’s people need a second factor"),
    ),
    # the rulebook
    "value proposed": Action(_("Value proposed"), _("proposed a value of the rulebook")),
    "value approved": Action(_("Value approved"), _("approved a value of the rulebook")),
    "value rejected": Action(_("Value rejected"), _("rejected a value of the rulebook")),
    "value withdrawn": Action(_("Value withdrawn"), _("took a value out of the rulebook")),
    "due date followed": Action(
        _("Due date moved"), _("moved a statement to the due date that the CBSA published")
    ),
    # letters
    "letter sent again": Action(_("Letter sent again"), _("sent a letter again that had failed")),
    # files and statements
    "file received": Action(_("File received"), _("sent a file")),
    "file loaded": Action(_("File loaded"), _("loaded a file")),
    "file rejected": Action(_("File rejected"), _("rejected a file")),
    "file needs_mapping": Action(
        _("File waits for a mapping"), _("left a file for somebody to say how its columns are read")
    ),
    "file superseded": Action(_("File superseded"), _("set a file aside for a newer one")),
    "file parked": Action(_("File parked"), _("parked a file that failed three times")),
    "statement superseded": Action(
        _("Statement superseded"), _("replaced a statement with a corrected one")
    ),
    "mapping confirmed": Action(
        _("Mapping confirmed"), _("confirmed how a file’s columns are read")
    ),
    "repairs confirmed": Action(_("Repairs confirmed"), _("confirmed the repairs of a file")),
    "original opened": Action(_("Original downloaded"), _("downloaded the original of a file")),
    "rows exported": Action(_("Rows exported"), _("exported the bad rows of a file")),
    "sent again": Action(_("Sent again"), _("sent parked work again")),
    # reconciliation
    "run requested": Action(_("Reconciliation requested"), _("asked for a reconciliation")),
    "run finished": Action(_("Reconciled"), _("reconciled a statement")),
    "run withdrawn": Action(
        _("Reconciliation withdrawn"), _("withdrew the reconciliation of a superseded statement")
    ),
    "run parked": Action(
        _("Reconciliation parked"), _("parked a reconciliation that failed three times")
    ),
    "suggestion confirmed": Action(_("Suggestion confirmed"), _("confirmed a suggested pair")),
    "suggestion refused": Action(_("Suggestion refused"), _("refused a suggested pair")),
    "decision taken back": Action(
        _("Decision taken back"), _("took back what was said of a suggested pair")
    ),
    "variance explained": Action(_("Variance explained"), _("explained a variance")),
    "variances explained": Action(
        _("Variances explained"), _("explained every open variance of a kind with one reason")
    ),
    "variance reopened": Action(
        _("Explanation taken back"), _("took back the explanation of a variance")
    ),
    "signed off as preparer": Action(
        _("Signed as preparer"), _("signed a reconciliation as its preparer")
    ),
    "signed off as reviewer": Action(
        _("Signed as reviewer"), _("signed a reconciliation as its reviewer")
    ),
    "signatures carried over": Action(
        _("Signatures carried over"),
        _("kept the signatures of a reconciliation whose result is the same"),
    ),
    "run reopened": Action(
        _("Signatures taken off"), _("took the signatures off a reconciliation")
    ),
    # security
    "security recorded": Action(_("Security recorded"), _("recorded financial security")),
    "security changed": Action(_("Security changed"), _("changed financial security")),
    "security alert raised": Action(
        _("Security alert raised"), _("noticed that financial security gets used up")
    ),
    "security alert cleared": Action(
        _("Security alert cleared"), _("noticed that financial security is enough again")
    ),
    "security ended": Action(_("Security ended"), _("recorded the end of financial security")),
    "release status noted": Action(
        _("Release status noted"), _("noted the status of release prior to payment")
    ),
    # payments
    "payment recorded": Action(_("Payment recorded"), _("recorded a payment to the CBSA")),
    "payment voided": Action(_("Payment voided"), _("voided a recorded payment")),
    "proof opened": Action(_("Proof downloaded"), _("downloaded the proof of a payment")),
    "payments exported": Action(_("Payments exported"), _("exported the list of payments")),
    "payer arrangement changed": Action(
        _("Who pays changed"), _("changed who pays a program account, or how")
    ),
    # people
    "person invited": Action(_("Person invited"), _("invited a person")),
    "invitation sent again": Action(_("Invitation sent again"), _("sent an invitation again")),
    "invitation revoked": Action(_("Invitation revoked"), _("revoked an invitation")),
    "invitation accepted": Action(_("Invitation accepted"), _("accepted an invitation")),
    "person joined": Action(_("Person let in"), _("let a person in")),
    "person removed": Action(_("Person removed"), _("took a person off the importer")),
    "person deactivated": Action(_("Person deactivated"), _("deactivated a person")),
    "person reactivated": Action(_("Person reactivated"), _("let a deactivated person in again")),
    "role changed": Action(_("Role changed"), _("changed a person’s role")),
    # the brokerage’s staff
    "staff role changed": Action(
        _("Staff role changed"), _("changed the role of one of the staff")
    ),
    "staff assigned": Action(_("Staff assigned"), _("assigned one of the staff to the importer")),
    "staff assignment changed": Action(
        _("Assignment changed"), _("changed how one of the staff is assigned")
    ),
    "staff unassigned": Action(_("Staff unassigned"), _("took the importer off one of the staff")),
    "client group created": Action(_("Client group created"), _("created a client group")),
    "client group changed": Action(_("Client group changed"), _("changed a client group")),
    "client group deleted": Action(_("Client group deleted"), _("deleted a client group")),
    "importers put in client group": Action(
        _("Importers put in a client group"), _("put importers in a client group")
    ),
    "importers taken out of client group": Action(
        _("Importers taken out of a client group"), _("took importers out of a client group")
    ),
    "staff put in client group": Action(
        _("Staff put in a client group"), _("put one of the staff in a client group")
    ),
    "staff of client group changed": Action(
        _("Staff of a client group changed"), _("changed the staff of a client group")
    ),
    "staff taken out of client group": Action(
        _("Staff taken out of a client group"), _("took one of the staff out of a client group")
    ),
    "view as began": Action(
        _("Viewing as a role began"), _("began to look at the importer as one of its roles")
    ),
    "view as ended": Action(
        _("Viewing as a role ended"), _("stopped looking at the importer as one of its roles")
    ),
    # accounts
    "signed in": Action(_("Signed in"), _("signed in")),
    "signed out": Action(_("Signed out"), _("signed out")),
    "signed out everywhere": Action(_("Signed out everywhere"), _("signed out everywhere")),
    "session ended": Action(_("Session ended"), _("ended a session")),
    "sign-in failed": Action(_("Sign-in failed"), _("failed to sign in")),
    "password changed": Action(_("Password changed"), _("changed a password")),
    "address change asked for": Action(
        _("Address change asked for"), _("asked for another e-mail address")
    ),
    "address changed": Action(_("Address changed"), _("changed an e-mail address")),
    "profile changed": Action(_("Profile changed"), _("changed a profile")),
    "notices chosen": Action(_("Notices chosen"), _("chose how and when they are told of things")),
    "factor added": Action(_("Second factor added"), _("added a second factor")),
    "factor removed": Action(_("Second factor removed"), _("removed a second factor")),
    "calendar opened": Action(_("Calendar address opened"), _("opened a private calendar address")),
    "calendar closed": Action(_("Calendar address closed"), _("closed a private calendar address")),
    "calendar read": Action(_("Calendar read"), _("had a calendar read their deadlines")),
    # API keys
    "API key created": Action(_("API key created"), _("made an API key")),
    "API key rotated": Action(_("API key rotated"), _("put a new API key in the place of one")),
    "API key narrowed": Action(
        _("API key closed for the importer"), _("closed the importer for an API key")
    ),
    "API key widened": Action(
        _("API key opened for the importer"), _("registered the importer with an API key")
    ),
    "API key revoked": Action(_("API key revoked"), _("revoked an API key")),
    "API key refused": Action(_("API key refused"), _("was refused with an API key")),
    # documents
    "document kept": Action(_("Document kept"), _("sent a document")),
    "document version kept": Action(_("Document version kept"), _("sent a version of a document")),
    "document described": Action(_("Document described"), _("changed what is said of a document")),
    "document infected": Action(_("Virus found"), _("found a virus in a document")),
    "document opened": Action(_("Document downloaded"), _("downloaded a document")),
    "document previewed": Action(_("Document looked at"), _("looked at a page of a document")),
    "document held": Action(_("Legal hold placed"), _("placed a legal hold on a document")),
    "document released": Action(
        _("Legal hold released"), _("released a document from a legal hold")
    ),
    "document destruction asked": Action(
        _("Destruction asked for"), _("asked for the destruction of a document")
    ),
    "document destruction refused": Action(
        _("Destruction refused"), _("decided that a document is not destroyed")
    ),
    "document destroyed": Action(_("Document destroyed"), _("destroyed the content of a document")),
    "document requested": Action(_("Document asked for"), _("asked the importer for a document")),
    "document request answered": Action(
        _("Request answered"), _("sent a document that was asked for")
    ),
    "document request accepted": Action(
        _("Document accepted"), _("accepted a document that was asked for")
    ),
    "document request sent back": Action(
        _("Document sent back"), _("sent back a document that was asked for")
    ),
    "document request withdrawn": Action(
        _("Request withdrawn"), _("withdrew a request for a document")
    ),
    "document package requested": Action(
        _("Audit package asked for"), _("asked for an audit package")
    ),
    "document package written": Action(_("Audit package made"), _("made an audit package")),
    "document package parked": Action(
        _("Audit package failed"), _("parked an audit package that failed three times")
    ),
    "document package opened": Action(
        _("Audit package downloaded"), _("downloaded an audit package")
    ),
    "document package removed": Action(
        _("Audit package removed"), _("removed an audit package after a week")
    ),
    # requests for help
    "support request opened": Action(_("Help asked for"), _("asked for help")),
    "support message written": Action(_("Message on a request"), _("wrote on a request for help")),
    "support request taken": Action(_("Request taken"), _("took up a request for help")),
    "support request put to client": Action(
        _("Client asked"), _("asked the client something on a request for help")
    ),
    "support request put to CBSA": Action(
        _("Put to the CBSA"), _("put a request for help to the CBSA")
    ),
    "support request resumed": Action(
        _("Request resumed"), _("took up a request for help again that had waited")
    ),
    "support request solved": Action(_("Request solved"), _("solved a request for help")),
    "support request closed": Action(_("Request closed"), _("closed a request for help")),
    "support request reopened": Action(_("Request reopened"), _("reopened a request for help")),
    "support request handled": Action(
        _("Request handled"), _("changed who looks after a request for help, or how urgent it is")
    ),
    "support queue exported": Action(
        _("Requests for help exported"), _("exported the requests for help")
    ),
    "support note written": Action(
        _("Note among the staff"), _("wrote a note among the staff on a request for help")
    ),
    "contact received": Action(_("Contact received"), _("wrote on the contact page")),
    "contact message written": Action(_("Message to a contact"), _("wrote on a contact")),
    "contact moved": Action(_("Contact handed over"), _("handed a contact to an importer’s staff")),
    "contact stepped": Action(_("Contact’s state changed"), _("changed the state of a contact")),
    "contact handled": Action(
        _("Contact handled"), _("changed who looks after a contact, or how urgent it is")
    ),
    "prepared answer written": Action(_("Prepared answer written"), _("wrote a prepared answer")),
    "prepared answer retired": Action(
        _("Prepared answer retired"), _("took a prepared answer out of use")
    ),
    "received letter settled": Action(
        _("Letter looked at"), _("looked at a letter that was not taken in")
    ),
    # delegation
    "delegation prepared": Action(_("Delegation prepared"), _("prepared a delegation")),
    "delegation terms changed": Action(
        _("Delegation’s terms changed"), _("changed what was agreed in a delegation")
    ),
    "delegation requested": Action(
        _("Delegation requested"), _("asked for a delegation in the portal")
    ),
    "delegation withdrawn": Action(
        _("Request for delegation withdrawn"), _("withdrew the request for a delegation")
    ),
    "delegation approved": Action(
        _("Delegation approved"), _("recorded that a delegation is approved in the portal")
    ),
    "delegation rejected": Action(
        _("Delegation rejected"), _("recorded that a delegation is rejected in the portal")
    ),
    "delegation changed in the portal": Action(
        _("Delegation changed in the portal"),
        _("recorded a change of a delegation in the portal"),
    ),
    "delegation revoked": Action(
        _("Delegation revoked"), _("recorded that a delegation is revoked in the portal")
    ),
    "delegation expired": Action(_("Delegation expired"), _("let a delegation expire")),
    "delegation suspended": Action(_("Delegation suspended"), _("suspended a delegation")),
    "delegation taken up again": Action(
        _("Delegation taken up again"), _("took up a suspended delegation again")
    ),
    "delegation cancelled": Action(
        _("Delegation cancelled"), _("ended the mandate of a delegation")
    ),
    "delegation evidence kept": Action(
        _("Evidence of a delegation kept"), _("kept evidence of a delegation")
    ),
    "delegation evidence opened": Action(
        _("Evidence of a delegation downloaded"), _("downloaded the evidence of a delegation")
    ),
    "delegation role recorded": Action(
        _("Proxy role recorded"), _("recorded a proxy role of one of the staff")
    ),
    "delegation role taken off": Action(
        _("Proxy role taken off"), _("took a proxy role off one of the staff")
    ),
    "delegation register exported": Action(
        _("Delegation register exported"), _("exported the delegation register")
    ),
    "agency agreement drawn up": Action(
        _("Agency agreement drawn up"), _("drew up an agency agreement")
    ),
    "agency agreement signed": Action(
        _("Agency agreement signed"), _("kept the signed copy of an agency agreement")
    ),
    "agency agreement ended": Action(
        _("Agency agreement ended"), _("recorded the end of an agency agreement")
    ),
    "signed agreement opened": Action(
        _("Signed agreement downloaded"), _("downloaded a signed agency agreement")
    ),
    "agreement paper requested": Action(
        _("Agreement’s paper requested"), _("asked for the paper of an agency agreement")
    ),
    "agreement paper written": Action(
        _("Agreement’s paper made"), _("made the paper of an agency agreement")
    ),
    "agreement paper opened": Action(
        _("Agreement’s paper downloaded"), _("downloaded the paper of an agency agreement")
    ),
    "agreement paper parked": Action(
        _("Agreement’s paper parked"),
        _("parked the paper of an agency agreement that failed three times"),
    ),
    # people in the CARM portal
    "portal user recorded": Action(
        _("Portal user recorded"), _("recorded a person in the CARM portal")
    ),
    "portal user changed": Action(
        _("Portal user corrected"), _("corrected a person in the CARM portal")
    ),
    "portal user left": Action(
        _("Departure of a portal user"), _("recorded when a person in the CARM portal leaves")
    ),
    "portal access in force": Action(
        _("Portal access in force"), _("recorded that access to the CARM portal is in force")
    ),
    "portal access removed": Action(
        _("Portal access taken away"), _("recorded that access to the CARM portal is taken away")
    ),
    "portal access invited again": Action(
        _("Invited to the portal again"), _("recorded a new invitation to the CARM portal")
    ),
    "portal role given": Action(
        _("Portal role recorded"), _("recorded a role that a person holds in the CARM portal")
    ),
    "portal role changed": Action(
        _("Portal role corrected"), _("corrected the days or evidence of a role in the CARM portal")
    ),
    "portal role ended": Action(
        _("Portal role ended"), _("recorded the end of a role in the CARM portal")
    ),
    "portal role verified": Action(
        _("Portal role verified"), _("verified a role in the CARM portal")
    ),
    "portal verification started": Action(
        _("Verification of portal people started"), _("asked who has access to the CARM portal")
    ),
    "portal verification answered": Action(
        _("Verification of portal people answered"),
        _("answered who has access to the CARM portal"),
    ),
    "portal verification line decided": Action(
        _("Answer about a portal user decided"),
        _("decided on an answer about a person in the CARM portal"),
    ),
    "portal verification done": Action(
        _("Verification of portal people done"), _("ended a verification of portal people")
    ),
    "portal verification withdrawn": Action(
        _("Verification of portal people withdrawn"),
        _("withdrew a verification of portal people"),
    ),
    "portal register exported": Action(
        _("Register of portal people exported"), _("exported the register of portal people")
    ),
    # readiness
    "readiness changed": Action(
        _("Readiness changed"), _("found that the importer’s readiness has changed")
    ),
    "readiness answered": Action(
        _("Readiness question answered"), _("answered a question of readiness")
    ),
    "readiness answer withdrawn": Action(
        _("Readiness answer taken back"), _("took back an answer to a question of readiness")
    ),
    "readiness report made": Action(
        _("Readiness report made"), _("made the report of the importer’s readiness")
    ),
    "readiness register exported": Action(
        _("Register of readiness exported"), _("exported the register of readiness")
    ),
    # onboarding
    "onboarding started": Action(_("Onboarding started"), _("started an onboarding")),
    "onboarding plan changed": Action(
        _("Onboarding planned anew"), _("changed the plan of an onboarding")
    ),
    "onboarding moved to newer checklist": Action(
        _("Onboarding moved to a newer checklist"),
        _("moved an onboarding to the newest checklist"),
    ),
    "onboarding finished": Action(_("Importer onboarded"), _("finished an onboarding")),
    "onboarding cancelled": Action(_("Onboarding given up"), _("gave an onboarding up")),
    "onboarding reminder sent": Action(
        _("Reminded of onboarding"), _("reminded the importer’s people of their steps")
    ),
    "onboarding step started": Action(
        _("Onboarding step started"), _("started a step of an onboarding")
    ),
    "onboarding step waiting": Action(
        _("Onboarding step waits"), _("recorded that a step of an onboarding waits for an answer")
    ),
    "onboarding step blocked": Action(
        _("Onboarding step blocked"), _("reported a blocker at a step of an onboarding")
    ),
    "onboarding step resumed": Action(
        _("Onboarding step taken up again"), _("took a step of an onboarding up again")
    ),
    "onboarding step done": Action(
        _("Onboarding step done"), _("marked a step of an onboarding as done")
    ),
    "onboarding step not applicable": Action(
        _("Onboarding step does not apply"),
        _("recorded that a step of an onboarding does not apply"),
    ),
    "onboarding step opened again": Action(
        _("Onboarding step opened again"), _("opened a step of an onboarding again")
    ),
    "onboarding evidence kept": Action(
        _("Evidence of an onboarding step kept"), _("kept the evidence of a step of an onboarding")
    ),
    "onboarding step given": Action(
        _("Onboarding step given to somebody"),
        _("changed who sees to a step of an onboarding, or by when"),
    ),
    "onboarding comment written": Action(
        _("Comment on an onboarding step"), _("wrote a comment at a step of an onboarding")
    ),
    "onboardings exported": Action(
        _("Onboarding register exported"), _("exported the register of onboardings")
    ),
    "checklist drafted": Action(
        _("Checklist drafted"), _("began a new version of the onboarding checklist")
    ),
    "checklist changed": Action(
        _("Checklist changed"), _("changed a draft of the onboarding checklist")
    ),
    "checklist published": Action(
        _("Checklist published"), _("published a version of the onboarding checklist")
    ),
    "checklist discarded": Action(
        _("Checklist discarded"), _("discarded a draft of the onboarding checklist")
    ),
    # the audit itself
    "audit exported": Action(_("Audit exported"), _("exported the audit")),
    "audit check requested": Action(
        _("Audit check requested"), _("asked whether the chain is whole")
    ),
    "audit heads kept": Action(
        _("Ends of the chains kept"), _("kept where every importer’s chain ends")
    ),
}

# what an event is about, by the name of its model
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
