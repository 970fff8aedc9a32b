"""What a person asks of the list of deadlines, and of their calendar."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from clients.deadlines import DeadlineState, kinds
from clients.queries.deadlines import FIRST_DAY, LAST_DAY

STATES = {
    DeadlineState.OVERDUE: _("Overdue"),
    DeadlineState.DUE_TODAY: _("Due today"),
    DeadlineState.UPCOMING: _("Upcoming"),
    DeadlineState.DONE: _("Done"),
}


OF_OUR_TIME = [MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]


class DeadlineFilterForm(forms.Form):
    """Which deadlines to list."""

    kind = forms.ChoiceField(label=_("Kind"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)
    first = forms.DateField(
        label=_("From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        validators=OF_OUR_TIME,
    )
    last = forms.DateField(
        label=_("To"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        validators=OF_OUR_TIME,
    )

    def __init__(self, said: Any) -> None:
        super().__init__(said, label_suffix="")
        every: list[tuple[str, Any]] = [("", _("All"))]
        choices: dict[str, Any] = {
            "kind": every + [(one.name, one.label) for one in kinds()],
            "state": every + [(one.value, word) for one, word in STATES.items()],
        }
        for name, offered in choices.items():
            field: Any = self.fields[name]
            field.choices = offered

    @property
    def wish(self) -> dict[str, Any]:
        """What was asked; what is not valid was not asked."""
        self.is_valid()
        said: dict[str, Any] = {name: value for name, value in self.cleaned_data.items() if value}
        first: date | None = said.get("first")
        last: date | None = said.get("last")
        if first and last and last < first:
            said["first"], said["last"] = last, first
        return said


class CalendarForm(forms.Form):
    """A private calendar address."""

    alarm_days = forms.TypedChoiceField(
        label=_("Remind me"),
        coerce=int,
        choices=[
            (1, _("1 day before, and on the day")),
            (3, _("3 days before, and on the day")),
            (5, _("5 days before, and on the day")),
            (10, _("10 days before, and on the day")),
        ],
        initial=3,
    )
