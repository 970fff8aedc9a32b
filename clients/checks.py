"""The readiness checks of the clients room: numbers, names, people in the portal, who pays."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clients.models import ImporterContact, ProgramAccount
from clients.models.security import ReleaseStatus
from clients.queries.readiness_facts import set_up_findings
from clients.readiness import Check, Source, register
from clients.rules.names import Difference
from clients.rules.onboarding_checklist import Party, SourceKind
from clients.rules.readiness import Area, Severity

CBSA = "https://www.cbsa-asfc.gc.ca"
BOTH = (Party.IMPORTER, Party.BROKER)
SET_UP = frozenset({Area.SET_UP})
RPP = frozenset({Area.RPP})
RELEASE = frozenset({Area.RELEASE})

PRACTICE = Source(_("Our own practice"), kind=SourceKind.OUR_PRACTICE)
STARTING = Source(
    _("CBSA, getting started with CARM"), f"{CBSA}/services/carm-gcra/start-passer-eng.html"
)
NOTICE_24_37 = Source(
    _("CBSA, Customs Notice 24-37"), f"{CBSA}/publications/cn-ad/cn24-37-eng.html"
)
NOTICE_25_16 = Source(
    _("CBSA, Customs Notice 25-16"),
    "https://cscb.ca/en/article/customs-notice-25-16-late-accounting-penalties-registration-and-"
    "delegation-authority",
)
PORTAL_GUIDE = Source(
    _("CBSA, portal guide 2 of 2021"),
    f"{CBSA}/multimedia/carm-gcra/portal-portail-r1-2-eng.html",
    SourceKind.OFFICIAL_OLD,
)
DEBIT_GUIDE = Source(
    _("CBSA, portal guide 16 of 2021"),
    f"{CBSA}/multimedia/carm-gcra/portal-portail-r1-16-eng.html",
    SourceKind.OFFICIAL_OLD,
)
MANAGERS_GUIDE = Source(
    _("Cole International, on delegation in the portal"),
    "https://blog.coleintl.com/blog/registered-in-the-carm-portal-but-confused-about-delegation",
    SourceKind.SECONDARY,
)
WHO_PAYS_GUIDE = Source(
    _("Jori Logistics, on statements of account"), "https://jorilogistics.com/?p=4140",
    SourceKind.SECONDARY,
)  # fmt: skip
ALERTS_GUIDE = Source(
    _("Livingston, on late payment"),
    "https://www.livingstonintl.com/cbsa-resumes-collection-of-late-payment-penalties-what-"
    "importers-need-to-know/",
    SourceKind.SECONDARY,
)
RECORDS = Source(
    _("Imported Goods Records Regulations, SOR/86-1011, s. 2"),
    "https://laws-lois.justice.gc.ca/eng/regulations/SOR-86-1011/",
)
NON_RESIDENTS = Source(
    _("CBSA, Memorandum D17-1-21"), f"{CBSA}/publications/dm-md/d17/d17-1-21-eng.html"
)
SERVICE_OPTIONS = Source(
    _("The Trucking Network, quoting the CBSA’s bulletin TCC23-093"),
    "https://thetruckingnetwork.ca/e-bulletin-reminder-cbsa-is-eliminating-two-service-options-on-"
    "april-15th/",
    SourceKind.SECONDARY,
)
NOBODY_RECORDED = _("Nobody is recorded who has access to the portal.")
FUNCTION_WORDS = {one.value: one.label for one in ImporterContact.Function}
PAYERS = {one.value: one.label for one in ProgramAccount.Payer}
PROFILES = {one.value: one.label for one in ProgramAccount.Profile}
STATUSES = {one.value: one.label for one in ReleaseStatus.Status}
DIFFERENCES = {
    Difference.SPACING: _("spacing"),
    Difference.CASE: _("capital letters"),
    Difference.ACCENTS: _("accents"),
    Difference.PUNCTUATION: _("punctuation"),
    Difference.ENDING: _("the legal ending"),
    Difference.WORDS: pgettext_lazy("difference of names", "words"),
}
PEOPLE_FACTS = {"managers": _("Managers"), "people": _("People"), "days": _("Days it counts")}

NUMBERS = (
    Check(
        code="R01",
        steps=("A1", "A2"),
        title=_("Business number and program account are written right"),
        areas=SET_UP,
        severity=Severity.BLOCKER,
        why=_(
            "Money, statements and security sit on the program account: nine digits, RM and four "
            "digits. With a wrong number everything goes elsewhere."
        ),
        sources=(STARTING,),
        fix=_("Compare the number with the letter of the CRA and with the portal."),
        place="importer-profile#accounts",
        who=(Party.BROKER,),
        sentences={
            "bn9_malformed": _("The business number %(bn9)s does not have nine digits."),
            "bn15_malformed": _("%(bn15)s is not a program account: BN9, RM and four digits."),
            "of_another_business": _(
                "Program account %(bn15)s does not belong to business number %(bn9)s."
            ),
            "check_digit": _(
                "The check digit of business number %(bn9)s does not fit; look at it again."
            ),
            "number_fits": _("%(bn15)s is a program account of business number %(bn9)s."),
        },
        facts={"bn9": _("Business number (BN9)"), "bn15": _("Program account")},
    ),
    Check(
        code="R02",
        steps=("A2", "A12"),
        title=_("The program account may import"),
        areas=SET_UP | RELEASE,
        severity=Severity.BLOCKER,
        why=_(
            "Release and accounting declarations are refused on an account whose profile is "
            "exporter only."
        ),
        sources=(NOTICE_24_37,),
        fix=_("Note the profile as the portal shows it; where it is wrong, have it changed."),
        place="importer-profile#accounts",
        who=BOTH,
        sentences={
            "profile_not_known": _("Nobody has noted the profile of the account."),
            "another_imports": _("It is for exports; another account of the importer imports."),
            "exports_only": _("The account is for exports only, and no other one imports."),
            "no_account": _("No program account is in use."),
            "may_import": _("Its profile lets it import."),
        },
        facts={"profile": pgettext_lazy("program account", "Profile")},
        values={"profile": PROFILES},
    ),
    Check(
        code="R03",
        title=_("The business is registered in the CARM portal"),
        areas=SET_UP,
        severity=Severity.BLOCKER,
        why=_(
            "Without registration the importer can neither approve its broker nor post security; "
            "declarations come late, and each late one costs a penalty."
        ),
        sources=(NOTICE_25_16,),
        fix=_("Go on with the onboarding up to the registration."),
        place="importer-onboarding",
        who=BOTH,
        sentences={
            "no_onboarding": _("No onboarding tells whether the business is registered."),
            "registered": _("Registered in the portal since %(registered_on)s."),
            "registered_before": _("The onboarding began with a business that is registered."),
            "onboarded": _("The onboarding ended on %(ended_on)s."),
            "not_registered": _("The onboarding has not come to the registration yet."),
        },
        facts={"registered_on": _("Registered on"), "ended_on": _("Ended on")},
        is_of_account=False,
        question=_("The business is registered in the CARM portal."),
        answer_days=730,
    ),
    Check(
        code="R04",
        steps=("A3",),
        title=_("Legal name and address are those at the CBSA"),
        areas=SET_UP,
        severity=Severity.AT_RISK,
        why=_(
            "A comma or a trade name in the wrong place makes a registration, a bond or a "
            "delegation fail: everything is compared letter by letter."
        ),
        sources=(PORTAL_GUIDE,),
        fix=_("Copy the name from the portal into the profile, and correct the one that is wrong."),
        place="importer-profile#names",
        who=BOTH,
        sentences={
            "name_not_seen": _("Nobody has noted the legal name as the CBSA has it."),
            "name_differs": _(
                "“%(legal_name)s” and, at the CBSA, “%(name_at_cbsa)s” differ: %(differences)s."
            ),
            "address_not_compared": _(
                "The name is the same, to the letter; nobody has said that the address is, too."
            ),
        },
        facts={
            "legal_name": _("Legal name"),
            "name_at_cbsa": _("Legal name at the CBSA"),
            "seen_on": _("As seen on"),
            "differences": _("What differs"),
        },
        values={"differences": DIFFERENCES},
        is_of_account=False,
        question=_("The address at the CBSA is the importer’s own, to the letter."),
        answer_days=365,
    ),
)  # fmt: skip
PEOPLE = (
    Check(
        code="R05",
        steps=("A13",),
        title=_("Two people manage the business in the portal"),
        areas=SET_UP,
        severity=Severity.BLOCKER,
        why=_(
            "Only a business account manager approves the broker and lets others in. Where the "
            "only one leaves, the importer is locked out."
        ),
        sources=(MANAGERS_GUIDE,),
        fix=_("Have a second manager request access by the business number, and record them."),
        place="importer-portal",
        who=(Party.IMPORTER,),
        sentences={
            "nobody_recorded": NOBODY_RECORDED,
            "no_manager": _("No business account manager has access."),
            "one_manager": _("There is one manager only: %(managers)s."),
            "managers": _("Managers with access: %(managers)s."),
        },
        facts=PEOPLE_FACTS,
        is_of_account=False,
    ),
    Check(
        code="R06",
        title=_("No manager has left, and all were confirmed lately"),
        areas=SET_UP,
        severity=Severity.AT_RISK,
        why=_("Who has left and still manages can pay, delegate and let others in."),
        sources=(PRACTICE,),
        fix=_("Ask the importer who has access, and record what it answers."),
        place="importer-portal",
        who=BOTH,
        sentences={
            "nobody_recorded": NOBODY_RECORDED,
            "no_manager": _("No manager is recorded: see R05."),
            "manager_gone": _("Left, or the role is over: %(people)s."),
            "not_verified": _("Not confirmed for more than %(days)s days: %(people)s."),
            "managers_known": _("All managers are confirmed, until %(verify_by)s."),
        },
        facts=PEOPLE_FACTS | {"verify_by": _("To be verified again by")},
        is_of_account=False,
    ),
    Check(
        code="R17",
        steps=("A7",),
        title=_("Notifications are on, and somebody has signed in lately"),
        areas=SET_UP,
        severity=Severity.ADVICE,
        why=_(
            "Requests, reviews and statements wait in the portal. Its e-mails have failed before: "
            "they are a hint, and no control."
        ),
        sources=(ALERTS_GUIDE, PRACTICE),
        fix=_("Ask a manager to sign in, look at the notifications and switch the e-mails on."),
        place="importer-portal",
        who=(Party.IMPORTER,),
        sentences={
            "portal_use_not_stated": _("Nobody has said so in the last 31 days."),
        },
        is_of_account=False,
        question=_("E-mail notifications are on, and a manager signed in to the portal that day."),
        answer_days=31,
    ),
    Check(
        code="R18",
        title=_("Finance, operations and customs can be reached"),
        areas=SET_UP,
        severity=Severity.ADVICE,
        why=_("Who pays, who ships and who answers the CBSA are seldom the same person."),
        sources=(PRACTICE,),
        fix=_("Add a contact for each function."),
        place="importer-profile#contacts",
        who=(Party.BROKER,),
        sentences={
            "functions_missing": _("Nobody to reach for: %(missing)s."),
            "all_reached": _("There is somebody for each."),
        },
        facts={"missing": _("Missing"), "functions": _("Functions")},
        values={"missing": FUNCTION_WORDS, "functions": FUNCTION_WORDS},
        is_of_account=False,
    ),
    Check(
        code="R21",
        title=_("Records are kept for six years, where they may be"),
        areas=SET_UP,
        severity=Severity.ADVICE,
        why=_(
            "The importer keeps its records for six years after the importation, at its place of "
            "business in Canada or where the Minister has agreed."
        ),
        sources=(RECORDS, NON_RESIDENTS),
        fix=_("Ask where the records are and for how long, and say what you were told."),
        place="importer-documents",
        who=(Party.IMPORTER,),
        sentences={"records_not_stated": _("Nobody has said where the records are kept.")},
        is_of_account=False,
        question=_("Records are kept for six years, in Canada or where it was agreed."),
        answer_days=365,
    ),
)
MONEY = (
    Check(
        code="R15",
        steps=("A17",),
        title=_("The debit is on where the importer pays, and only there"),
        areas=RPP,
        severity=Severity.ADVICE,
        why=_(
            "A pre-authorized debit pays on the last day by itself. Where the broker pays, the "
            "same debt is then paid twice."
        ),
        sources=(DEBIT_GUIDE, PRACTICE),
        fix=_("Look in the portal under Payments, and note whether the debit is on."),
        place="importer-profile#accounts",
        who=BOTH,
        sentences={
            "payer_not_known": _("It is not recorded who pays."),
            "debit_not_known": _("It is not recorded whether the debit is on."),
            "debit_on": _("The importer pays, and the debit is on."),
            "debit_off": _("The importer pays, and the debit is off: nothing pays by itself."),
            "paid_twice": _("The debit is on although the importer does not pay everything."),
            "no_debit": _("The debit is off, as it should be."),
        },
        facts={"payer": _("Who pays"), "pays_by_debit": _("Pre-authorized debit is on")},
        values={"payer": PAYERS},
    ),
    Check(
        code="R16",
        steps=("A17", "A20"),
        title=_("It is recorded who pays"),
        areas=RPP,
        severity=Severity.AT_RISK,
        why=_(
            "The importer owes it whoever pays. Where nobody has said who does, it is paid twice "
            "or not at all."
        ),
        sources=(WHO_PAYS_GUIDE,),
        fix=_("Agree who pays the CBSA, and record it for the account."),
        place="importer-payments",
        who=BOTH,
        sentences={
            "payer_missing": _("It is not recorded who pays."),
            "payer_recorded": _("Paid by: %(payer)s."),
        },
        facts={"payer": _("Who pays")},
        values={"payer": PAYERS},
    ),
    Check(
        code="R22",
        title=_("The service option fits"),
        areas=RELEASE,
        severity=Severity.ADVICE,
        why=_(
            "Goods are released by integrated import declaration (IID). Release on minimum "
            "documentation on paper is left for exceptions, and type C is for who is not in RPP."
        ),
        sources=(SERVICE_OPTIONS,),
        fix=_("Look at the releases of the last months, and say why any was not an IID."),
        place="importer-documents",
        who=(Party.BROKER,),
        sentences={
            "options_not_stated": _("Nobody has said that the releases were looked at."),
            "type_c_only": _("Without release prior to payment only type C is left."),
        },
        facts={"status": _("Release prior to payment")},
        values={"status": STATUSES},
        question=_("Goods are released by IID; each exception has its reason on file."),
        answer_days=182,
    ),
)


def register_checks() -> None:
    """Tell the registry; called when the app is ready."""
    register(set_up_findings, *NUMBERS, *PEOPLE, *MONEY)
