"""Forms about people: inviting, roles, taking an invitation, leaving."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from clients.models import Membership, User
from clients.queries.staff import assignable_staff

ROLE_HELP = {
    Membership.Role.OWNER: _(
        "sends files, records payments, manages people and API keys, reads the audit"
    ),
    Membership.Role.FINANCE: _(
        "sends statements and ledgers, confirms their columns, records payments"
    ),
    Membership.Role.OPERATIONS: _("sees everything, changes nothing"),
    Membership.Role.COMPLIANCE: _("sees everything, changes nothing"),
    Membership.Role.VIEWER: _("sees everything, changes nothing"),
}
ROLES = [
    (role.value, format_lazy("{role} – {help}", role=role.label, help=ROLE_HELP[role]))
    for role in Membership.Role
]


class InvitationForm(forms.Form):
    """Whom to invite as one of an importer's people; whether one may is for the action to say."""

    email = forms.EmailField(
        label=_("E-mail"),
        help_text=_("The invitation works for this address only."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    full_name = forms.CharField(
        label=_("Name"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    importer_role = forms.ChoiceField(label=_("Role"), choices=ROLES, widget=forms.RadioSelect)
    language = forms.ChoiceField(
        label=_("Language of the invitation"), choices=User.Language.choices
    )


class RoleForm(forms.Form):
    """Another role for one of an importer's people."""

    role = forms.ChoiceField(label=_("Role"), choices=ROLES, widget=forms.RadioSelect)

    def __init__(self, *arguments: Any, others: Any = None, is_self: bool, **named: Any) -> None:
        super().__init__(*arguments, **named)
        add_leaving_fields(self, others, is_self, _("Yes, I give up managing people"))


class RemovalForm(forms.Form):
    """Taking a person off an importer."""

    def __init__(self, *arguments: Any, others: Any = None, is_self: bool, **named: Any) -> None:
        super().__init__(*arguments, **named)
        add_leaving_fields(self, others, is_self, _("Yes, I leave"))


def add_leaving_fields(form: forms.Form, others: Any, is_self: bool, sure: Any) -> None:
    """Who owns the importer then, when the last owner goes; and a yes, when it is oneself."""
    if others is not None:
        form.fields["new_owner"] = _PersonField(
            queryset=others,
            required=False,
            label=_("New owner"),
            empty_label=_("Choose"),
            help_text=_("This is the only owner. Choose who is the owner from then on."),
        )
    if is_self:
        form.fields["sure"] = forms.BooleanField(label=sure, required=False)


class _PersonField(forms.ModelChoiceField):
    """People by name, with their address."""

    def label_from_instance(self, obj: Any) -> str:
        person = obj if isinstance(obj, User) else obj.user
        return f"{person.full_name} ({person.email})"


class HandOverForm(forms.Form):
    """Who takes over what a member of the staff looked after."""

    to = _PersonField(
        queryset=User.objects.none(), label=_("Hand over to"), empty_label=_("Choose")
    )

    def __init__(self, *arguments: Any, person: User, **named: Any) -> None:
        super().__init__(*arguments, **named)
        others = assignable_staff().exclude(pk=person.pk)
        self.fields["to"].queryset = others  # type: ignore[attr-defined]


class NewcomerForm(forms.Form):
    """What a new person says of themselves when they take their invitation."""

    full_name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=User.Language.choices)
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=500,
        help_text=_("At least eight characters; not your name, not a common word."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
