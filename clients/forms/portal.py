"""What people say of people in the portal: who they are, their roles, what happened to them."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clients.forms.documents import DayField
from clients.models import Document, ProgramAccount
from clients.models.portal import PERSON_WORDS, ROLE_WORDS, ROUND_WORDS, choices
from clients.queries.portal_words import RISK_WORDS
from clients.rules.portal import RoundState

ALL = pgettext_lazy("portal", "All")
WHOLE_BUSINESS = _("Whole business, or not known")


class PortalForm(forms.Form):
    """Forms of this noun: labels without a colon."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **{"label_suffix": "", **named})


class AccountField(forms.ModelChoiceField):
    """One of the importer's program accounts; asked for inside a scope only."""

    def __init__(self) -> None:
        super().__init__(
            queryset=None,
            label=_("Program account"),
            required=False,
            empty_label=WHOLE_BUSINESS,
            help_text=_("A business account manager has all of them: choose none."),
        )

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.bn15} {obj.name}".strip()


class ProofField(forms.ModelChoiceField):
    """A document of the importer that proves something."""

    def __init__(self) -> None:
        super().__init__(
            queryset=None,
            label=_("Document that proves it"),
            required=False,
            empty_label=pgettext_lazy("document", "None"),
        )


class PersonForm(PortalForm):
    """Who somebody is."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(
        label=_("E-mail"), help_text=_("The address of their own portal sign-in.")
    )
    kind = forms.ChoiceField(label=_("Whose person"), choices=choices(PERSON_WORDS))


class RoleForm(PortalForm):
    """A role that somebody holds in the portal."""

    role = forms.ChoiceField(label=_("Role in the portal"), choices=choices(ROLE_WORDS))
    account: Any = AccountField()
    from_on = DayField(label=_("From"), required=False)
    until_on = DayField(label=_("Until"), required=False)
    evidence = forms.CharField(
        label=_("Evidence"),
        required=False,
        max_length=300,
        help_text=_("How we know: a screenshot’s name, a letter. Never a password or a code."),
    )

    evidence_document: Any = ProofField()

    def __init__(
        self,
        *arguments: Any,
        accounts: Iterable[ProgramAccount],
        documents: Iterable[Document],
        **named: Any,
    ) -> None:
        super().__init__(*arguments, **named)
        account: Any = self.fields["account"]
        account.queryset = accounts
        self.fields["evidence_document"].queryset = documents  # type: ignore[attr-defined]


class NewPersonForm(RoleForm, PersonForm):
    """A person with a first role."""

    role = forms.ChoiceField(
        label=_("Role in the portal"),
        required=False,
        choices=[("", _("Not known yet")), *choices(ROLE_WORDS)],
    )
    is_invited = forms.BooleanField(
        label=_("Invited only: the access is not in force yet"), required=False
    )
    field_order = ["name", "email", "kind", "role", "account"]

    @property
    def person(self) -> dict[str, Any]:
        """Who they are."""
        return {one: self.cleaned_data[one] for one in ("name", "email", "kind", "is_invited")}

    @property
    def first_role(self) -> dict[str, Any]:
        """The role, if one is known."""
        names = ("role", "account", "from_on", "until_on", "evidence", "evidence_document")
        return {one: self.cleaned_data[one] for one in names}


class ProvedForm(PortalForm):
    """What is known of a role and how we know it."""

    evidence = forms.CharField(label=_("Evidence"), required=False, max_length=300)
    evidence_document: Any = ProofField()

    def __init__(self, *arguments: Any, documents: Iterable[Document], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["evidence_document"].queryset = documents  # type: ignore[attr-defined]


class RoleDaysForm(ProvedForm):
    """From when to when somebody holds a role, and how we know."""

    from_on = DayField(label=_("From"), required=False)
    until_on = DayField(label=_("Until"), required=False)
    field_order = ("from_on", "until_on")


class OnForm(PortalForm):
    """The day on which something happened in the portal."""

    on = DayField(label=_("On"))


class SeenForm(ProvedForm, OnForm):
    """The day on which somebody saw that a role is held, and where."""

    field_order = ("on",)


class DepartureForm(PortalForm):
    """The day on which somebody leaves whoever they work for."""

    left_on = DayField(
        label=_("Leaves, or left, on"),
        required=False,
        help_text=_("Empty: does not leave. The access stays a risk until it is taken away."),
    )


class RoundForm(PortalForm):
    """By when an importer is to answer."""

    due_on = DayField(label=_("To be answered by"))


class ReasonForm(PortalForm):
    """Why."""

    reason = forms.CharField(label=_("Why"), max_length=500)


class DecisionForm(PortalForm):
    """What our staff make of a line."""

    decision = forms.ChoiceField(choices=[("applied", ""), ("declined", "")])
    kind = forms.ChoiceField(label=_("Whose person"), choices=choices(PERSON_WORDS), required=False)
    reason = forms.CharField(label=_("Why it is not applied"), max_length=500, required=False)


class RegisterForm(PortalForm):
    """Which importers to list."""

    search = forms.CharField(
        label=_("Importer or business number"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    risk = forms.ChoiceField(
        label=_("Risk"),
        required=False,
        choices=[
            ("", ALL),
            ("any", _("Any risk")),
            *((code.value, words.title) for code, words in RISK_WORDS.items()),
        ],
    )
    round = forms.ChoiceField(
        label=_("Verification"),
        required=False,
        choices=[
            ("", ALL),
            ("none", _("None under way")),
            *((one.value, ROUND_WORDS[one]) for one in (RoundState.OPEN, RoundState.ANSWERED)),
        ],
    )

    @property
    def wish(self) -> dict[str, Any]:
        """What was asked; what is not valid was not asked."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
