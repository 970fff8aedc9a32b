"""Pages about payments: what was paid, recording it, its proof, and who pays."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.downloads import kept_file
from carmsvc.platform.spreadsheet_safe import csv_bytes
from clients.actions import Refused
from clients.actions.program_accounts import arrange_payer
from clients.models import Importer, ProgramAccount
from clients.rules import Permission
from clients.views import demand, permissions
from statements.actions import payments as actions
from statements.forms.payments import ArrangementForm, PaymentFilterForm, PaymentForm, VoidForm
from statements.models import Payment
from statements.queries import accounts_of
from statements.queries import payments as queries
from statements.queries.payments import PaymentSearch

A_PAGE = 50
MOST_EXPORTED = 50_000


def _importer(request: HttpRequest, importer_id: int, permission: Permission) -> Importer:
    importer: Importer = get_object_or_404(Importer.objects, pk=importer_id)
    demand(request, permission, importer_id)
    return importer


def _payment(request: HttpRequest, payment_id: int, permission: Permission) -> Payment:
    """A payment the person sees and may do this with; else 404, or 403."""
    rows = queries.payments(PaymentSearch())
    payment: Payment = get_object_or_404(rows, pk=payment_id)
    demand(request, permission, payment.importer_id)
    return payment


def _account(request: HttpRequest, account_id: int, permission: Permission) -> ProgramAccount:
    rows = ProgramAccount.objects.select_related("importer")
    account: ProgramAccount = get_object_or_404(rows, pk=account_id)
    demand(request, permission, account.importer_id)
    return account


@require_safe
def importer_payments(request: HttpRequest, importer_id: int) -> HttpResponse:
    """An importer's payments, who pays each account, and what was paid each month."""
    importer = _importer(request, importer_id, Permission.VIEW)
    accounts = list(accounts_of(importer_id))
    context = {
        "importer": importer,
        "may": permissions(request, importer_id),
        "accounts": accounts,
        "months": queries.paid_per_month(importer_id, today_in_toronto()),
        **_listed(request, importer_id, accounts),
    }
    return render(request, "statements/payments/importer.html", context)


def _listed(request: HttpRequest, importer_id: int | None, accounts: Any) -> dict[str, Any]:
    form = PaymentFilterForm(request.GET, accounts=accounts)
    search = form.search(importer_id)
    rows = queries.payments(search)
    return {
        "form": form,
        "search": search,
        "total": queries.sum_of(rows),
        "page": Paginator(rows, A_PAGE).get_page(request.GET.get("page")),
    }


@require_safe
def payment_list(request: HttpRequest) -> HttpResponse:
    """Payments across the importers one sees; the staff's page."""
    if not request.user.is_staff_member:
        raise PermissionDenied
    context = _listed(request, None, None)
    return render(request, "statements/payments/list.html", context)


@require_safe
def importer_payments_csv(request: HttpRequest, importer_id: int) -> HttpResponse:
    """An importer's payments that fit, for a spreadsheet."""
    _importer(request, importer_id, Permission.VIEW)
    form = PaymentFilterForm(request.GET, accounts=accounts_of(importer_id))
    return _csv(request, form.search(importer_id))


@require_safe
def payments_csv(request: HttpRequest) -> HttpResponse:
    """Payments across importers that fit, for a spreadsheet."""
    if not request.user.is_staff_member:
        raise PermissionDenied
    return _csv(request, PaymentFilterForm(request.GET, accounts=None).search(None))


def _csv(request: HttpRequest, search: PaymentSearch) -> HttpResponse:
    header = [
        *(_("Importer"), _("Program account"), _("Paid on"), _("Amount"), _("Method")),
        *(_("Paid by"), _("Reference"), _("For this transaction only"), _("Note")),
        *(_("Proof of payment"), _("Recorded by"), _("Voided"), _("Why it is voided")),
    ]
    found = list(queries.payments(search)[:MOST_EXPORTED])
    told = {one.importer_id for one in found} or {search.importer_id} - {None}
    actions.note_payments_exported(importer_ids=told, by=request.user)
    rows = (
        (
            *(one.importer.legal_name, one.program_account.bn15, one.paid_on, one.amount),
            *(str(one.get_method_display()), str(one.get_payer_display()), one.reference),
            *(one.directed_to, one.note, one.proof_name, str(one.recorded_by)),
            *(one.voided_at.date() if one.voided_at else None, one.void_reason),
        )
        for one in found
    )
    name = {"Content-Disposition": 'attachment; filename="payments.csv"'}
    return HttpResponse(csv_bytes(header, rows), content_type="text/csv", headers=name)


