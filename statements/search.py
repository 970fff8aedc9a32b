"""How this room's things are found: statements by account, transactions by their number."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carmsvc.platform.tenancy import importers_in_scope, of_importers
from carmsvc.templatetags.figures import money
from clients.search import BN15_RANGE, Found, Kind, Sought, number_range, register
from statements.models import LedgerEntry, Statement, StatementLine


def register_search() -> None:
    """Tell the registry; called when the app is ready."""
    for kind in (
        Kind("line", gettext_lazy("Transactions on statements"), lines, 20, resource="statements"),
        Kind("entry", gettext_lazy("Ledger entries"), entries, 25, resource="ledger-entries"),
        Kind("statement", gettext_lazy("Statements"), statements, 30, resource="statements"),
    ):
        register(kind)


def lines(sought: Sought, user: Any, limit: int) -> Iterator[Found]:
    """Lines of standing statements whose transaction number begins so, the newest first."""
    bounds = sought.transaction_range
    if bounds is None:
        return
    rows = StatementLine.objects.filter(
        of_importers(importers_in_scope()),
        transaction_no__range=bounds,
        statement__superseded_by=None,
    ).select_related("importer", "statement__program_account")
    for one in rows.order_by("-id")[:limit]:
        statement = one.statement
        yield Found(
            title=one.transaction_no,
            address=f"{reverse('statement', args=[statement.pk])}?search={one.transaction_no}",
            detail=f"{one.get_transaction_type_display()}, {money(one.amount)}, "
            f"{statement.program_account}, {statement.period_end}",
            importer_id=one.importer_id,
            importer=one.importer.legal_name,
            pk=one.pk,
        )


def entries(sought: Sought, user: Any, limit: int) -> Iterator[Found]:
    """Ledger entries whose transaction number begins so, the newest first."""
    bounds = sought.transaction_range
    if bounds is None:
        return
    rows = LedgerEntry.objects.filter(
        of_importers(importers_in_scope()), transaction_no__range=bounds
    ).select_related("importer", "program_account")
    for one in rows.order_by("-id")[:limit]:
        yield Found(
            title=one.transaction_no,
            address=reverse("file", args=["ledger", one.file_id]),
            detail=f"{money(one.amount)}, {one.program_account}",
            importer_id=one.importer_id,
            importer=one.importer.legal_name,
            pk=one.pk,
        )


def statements(sought: Sought, user: Any, limit: int) -> Iterator[Found]:
    """Standing statements of the program accounts whose number begins so, the newest first."""
    bounds = number_range(sought.number, BN15_RANGE) if len(sought.number) > 8 else None
    if bounds is None:
        return
    rows = Statement.objects.filter(
        of_importers(importers_in_scope()),
        program_account__bn15__range=bounds,
        superseded_by=None,
    ).select_related("importer", "program_account")
    for one in rows.order_by("-period_end", "-id")[:limit]:
        period = _("Period to %(day)s") % {"day": one.period_end}
        yield Found(
            title=f"{one.program_account}, {period}",
            address=reverse("statement", args=[one.pk]),
            detail=money(one.total_payable),
            importer_id=one.importer_id,
            importer=one.importer.legal_name,
            pk=one.pk,
        )
