"""What the reconciliation room knows to be due: differences to correct while it costs nothing."""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import Abs
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from carmsvc.platform.money import ZERO
from carmsvc.platform.tenancy import of_importers
from clients.deadlines import Deadline, Kind, register
from reconciliation.models import MatchRun, Variance, VarianceKind

# what a changed declaration may put right; a payment, a penalty or a carrier's error is not
CORRECTABLE = (
    VarianceKind.AMOUNT_DIFFERS,
    VarianceKind.WRONG_PROGRAM_ACCOUNT,
    VarianceKind.DUPLICATE_LINE,
    VarianceKind.NOT_IN_LEDGER,
    VarianceKind.NOT_ON_STATEMENT,
)


def register_deadlines() -> None:
    """Tell the registry; called when the app is ready."""
    register(
        Kind(
            name="correction_closing",
            label=_("Corrections close"),
            provider=corrections_closing,
            thresholds=(5, 2, 0),
            escalates_at=0,
            audience=frozenset({"owner", "compliance"}),
        )
    )


def corrections_closing(importers: Collection[int], first: date, last: date) -> Iterator[Deadline]:
    """Until the payment due date a declaration is corrected without interest or approval.

    After it the same change is an adjustment, which the CBSA decides (Customs Act, s. 32.2(3)).
    One deadline a statement whose standing run has differences that a correction may put right;
    it is done when none of them is open.
    """
    for run in _runs(importers, first, last):
        statement = run.statement
        yield Deadline(
            kind="correction_closing",
            key=f"correction-closing/{statement.program_account.bn15}/{statement.period_end}",
            importer_id=statement.importer_id,
            due_on=statement.payment_due_on,
            subject=statement.program_account.bn15,
            address=reverse("reconciliation", args=[statement.pk]),
            is_done=not run.open_count,
            amount=run.open_amount or ZERO,
            reasons=(
                _("Until 23:59 Eastern on the payment due date a change is a correction."),
                _("After it, it is an adjustment: the CBSA decides, and interest may run."),
                _("Customs Act, s. 32.2(3)."),
            ),
        )


def _runs(importers: Collection[int], first: date, last: date) -> Any:
    """The standing runs of statements due between two days, with what is open in them."""
    correctable = Q(variances__kind__in=CORRECTABLE)
    still_open = correctable & Q(variances__state=Variance.State.OPEN)
    return (
        MatchRun.objects.filter(
            of_importers(importers),
            superseded_by=None,
            state=MatchRun.State.FINISHED,
            statement__superseded_by=None,
            statement__payment_due_on__range=(first, last),
        )
        .select_related("statement__program_account")
        .annotate(
            correctable_count=Count("variances", filter=correctable),
            open_count=Count("variances", filter=still_open),
            open_amount=Sum(Abs("variances__effect"), filter=still_open),
        )
        .filter(correctable_count__gt=0)
        .order_by("id")
    )
