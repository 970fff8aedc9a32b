"""Forms about payments: recording one, voiding it, finding some, saying who pays."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from clients.models import ProgramAccount
from statements.forms.files import AmountField
from statements.models import Payment
from statements.queries.payments import PaymentSearch
from statements.rules.payments import MOST

FIRST_DAY, LAST_DAY = date(2024, 10, 21), date(2049, 12, 31)  # CARM's first day; far enough
PROOFS = "application/pdf,image/png,image/jpeg,.pdf,.png,.jpg,.jpeg"


def day_input() -> forms.DateInput:
    """A day as browsers let one pick it."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class PaymentForm(forms.Form):
    """A payment to the CBSA; whether it can be one is for the action to say."""

    program_account: Any = forms.ModelChoiceField(
        queryset=None,  # asked for inside a scope only
        label=_("Program account"),
        empty_label=None,
    )
    amount = AmountField(label=_("Amount"), help_text=_("In Canadian dollars, as it was paid."))
    paid_on = forms.DateField(
        label=_("Paid on"), widget=day_input(), help_text=_("The day it left the bank account.")
    )
    method = forms.ChoiceField(
        label=_("Method"), choices=Payment.Method.choices, initial=Payment.Method.ONLINE_BANKING
    )
    payer = forms.ChoiceField(
        label=_("Paid by"), choices=Payment.Payer.choices, widget=forms.RadioSelect
    )
    reference = forms.CharField(
        label=_("Reference"),
        required=False,
        max_length=100,
        help_text=_("The confirmation number: the statement is searched for it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    directed_to = forms.CharField(
        label=_("For this transaction only"),
        required=False,
        max_length=20,
        help_text=_("If it was directed in the portal: the 14-digit number it must cover in full."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=500)
    proof = forms.FileField(
        label=_("Proof of payment"),
        required=False,
        help_text=_("PDF, PNG or JPEG, up to 10 MB."),
        widget=forms.FileInput(attrs={"accept": PROOFS}),
    )
    sure = forms.BooleanField(label=_("Yes, record it all the same"), required=False)

    def __init__(self, *args: Any, accounts: Iterable[ProgramAccount], **options: Any) -> None:
        super().__init__(*args, **options)
        account: Any = self.fields["program_account"]
        account.queryset = accounts

    def ask_if_sure(self) -> None:
        """From now on the box to be sure is shown."""
        self.is_asked = True

    is_asked = False


class VoidForm(forms.Form):
    """Why a payment is voided."""

    reason = forms.CharField(label=_("Why it is voided"), max_length=500)


class PaymentFilterForm(forms.Form):
    """Which payments to list."""

    words = forms.CharField(
        label=_("Account, reference or note"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    program_account = forms.ChoiceField(label=_("Program account"), required=False)
    method = forms.ChoiceField(
        label=_("Method"), required=False, choices=[("", _("All")), *Payment.Method.choices]
    )
    payer = forms.ChoiceField(
        label=_("Paid by"), required=False, choices=[("", _("All")), *Payment.Payer.choices]
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All")), ("standing", _("Recorded")), ("voided", _("Voided"))],
    )
    first = forms.DateField(label=_("From"), required=False, widget=day_input())
    last = forms.DateField(label=_("To"), required=False, widget=day_input())

    def __init__(self, said: Any, *, accounts: Iterable[ProgramAccount] | None) -> None:
        super().__init__(said, label_suffix="")
        if accounts is None:
            del self.fields["program_account"]
        else:
            field: Any = self.fields["program_account"]
            field.choices = [("", _("All")), *((one.bn15, one.bn15) for one in accounts)]

    def search(self, importer_id: int | None) -> PaymentSearch:
        """What was asked; what is not valid was not asked."""
        self.is_valid()
        said: dict[str, Any] = {name: value for name, value in self.cleaned_data.items() if value}
        first: date | None = said.get("first")
        last: date | None = said.get("last")
        if first and last and last < first:
            said["first"], said["last"] = last, first
        return PaymentSearch(importer_id=importer_id, **said)


class ArrangementForm(forms.Form):
    """Who pays a program account, and whether pre-authorized debit is on."""

    payer = forms.ChoiceField(
        label=_("Who pays"),
        required=False,
        choices=[("", _("Not known yet")), *ProgramAccount.Payer.choices],
        widget=forms.RadioSelect,
        help_text=_(
            "“By transaction” reads the payer column of the ledger. The importer owes it either "
            "way (Customs Act, s. 17(3))."
        ),
    )
    pays_by_debit = forms.TypedChoiceField(
        label=_("Pre-authorized debit"),
        required=False,
        coerce=lambda text: text == "yes",
        empty_value=None,
        choices=[("", _("Not known yet")), ("yes", _("On")), ("no", _("Off"))],
        widget=forms.RadioSelect,
        help_text=_(
            "Whether an agreement is on for this account in the portal (Payments, Pre-authorized "
            "debit): the CBSA then withdraws on the due date."
        ),
    )


class LatePaymentForm(forms.Form):
    """Which day a statement might be paid on, and how much of it."""

    amount = AmountField(label=_("Amount"))
    paid_on = forms.DateField(label=_("Paid on"), widget=day_input())

    def clean_amount(self) -> Decimal:
        """An amount owed: not below zero, and one that a column holds."""
        amount: Decimal = self.cleaned_data["amount"]
        if not 0 <= amount <= MOST:
            raise ValidationError(_("Write an amount that is owed: zero or more."))
        return amount

    def clean_paid_on(self) -> date:
        """A day that somebody may mean: interest is counted day by day."""
        day: date = self.cleaned_data["paid_on"]
        if not FIRST_DAY <= day <= LAST_DAY:
            raise ValidationError(
                _("Choose a day from %(first)s to %(last)s.")
                % {"first": FIRST_DAY.isoformat(), "last": LAST_DAY.isoformat()}
            )
        return day
