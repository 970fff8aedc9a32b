"""What people set of their own account."""

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.models import User
from clients.rules.time_zones import CANADIAN_ZONES, OTHER_ZONES


def _named(zones: tuple[str, ...]) -> list[tuple[str, str]]:
    """`America/St_Johns` as people read it: St Johns (America)."""
    parts = [(zone, zone.partition("/")) for zone in zones]
    return [(zone, f"{place.replace('_', ' ')} ({area})") for zone, (area, _dash, place) in parts]


def _canadian() -> list[tuple[str, str]]:
    return [(zone, place.partition(" (")[0]) for zone, place in _named(CANADIAN_ZONES)]


class ProfileForm(forms.Form):
    """Name, language and time zone; whether they can be so is for the action to say."""

    full_name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(
        label=_("Language of the pages and letters"),
        choices=User.Language.choices,
        widget=forms.RadioSelect,
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Times on pages are shown in it. Legal days stay Eastern."),
        choices=[
            (_("Canada"), _canadian()),
            (_("Elsewhere"), [*_named(OTHER_ZONES), ("UTC", "UTC")]),
        ],
    )
