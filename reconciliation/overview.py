"""What this room shows on an importer's overview: what is due, what waits, statements and files."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from carmsvc.templatetags.figures import money, number
from clients.overview import Asked, Fact, Level, Section, register_facts, register_section
from reconciliation.models import MatchRun, Variance
from reconciliation.queries.overview import importer_overview
from reconciliation.queries.pay_answer import answers_with_statement

LOOKED_AT = 25  # of the newest statements, for what waits
SHOWN = 6


def register_overview() -> None:
    """Tell the registry; called when the app is ready."""
    register_facts("variances", open_variances, place=30)
    register_section(Section("money", "reconciliation/_overview.html", statements_and_files, 30))


def open_variances(asked: Asked) -> Iterator[Fact]:
    """What the standing reconciliations leave open, in number and in CAD."""
    standing = MatchRun.objects.filter(
        importer=asked.importer, superseded_by=None, state=MatchRun.State.FINISHED
    )
    rows = Variance.objects.filter(importer=asked.importer, run__in=standing, state="open")
    found = rows.aggregate(count=Count("id"), runs=Count("run", distinct=True), sum=Sum("effect"))
    count = found["count"]
    statement = rows.order_by("-run").values_list("run__statement", flat=True).first()
    yield Fact(
        label=_("Open variances"),
        words=number(count),
        address=reverse("reconciliation", args=[statement]) if statement else "",
        note=money(found["sum"]) if count else "",
        level=Level.AT_RISK if count else Level.FINE,
    )


def statements_and_files(asked: Asked) -> Mapping[str, Any]:
    """Payments ahead, what waits for people, statements with their reconciliations, files."""
    told = importer_overview(asked.importer, asked.today, LOOKED_AT)
    told |= {name: told[name][:SHOWN] for name in ("statements", "files")} | {"is_short": True}
    if asked.may["record_payment"]:
        told["answers"] = answers_with_statement(told["accounts"], asked.today)
    return told
