"""What people say of an agency agreement."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.models import Importer
from delegation.forms.delegations import DayInput
from delegation.models import AgencyAgreement
from delegation.queries.agreements import usual_parties
from delegation.rules import OFFERED, Act
from delegation.wording import ACTS

OFFERED_AT_FIRST = [act for act in OFFERED if act is not Act.APPROVE_REQUESTS]


class AgreementForm(forms.ModelForm):
    """An agency agreement to draw up."""

    scope = forms.MultipleChoiceField(
        label=_("What the broker may do"),
        choices=[(act.value, ACTS[act]) for act in OFFERED],
        widget=forms.CheckboxSelectMultiple,
        initial=[act.value for act in OFFERED_AT_FIRST],
    )

    class Meta:
        model = AgencyAgreement
        fields = (
            *("importer_name", "importer_bn9", "importer_address", "legal_entity"),
            *("broker_name", "broker_bn9", "broker_address", "scope", "allows_sub_agents"),
            *("effective_on", "ends_on", "importer_signatory", "importer_signatory_title"),
            *("broker_signatory", "broker_signatory_title"),
        )
        widgets = {
            "effective_on": DayInput(),
            "ends_on": DayInput(),
            "importer_address": forms.Textarea(attrs={"rows": 3}),
            "broker_address": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "importer_name": _("Exactly as the CBSA has it."),
            "ends_on": _("Empty: the agreement is continuous."),
        }

    def __init__(self, *arguments: Any, importer: Importer, **named: Any) -> None:
        usual = {"label_suffix": "", "initial": usual_parties(importer)}
        super().__init__(*arguments, **{**usual, **named})


class SignedCopyForm(forms.Form):
    """The copy that both parties signed."""

    content = forms.FileField(
        label=_("Signed copy"),
        help_text=_("PDF, PNG or JPEG, up to 20 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg"}),
    )
    signed_on = forms.DateField(label=_("Signed on"), widget=DayInput())


class EndForm(forms.Form):
    """The end of an agreement."""

    on = forms.DateField(label=_("Ended on"), widget=DayInput())
    reason = forms.CharField(label=_("Reason"), max_length=500)
