"""Documents, requests for help, delegation."""

from django.utils.translation import gettext_lazy as _

from carmsvc.platform.audit_words.action import Action

ACTIONS: dict[str, Action] = {
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
    "support request lapsing": Action(
        _("Told that a request closes"), _("told that a quiet request for help closes by itself")
    ),
    "support request lapsed": Action(
        _("Request closed by itself"), _("closed a request for help on which nobody answered")
    ),
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
}
