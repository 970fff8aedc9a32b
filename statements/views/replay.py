"""Pages about what became of payments: which cleared what, and what lateness would cost."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from carmsvc.platform.dates import today_in_toronto
from clients.models import ProgramAccount
from clients.rules import Permission
from clients.views import demand
from statements.queries.replay import story_of


@require_safe
def allocation(request: HttpRequest, account_id: int) -> HttpResponse:
    """Which payment cleared what on a program account, what is open, how late each was."""
    rows = ProgramAccount.objects.select_related("importer")
    account = get_object_or_404(rows, pk=account_id)
    demand(request, Permission.VIEW, account.importer_id)
    context = {
        "account": account,
        "importer": account.importer,
        "story": story_of(account.pk, today_in_toronto()),
    }
    return render(request, "statements/payments/allocation.html", context)
