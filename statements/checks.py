"""The readiness checks of the statements room: release prior to payment, security, arrears."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clients.models import ReleaseStatus, SecurityInstrument
from clients.readiness import Check, Source, register
from clients.rules.onboarding_checklist import Party, SourceKind
from clients.rules.readiness import Area, Severity
from statements.models import FiledBy
from statements.queries.readiness import release_findings

CBSA = "https://www.cbsa-asfc.gc.ca"
LAWS = "https://laws-lois.justice.gc.ca/eng"
BOTH = (Party.IMPORTER, Party.BROKER)
RPP = frozenset({Area.RPP})
PRACTICE = Source(_("Our own practice"), kind=SourceKind.OUR_PRACTICE)
NOTICE_25_23 = Source(
    _("CBSA, Customs Notice 25-23"), f"{CBSA}/publications/cn-ad/cn25-23-eng.html"
)
SECURITY_LAW = Source(_("Customs Act, s. 33 and 35"), f"{LAWS}/acts/C-52.6/")
AMOUNTS = Source(
    _("Expeditors, quoting the CBSA on the amount of security"),
    "https://info.expeditors.com/newsflash/cbsa-rpp-transition-period-ending-soon",
    SourceKind.SECONDARY,
)
ELECTRONIC = Source(
    _("Financial Security (Electronic Means) Regulations, SOR/2024-42, s. 7 to 9"),
    f"{LAWS}/regulations/SOR-2024-42/",
)
REVIEW = Source(
    _("Livingston, quoting CARM Bulletin 5404 on the yearly review"),
    "https://www.livingstonintl.com/carm-annual-review-of-the-financial-security-requirement-for-"
    "rpp",
    SourceKind.SECONDARY,
)
VISIBILITY = Source(
    _("CCB, on the portal’s visibility rules"), "https://www.ccb.ab.ca/contact-8",
    SourceKind.SECONDARY,
)  # fmt: skip
ACCOUNTING = Source(_("SOR/86-1062, s. 10"), f"{LAWS}/regulations/SOR-86-1062/")
PENALTY = Source(
    _("CBSA, penalty C288"),
    f"{CBSA}/trade-commerce/amps/contraventions-infractions/c288-eng.html",
    SourceKind.OFFICIAL_OLD,
)
STATUSES = {one.value: one.label for one in ReleaseStatus.Status}
FORMS = {one.value: one.label for one in SecurityInstrument.Form}
FILERS = {one.value: one.label for one in FiledBy}
NOT_ENROLLED = _("The account is not enrolled in release prior to payment.")
NOT_KNOWN = _("No statement of the twelve months of the review is loaded.")
AMOUNT_FACTS = {
    "required": _("Required"),
    "posted": pgettext_lazy("security", "Posted"),
    "form": _("Form"),
    "months_known": _("Statements known, of twelve"),
}
REVIEW_FACTS = {
    "review_on": _("Yearly review"),
    "comply_by": _("To be met by"),
    "reviewed_on": _("Reviewed on"),
}
BALANCE_FACTS = {"open_balance": _("Left to pay"), "left_to_pay": _("Left to pay")}

RELEASE = (
    Check(
        code="R10",
        steps=("A16",),
        title=_("The account is enrolled in release prior to payment"),
        areas=frozenset({Area.RPP, Area.RELEASE}),
        severity=Severity.BLOCKER,
        why=_(
            "Without it releases by IID, PARS and on minimum documentation are refused: only a "
            "type C declaration is left, paid before the goods move."
        ),
        sources=(NOTICE_25_23,),
        fix=_("Enrol the account in the portal, under its sub-programs, and note its status."),
        place="importer-forecast",
        who=BOTH,
        sentences={
            "enrolled": _("Enrolled, as seen on %(seen_on)s."),
            "not_enrolled": _("Not enrolled, as seen on %(seen_on)s."),
            "suspended": _("Suspended, as seen on %(seen_on)s."),
            "status_not_noted": _("Nobody has noted what the portal shows."),
        },
        facts={"status": _("Release prior to payment"), "seen_on": _("As seen on")},
        values={"status": STATUSES},
    ),
    Check(
        code="R11",
        steps=("A16",),
        title=_("As much security is posted as is required"),
        areas=RPP,
        severity=Severity.BLOCKER,
        why=_(
            "Goods are released before payment against security only: half of the highest month "
            "by bond, all of it in cash, between the least and the most of the rulebook."
        ),
        sources=(SECURITY_LAW, AMOUNTS),
        fix=_("Have the provider raise the bond, or deposit more, and record it."),
        place="importer-forecast",
        who=(Party.IMPORTER,),
        sentences={
            "not_enrolled": NOT_ENROLLED,
            "requirement_not_known": NOT_KNOWN,
            "secured": _("%(posted)s is posted, %(required)s is required."),
            "short": _("%(posted)s is posted, but %(required)s is required."),
        },
        facts=AMOUNT_FACTS,
        values={"form": FORMS},
        question=_("As much security is posted as the portal asks for."),
        answer_days=92,
    ),
    Check(
        code="R12",
        title=_("The security leaves headroom"),
        areas=RPP,
        severity=Severity.ADVICE,
        why=_("A good month, or a surtax, uses the security up before anybody notices."),
        sources=(PRACTICE,),
        fix=_("Raise the security before the next review does."),
        place="importer-forecast",
        who=(Party.IMPORTER,),
        sentences={
            "nothing_posted": _("No security is posted that could leave any."),
            "balance_above": _("%(open_balance)s is owed, and %(posted)s is posted."),
            "requirement_not_known": NOT_KNOWN,
            "headroom_thin": _(
                "%(posted)s is posted for %(required)s required: less than %(percent)s of it."
            ),
            "headroom": _("%(posted)s is posted for %(required)s required."),
        },
        facts={
            **AMOUNT_FACTS,
            **BALANCE_FACTS,
            "used_percent": _("Used"),
            "percent": _("Threshold of ours"),
        },
    ),
    Check(
        code="R13",
        title=_("The security is in force, and stays so"),
        areas=RPP,
        severity=Severity.AT_RISK,
        why=_(
            "The day after it ends nothing is released before payment any more. A provider gives "
            "thirty days’ notice, and a new bond takes time."
        ),
        sources=(ELECTRONIC, PRACTICE),
        fix=_("Have it renewed, and record the new one; or confirm that it goes on."),
        place="importer-forecast",
        who=BOTH,
        sentences={
            "not_enrolled": NOT_ENROLLED,
            "lapsed": _("It ended on %(lapsed_on)s, and nothing followed."),
            "nothing_recorded": _("No security is recorded."),
            "ends_soon": _("It ends on %(falls_on)s, and nothing follows."),
            "anniversary_soon": _(
                "Its anniversary is on %(anniversary_on)s; nobody has looked whether it goes on."
            ),
            "in_force": _("It is in force."),
        },
        facts={
            "lapsed_on": _("Ended on"),
            "falls_on": _("Ends on"),
            "anniversary_on": _("Anniversary"),
            "days": _("Days ahead"),
        },
    ),
    Check(
        code="R14",
        title=_("The yearly review was looked at, and what it raised is covered"),
        areas=RPP,
        severity=Severity.AT_RISK,
        why=_(
            "Every 20 October the CBSA computes the amount anew and writes only when it rises. "
            "What is not met by 15 January ends release before payment."
        ),
        sources=(REVIEW,),
        fix=_("Compare the amount with the portal, note the day, and raise the security."),
        place="importer-forecast",
        who=BOTH,
        sentences={
            "nothing_to_review": _("There is no security to review."),
            "review_not_seen": _("Nobody has looked since the review of %(review_on)s."),
            "raise_not_covered": _("%(posted)s is posted; %(required)s must be by %(comply_by)s."),
            "review_seen": _("Looked at on %(reviewed_on)s, after the review of %(review_on)s."),
        },
        facts=REVIEW_FACTS | AMOUNT_FACTS,
    ),
)
OWED = (
    Check(
        code="R08",
        steps=("A15",),
        title=_("We see what others file"),
        areas=frozenset({Area.SET_UP}),
        severity=Severity.ADVICE,
        why=_(
            "Couriers and other brokers file on the same account. Without the wider visibility "
            "their lines stand on the statement and nobody here can say what they are."
        ),
        sources=(VISIBILITY,),
        fix=_("Ask the importer’s manager to set all three visibility ticks."),
        place="importer-delegations",
        who=(Party.IMPORTER,),
        sentences={
            "no_delegation_works": _("No delegation of ours works: see R07."),
            "nobody_else": _("Nobody else files, as far as statements and delegations show."),
            "too_narrow": _("Others file, and these visibility ticks are not set: %(ticks)s."),
            "seen": _("Others file, and all three visibility ticks are set."),
        },
        facts={
            "others": _("Who else files"),
            "other_providers": _("Other brokers with a delegation"),
            "ticks": _("Ticks not set"),
        },
        values={"others": FILERS},
        is_of_account=False,
    ),
    Check(
        code="R20",
        title=_("Nothing is overdue, and every release is accounted for"),
        areas=frozenset({Area.RPP, Area.RELEASE}),
        severity=Severity.AT_RISK,
        why=_(
            "A declaration is due five business days after the release. Late ones cost a penalty "
            "each; debt that stays open costs interest and goes to the CRA."
        ),
        sources=(ACCOUNTING, PENALTY),
        fix=_("Pay what is left, file what is late, and find out why."),
        place="importer-payments",
        who=BOTH,
        sentences={
            "nothing_loaded": _("No statement and no ledger of the account is loaded."),
            "overdue": _("%(left_to_pay)s was due on %(due_on)s."),
            "not_accounted": _(
                "Releases without a declaration for more than five business days: "
                "%(late_releases)s, the oldest of %(oldest)s."
            ),
            "penalty_open": _("Open late accounting penalties: %(penalties)s."),
            "up_to_date": _("Nothing is overdue, and no release waits for its declaration."),
        },
        facts={
            **BALANCE_FACTS,
            "due_on": _("Payment due on"),
            "penalties": _("Open late accounting penalties"),
            "late_releases": _("Releases not accounted for"),
            "oldest": _("The oldest of"),
        },
        question=_("In the portal nothing is overdue on the account, and no penalty is open."),
        answer_days=31,
    ),
)


def register_checks() -> None:
    """Tell the registry; called when the app is ready."""
    register(release_findings, *RELEASE, *OWED)
