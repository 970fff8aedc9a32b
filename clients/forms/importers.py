"""Forms about importers: registering one, its profile, accounts and contacts, the register."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clients.models import Importer, ImporterContact, ProgramAccount, User
from clients.overview import LEVEL_WORDS, Level
from clients.queries.register import NOBODY, RegisterWish, groups_in_scope, leads

ANY = [("", _("All"))]
NOT_KNOWN = ("", _("Not known"))
LEVELS = {"fine": Level.FINE, "at-risk": Level.AT_RISK, "stopped": Level.STOPPED}
RESIDENCES = [NOT_KNOWN, ("yes", _("Resident in Canada")), ("no", _("Non-resident"))]
ORDERS = [
    ("name", _("By name")),
    ("bn9", _("By business number")),
    ("lead", _("By who looks after it")),
    ("newest", _("The newest first")),
]


BEGINNINGS = [(one.value, one.label) for one in (Importer.State.CLIENT, Importer.State.PROSPECT)]


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
    state = forms.ChoiceField(label=_("State"), choices=BEGINNINGS, initial=Importer.State.CLIENT)

    def clean_program_accounts(self) -> list[str]:
        """The numbers, one for each line that says something."""
        lines = str(self.cleaned_data["program_accounts"]).splitlines()
        return [line.strip() for line in lines if line.strip()]


class ProfileForm(forms.Form):
    """What an importer is; whether it can be so is for the action to say."""

    legal_name = forms.CharField(
        label=_("Legal name"), max_length=200, help_text=_("Exactly as the CBSA has it.")
    )
    trade_names = forms.CharField(
        label=_("Trade names"),
        required=False,
        help_text=_("The names it operates under, one a line."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    name_at_cbsa = forms.CharField(
        label=_("Legal name at the CBSA"),
        required=False,
        max_length=200,
        strip=True,
        help_text=_("Copied from the CARM portal, with every comma and period."),
    )
    name_seen_on = forms.DateField(
        label=_("As seen on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    state = forms.ChoiceField(label=_("State"), choices=Importer.State.choices)
    is_resident = forms.ChoiceField(label=_("Residence"), choices=RESIDENCES, required=False)
    language = forms.ChoiceField(label=_("Language of mail"), choices=User.Language.choices)
    document_language = forms.ChoiceField(
        label=_("Language of documents"), choices=User.Language.choices
    )

    def clean_is_resident(self) -> bool | None:
        """True, False, or None for what nobody knows."""
        return {"yes": True, "no": False}.get(self.cleaned_data["is_resident"])


class AccountForm(forms.Form):
    """What a program account is."""

    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=100,
        help_text=_("What people here call it, for example “Quebec plant”."),
    )
    profile = forms.ChoiceField(
        label=pgettext_lazy("program account", "Profile"),
        required=False,
        choices=[NOT_KNOWN, *ProgramAccount.Profile.choices],
        help_text=_("On an account for exports only the CBSA refuses releases and declarations."),
    )
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[NOT_KNOWN, *ProgramAccount.Status.choices]
    )


class NewAccountForm(AccountForm):
    """A program account that is not registered yet."""

    bn15 = forms.CharField(
        label=_("Program account"),
        max_length=20,
        help_text=_("The business number, RM and four digits."),
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
    )
    field_order = ("bn15", "name", "profile", "status")


class ContactForm(forms.Form):
    """Somebody to reach at an importer, and for what."""

    name = forms.CharField(label=_("Name"), max_length=200)
    function = forms.ChoiceField(label=_("Function"), choices=ImporterContact.Function.choices)
    title = forms.CharField(label=_("Title"), required=False, max_length=120)
    email = forms.EmailField(label=_("E-mail"), required=False, max_length=254)
    phone = forms.CharField(
        label=_("Telephone"),
        required=False,
        max_length=40,
        help_text=_("An e-mail address or a telephone number, or both."),
        widget=forms.TextInput(attrs={"type": "tel"}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=User.Language.choices)


class ClientListForm(forms.Form):
    """A list of clients; what stands in it is for the action to say."""

    content = forms.FileField(
        label=_("Client list"),
        max_length=200,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )


class RegisterForm(forms.Form):
    """What is looked for in the register; what makes no sense is left out."""

    search = forms.CharField(
        label=_("Name or number"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[*ANY, *Importer.State.choices]
    )
    standing = forms.ChoiceField(
        label=_("Standing"),
        required=False,
        choices=[*ANY, *((name, LEVEL_WORDS[level]) for name, level in LEVELS.items())],
    )
    lead = forms.ChoiceField(label=_("Looked after by"), required=False)
    group: Any = forms.ModelChoiceField(
        label=_("Client group"), required=False, queryset=None, empty_label=_("All")
    )
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[*ANY, *User.Language.choices]
    )
    order = forms.ChoiceField(label=_("Order"), required=False, choices=ORDERS)

    def __init__(self, data: Any, *, is_staff: bool) -> None:
        super().__init__(data, label_suffix="")
        fields: dict[str, Any] = self.fields
        if not is_staff:
            for name in ("lead", "group", "state"):
                del fields[name]
            return
        people = [(str(one.pk), one.full_name) for one in leads()]
        fields["lead"].choices = [*ANY, (NOBODY, _("Nobody")), *people]
        fields["group"].queryset = groups_in_scope()

    @property
    def told(self) -> dict[str, str]:
        """What was said and makes sense, as text."""
        self.is_valid()
        return {name: str(value) for name, value in self.cleaned_data.items() if value}

    @property
    def wish(self) -> RegisterWish:
        """What is looked for."""
        self.is_valid()
        said = self.cleaned_data
        group = said.get("group")
        return RegisterWish(
            words=said.get("search") or "",
            state=said.get("state") or "",
            language=said.get("language") or "",
            lead=said.get("lead") or "",
            group=group.pk if group else None,
            level=LEVELS.get(said.get("standing") or ""),
            order=said.get("order") or "name",
        )
