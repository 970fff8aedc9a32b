"""Forms of the clients room."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ImporterForm(forms.Form):
    """A new importer; whether it can be one is for the action to say."""

    legal_name = forms.CharField(
        label=_("Legal name"),
        max_length=200,
        help_text=_("Exactly as the CBSA has it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    bn9 = forms.CharField(
        label=_("Business number (BN9)"),
        max_length=20,
        help_text=_("Nine digits."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    program_accounts = forms.CharField(
        label=_("Program accounts"),
        help_text=_("One a line, for example 123456782RM0001."),
        widget=forms.Textarea(attrs={"rows": 3, "autocapitalize": "characters"}),
    )

    def clean_program_accounts(self) -> list[str]:
        """The numbers, one for each line that says something."""
        lines = str(self.cleaned_data["program_accounts"]).splitlines()
        return [line.strip() for line in lines if line.strip()]
