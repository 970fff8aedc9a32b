"""Pages about what became of payments: which cleared what, and what lateness would cost."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from carmsvc.platform.dates import today_in_toronto
from clients.models import ProgramAccount
from clients.rules import Permission
from clients.views import demand, permissions
from statements.forms.payments import LatePaymentForm
from statements.models import Statement
from statements.queries.late_payment import left_to_pay, what_if
from statements.queries.replay import story_of
from statements.queries.rulebook import why_due


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


@require_safe
def late_payment(request: HttpRequest, statement_id: int) -> HttpResponse:
    """What a statement costs when it is paid on another day, several days side by side."""
    rows = Statement.objects.select_related("importer", "program_account")
    statement = get_object_or_404(rows, pk=statement_id)
    demand(request, Permission.VIEW, statement.importer_id)
    today, left = today_in_toronto(), left_to_pay(statement)
    form = LatePaymentForm(request.GET or None, initial={"paid_on": today, "amount": left})
    is_asked = form.is_valid()
    amount = form.cleaned_data["amount"] if is_asked else left
    chosen = [form.cleaned_data["paid_on"]] if is_asked else []
    context = {
        "statement": statement,
        "importer": statement.importer,
        "form": form,
        "amount": amount,
        "left": left,
        "days": what_if(amount, statement.payment_due_on, today, chosen),
        "may": permissions(request, statement.importer_id),
        "why_due": why_due(statement),
    }
    return render(request, "statements/payments/late.html", context)