@require_http_methods(["GET", "POST"])
def payment_new(request: HttpRequest, importer_id: int) -> HttpResponse:
    """Record a payment; what is odd about it is asked about before it is kept."""
    importer = _importer(request, importer_id, Permission.RECORD_PAYMENT)
    asked = {name: request.GET.get(name) for name in ("program_account", "amount", "payer")}
    initial = {"paid_on": today_in_toronto(), **{k: v for k, v in asked.items() if v}}
    form = PaymentForm(
        request.POST or None,
        request.FILES or None,
        accounts=accounts_of(importer_id),
        initial=initial,
    )
    if form.is_valid() and (payment := _recorded(request, form)):
        messages.success(request, _("The payment is recorded."))
        return redirect("payment", payment_id=payment.pk)
    status = 422 if form.is_bound else 200
    context = {"importer": importer, "form": form}
    return render(request, "statements/payments/new.html", context, status=status)


def _recorded(request: HttpRequest, form: PaymentForm) -> Payment | None:
    told = dict(form.cleaned_data)
    try:
        return actions.record_payment(account=told.pop("program_account"), by=request.user, **told)
    except actions.Odd as doubt:
        form.ask_if_sure()
        form.add_error(None, doubt.reasons)
    except Refused as refusal:
        form.add_error(None, refusal.reasons)
    return None


@require_safe
def payment_page(request: HttpRequest, payment_id: int) -> HttpResponse:
    """One payment as it was recorded, and whether a statement shows it."""
    payment = _payment(request, payment_id, Permission.VIEW)
    context = {
        "payment": payment,
        "importer": payment.importer,
        "line": queries.line_of(payment),
        "may": permissions(request, payment.importer_id),
    }
    return render(request, "statements/payments/payment.html", context)


@require_http_methods(["GET", "POST"])
def payment_voiding(request: HttpRequest, payment_id: int) -> HttpResponse:
    """Void a payment that was recorded wrongly, with a reason."""
    payment = _payment(request, payment_id, Permission.RECORD_PAYMENT)
    form = VoidForm(request.POST or None)
    if form.is_valid():
        try:
            actions.void_payment(payment=payment, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.reasons)
        else:
            messages.success(request, _("The payment is voided; it stays to be seen."))
            return redirect("payment", payment_id=payment_id)
    context = {"payment": payment, "importer": payment.importer, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "statements/payments/voiding.html", context, status=status)


@require_safe
def payment_proof(request: HttpRequest, payment_id: int) -> FileResponse:
    """The proof of a payment as a download that no browser guesses at or keeps."""
    payment = _payment(request, payment_id, Permission.VIEW)
    if not payment.proof:
        raise Http404
    proof = actions.open_proof(payment=payment, by=request.user)
    return kept_file(proof, payment.proof_name)


@require_http_methods(["GET", "POST"])
def payer_arrangement(request: HttpRequest, account_id: int) -> HttpResponse:
    """Who pays a program account, and whether pre-authorized debit is on."""
    account = _account(request, account_id, Permission.RECORD_PAYMENT)
    on = {None: "", True: "yes", False: "no"}[account.pays_by_debit]
    initial = {"payer": account.payer, "pays_by_debit": on}
    form = ArrangementForm(request.POST or None, initial=initial)
    if form.is_valid():
        if arrange_payer(account=account, by=request.user, **form.cleaned_data):
            messages.success(
                request, _("Who pays %(account)s is recorded.") % {"account": account.bn15}
            )
        return redirect("importer-payments", importer_id=account.importer_id)
    context = {"account": account, "importer": account.importer, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "statements/payments/arrangement.html", context, status=status)
