"""The rulebook, statements, reconciliation, security, payments."""

from django.utils.translation import gettext_lazy as _

from carmsvc.platform.audit_words.action import Action

ACTIONS: dict[str, Action] = {
    # the rulebook
    "value proposed": Action(_("Value proposed"), _("proposed a value of the rulebook")),
    "value approved": Action(_("Value approved"), _("approved a value of the rulebook")),
    "value rejected": Action(_("Value rejected"), _("rejected a value of the rulebook")),
    "value withdrawn": Action(_("Value withdrawn"), _("took a value out of the rulebook")),
    "due date followed": Action(
        _("Due date moved"), _("moved a statement to the due date that the CBSA published")
    ),
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
}
