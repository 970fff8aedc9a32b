"""What people set of their own account."""

from typing import Any

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


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """Name, language and time zone; whether they can be so is for the action to say."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Times on pages are shown in it. Legal days stay Eastern."),
        choices=[
            (_("Canada"), _canadian()),
            (_("Elsewhere"), [*_named(OTHER_ZONES), ("UTC", "UTC")]),
        ],
    )

    class Meta:
        model = User
        fields = ["full_name", "language", "time_zone"]
        labels = {"full_name": _("Your name"), "language": _("Language of the pages and letters")}
        widgets: dict[str, Any] = {
            "full_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "language": forms.RadioSelect,
        }
