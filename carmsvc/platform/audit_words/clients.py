"""Importers, lists of clients, onboarding, readiness, people in the CARM portal."""

from django.utils.translation import gettext_lazy as _

from carmsvc.platform.audit_words.action import Action

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
}
