"""What this room tells in an importer's summary: what is to be paid, and the security."""

from collections.abc import Iterator
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from carmsvc.templatetags.figures import money
from clients.overview import Asked, Fact, Level, register_facts
from statements.models import Statement
from statements.queries import accounts_of
from statements.queries.payments import paid_since
from statements.queries.security import standings
from statements.rules.billing import is_past_due


def register_overview() -> None:
    """Tell the registry; called when the app is ready."""
    register_facts("statements", what_is_to_be_paid, place=10)
    register_facts("security", headroom, place=20)


def what_is_to_be_paid(asked: Asked) -> Iterator[Fact]:
    """The newest statement, and what is left to pay of the newest of each account."""
    rows = Statement.objects.filter(importer=asked.importer, superseded_by=None)
    newest = rows.order_by("program_account_id", "-period_end").distinct("program_account_id")
    every = sorted(newest, key=lambda one: one.period_end, reverse=True)
    if not every:
        yield Fact(_("Statement"), _("None received yet"))
        return
    paid = paid_since(every)
    yield Fact(
        label=_("Statement"),
        words=money(every[0].total_payable),
        address=reverse("statement", args=[every[0].pk]),
        note=_("period to %(day)s") % {"day": every[0].period_end},
    )
    left = sum((one.total_payable - paid[one.pk] for one in every), Decimal("0.00"))
    late = any(
        is_past_due(one.payment_due_on, asked.today) and one.total_payable > paid[one.pk]
        for one in every
    )
    yield Fact(
        label=_("Left to pay"),
        words=money(left),
        address=reverse("importer-payments", args=[asked.importer.pk]),
        note=_("overdue") if late else "",
        level=Level.AT_RISK if late else Level.FINE,
    )


def headroom(asked: Asked) -> Iterator[Fact]:
    """How much of the security is left, on the account nearest its limit."""
    found = [one for one in standings(accounts_of(asked.importer.pk), asked.today) if one.posted]
    if not found:
        return
    nearest = found[0]
    yield Fact(
        label=_("Headroom"),
        words=money(nearest.requirement.headroom.headroom),
        address=reverse("importer-forecast", args=[asked.importer.pk]),
        note=nearest.account.bn15,
        level=Level.AT_RISK if nearest.level else Level.FINE,
    )
