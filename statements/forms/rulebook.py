"""Proposing a value of the rulebook, and deciding on one."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class ValueForm(forms.Form):
    """A dated value with its source; whether it fits is for the action to say."""

    key = forms.CharField(label=_("Key"), max_length=60, required=False)
    value = forms.CharField(label=_("Value"), max_length=40)
    from_on = forms.DateField(
        label=_("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    to_on = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Leave it empty while no end is known."),
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=500,
        help_text=_("The law with its section, the CBSA notice or page, and when it was read."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *arguments: Any, key_help: Any = "", value_help: Any = "", **options: Any):
        super().__init__(*arguments, **options)
        self.fields["value"].help_text = value_help
        if key_help:
            self.fields["key"].help_text, self.fields["key"].required = key_help, True
        else:
            del self.fields["key"]
