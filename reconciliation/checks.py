"""The readiness check of the reconciliation room: the statement is here, and signed, in time."""

from django.utils.translation import gettext_lazy as _

from clients.readiness import Check, Source, register
from clients.rules.onboarding_checklist import Party, SourceKind
from clients.rules.readiness import Area, Severity
from reconciliation.queries.readiness import statement_findings

CHECKS = (
    Check(
        code="R19",
        title=_("The last statement is fetched and reconciled in time"),
        areas=frozenset({Area.RPP}),
        severity=Severity.AT_RISK,
        why=_(
            "The CBSA issues it on the 25th, and it is paid by the tenth weekday after the 17th. "
            "Until then a change is a correction, without interest."
        ),
        sources=(
            Source(
                _("CBSA, managing commercial import accounts"),
                "https://www.cbsa-asfc.gc.ca/prog/arl-glcc/dnsa-aqrc-eng.html",
            ),
            Source(_("Our own practice"), kind=SourceKind.OUR_PRACTICE),
        ),
        fix=_("Upload the statement, look at what differs, and sign the reconciliation."),
        place="importer-statements",
        who=(Party.BROKER,),
        sentences={
            "no_statement_yet": _("No statement of the account was ever loaded."),
            "not_fetched": _("The statement to %(period_end)s should be here since %(by)s."),
            "fetch": _("The statement to %(period_end)s is out; it is fetched by %(by)s."),
            "reconciled": _("The statement to %(period_end)s is reconciled and signed by two."),
            "not_signed": _(
                "The statement to %(period_end)s should be signed by two since %(by)s."
            ),
            "sign": _("The statement to %(period_end)s is here; it is signed by %(by)s."),
        },
        facts={
            "period_end": _("Billing period to"),
            "due_on": _("Payment due on"),
            "by": _("To be done by"),
        },
        question=_("The CBSA issued no statement for the last billing period of the account."),
        answer_days=31,
    ),
)


def register_checks() -> None:
    """Tell the registry; called when the app is ready."""
    register(statement_findings, *CHECKS)
