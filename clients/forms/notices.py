"""How a person wants to be told."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.deadlines import kinds
from clients.models import NoticeHours, NoticeMail, NoticePreference, User
from clients.queries.notices import wishes


class NoticeHoursForm(forms.ModelForm):  # type: ignore[type-arg]
    """When nobody writes to them; their digests go when the quiet hours end."""

    class Meta:
        model = NoticeHours
        fields = ("quiet_from", "quiet_until", "quiet_on_weekends")
        widgets = {
            "quiet_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "quiet_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }


class NoticeKindsForm(forms.Form):
    """For each kind of deadline: when by e-mail, and whether in the application."""

    def __init__(self, person: User, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        known = wishes([person])
        for kind in kinds():
            mail, in_app = known.way(person, kind.name)
            self.fields[f"{kind.name}-mail"] = forms.ChoiceField(
                label=kind.label, choices=NoticeMail.choices, initial=mail
            )
            self.fields[f"{kind.name}-in_app"] = forms.BooleanField(
                label=_("in the application"), required=False, initial=in_app
            )

    def rows(self) -> list[dict[str, Any]]:
        """The two fields of each kind side by side."""
        return [
            {
                "label": kind.label,
                "mail": self[f"{kind.name}-mail"],
                "in_app": self[f"{kind.name}-in_app"],
            }
            for kind in kinds()
        ]

    def preferences(self, person: User) -> list[NoticePreference]:
        """What was said, a preference a kind."""
        return [
            NoticePreference(
                user=person,
                kind=kind.name,
                mail=self.cleaned_data[f"{kind.name}-mail"],
                in_app=self.cleaned_data[f"{kind.name}-in_app"],
            )
            for kind in kinds()
        ]
