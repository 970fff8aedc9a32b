"""What people say about a run: reasons for variances, and why a run is reopened."""

from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _


class Reason(models.TextChoices):
    """Why the statement and the ledger differ, in a brokerage's words."""

    OTHER_BROKER = "other_broker", _("Filed by another broker or a courier")
    IMPORTER_FILED = "importer_filed", _("Filed by the importer")
    TIMING = "timing", _("Timing: belongs to another statement")
    CORRECTED_IN_PORTAL = "corrected_in_portal", _("Corrected in the portal, not in our book")
    BOOKED_WRONG = "booked_wrong", _("Our booking is wrong and will be corrected")
    BOOKED_ELSEWHERE = "booked_elsewhere", _("Booked under another account or importer")
    NOT_BOOKED = "not_booked", _("Not booked yet")
    CHARGED_RIGHTLY = "charged_rightly", _("Interest or penalty charged rightly")
    CBSA_ERROR = "cbsa_error", _("Error of the CBSA, to be put right")
    PAYMENT_ON_ITS_WAY = "payment_on_its_way", _("Payment or refund on its way")
    ACCEPTED = "accepted", _("Small difference, accepted")
    OTHER = "other", _("Other, see the note")


class ExplanationForm(forms.Form):
    """One reason for the picked variances."""

    group_no = forms.TypedMultipleChoiceField(coerce=int, label=_("Variances"))
    reason_code = forms.ChoiceField(
        label=_("Reason"), choices=[("", _("Choose a reason")), *Reason.choices]
    )
    note = forms.CharField(required=False, max_length=2000, label=_("Note"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason_code"].widget.attrs["data-explain"] = True
        # whichever numbers are sent: the action takes those of the run that are open
        numbers = self.data.getlist("group_no") if self.is_bound else []  # type: ignore[attr-defined]
        self.fields["group_no"].choices = [  # type: ignore[attr-defined]
            (number, number) for number in numbers if number.isdecimal() and len(number) < 10
        ]


class KindExplanationForm(forms.Form):
    """One reason for every open variance of a kind, as many as somebody saw."""

    count = forms.IntegerField(min_value=1, max_value=2**31 - 1)
    reason_code = forms.ChoiceField(
        label=_("Reason"), choices=[("", _("Choose a reason")), *Reason.choices]
    )
    note = forms.CharField(required=False, max_length=2000, label=_("Note"))


class ReopenForm(forms.Form):
    """Why a signed run is opened again."""

    reason = forms.CharField(label=_("Reason"), max_length=2000)
