"""The pay answer's pages: of an account's newest statement, and of any statement."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from carmsvc.platform.dates import today_in_toronto
from clients.models import ProgramAccount
from clients.rules import Permission
from clients.views import demand, permissions
from reconciliation.queries.pay_answer import PayAnswer, answer_for, answers_for
from statements.models import Statement


@require_safe
def account_answer(request: HttpRequest, account_id: int) -> HttpResponse:
    """What to pay on a program account now, by its newest statement."""
    rows = ProgramAccount.objects.select_related("importer")
    account = get_object_or_404(rows, pk=account_id)
    demand(request, Permission.VIEW, account.importer_id)
    [found] = answers_for([account], today_in_toronto())
    return render(request, "reconciliation/pay_answer/page.html", _context(request, found))


@require_safe
def statement_answer(request: HttpRequest, statement_id: int) -> HttpResponse:
    """What to pay on a statement; `?part=1` is the part that its own page shows."""
    rows = Statement.objects.select_related("importer", "program_account__importer")
    statement = get_object_or_404(rows, pk=statement_id)
    demand(request, Permission.VIEW, statement.importer_id)
    found = answer_for(statement, today_in_toronto())
    name = "part" if request.GET.get("part") else "page"
    return render(request, f"reconciliation/pay_answer/{name}.html", _context(request, found))


def _context(request: HttpRequest, found: PayAnswer) -> dict[str, Any]:
    importer = found.account.importer
    return {
        "found": found,
        "importer": importer,
        "today": today_in_toronto(),
        "may": permissions(request, importer.pk),
    }
