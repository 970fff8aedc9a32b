"""Forms about the brokerage's staff, client groups, and looking as an importer's role."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.models import Membership, User
from clients.queries.staff import assignable_staff

STAFF_ROLE_WORDS = {
    User.StaffRole.ADMINISTRATOR: _("sees every importer, manages staff, groups and the rulebook"),
    User.StaffRole.ANALYST: _("works on the importers assigned to them"),
    User.StaffRole.VIEWER: _("sees the importers assigned to them, changes nothing"),
}
STAFF_ROLES = [(role.value, role.label) for role in User.StaffRole]


def _explained_roles() -> list[tuple[str, Any]]:
    return [(role.value, _RoleLabel(role.label, words)) for role, words in STAFF_ROLE_WORDS.items()]


class _RoleLabel:
    """A role and what it is for, put together in the reader's language."""

    def __init__(self, role: Any, words: Any) -> None:
        self.role, self.words = role, words

    def __str__(self) -> str:
        return f"{self.role} – {self.words}"


class StaffInvitationForm(forms.Form):
    """Somebody new for the brokerage; whether they can be invited is for the action to say."""

    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    full_name = forms.CharField(
        label=_("Name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    staff_role = forms.ChoiceField(
        label=_("Role"),
        choices=_explained_roles,
        widget=forms.RadioSelect,
        initial=User.StaffRole.ANALYST,
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=User.Language.choices,
        help_text=_("Of the letter, and of the pages until they choose another."),
    )


class StaffRoleForm(forms.Form):
    """Another role for one of the brokerage's people."""

    role = forms.ChoiceField(
        label=_("New role"), choices=_explained_roles, widget=forms.RadioSelect
    )


class StaffSearchForm(forms.Form):
    """Which of the brokerage's people to list."""

    search = forms.CharField(label=_("Name or e-mail"), required=False)
    state = forms.ChoiceField(
        label=_("Account"),
        required=False,
        choices=[("", _("All")), ("active", _("Active")), ("deactivated", _("Deactivated"))],
    )


class StaffChoice(forms.ModelChoiceField):
    """One of the brokerage's people who can sign in, by name."""

    def label_from_instance(self, person: Any) -> str:
        return f"{person.full_name} ({person.get_staff_role_display()})"


class StaffPlaceForm(forms.Form):
    """Somebody of the staff for an importer or a client group, as its lead or not."""

    person = StaffChoice(queryset=User.objects.none(), label=_("Person"), empty_label=_("Choose"))
    is_lead = forms.BooleanField(label=_("As the lead"), required=False)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["person"].queryset = assignable_staff()  # type: ignore[attr-defined]


class GroupForm(forms.Form):
    """A client group's name and note."""

    name = forms.CharField(
        label=_("Name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=500,
        required=False,
        help_text=_("What brings these importers together, for your colleagues."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ViewingForm(forms.Form):
    """The role to look as."""

    role = forms.ChoiceField(
        label=_("Role"), choices=Membership.Role.choices, widget=forms.RadioSelect
    )
