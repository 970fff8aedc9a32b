"""Forms of API keys: a new one, rotating one."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carmsvc.platform.key_grants import READ, WRITE, api_resources
from clients.models import Importer, User
from clients.queries.keys import RESOURCE_WORDS, importers_for_keys, people_for_keys
from clients.rules.keys import READ_EVERYTHING, UPLOAD_AND_READ_RESULTS

PRESETS = {"read": READ_EVERYTHING, "upload": UPLOAD_AND_READ_RESULTS}
TERMS = (30, 90, 180, 365, 730)
OVERLAPS = (0, 1, 3, 7, 14)
RIGHTS = (
    ("", gettext_lazy("Nothing")),
    (READ, gettext_lazy("Read")),
    (WRITE, gettext_lazy("Read and write")),
)


def _days(count: int) -> str:
    return ngettext("%(count)s day", "%(count)s days", count) % {"count": count}


def _terms() -> list[tuple[int, str]]:
    """How long a key may work; the default and the longest are settings."""
    usual, most = settings.API_KEY_DAYS, settings.API_KEY_MOST_DAYS
    return [(count, _days(count)) for count in sorted({*TERMS, usual, most}) if count <= most]


def _overlaps() -> list[tuple[int, str]]:
    longest = settings.API_KEY_OVERLAP_DAYS
    return [
        (count, _days(count) if count else _("It ends at once"))
        for count in OVERLAPS
        if count <= longest
    ]


class TermForm(forms.Form):
    """How long a key works. A form sent twice, by a reload too, makes one key."""

    days = forms.TypedChoiceField(
        label=gettext_lazy("It works for"), choices=_terms, coerce=int, widget=forms.RadioSelect
    )
    wish = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, initial: dict[str, Any] | None = None) -> None:
        usual = {"days": settings.API_KEY_DAYS, "wish": uuid4()}
        super().__init__(data, initial={**usual, **(initial or {})})


class RotationForm(TermForm):
    """How long the old key goes on, and how long the new one works."""

    overlap_days = forms.TypedChoiceField(
        label=gettext_lazy("The old key goes on for"),
        help_text=gettext_lazy("Long enough to put the new key in place, and no longer."),
        choices=_overlaps,
        coerce=int,
        initial=7,
        widget=forms.RadioSelect,
    )
    field_order = ("overlap_days", "days")

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["days"].label = _("The new key works for")


class PeopleField(forms.ModelChoiceField):
    """Somebody, by name and address."""

    def label_from_instance(self, person: Any) -> str:
        return f"{person.full_name} ({person.email})"


class KeyForm(TermForm):
    """A new key. Whether it may be made is for the action to say."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=100,
        help_text=gettext_lazy("What uses it, for example “Nightly upload from the ERP”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    user = PeopleField(
        label=gettext_lazy("Who answers for it"),
        queryset=User.objects.none(),
        empty_label=None,
        help_text=gettext_lazy(
            "The key never does more than this person may, and stops when they leave. They get "
            "a letter before it expires."
        ),
    )
    importers = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Importers"),
        queryset=Importer._base_manager.none(),
        widget=forms.CheckboxSelectMultiple,
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("What it may do"),
        choices=[
            ("read", gettext_lazy("Read everything")),
            ("upload", gettext_lazy("Upload files and read results")),
            ("chosen", gettext_lazy("Choose for each kind of thing")),
        ],
        initial="read",
        widget=forms.RadioSelect,
    )
    field_order = ("name", "user", "importers", "days", "scope")

    def __init__(self, data: Any, person: User, initial: dict[str, Any]) -> None:
        importers = importers_for_keys(person)
        only = list(importers[:2])
        usual = {"user": person.pk, "importers": only if len(only) == 1 else []}
        super().__init__(data, {**usual, **initial})
        fields: dict[str, Any] = self.fields
        fields["user"].queryset = people_for_keys(person)
        fields["importers"].queryset = importers
        for resource in api_resources():
            self.fields[f"on-{resource}"] = forms.ChoiceField(
                label=RESOURCE_WORDS.get(resource, resource),
                choices=RIGHTS,
                required=False,
                initial="",
                widget=forms.RadioSelect,
            )

    @property
    def plain_fields(self) -> Iterator[Any]:
        """All but the table of resources and what stands beside it."""
        return (self[name] for name in ("name", "user", "importers", "days"))

    @property
    def resources(self) -> Iterator[tuple[str, Any]]:
        """Each kind of thing by its name in the API, with its choice of rights."""
        return ((resource, self[f"on-{resource}"]) for resource in api_resources())

    def clean(self) -> dict[str, Any]:
        """The fields that the action takes; the table counts only when it was asked for."""
        given = super().clean() or {}
        rows = {name.removeprefix("on-"): given.pop(name) for name in list(given) if "on-" in name}
        scope = given.pop("scope", "")
        given["grants"] = list(PRESETS.get(scope, _chosen(rows)))
        if scope == "chosen" and not given["grants"]:
            self.add_error("scope", _("Choose at least one thing that the key may read."))
        return given


def _chosen(rows: dict[str, str]) -> Iterable[str]:
    return [f"{resource}:{right}" for resource, right in rows.items() if right]
