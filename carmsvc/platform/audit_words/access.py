"""People, the brokerage’s staff, accounts, API keys, letters, the audit itself."""

from django.utils.translation import gettext_lazy as _

from carmsvc.platform.audit_words.action import Action

ACTIONS: dict[str, Action] = {
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
    # letters
    "letter sent again": Action(_("Letter sent again"), _("sent a letter again that had failed")),
    # the audit itself
    "audit exported": Action(_("Audit exported"), _("exported the audit")),
    "audit check requested": Action(
        _("Audit check requested"), _("asked whether the chain is whole")
    ),
    "audit heads kept": Action(
        _("Ends of the chains kept"), _("kept where every importer’s chain ends")
    ),
}
