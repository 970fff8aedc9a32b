"""The public contact form: for people, not for programs."""

from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

from clients.forms.support import CATEGORIES, text_field

LEAST_SECONDS, MOST_SECONDS = 3, 24 * 3600
_SALT = "carmsvc.contact-page"


class ContactForm(forms.Form):
    """What somebody of the public writes. No account is looked for, no file is taken.

    Programs fill the field that people do not see, or send the page as soon as they have it; both
    are told so, because a person whose browser did it must not lose their words.
    """

    name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    address = forms.EmailField(
        label=_("Your e-mail"), widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    company = forms.CharField(
        label=_("Company"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    telephone = forms.CharField(
        label=_("Telephone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
    )
    category = forms.ChoiceField(label=_("What it is about"), choices=CATEGORIES)
    title = forms.CharField(label=_("Subject"), max_length=200)
    text = text_field(_("Your message"))
    website = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    opened = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **{"label_suffix": "", **named})
        self.initial["opened"] = signing.dumps("contact", salt=_SALT)

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("Leave this field empty, and send it again."))
        return ""

    def clean_opened(self) -> str:
        """A page that was open for some seconds, and not since yesterday."""
        said = self.cleaned_data["opened"]
        try:
            signing.loads(said, salt=_SALT, max_age=MOST_SECONDS)
        except signing.BadSignature:
            raise forms.ValidationError(_("The page was open too long: send it again.")) from None
        try:
            signing.loads(said, salt=_SALT, max_age=LEAST_SECONDS)
        except signing.SignatureExpired:
            return said
        raise forms.ValidationError(_("That was very quick. Read it once more, and send it again."))

    def again(self) -> "ContactForm":
        """The same words in a fresh form, so that it can be sent again."""
        fresh = {"opened": self.initial["opened"], "website": ""}
        self.data = {name: self.data.get(name, "") for name in self.fields} | fresh
        return self

    def told(self) -> dict[str, str]:
        """What the action takes."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("website", "opened")
        }
