"""Forms about security: recording it, ending it, noting the release status."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.models import ProgramAccount, ReleaseStatus, SecurityInstrument


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class OfAccount(forms.Form):
    """A form about one of an importer's program accounts."""

    program_account: Any = forms.ModelChoiceField(
        queryset=None,  # asked for inside a scope only
        label=_("Program account"),
        empty_label=None,
    )

    def __init__(self, *args: Any, accounts: Iterable[ProgramAccount], **options: Any) -> None:
        super().__init__(*args, **options)
        account: Any = self.fields["program_account"]
        account.queryset = accounts


class SecurityForm(OfAccount):
    """Security as it was given; whether it can be so is for the action to say."""

    form = forms.ChoiceField(
        label=_("Form"), choices=SecurityInstrument.Form.choices, widget=forms.RadioSelect
    )
    amount = forms.DecimalField(label=_("Amount"), max_digits=14, decimal_places=2, localize=True)
    provider = forms.CharField(
        label=_("Provider"),
        required=False,
        max_length=120,
        help_text=_("The surety or bank that gives the bond."),
    )
    number = forms.CharField(label=_("Number"), required=False, max_length=60)
    valid_from = forms.DateField(label=_("Valid from"), widget=_day())
    valid_to = forms.DateField(
        label=_("Valid to"),
        required=False,
        widget=_day(),
        help_text=_("Leave empty if it has no end."),
    )
    reviewed_on = forms.DateField(
        label=_("Reviewed on"),
        required=False,
        widget=_day(),
        help_text=_("The day somebody last compared it with the portal."),
    )
    evidence = forms.CharField(
        label=_("Evidence"),
        required=False,
        max_length=500,
        help_text=_("Where it was seen: a page of the portal, a letter of the surety."),
    )


class SecurityEndForm(forms.Form):
    """From which day security no longer stands, and why."""

    ended_on = forms.DateField(label=_("Ends on"), widget=_day())
    reason = forms.CharField(label=_("Why it ends"), max_length=500)


class ReleaseStatusForm(OfAccount):
    """What the portal shows of release prior to payment."""

    status = forms.ChoiceField(
        label=_("Release prior to payment"),
        choices=ReleaseStatus.Status.choices,
        widget=forms.RadioSelect,
    )
    seen_on = forms.DateField(label=_("As seen on"), widget=_day())
    evidence = forms.CharField(label=_("Evidence"), required=False, max_length=500)
